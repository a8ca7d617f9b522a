// SPDX-License-Identifier: 0BSD
/* memmap.c - the map of physical memory: sanitises E820, hands out frames. */
#include "memmap.h"

#include <stdbool.h>

#include "layout.h"     /* PAGE_SIZE */

#define E820_ENABLED            1u              /* attributes, bit 0 */
#define LOW_MEMORY_END          0x100000u       /* 1 MiB */

/* [base, end); holds nothing if base >= end. */
struct span {
	uint64_t base;
	uint64_t end;
};

/* To the page's border at or below x. */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures \result <= x < \result + PAGE_SIZE && page(\result);
  @*/
static uint64_t page_down(uint64_t x)
{
	return x - x % PAGE_SIZE;
}

int memmap_check(const struct memmap *m)
{
	const struct boot_memory *r = m->range;

	if (m->count > m->max)
		return false;
	/*@ loop invariant 0 <= i <= m->count;
	  @ loop assigns i;
	  @ loop variant m->count - i;
	  @*/
	for (size_t i = 0; i < m->count; i++) {
		if (r[i].base % PAGE_SIZE != 0 || r[i].end % PAGE_SIZE != 0 ||
		    r[i].base >= r[i].end || r[i].reserved != 0)
			return false;
		if (i == 0 || r[i - 1].end < r[i].base)
			continue;
		if (r[i - 1].end > r[i].base || r[i - 1].type == r[i].type)
			return false;
	}
	return true;
}

/* WP proves small steps: this, insert() and other short ones are for it. */
/*@ requires \valid(r + to) && \valid(r + from);
  @ assigns r[to];
  @ exits \false;
  @ ensures same_range{Pre,Post}(r + from, r + to);
  @*/
static void copy(struct boot_memory *r, size_t to, size_t from)
{
	r[to] = r[from];
}

/* Moves n ranges from index from on to index to; the two may overlap. */
/*@ requires \valid(r + (to .. to + n - 1));
  @ requires \valid(r + (from .. from + n - 1));
  @ requires to + n <= MEMMAP_MOST && from + n <= MEMMAP_MOST;
  @ assigns r[to .. to + n - 1];
  @ exits \false;
  @ ensures moved{Pre,Post}(r, to, to + n, from - to);
  @*/
static void move(struct boot_memory *r, size_t to, size_t from, size_t n)
{
	/*@ loop invariant 0 <= k <= n;
	  @ loop invariant up: to < from ==>
	  @         moved{Pre,Here}(r, to, to + k, from - to) &&
	  @         same_ranges{Pre,Here}(r, from + k, from + n);
	  @ loop invariant down: to >= from ==>
	  @         moved{Pre,Here}(r, to + n - k, to + n, from - to) &&
	  @         same_ranges{Pre,Here}(r, from, from + n - k);
	  @ loop assigns k, r[to .. to + n - 1];
	  @ loop variant n - k;
	  @*/
	for (size_t k = 0; k < n; k++) {
		size_t i = to < from ? k : n - 1 - k;

		//@ assert 0 <= i < n;
		//@ assert i == (to < from ? k : n - 1 - k);
		//@ assert whole: (size_t)(to + i) == to + i;
		//@ assert whole: (size_t)(from + i) == from + i;
		/*@ assert source: same_range{Pre,Here}(r + (from + i),
		  @                                     r + (from + i));
		  @*/
		copy(r, to + i, from + i);
		//@ assert rest: same_but{LoopCurrent,Here}(r, to + i);
		/*@ assert same: same_range{Pre,Here}(r + (from + i),
		  @                                   r + (to + i));
		  @*/
	}
}

/*@ requires \valid(r + at);
  @ assigns r[at];
  @ exits \false;
  @ ensures is_range(r + at, base, end, type);
  @ ensures same_but{Pre,Post}(r, at);
  @*/
static void put(struct boot_memory *r, size_t at, uint64_t base, uint64_t end,
		uint32_t type)
{
	r[at].base = base;
	r[at].end = end;
	r[at].type = type;
	r[at].reserved = 0;
}

