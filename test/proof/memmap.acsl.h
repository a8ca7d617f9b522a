/* SPDX-License-Identifier: 0BSD */
/*
 * memmap.acsl.h - what the contracts of lib/memmap speak of, in ACSL: arrays
 * of ranges, n of them, from r on.
 */
#ifndef STAGECOACH_MEMMAP_ACSL_H
#define STAGECOACH_MEMMAP_ACSL_H

#include "boot_info.h"
#include "layout.h"

/* More ranges than memory could hold (bytes.acsl.h: OBJECT_MAX). */
#define MEMMAP_MOST     (OBJECT_MAX / 24)
#define E820_MOST       (OBJECT_MAX / 24)

/*@
// A page's border.
predicate page(integer x) = x % PAGE_SIZE == 0;
lemma page_below: \forall integer x, y;
	page(x) && page(y) && 0 <= x < y + PAGE_SIZE ==> x <= y;

// What such arrays hold, each by itself: pages, at least one.
predicate page_ranges{L}(struct boot_memory *r, integer n) =
	\forall integer k; 0 <= k < n ==>
	page(r[k].base) && page(r[k].end) && r[k].base < r[k].end &&
	r[k].reserved == 0;

// In order, and disjoint.
predicate sorted_ranges{L}(struct boot_memory *r, integer n) =
	\forall integer i, j; 0 <= i < j < n ==> r[i].end <= r[j].base;

// Two that adjoin have different types.
predicate joined_ranges{L}(struct boot_memory *r, integer n) =
	\forall integer i, j; 0 <= i < j < n && r[i].end == r[j].base ==>
	r[i].type != r[j].type;

predicate good_ranges{L}(struct boot_memory *r, integer n) =
	page_ranges(r, n) && sorted_ranges(r, n) && joined_ranges(r, n);

predicate same_range{L1,L2}(struct boot_memory *a, struct boot_memory *b) =
	\at(a->base,L1) == \at(b->base,L2) &&
	\at(a->end,L1) == \at(b->end,L2) &&
	\at(a->type,L1) == \at(b->type,L2) &&
	\at(a->reserved,L1) == \at(b->reserved,L2);

// Those from index from on, before index end, have not changed.
predicate same_ranges{L1,L2}(struct boot_memory *r, integer from, integer end) =
	\forall integer k; from <= k < end ==> same_range{L1,L2}(r + k, r + k);

lemma good_still{L1,L2}: \forall struct boot_memory *r, integer n;
	same_ranges{L1,L2}(r, 0, n) && good_ranges{L1}(r, n) ==>
	good_ranges{L2}(r, n);
lemma same_still{L1,L2,L3}: \forall struct boot_memory *r, integer n;
	same_ranges{L1,L2}(r, 0, n) && same_ranges{L2,L3}(r, 0, n) ==>
	same_ranges{L1,L3}(r, 0, n);

// At L2 the range holds what it did at L1, and as that.
predicate contains{L1,L2}(struct boot_memory *r) =
	\at(r->base,L2) == \at(r->base,L1) &&
	\at(r->end,L2) >= \at(r->end,L1) &&
	\at(r->type,L2) == \at(r->type,L1);

// Byte x lies in range k.
predicate holds{L}(struct boot_memory *r, integer k, integer x) =
	r[k].base <= x < r[k].end;

// Byte x has type t.
predicate says{L}(struct boot_memory *r, integer n, integer x, integer t) =
	\exists integer k; 0 <= k < n && holds(r, k, x) && r[k].type == t;

// What a type in E820 stands for.
logic integer e820_kind(integer type) =
	BOOT_MEMORY_USABLE <= type <= BOOT_MEMORY_BAD ? type :
	BOOT_MEMORY_RESERVED;

predicate ram_type(integer t) =
	t == BOOT_MEMORY_USABLE || t == BOOT_MEMORY_ACPI ||
	t == BOOT_MEMORY_NVS || t == BOOT_MEMORY_KERNEL ||
	t == BOOT_MEMORY_RECLAIMABLE;
*/

#endif
