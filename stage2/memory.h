/* SPDX-License-Identifier: 0BSD */
/* memory.h - takes frames out of the memory map and makes them reachable. */
#ifndef STAGE2_MEMORY_H
#define STAGE2_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf64.h"      /* struct elf64_chunk */
#include "memmap.h"
#include "paging.h"

#define MEMORY_MAX_CHUNKS       256

struct memory {
	struct memmap map;
	struct paging own;      /* the loader's tables: low 4 GiB, and above
				   that what it took frames from */
	uint64_t pool;          /* [pool, pool_end) is set aside, for */
	uint64_t pool_end;      /* memory_alloc() */
};

/*
 * Virtual memory that is backed, in pieces: pages [vaddr, vaddr + size) lie at
 * data, which is also their physical address.
 */
struct memory_pieces {
	struct elf64_chunk *chunk;      /* room for MEMORY_MAX_CHUNKS */
	size_t count;
};

/* Says that this map has no room for another range, and stops. */
_Noreturn void memory_full(const struct memmap *map);

/* Says that there are only `have` bytes of `need` for `what`, and stops. */
_Noreturn void memory_short(const char *what, uint64_t need, uint64_t have);

/* Gives [base, end), page-aligned, the type; dies if the map is full. */
void memory_set(struct memmap *map, uint64_t base, uint64_t end,
		uint32_t type);

/* Takes over a map; largest is the CPU's largest page. */
void memory_open(struct memory *m, uint64_t largest);

/* New, empty tables in frames of this memory; nx as in struct paging. */
struct paging memory_tables(struct memory *m, bool nx);

/*
 * Backs [vaddr, vaddr + size), whole pages, with frames of the type and
 * appends them to *p; prefers one piece that large pages can map. The frames
 * are not cleared. Dies, naming `what`, if there are not enough.
 */
void memory_back(struct memory *m, struct memory_pieces *p, uint64_t vaddr,
		 uint64_t size, uint32_t type, const char *what);

/* Appends frames that are taken already, all in one piece from base on. */
void memory_add(struct memory *m, struct memory_pieces *p, uint64_t vaddr,
		uint64_t size, uint64_t base, const char *what);

/*
 * One piece of whole pages below 4 GiB, reclaimable, not cleared. Dies if there
 * is none.
 */
void *memory_alloc(struct memory *m, uint64_t size, const char *what);

/*
 * The place of vaddr in backed memory, and in *room how many bytes of `size`
 * follow in one piece. NULL if it is not backed.
 */
uint8_t *memory_find(const struct memory_pieces *p, uint64_t vaddr,
		     uint64_t size, uint64_t *room);

/* Clears [vaddr, vaddr + size), all of it backed. */
void memory_clear(const struct memory_pieces *p, uint64_t vaddr,
		  uint64_t size);

#endif