/* Cuts off what the range before index at has from base on. */
/*@ requires at > 0 && \valid(r + (at - 1));
  @ assigns r[0 .. at - 1];
  @ exits \false;
  @ ensures low_part{Pre,Post}(r + (at - 1), base);
  @ ensures same_but{Pre,Post}(r, at - 1);
  @*/
static void cut_before(struct boot_memory *r, size_t at, uint64_t base)
{
	if (r[at - 1].end > base)
		r[at - 1].end = base;
}

/* Cuts off what the range behind index at has below end. */
/*@ requires at + 1 <= MEMMAP_MOST && \valid(r + (at + 1));
  @ assigns r[0 .. at + 1];
  @ exits \false;
  @ ensures high_part{Pre,Post}(r + (at + 1), r + (at + 1), end);
  @ ensures same_but{Pre,Post}(r, at + 1);
  @*/
static void cut_behind(struct boot_memory *r, size_t at, uint64_t end)
{
	if (r[at + 1].base < end)
		r[at + 1].base = end;
}

/*@ requires \valid(m) && \separated(m, m->range + (0 .. m->max - 1));
  @ assigns m->count;
  @ exits \false;
  @ ensures m->count == count;
  @ ensures same_ranges{Pre,Post}(m->range, 0, m->max);
  @*/
static void set_count(struct memmap *m, size_t count)
{
	m->count = count;
}

/*
 * Puts a range between those before index at and those from next on; of
 * these, what it overlaps is cut off.
 */
/*@ requires map_storage(m) && at <= next + 1 <= m->count + 1;
  @ requires at + 1 + m->count - next <= m->max;
  @ requires below: \forall integer k; 0 <= k < at - 1 ==>
  @         m->range[k].end <= base;
  @ requires above: \forall integer k; next < k < m->count ==>
  @         end <= m->range[k].base;
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures m->count == at + 1 + \old(m->count) - next;
  @ ensures m->max == \old(m->max) && m->range == \old(m->range);
  @ ensures inserted{Pre,Post}(m->range, \old(m->count), at, next, base, end,
  @                            type);
  @*/
static void insert(struct memmap *m, size_t at, size_t next, uint64_t base,
		   uint64_t end, uint32_t type)
{
	struct boot_memory *r = m->range;
	size_t n = m->count - next;

	//@ assert whole: n == m->count - next;
	//@ assert whole: (size_t)(at + 1) == at + 1;
	//@ assert room: at + n < m->max;
	move(r, at + 1, next, n);
	//@ assert frame: m->range == r && m->max == \at(m->max,Pre);
	//@ assert below: same_ranges{Pre,Here}(r, 0, at);
	//@ assert moved: moved{Pre,Here}(r, at + 1, at + 1 + n, next - at - 1);
	put(r, at, base, end, type);
	//@ assert frame: m->range == r && m->max == \at(m->max,Pre);
	//@ assert below: same_ranges{Pre,Here}(r, 0, at);
	//@ assert moved: moved{Pre,Here}(r, at + 1, at + 1 + n, next - at - 1);
	if (at > 0)
		cut_before(r, at, base);
	//@ assert frame: m->range == r && m->max == \at(m->max,Pre);
	//@ assert moved: moved{Pre,Here}(r, at + 1, at + 1 + n, next - at - 1);
	//@ assert below: kept_below{Pre,Here}(r, at, base);
	//@ assert new: is_range(r + at, base, end, type);
	if (n > 0)
		cut_behind(r, at, end);
	//@ assert frame: m->range == r && m->max == \at(m->max,Pre);
	/*@ assert above: kept_above{Pre,Here}(r, at + 1, at + 1 + n, next - at -
	  @         1, end);
	  @*/
	//@ assert below: kept_below{Pre,Here}(r, at, base);
	//@ assert new: is_range(r + at, base, end, type);
	set_count(m, at + 1 + n);
}

