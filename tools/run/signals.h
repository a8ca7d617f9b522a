/* SPDX-License-Identifier: 0BSD */
/*
 * signals.h - the signals that end the runner. They are caught, so that
 * guests and files can go first; then the runner dies of the signal, as its
 * parent expects.
 */
#ifndef STAGECOACH_RUN_SIGNALS_H
#define STAGECOACH_RUN_SIGNALS_H

/*
 * Catches them from here on, save those our parent has us ignore. A process
 * that was forked calls this anew. Returns 0, or -1 with errno set.
 */
int signals_catch(void);

/* The one that came, 0 if none did. */
int signals_caught(void);

/* As if this one had come: what SIGPIPE would be if it were not ignored. */
void signals_pretend(int signal);

/* Becomes readable, for good, when one has come. */
int signals_fd(void);

/* In a child, before exec: as they were. */
void signals_restore(void);

/* Dies of the one that came, if one did. */
void signals_die(void);

#endif
