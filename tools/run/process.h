/* SPDX-License-Identifier: 0BSD */
/* process.h - finding, starting and ending other programs. */
#ifndef STAGECOACH_RUN_PROCESS_H
#define STAGECOACH_RUN_PROCESS_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that nobody sets. */
int64_t process_clock(void);

/* The program that a shell would start, malloc'ed; NULL if there is none. */
char *process_find(const char *name);

/*
 * The path of what lies beside this program, malloc'ed. program: our argv[0].
 */
char *process_beside(const char *program, const char *name);

/*
 * In a forked child: have the system send us a signal when our parent is gone,
 * where it can do that.
 */
void process_die_with(pid_t parent, int last_will);

/* A pipe or a socket pair that no child inherits unasked. 0 or -1, errno. */
int process_pipe(int fd[2]);
int process_socket_pair(int fd[2]);

/*
 * Starts argv[0], a path. It gets the descriptors of keep[0 .. count), nothing
 * on stdin, and our stderr for its stdout, too, or the descriptor out if that
 * is not -1. It dies with us, of the signal last_will. Returns its process id,
 * or -1 with errno set.
 */
pid_t process_start(char *const *argv, const int *keep, size_t count, int out,
		    int last_will);

/*
 * Runs argv[0] to its end; ends it, too, if a signal ends us. Returns what
 * waitpid() reports, or -1 with errno set.
 */
int process_run(char *const *argv);

/* Waits for its end, even if signals come. Returns what waitpid() reports. */
int process_wait(pid_t pid);

#endif
