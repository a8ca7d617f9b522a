/* SPDX-License-Identifier: 0BSD */
/*
 * memmap.h - the map of physical memory: made from what the BIOS tells,
 * sanitised, and then the place where the loader takes frames from.
 */
#ifndef STAGECOACH_MEMMAP_H
#define STAGECOACH_MEMMAP_H

#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"  /* struct boot_memory, enum boot_memory_type */

/* An entry as INT 15h E820 stores it (ACPI 6.5, table 15.3). */
struct e820_entry {
	uint64_t base;
	uint64_t size;
	uint32_t type;          /* 1 usable, 2 reserved, 3 ACPI, 4 NVS, 5 bad */
	uint32_t attributes;    /* bit 0 clear: ignore the entry */
};

enum memmap_err {
	MEMMAP_OK = 0,
	MEMMAP_FULL = -1,       /* no room for another range */
	MEMMAP_NO_SPACE = -2,   /* no usable memory of that size */
};

/*
 * A map over caller-owned storage: half-open ranges, page-aligned, sorted,
 * disjoint, none empty; neighbours of one type are one range.
 */
struct memmap {
	struct boot_memory *range;
	size_t count;
	size_t max;
};

/* True if the map keeps what the comment above says. For tests and proofs. */
int memmap_check(const struct memmap *m);

/*
 * Gives [base, end) the type, replacing what was there and joining equal
 * neighbours. base and end are page-aligned, base < end. Leaves the map
 * unchanged when it returns an error.
 */
int memmap_set(struct memmap *m, uint64_t base, uint64_t end, uint32_t type);

/*
 * Makes *m (its storage given, its old content dropped) from count raw
 * entries in any order:
 *  - entries of size 0, or with attribute bit 0 clear, are skipped;
 *  - an end past 2^64 or past address_end (what the CPU can address, a power
 *    of two) is clipped to it;
 *  - unknown types are reserved;
 *  - each usable entry is aligned inward to pages, any other outward;
 *  - where entries overlap the stricter type wins, in the order usable, ACPI,
 *    NVS, reserved, bad;
 *  - page 0 and [low_end, 1 MiB) are never usable: what the entries call
 *    usable there becomes reserved (low_end in bytes, as the least of INT 12h,
 *    EBDA and E820 says).
 * MEMMAP_FULL, the map then useless, cannot happen if m->max is at least
 * 2 * count + 2.
 */
int memmap_from_e820(struct memmap *m, const struct e820_entry *entry,
		     size_t count, uint64_t address_end, uint64_t low_end);

/* Bytes of memory of that type. */
uint64_t memmap_total(const struct memmap *m, uint32_t type);

/*
 * The end of the highest range that is RAM of whatever use (usable, ACPI,
 * NVS, kernel, reclaimable): what has to be mapped.
 */
uint64_t memmap_ram_end(const struct memmap *m);

/* True if ranges of this type are RAM in that sense. */
int memmap_is_ram(uint32_t type);

/*
 * Wanted: size bytes (whole pages) of usable memory in [low, high), at a base
 * congruent to offset modulo align (a power of two, at least PAGE_SIZE; offset
 * page-aligned).
 */
struct memmap_request {
	uint64_t size;
	uint64_t align;
	uint64_t offset;
	uint64_t low;
	uint64_t high;
	uint32_t type;          /* what the memory becomes */
};

/*
 * Takes them in one piece: the highest such place. Gives it the type and its
 * base. MEMMAP_NO_SPACE if there is none (or size is 0), MEMMAP_FULL if the
 * map would outgrow its storage; it is then unchanged.
 */
int memmap_take(struct memmap *m, const struct memmap_request *r,
		uint64_t *base);

/*
 * The same for memory that need not adjoin: as much as one piece gives, at
 * least one page, at most size bytes. Prefers a piece that holds all of it (the
 * highest place), then the largest. *taken gets its size.
 */
int memmap_take_some(struct memmap *m, const struct memmap_request *r,
		     uint64_t *base, uint64_t *taken);

#endif
