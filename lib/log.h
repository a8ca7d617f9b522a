/* SPDX-License-Identifier: 0BSD */
/* log.h - the boot log: text that grows in a buffer. */
#ifndef STAGECOACH_LOG_H
#define STAGECOACH_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_CUT         "[the log is full]\n"
#define LOG_LINE        256             /* bytes; no line is longer */

/* In a text of log_add(): the next value, in hexadecimal or in decimal. */
#define LOG_HEX         "\1"
#define LOG_DEC         "\2"

/* A log over a caller-owned buffer of size bytes, LOG_LINE or more. */
struct log {
	char *text;             /* NUL-terminated from the first log_add() on */
	size_t size;
	size_t used;            /* bytes of text, without the NUL */
	bool full;              /* text ends in LOG_CUT, and takes no more */
};

/* The values of a log_add(), in their order. */
#define LOG_VALUES(...) ((const uint64_t[]){ __VA_ARGS__ })

/*
 * Appends text with the values where LOG_HEX and LOG_DEC stand in it; there
 * are no other conversions, as a log is written at every boot: printf's way
 * would be a third of all that a boot takes. What does not fit is left out as
 * a whole, with LOG_CUT in its place, and so is all that follows.
 */
void log_add(struct log *log, const char *text, const uint64_t *value);

#endif
