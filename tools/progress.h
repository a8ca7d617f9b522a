/* SPDX-License-Identifier: 0BSD */
/* progress.h - how far mkimage is, for who watches it on a terminal. */
#ifndef STAGECOACH_PROGRESS_H
#define STAGECOACH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	const char *name;               /* of what is made; not copied */
	uint64_t total, done;           /* bytes */
	bool watched;                   /* stderr is a terminal */
	bool shown;
	struct timespec last;           /* when it began or last showed */
};

void progress_begin(struct progress *p, const char *name, uint64_t total);

/*
 * So many bytes more are done. Shows it on stderr, over what it last showed,
 * each fifth of a second: what takes less shows nothing.
 */
void progress_add(struct progress *p, uint64_t size);

/* Leaves the line as it was before. */
void progress_end(struct progress *p);

#endif