int memmap_set(struct memmap *m, uint64_t base, uint64_t end, uint32_t type)
{
	const struct boot_memory *r = m->range;
	size_t first, next;

	/* [first, next) overlap the new range or adjoin it. */
	/*@ loop invariant 0 <= first <= m->count;
	  @ loop invariant \forall integer k; 0 <= k < first ==>
	  @         r[k].end < base;
	  @ loop assigns first;
	  @ loop variant m->count - first;
	  @*/
	for (first = 0; first < m->count && r[first].end < base; first++)
		;
	/*@ loop invariant first <= next <= m->count;
	  @ loop invariant \forall integer k; first <= k < next ==>
	  @         r[k].base <= end;
	  @ loop assigns next;
	  @ loop variant m->count - next;
	  @*/
	for (next = first; next < m->count && r[next].base <= end; next++)
		;

	/*@ assert behind: \forall integer k; first <= k < m->count ==> base <=
	  @         r[k].end;
	  @*/
	//@ assert beyond: \forall integer k; next <= k < m->count ==> end < r[k].base;
	/*@ assert inner_low: \forall integer k; first < k < m->count ==> base <=
	  @         r[k].base;
	  @*/
	//@ assert last: next > 0 ==> r[next - 1].base <= end;
	/*@ assert inner_high: \forall integer k; 0 <= k < next - 1 ==> r[k].end
	  @         <= end;
	  @*/
	/* What of it has the same type becomes a part of it; the rest of a
	   range of another stays, cut off. */
	if (first < next) {
		const struct boot_memory *last = &r[next - 1];

		if (last->end > end) {
			if (last->type == type)
				end = last->end;
			else
				next--;
		}
		if (r[first].base < base) {
			if (r[first].type == type)
				base = r[first].base;
			else
				first++;
		}
	}
	//@ assert bounds: first <= next + 1 && next <= m->count;
	//@ assert bound: first <= m->count;
	//@ assert range: fits_range(\at(base,Pre), \at(end,Pre), base, end);
	/*@ assert below: fits_below(r, first, next, \at(base,Pre), \at(end,Pre),
	  @                          base, type);
	  @*/
	/*@ assert above: fits_above(r, m->count, first, next, \at(base,Pre),
	  @                          \at(end,Pre), end, type);
	  @*/
	/*@ assert within: fits_within(r, first, next, \at(base,Pre),
	  @                            \at(end,Pre), base, end, type);
	  @*/
	/*@ assert low: fits_low(r, m->count, first, next, \at(base,Pre), base,
	  @                      type);
	  @*/
	/*@ assert high: fits_high(r, first, next, \at(end,Pre), end, type);
	  @*/
	if (m->count - next + first + 1 > m->max)
		return MEMMAP_FULL;             /* nothing changed yet */
	insert(m, first, next, base, end, type);
	/*@ assert set: set_ranges{Pre,Here}(m->range, \at(m->count,Pre), m->count,
	  @                                  first, next, \at(base,Pre), \at(end,Pre),
	  @                                  base, end, type);
	  @*/
	//@ assert good: good_ranges(m->range, m->count);
	return MEMMAP_OK;
}

/* Types that we know have the same number in E820 and in boot_info. */
/*@ requires \valid_read(e);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == e820_kind(e->type);
  @*/
static uint32_t e820_type(const struct e820_entry *e)
{
	if (e->type >= BOOT_MEMORY_USABLE && e->type <= BOOT_MEMORY_BAD)
		return e->type;
	return BOOT_MEMORY_RESERVED;
}

/* The pages of an entry; none if it does not count. */
/*@ requires \valid_read(e) && page(address_end);
  @ assigns \nothing;
  @ exits \false;
  @ ensures pages: \result.base < \result.end ==>
  @         page(\result.base) && page(\result.end) &&
  @         (e->attributes & 1) != 0 && \result.end <= address_end;
  @ ensures usable: e->type == BOOT_MEMORY_USABLE ==>
  @         e->base <= \result.base && \result.end <= e->base + e->size;
  @ ensures other: e->type != BOOT_MEMORY_USABLE ==>
  @         \forall integer x; e820_holds(e, address_end, x) ==>
  @         \result.base <= x < \result.end;
  @*/
