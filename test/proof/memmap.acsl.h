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

// What memmap_set() lays between ranges before index at and those from next
// on is [low, high) of type t: [base, end), and what adjoins or overlaps it and
// has that type, too. Neighbours lose no byte but in [base, end).
predicate fits_range(integer base, integer end, integer low, integer high) =
	page(low) && page(high) && 0 <= low <= base < end <= high;
predicate fits_below{L}(struct boot_memory *r, integer at, integer next,
	integer base, integer end, integer low, integer t) =
	(\forall integer k; 0 <= k < at ==> r[k].base < low &&
		(low <= r[k].end ==> r[k].type != t) &&
		(r[k].end <= low || low == base) &&
		(r[k].end <= end || next <= k)) &&
	(\forall integer k; 0 <= k < at - 1 ==> r[k].end <= low);
predicate fits_above{L}(struct boot_memory *r, integer n, integer at,
	integer next, integer base, integer end, integer high, integer t) =
	(\forall integer k; next <= k < n ==> high < r[k].end &&
		(r[k].base <= high ==> r[k].type != t) &&
		(high <= r[k].base || high == end) &&
		(base <= r[k].base || k < at)) &&
	(\forall integer k; next < k < n ==> high <= r[k].base);
predicate fits_within{L}(struct boot_memory *r, integer at, integer next,
	integer base, integer end, integer low, integer high, integer t) =
	\forall integer k; at <= k < next ==>
	low <= r[k].base && r[k].end <= high &&
	(r[k].base < base || end < r[k].end ==> r[k].type == t);
predicate fits_low{L}(struct boot_memory *r, integer n, integer at,
	integer next, integer base, integer low, integer t) =
	(low < base ==> at < next && r[at].base == low &&
		base <= r[at].end && r[at].type == t) &&
	(\forall integer k; at <= k < n ==> base <= r[k].end);
predicate fits_high{L}(struct boot_memory *r, integer at, integer next,
	integer end, integer high, integer t) =
	end < high ==> at < next && r[next - 1].end == high &&
	r[next - 1].base <= end && r[next - 1].type == t;
predicate fits{L}(struct boot_memory *r, integer n, integer at, integer next,
	integer base, integer end, integer low, integer high, integer t) =
	0 <= at <= next + 1 && 0 <= next <= n && at <= n &&
	fits_range(base, end, low, high) &&
	fits_below(r, at, next, base, end, low, t) &&
	fits_above(r, n, at, next, base, end, high, t) &&
	fits_within(r, at, next, base, end, low, high, t) &&
	fits_low(r, n, at, next, base, low, t) &&
	fits_high(r, at, next, end, high, t);

// Ranges from index from on, before end, are at L2 what those d further on
// were at L1.
predicate moved{L1,L2}(struct boot_memory *r, integer from, integer end,
	integer d) =
	\forall integer j, k; from <= k < end && j - k == d ==>
	\at(r[k].base,L2) == \at(r[j].base,L1) &&
	\at(r[k].end,L2) == \at(r[j].end,L1) &&
	\at(r[k].type,L2) == \at(r[j].type,L1) &&
	\at(r[k].reserved,L2) == \at(r[j].reserved,L1);
predicate same_but{L1,L2}(struct boot_memory *r, integer at) =
	\forall integer k; k != at ==> same_range{L1,L2}(r + k, r + k);
