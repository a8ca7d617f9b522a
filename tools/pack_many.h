/* SPDX-License-Identifier: 0BSD */
/* pack_many.h - packs blocks on all CPUs at once. */
#ifndef STAGECOACH_PACK_MANY_H
#define STAGECOACH_PACK_MANY_H

#include "pack.h"

#define PACK_MANY       60      /* blocks at a time: what four tables hold */

/* NULL: no memory. pack_many_free() takes it back, and NULL as well. */
struct pack_many *pack_many_new(enum pack_mode mode);
void pack_many_free(struct pack_many *m);

/* Its PACK_MANY blocks: to be filled, packed, and written. */
struct packed *pack_many_blocks(struct pack_many *m);

/*
 * Packs the first count blocks. The result is the same on any number of CPUs.
 */
void pack_many(struct pack_many *m, size_t count);

#endif
