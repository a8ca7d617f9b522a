/* SPDX-License-Identifier: 0BSD */
/*
 * progress.h - how far a load is, for those who wait: a line on screen and
 * COM1 for each second after the first. What takes less says nothing.
 */
#ifndef STAGE2_PROGRESS_H
#define STAGE2_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *name;               /* of the file that is being read */
	uint64_t lba, sectors;          /* its stored data; 0 sectors: none */
	uint32_t begun;                 /* ticks when it began */
	uint32_t last;                  /* ticks when a line came, or all began */
	bool shown;                     /* of this file, a line */
};

/* From here on the seconds count. */
void progress_open(struct progress *p);

/* A file begins: its name, kept by the caller, and where its data are. */
void progress_begin(struct progress *p, const char *name, uint64_t lba,
		    uint64_t sectors);

/* All before this sector is read. */
void progress_at(struct progress *p, uint64_t lba);

/* The file is there: its line, if it has one, says 100 % and ends. */
void progress_end(struct progress *p);

#endif
