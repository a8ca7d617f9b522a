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

/* In ACSL, with the words of test/proof/memmap.acsl.h. */
/*@ predicate map_storage{L}(struct memmap *m) =
  @         \valid(m) && \valid(m->range + (0 .. m->max - 1)) &&
  @         \separated(m, m->range + (0 .. m->max - 1)) &&
  @         m->count <= m->max <= MEMMAP_MOST;
  @ predicate good_map{L}(struct memmap *m) =
  @         map_storage(m) && good_ranges(m->range, m->count);
  @ predicate map_says{L}(struct memmap *m, integer x, integer t) =
  @         says(m->range, m->count, x, t);
  @ predicate map_usable{L}(struct memmap *m, integer x) =
  @         map_says(m, x, BOOT_MEMORY_USABLE);
  @ predicate same_map{L1,L2}(struct memmap *m) =
  @         \at(m->count,L1) == \at(m->count,L2) &&
  @         same_ranges{L1,L2}(\at(m->range,L1), 0, \at(m->count,L1));
  @ // The entry counts and holds byte x, which the CPU can address.
  @ predicate e820_holds{L}(struct e820_entry *e, integer end, integer x) =
  @         e->base <= x < e->base + e->size && x < end &&
  @         (e->attributes & 1) != 0;
  @ // One of the entries does, and what its type stands for is t.
  @ predicate e820_says{L}(struct e820_entry *e, integer count, integer end,
  @                        integer x, integer t) =
  @         \exists integer j; 0 <= j < count &&
  @         e820_kind(e[j].type) == t && e820_holds(e + j, end, x);
  @ predicate same_entries{L1,L2}(struct e820_entry *e, integer count) =
  @         \forall integer j; 0 <= j < count ==>
  @         \at(e[j].base,L1) == \at(e[j].base,L2) &&
  @         \at(e[j].size,L1) == \at(e[j].size,L2) &&
  @         \at(e[j].type,L1) == \at(e[j].type,L2) &&
  @         \at(e[j].attributes,L1) == \at(e[j].attributes,L2);
  @ lemma says_then{L1,L2}: \forall struct e820_entry *e,
  @         integer n, end, x, t; same_entries{L1,L2}(e, n) &&
  @         e820_says{L1}(e, n, end, x, t) ==> e820_says{L2}(e, n, end, x, t);
  @ lemma says_before{L1,L2}: \forall struct e820_entry *e,
  @         integer n, end, x, t; same_entries{L1,L2}(e, n) &&
  @         e820_says{L2}(e, n, end, x, t) ==> e820_says{L1}(e, n, end, x, t);
  @*/

/* True if the map keeps what the comment above says. For tests and proofs. */
/*@ requires \valid_read(m) && \valid_read(m->range + (0 .. m->count - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
int memmap_check(const struct memmap *m);

/*
 * Gives [base, end) the type, replacing what was there and joining equal
 * neighbours. base and end are page-aligned, base < end. Leaves the map
 * unchanged when it returns an error.
 */
/*@ requires good_map(m);
  @ requires page(base) && page(end) && base < end;
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures result: \result == MEMMAP_OK || \result == MEMMAP_FULL;
  @ ensures max: m->max == \old(m->max);
  @ ensures full: \result == MEMMAP_FULL ==> same_map{Pre,Post}(m);
  @ ensures set_good: good_map(m);
  @ ensures set_type: \result == MEMMAP_OK ==> \forall integer x, t;
  @         base <= x < end && map_says(m, x, t) ==> t == type;
  @ ensures set_all: \result == MEMMAP_OK ==> \forall integer x;
  @         base <= x < end ==> map_says(m, x, type);
  @ ensures set_none_new: \result == MEMMAP_OK ==> \forall integer x, t;
  @         (x < base || end <= x) && map_says(m, x, t) ==>
  @         map_says{Pre}(m, x, t);
  @ ensures set_none_lost: \result == MEMMAP_OK ==> \forall integer x, t;
  @         (x < base || end <= x) && map_says{Pre}(m, x, t) ==>
  @         map_says(m, x, t);
  @ ensures set_below: \result == MEMMAP_OK ==> \forall integer k;
  @         0 <= k < \old(m->count) && \old(m->range[k].end) <= base ==>
  @         k < m->count && contains{Pre,Post}(m->range + k);
  @*/
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
/*@ requires map_storage(m) && page(address_end);
  @ requires \valid_read(entry + (0 .. count - 1)) &&
  @         count <= E820_MOST;
  @ requires \separated(m, m->range + (0 .. m->max - 1),
  @                     entry + (0 .. count - 1));
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures only_usable: \result == MEMMAP_OK ==>
  @         \forall integer x; map_usable(m, x) ==>
  @         e820_says{Pre}(entry, count, address_end, x, BOOT_MEMORY_USABLE);
  @ ensures none_reserved: \result == MEMMAP_OK ==>
  @         \forall integer x, t; t != BOOT_MEMORY_USABLE &&
  @         e820_says{Pre}(entry, count, address_end, x, t) ==>
  @         !map_usable(m, x);
  @ ensures none_low: \result == MEMMAP_OK ==>
  @         \forall integer x; 0 <= x < PAGE_SIZE || low_end <= x < 0x100000 ==>
  @         !map_usable(m, x);
  @*/
