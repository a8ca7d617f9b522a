/* SPDX-License-Identifier: 0BSD */
/* log.h - the boot log: text that grows in a buffer. */
#ifndef STAGECOACH_LOG_H
#define STAGECOACH_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define LOG_CUT         "[the log is full]\n"

/* A log over a caller-owned buffer of size bytes, at least sizeof(LOG_CUT). */
struct log {
	char *text;             /* NUL-terminated from the first log_add() on */
	size_t size;
	size_t used;            /* bytes of text, without the NUL */
	bool full;              /* text ends in LOG_CUT, and takes no more */
};

/*
 * Appends text, as format() makes it. What does not fit is left out as a
 * whole, with LOG_CUT in its place, and so is all that follows.
 */
void log_add(struct log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