static struct span e820_pages(const struct e820_entry *e, uint64_t address_end)
{
	uint64_t size = e->size;
	struct span s = { e->base, 0 };

	if (!(e->attributes & E820_ENABLED) || size == 0)
		return s;
	if (s.base >= address_end)
		return s;
	if (size > address_end - s.base)
		size = address_end - s.base;
	s.end = s.base + size;

	/* Rounding up stays within address_end, itself a page's border. */
	if (e->type == BOOT_MEMORY_USABLE)
		s.base += PAGE_SIZE - 1;
	else
		s.end += PAGE_SIZE - 1;
	s.base = page_down(s.base);
	s.end = page_down(s.end);
	return s;
}

/* What of r is usable and in [low, high). */
/*@ requires \valid_read(r);
  @ assigns \nothing;
  @ exits \false;
  @ ensures part: r->type == BOOT_MEMORY_USABLE ==>
  @         \result.base == (r->base > low ? r->base : low) &&
  @         \result.end == (r->end < high ? r->end : high);
  @ ensures none: r->type != BOOT_MEMORY_USABLE ==>
  @         \result.base == 0 && \result.end == 0;
  @*/
static struct span usable_part(const struct boot_memory *r, uint64_t low,
			       uint64_t high)
{
	if (r->type != BOOT_MEMORY_USABLE)
		return (struct span){ 0, 0 };
	return (struct span){
		r->base > low ? r->base : low,
		r->end < high ? r->end : high,
	};
}

/* What is usable and in [low, high) is in ranges below i + 1; then below i. */
/*@ requires good_map(m) && page(low) && page(high) && i < m->count;
  @ requires reserved:
  @         \forall integer x; low <= x < high && map_usable(m, x) ==>
  @         says(m->range, i + 1, x, BOOT_MEMORY_USABLE);
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures count: \result == MEMMAP_OK ==> i <= m->count;
  @ ensures none_new: \result == MEMMAP_OK ==>
  @         \forall integer x; map_usable(m, x) ==> map_usable{Pre}(m, x);
  @ ensures reserved: \result == MEMMAP_OK ==>
  @         \forall integer x; low <= x < high && map_usable(m, x) ==>
  @         says(m->range, i, x, BOOT_MEMORY_USABLE);
  @*/
static int reserve_range(struct memmap *m, size_t i, uint64_t low,
			 uint64_t high)
{
	struct span s = usable_part(&m->range[i], low, high);
	int err = MEMMAP_OK;

	//@ assert page(m->range[i].base) && page(m->range[i].end);
	//@ assert i > 0 ==> m->range[i - 1].end <= m->range[i].base;
	/*@ assert here: \forall integer x; low <= x < high &&
	  @         map_usable(m, x) ==> s.base <= x < s.end ||
	  @         says(m->range, i, x, BOOT_MEMORY_USABLE);
	  @*/
	if (s.base < s.end)
		err = memmap_set(m, s.base, s.end, BOOT_MEMORY_RESERVED);
	/*@ assert below: err == MEMMAP_OK ==> \forall integer x, t;
	  @         says{Pre}(m->range, i, x, t) ==> says(m->range, i, x, t);
	  @*/
	return err;
}

/*@ requires good_map(m) && page(low) && page(high);
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures none_new: \result == MEMMAP_OK ==>
  @         \forall integer x; map_usable(m, x) ==> map_usable{Pre}(m, x);
  @ ensures reserved: \result == MEMMAP_OK ==>
  @         \forall integer x; low <= x < high ==> !map_usable(m, x);
  @*/