lemma moved_up{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, d;
	moved{L1,L2}(r, from, end, d) && same_but{L2,L3}(r, end) &&
	same_range{L1,L3}(r + (end + d), r + end) ==>
	moved{L1,L3}(r, from, end + 1, d);
lemma moved_down{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, d;
	moved{L1,L2}(r, from, end, d) && same_but{L2,L3}(r, from - 1) &&
	same_range{L1,L3}(r + (from - 1 + d), r + (from - 1)) ==>
	moved{L1,L3}(r, from - 1, end, d);
lemma rest_up{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, at;
	same_ranges{L1,L2}(r, from, end) && same_but{L2,L3}(r, at) &&
	at <= from ==> same_ranges{L1,L3}(r, from + 1, end);
lemma rest_down{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, at;
	same_ranges{L1,L2}(r, from, end) && same_but{L2,L3}(r, at) &&
	end - 1 <= at ==> same_ranges{L1,L3}(r, from, end - 1);

lemma moved_still{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, d, at;
	moved{L1,L2}(r, from, end, d) && same_but{L2,L3}(r, at) &&
	at < from ==> moved{L1,L3}(r, from, end, d);

// What is left of a range that begins below high, or ends above low.
predicate low_part{L1,L2}(struct boot_memory *a, integer high) =
	\at(a->base,L2) == \at(a->base,L1) &&
	\at(a->end,L2) == \min(\at(a->end,L1), high) &&
	\at(a->type,L2) == \at(a->type,L1) &&
	\at(a->reserved,L2) == \at(a->reserved,L1);
predicate high_part{L1,L2}(struct boot_memory *a, struct boot_memory *b,
	integer low) =
	\at(b->base,L2) == \max(\at(a->base,L1), low) &&
	\at(b->end,L2) == \at(a->end,L1) &&
	\at(b->type,L2) == \at(a->type,L1) &&
	\at(b->reserved,L2) == \at(a->reserved,L1);

// What insert() makes of n ranges.
predicate kept_below{L1,L2}(struct boot_memory *r, integer at, integer low) =
	\forall integer k; 0 <= k < at ==>
	\at(r[k].base,L2) == \at(r[k].base,L1) &&
	\at(r[k].end,L2) == \min(\at(r[k].end,L1), low) &&
	\at(r[k].type,L2) == \at(r[k].type,L1) &&
	\at(r[k].reserved,L2) == \at(r[k].reserved,L1);
predicate kept_above{L1,L2}(struct boot_memory *r, integer from, integer end,
	integer d, integer high) =
	\forall integer k; from <= k < end ==>
	\at(r[k].base,L2) == \max(\at(r[k + d].base,L1), high) &&
	\at(r[k].end,L2) == \at(r[k + d].end,L1) &&
	\at(r[k].type,L2) == \at(r[k + d].type,L1) &&
	\at(r[k].reserved,L2) == \at(r[k + d].reserved,L1);
lemma cut_below{L1,L2,L3}: \forall struct boot_memory *r, integer at, low;
	same_ranges{L1,L2}(r, 0, at) && same_but{L2,L3}(r, at - 1) &&
	low_part{L2,L3}(r + (at - 1), low) &&
	(\forall integer k; 0 <= k < at - 1 ==> \at(r[k].end,L1) <= low) ==>
	kept_below{L1,L3}(r, at, low);
lemma cut_above{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, d, high;
	moved{L1,L2}(r, from, end, d) && same_but{L2,L3}(r, from) &&
	high_part{L2,L3}(r + from, r + from, high) &&
	(\forall integer k; from + d < k < end + d ==>
	high <= \at(r[k].base,L1)) ==>
	kept_above{L1,L3}(r, from, end, d, high);
predicate is_range{L}(struct boot_memory *r, integer base, integer end,
	integer type) =
	r->base == base && r->end == end && r->type == type && r->reserved == 0;
lemma below_still{L1,L2,L3}: \forall struct boot_memory *r,
	integer at, low, end;
	kept_below{L1,L2}(r, at, low) && same_ranges{L2,L3}(r, 0, end) &&
	at <= end ==> kept_below{L1,L3}(r, at, low);
lemma above_still{L1,L2,L3}: \forall struct boot_memory *r,
	integer from, end, d, high, max;
	kept_above{L1,L2}(r, from, end, d, high) &&
	same_ranges{L2,L3}(r, 0, max) && 0 <= from && end <= max ==>
	kept_above{L1,L3}(r, from, end, d, high);
predicate inserted{L1,L2}(struct boot_memory *r, integer n, integer at,
	integer next, integer low, integer high, integer t) =
	kept_below{L1,L2}(r, at, low) &&
	kept_above{L1,L2}(r, at + 1, at + 1 + n - next, next - at - 1, high) &&
	is_range{L2}(r + at, low, high, t);

// Both, of n ranges of which that made count.
predicate set_ranges{L1,L2}(struct boot_memory *r, integer n, integer count,
	integer at, integer next, integer base, integer end, integer low,
	integer high, integer t) =
	good_ranges{L1}(r, n) && count == at + 1 + n - next &&
	fits{L1}(r, n, at, next, base, end, low, high, t) &&
	inserted{L1,L2}(r, n, at, next, low, high, t);

lemma set_pages{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) ==>
	page_ranges{L2}(r, count);
lemma set_sorted_below{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= i < j <= at ==>
	\at(r[i].end,L2) <= \at(r[j].base,L2);
lemma set_sorted_across{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= i <= at < j < count ==>
	\at(r[i].end,L2) <= \at(r[j].base,L2);
lemma set_sorted_above{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	at < i < j < count ==>
	\at(r[i].end,L2) <= \at(r[j].base,L2);
lemma set_sorted{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) ==>
	sorted_ranges{L2}(r, count);
lemma set_joined_below{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= i < j <= at &&
	\at(r[i].end,L2) == \at(r[j].base,L2) ==>
	\at(r[i].type,L2) != \at(r[j].type,L2);
lemma set_joined_across{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= i <= at < j < count &&
	\at(r[i].end,L2) == \at(r[j].base,L2) ==>
	\at(r[i].type,L2) != \at(r[j].type,L2);
lemma set_joined_above{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, i, j;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	at < i < j < count &&
	\at(r[i].end,L2) == \at(r[j].base,L2) ==>
	\at(r[i].type,L2) != \at(r[j].type,L2);
lemma set_joined{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) ==>
	joined_ranges{L2}(r, count);
lemma set_type{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, x, u;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	base <= x < end && says{L2}(r, count, x, u) ==>
	u == t;
lemma set_all{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	base <= x < end ==>
	says{L2}(r, count, x, t);
lemma set_none_new{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, x, u;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	(x < base || end <= x) && says{L2}(r, count, x, u) ==>
	says{L1}(r, n, x, u);
lemma set_holds_above{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	next <= k < n &&
	holds{L1}(r, k, x) && high <= x ==>
	holds{L2}(r, k - next + at + 1, x) &&
	\at(r[k - next + at + 1].type,L2) == \at(r[k].type,L1);
lemma set_kept_above{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	next <= k < n &&
	holds{L1}(r, k, x) && high <= x ==>
	says{L2}(r, count, x, \at(r[k].type,L1));
lemma set_kept_below{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= k < at &&
	holds{L1}(r, k, x) && x < low ==>
	says{L2}(r, count, x, \at(r[k].type,L1));
lemma set_kept_within{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	at <= k < next &&
	holds{L1}(r, k, x) && (x < base || end <= x) ==>
	says{L2}(r, count, x, \at(r[k].type,L1));
lemma set_kept{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k, x;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= k < n &&
	holds{L1}(r, k, x) && (x < base || end <= x) ==>
	says{L2}(r, count, x, \at(r[k].type,L1));
lemma set_none_lost{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, x, u;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	(x < base || end <= x) && says{L1}(r, n, x, u) ==>
	says{L2}(r, count, x, u);
lemma set_below{L1,L2}: \forall struct boot_memory *r,
	integer n, count, at, next, base, end, low, high, t, k;
	set_ranges{L1,L2}(r, n, count, at, next, base, end, low, high, t) &&
	0 <= k < n &&
	\at(r[k].end,L1) <= base ==>
	k < count && contains{L1,L2}(r + k);

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
