// SPDX-License-Identifier: 0BSD
/* progress.c - how far mkimage is, for who watches it on a terminal. */
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"
#include "text.h"

#define INTERVAL_MS     200
#define CLEAR_LINE      "\r\033[K"      /* ECMA-48: erase in line */

static long ms_between(const struct timespec *from, const struct timespec *to)
{
	return (to->tv_sec - from->tv_sec) * 1000 +
		(to->tv_nsec - from->tv_nsec) / 1000000;
}

void progress_begin(struct progress *p, const char *name, uint64_t total)
{
	*p = (struct progress){
		.name = name, .total = total, .watched = isatty(STDERR_FILENO),
	};
	clock_gettime(CLOCK_MONOTONIC, &p->last);
}

void progress_add(struct progress *p, uint64_t size)
{
	struct timespec now;

	p->done += size;
	if (!p->watched || clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
	    ms_between(&p->last, &now) < INTERVAL_MS)
		return;
	p->last = now;
	p->shown = true;
	fputs(CLEAR_LINE, stderr);
	text_print(stderr, p->name, strlen(p->name));
	fprintf(stderr, ": %3d %%",
		(int)((double)p->done / (double)p->total * 100));
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs(CLEAR_LINE, stderr);
	p->shown = false;
}