static int reserve_usable(struct memmap *m, uint64_t low, uint64_t high)
{
	int err = MEMMAP_OK;

	/* Downward, for memmap_set() moves only what is at i or above. */
	/*@ loop invariant good_map(m) && m->max == \at(m->max,Pre);
	  @ loop invariant 0 <= i && (err == MEMMAP_OK ==> i <= m->count);
	  @ loop invariant none_new: err == MEMMAP_OK ==> \forall integer x;
	  @         map_usable(m, x) ==> map_usable{Pre}(m, x);
	  @ loop invariant reserved: err == MEMMAP_OK ==> \forall integer x;
	  @         low <= x < high && map_usable(m, x) ==>
	  @         says(m->range, i, x, BOOT_MEMORY_USABLE);
	  @ loop assigns i, err, m->count,
	  @         \at(m->range,Pre)[0 .. \at(m->max,Pre) - 1];
	  @ loop variant i;
	  @*/
	for (size_t i = m->count; i-- > 0 && !err;)
		err = reserve_range(m, i, low, high);
	return err;
}

/* Gives the pages of an entry its type, if it is that one. */
/*@ requires good_map(m) && page(address_end) && \valid_read(e);
  @ requires \separated(m, m->range + (0 .. m->max - 1), e);
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures only_usable: \result == MEMMAP_OK ==>
  @         \forall integer x; map_usable(m, x) ==> map_usable{Pre}(m, x) ||
  @         type == BOOT_MEMORY_USABLE &&
  @         e820_kind(\old(e->type)) == type && e820_holds{Pre}(e, address_end, x);
  @ ensures none_reserved: \result == MEMMAP_OK &&
  @         type != BOOT_MEMORY_USABLE && e820_kind(\old(e->type)) == type ==>
  @         \forall integer x; e820_holds{Pre}(e, address_end, x) ==>
  @         !map_usable(m, x);
  @*/
static int paint_entry(struct memmap *m, const struct e820_entry *e,
		       uint64_t address_end, uint32_t type)
{
	struct span s;

	if (e820_type(e) != type)
		return MEMMAP_OK;
	s = e820_pages(e, address_end);
	if (s.base >= s.end)
		return MEMMAP_OK;
	return memmap_set(m, s.base, s.end, type);
}

/* Gives the pages of all entries of a type that type. */
/*@ requires good_map(m) && page(address_end);
  @ requires \valid_read(entry + (0 .. count - 1)) && count <= E820_MOST;
  @ requires \separated(m, m->range + (0 .. m->max - 1),
  @                     entry + (0 .. count - 1));
  @ assigns m->count, m->range[0 .. m->max - 1];
  @ exits \false;
  @ ensures good: good_map(m) && m->max == \old(m->max);
  @ ensures entries: same_entries{Pre,Post}(entry, count);
  @ ensures only_usable: \result == MEMMAP_OK ==>
  @         \forall integer x; map_usable(m, x) ==> map_usable{Pre}(m, x) ||
  @         type == BOOT_MEMORY_USABLE &&
  @         e820_says{Pre}(entry, count, address_end, x, type);
  @ ensures none_reserved: \result == MEMMAP_OK &&
  @         type != BOOT_MEMORY_USABLE ==> \forall integer x;
  @         e820_says{Pre}(entry, count, address_end, x, type) ==>
  @         !map_usable(m, x);
  @*/
