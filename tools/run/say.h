/* SPDX-License-Identifier: 0BSD */
/* say.h - what the runner itself has to say, on stderr. */
#ifndef STAGECOACH_RUN_SAY_H
#define STAGECOACH_RUN_SAY_H

/* The runner's exit statuses; scripts rely on them. */
enum run_status {
	RUN_PASSED = 0,
	RUN_FAILED = 1,         /* the kernel says so, or says nothing */
	RUN_NOT_RUN = 2,        /* wrong usage, no QEMU, no image */
	RUN_FAULTED = 3,        /* triple fault, reset, or the loader stopped */
	RUN_TIMED_OUT = 124,    /* as timeout(1) has it */
};

/* "stagecoach-run: text" and a line end; control characters become '?'. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* What malloc() and its kin returned; ends the program if that is NULL. */
void *need(void *memory);

#endif