int memmap_from_e820(struct memmap *m, const struct e820_entry *entry,
		     size_t count, uint64_t address_end, uint64_t low_end);

/* Bytes of memory of that type. */
/*@ requires good_map(m);
  @ assigns \nothing;
  @ exits \false;
  @*/
uint64_t memmap_total(const struct memmap *m, uint32_t type);

/*
 * The end of the highest range that is RAM of whatever use (usable, ACPI,
 * NVS, kernel, reclaimable): what has to be mapped.
 */
/*@ requires good_map(m);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \forall integer k; 0 <= k < m->count &&
  @         ram_type(m->range[k].type) ==> m->range[k].end <= \result;
  @*/
uint64_t memmap_ram_end(const struct memmap *m);

/* True if ranges of this type are RAM in that sense. */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures \result != 0 <==> ram_type(type);
  @*/
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

/*@ predicate good_request{L}(struct memmap_request *r) =
  @         \valid_read(r) && page(r->size) && page(r->offset) &&
  @         page(r->align) && r->align > 0;
  @*/

/*
 * Takes them in one piece: the highest such place. Gives it the type and its
 * base. MEMMAP_NO_SPACE if there is none (or size is 0), MEMMAP_FULL if the
 * map would outgrow its storage; it is then unchanged.
 */
/*@ requires good_map(m) && good_request(r) && \valid(base);
  @ requires \separated(base, m, r, m->range + (0 .. m->max - 1));
  @ assigns *base, m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures where: \result == MEMMAP_OK ==> page(*base) && 
  @         \old(r->low) <= *base && *base + \old(r->size) <= \old(r->high);
  @ ensures was_usable: \result == MEMMAP_OK ==> \forall integer x;
  @         *base <= x < *base + \old(r->size) ==> map_usable{Pre}(m, x);
  @ ensures taken: \result == MEMMAP_OK ==> \forall integer x, t;
  @         *base <= x < *base + \old(r->size) && map_says(m, x, t) ==>
  @         t == \old(r->type);
  @ ensures none_new: \result == MEMMAP_OK ==> \forall integer x, t;
  @         (x < *base || *base + \old(r->size) <= x) && map_says(m, x, t) ==>
  @         map_says{Pre}(m, x, t);
  @ ensures unchanged: \result != MEMMAP_OK ==> same_map{Pre,Post}(m);
  @*/
int memmap_take(struct memmap *m, const struct memmap_request *r,
		uint64_t *base);

/*
 * The same for memory that need not adjoin: as much as one piece gives, at
 * least one page, at most size bytes. Prefers a piece that holds all of it (the
 * highest place), then the largest. *taken gets its size.
 */
/*@ requires good_map(m) && good_request(r) && \valid(base) && \valid(taken);
  @ requires \separated(base, taken, m, r, m->range + (0 .. m->max - 1));
  @ assigns *base, *taken, m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures where: \result == MEMMAP_OK ==> page(*base) && 0 < *taken <= \old(r->size) &&
  @         \old(r->low) <= *base && *base + *taken <= \old(r->high);
  @ ensures was_usable: \result == MEMMAP_OK ==> \forall integer x;
  @         *base <= x < *base + *taken ==> map_usable{Pre}(m, x);
  @ ensures taken: \result == MEMMAP_OK ==> \forall integer x, t;
  @         *base <= x < *base + *taken && map_says(m, x, t) ==>
  @         t == \old(r->type);
  @ ensures none_new: \result == MEMMAP_OK ==> \forall integer x, t;
  @         (x < *base || *base + *taken <= x) && map_says(m, x, t) ==>
  @         map_says{Pre}(m, x, t);
  @ ensures unchanged: \result != MEMMAP_OK ==> same_map{Pre,Post}(m);
  @*/
int memmap_take_some(struct memmap *m, const struct memmap_request *r,
		     uint64_t *base, uint64_t *taken);

#endif