static int paint(struct memmap *m, const struct e820_entry *entry,
		 size_t count, uint64_t address_end, uint32_t type)
{
	/*@ loop invariant good_map(m) && m->max == \at(m->max,Pre) && 0 <= i <= count;
	  @ loop invariant entries: same_entries{Pre,Here}(entry, count);
	  @ loop invariant only_usable:
	  @         \forall integer x; map_usable(m, x) ==> map_usable{Pre}(m, x) ||
	  @         type == BOOT_MEMORY_USABLE &&
	  @         e820_says{Pre}(entry, i, address_end, x, type);
	  @ loop invariant none_reserved: type != BOOT_MEMORY_USABLE ==>
	  @         \forall integer x;
	  @         e820_says{Pre}(entry, i, address_end, x, type) ==>
	  @         !map_usable(m, x);
	  @ loop assigns i, m->count,
	  @         \at(m->range,Pre)[0 .. \at(m->max,Pre) - 1];
	  @ loop variant count - i;
	  @*/
	for (size_t i = 0; i < count; i++) {
		int err = paint_entry(m, &entry[i], address_end, type);

		/*@ assert base: \forall integer j; 0 <= j < count ==>
		  @         entry[j].base == \at(entry[j].base,LoopCurrent);
		  @*/
		/*@ assert size: \forall integer j; 0 <= j < count ==>
		  @         entry[j].size == \at(entry[j].size,LoopCurrent);
		  @*/
		/*@ assert type: \forall integer j; 0 <= j < count ==>
		  @         entry[j].type == \at(entry[j].type,LoopCurrent);
		  @*/
		/*@ assert bits: \forall integer j; 0 <= j < count ==>
		  @         entry[j].attributes ==
		  @         \at(entry[j].attributes,LoopCurrent);
		  @*/
		if (err)
			return err;
	}
	return MEMMAP_OK;
}

/*@ // After so many of order, the type has been painted.
  @ predicate painted(integer t, integer i) =
  @         (t == BOOT_MEMORY_ACPI && i > 1) ||
  @         (t == BOOT_MEMORY_NVS && i > 2) ||
  @         (t == BOOT_MEMORY_RESERVED && i > 3) ||
  @         (t == BOOT_MEMORY_BAD && i > 4);
  @*/

int memmap_from_e820(struct memmap *m, const struct e820_entry *entry,
		     size_t count, uint64_t address_end, uint64_t low_end)
{
	/* Each type is painted over the milder ones before it. */
	static const uint8_t order[] = {
		BOOT_MEMORY_USABLE, BOOT_MEMORY_ACPI, BOOT_MEMORY_NVS,
		BOOT_MEMORY_RESERVED, BOOT_MEMORY_BAD,
	};
	int err;

	m->count = 0;
	/*@ loop invariant good_map(m) && m->max == \at(m->max,Pre) && 0 <= i <= 5;
	  @ loop invariant entries: same_entries{Pre,Here}(entry, count);
	  @ loop invariant only_usable:
	  @         \forall integer x; map_usable(m, x) ==>
	  @         e820_says{Pre}(entry, count, address_end, x,
	  @                        BOOT_MEMORY_USABLE);
	  @ loop invariant none_reserved:
	  @         \forall integer x, t; painted(t, i) &&
	  @         e820_says{Pre}(entry, count, address_end, x, t) ==>
	  @         !map_usable(m, x);
	  @ loop assigns i, err, m->count,
	  @         \at(m->range,Pre)[0 .. \at(m->max,Pre) - 1];
	  @ loop variant 5 - i;
	  @*/
	for (size_t i = 0; i < sizeof(order); i++) {
		/*@ assert order: \forall integer t; painted(t, i + 1) ==>
		  @         painted(t, i) || (t == order[i] && t != BOOT_MEMORY_USABLE);
		  @*/
		/*@ assert first: order[i] == BOOT_MEMORY_USABLE ==>
		  @         \forall integer t; !painted(t, i);
		  @*/
		err = paint(m, entry, count, address_end, order[i]);
		if (err)
			return err;
	}
	err = reserve_usable(m, 0, PAGE_SIZE);
	if (err)
		return err;
	return reserve_usable(m, page_down(low_end), LOW_MEMORY_END);
}

uint64_t memmap_total(const struct memmap *m, uint32_t type)
{
	uint64_t total = 0;

	/*@ loop invariant 0 <= i <= m->count;
	  @ loop assigns i, total;
	  @ loop variant m->count - i;
	  @*/
	for (size_t i = 0; i < m->count; i++)
		if (m->range[i].type == type)
			total += m->range[i].end - m->range[i].base;
	return total;
}

int memmap_is_ram(uint32_t type)
{
	return type == BOOT_MEMORY_USABLE || type == BOOT_MEMORY_ACPI ||
	       type == BOOT_MEMORY_NVS || type == BOOT_MEMORY_KERNEL ||
	       type == BOOT_MEMORY_RECLAIMABLE;
}

