/* SPDX-License-Identifier: 0BSD */
/*
 * failure.h - why mkimage cannot go on. Whoever finds out fills one in and
 * returns -1; only main() prints it, so a refusal is always one line.
 */
#ifndef STAGECOACH_FAILURE_H
#define STAGECOACH_FAILURE_H

struct failure {
	const char *file;               /* the user's name for it */
	char reason[512];
};

/* Fills *f and returns -1. */
int fail(struct failure *f, const char *file, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));

/* "mkimage: FILE: reason" on stderr. */
void failure_print(const struct failure *f);

/* "mkimage: FILE: note: text" on stderr: odd, and accepted. */
void note(const char *file, const char *text, ...)
	__attribute__((format(printf, 2, 3)));

#endif