uint64_t memmap_ram_end(const struct memmap *m)
{
	/*@ loop invariant 0 <= i <= m->count;
	  @ loop invariant \forall integer k; i <= k < m->count ==>
	  @         !ram_type(m->range[k].type);
	  @ loop assigns i;
	  @ loop variant i;
	  @*/
	for (size_t i = m->count; i-- > 0;)
		if (memmap_is_ram(m->range[i].type))
			return m->range[i].end;
	return 0;
}

/*
 * The highest place that holds all of it, else the largest. Returns its size,
 * 0 if there is none.
 */
/*@ requires good_map(m) && good_request(r) && \valid(base);
  @ requires \separated(base, m, r, m->range + (0 .. m->max - 1));
  @ assigns *base;
  @ exits \false;
  @ ensures size: \result <= r->size == \old(r->size);
  @ ensures place_pages: page(*base) && page(\result);
  @ ensures where: \result != 0 ==>
  @         r->low <= *base && *base + \result <= r->high;
  @ ensures usable: \forall integer x;
  @         *base <= x < *base + \result ==> map_usable{Pre}(m, x);
  @ ensures good: good_map(m);
  @ ensures same: same_map{Pre,Post}(m);
  @ ensures says: \forall integer x, t;
  @         map_says(m, x, t) <==> map_says{Pre}(m, x, t);
  @*/
static uint64_t find_place(const struct memmap *m,
			   const struct memmap_request *r, uint64_t *base)
{
	uint64_t best = 0, place = 0;

	/*@ loop invariant 0 <= i <= m->count;
	  @ loop invariant size: best <= r->size;
	  @ loop invariant place_pages: page(place) && page(best);
	  @ loop invariant where: best != 0 ==>
	  @         r->low <= place && place + best <= r->high;
	  @ loop invariant usable: \forall integer x;
	  @         place <= x < place + best ==> map_usable(m, x);
	  @ loop assigns i, best, place;
	  @ loop variant i;
	  @*/
	for (size_t i = m->count; i-- > 0 && best < r->size;) {
		struct span s = usable_part(&m->range[i], r->low, r->high);
		uint64_t skip = (r->offset - s.base) % r->align;
		uint64_t room;

		if (s.base >= s.end || skip >= s.end - s.base)
			continue;
		/*@ assert part: \forall integer x; s.base <= x < s.end ==>
		  @         map_usable(m, x);
		  @*/
		s.base += skip;
		room = page_down(s.end - s.base);
		if (room >= r->size) {  /* as high as the alignment lets it */
			s.base += room - r->size;
			s.base -= (room - r->size) % r->align;
			room = r->size;
		}
		//@ assert room: s.base + room <= s.end;
		if (room > best) {
			place = s.base;
			best = room;
		}
	}
	*base = place;
	return best;
}

int memmap_take(struct memmap *m, const struct memmap_request *r,
		uint64_t *base)
{
	if (r->size == 0 || find_place(m, r, base) != r->size)
		return MEMMAP_NO_SPACE;
	//@ assert same: same_map{Pre,Here}(m);
	//@ assert page(*base + r->size) && *base < *base + r->size;
	return memmap_set(m, *base, *base + r->size, r->type);
}

int memmap_take_some(struct memmap *m, const struct memmap_request *r,
		     uint64_t *base, uint64_t *taken)
{
	*taken = find_place(m, r, base);
	//@ assert same: same_map{Pre,Here}(m);
	//@ assert storage: map_storage(m);
	//@ assert good: good_map(m);
	if (*taken == 0)
		return MEMMAP_NO_SPACE;
	/*@ assert says: \forall integer x, t;
	  @         map_says(m, x, t) <==> map_says{Pre}(m, x, t);
	  @*/
	//@ assert page(*base + *taken) && *base < *base + *taken;
	return memmap_set(m, *base, *base + *taken, r->type);
}
