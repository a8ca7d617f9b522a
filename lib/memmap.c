// SPDX-License-Identifier: 0BSD
/* memmap.c - the map of physical memory: sanitises E820, hands out frames. */
#include "memmap.h"

#include <stdbool.h>
#include <string.h>

#include "layout.h"     /* PAGE_SIZE */

#define PAGE_MASK               ((uint64_t)PAGE_SIZE - 1)
#define E820_ENABLED            1u              /* attributes, bit 0 */
#define LOW_MEMORY_END          0x100000u       /* 1 MiB */

int memmap_check(const struct memmap *m)
{
	const struct boot_memory *r = m->range;

	if (m->count > m->max)
		return false;
	for (size_t i = 0; i < m->count; i++) {
		if ((r[i].base | r[i].end) & PAGE_MASK || r[i].reserved != 0)
			return false;
		if (r[i].base >= r[i].end)
			return false;
		if (i == 0 || r[i - 1].end < r[i].base)
			continue;
		if (r[i - 1].end > r[i].base || r[i - 1].type == r[i].type)
			return false;
	}
	return true;
}

int memmap_set(struct memmap *m, uint64_t base, uint64_t end, uint32_t type)
{
	struct boot_memory *stop = m->range + m->count;
	struct boot_memory *first, *last;
	struct boot_memory with[3];     /* what sticks out below, the new
					   range, what sticks out above */
	size_t from = 1, to = 2, count;

	/* [first, last) overlap the new range or adjoin it. */
	for (first = m->range; first < stop && first->end < base; first++)
		;
	for (last = first; last < stop && last->base <= end; last++)
		;

	/* What has the same type becomes a part of the new range. */
	if (first < last) {
		with[0] = first[0];
		with[2] = last[-1];
		if (with[0].base < base) {
			if (with[0].type == type)
				base = with[0].base;
			else
				from = 0;
		}
		if (with[2].end > end) {
			if (with[2].type == type)
				end = with[2].end;
			else
				to = 3;
		}
		with[0].end = base;
		with[2].base = end;
	}
	with[1] = (struct boot_memory){ base, end, type, 0 };

	count = m->count - (size_t)(last - first) + (to - from);
	if (count > m->max)
		return MEMMAP_FULL;             /* nothing changed yet */
	memmove(first + (to - from), last,
		(size_t)(stop - last) * sizeof(*last));
	memcpy(first, with + from, (to - from) * sizeof(*with));
	m->count = count;
	return MEMMAP_OK;
}

/* Types that we know have the same number in E820 and in boot_info. */
static uint32_t e820_type(const struct e820_entry *e)
{
	if (e->type >= BOOT_MEMORY_USABLE && e->type <= BOOT_MEMORY_BAD)
		return e->type;
	return BOOT_MEMORY_RESERVED;
}

/* The pages of an entry that counts; false if there are none. */
static bool e820_pages(const struct e820_entry *e, uint64_t address_end,
		       uint64_t *base, uint64_t *end)
{
	uint64_t size = e->size;

	if (!(e->attributes & E820_ENABLED) || size == 0)
		return false;
	if (e->base >= address_end)
		return false;
	if (size > address_end - e->base)
		size = address_end - e->base;

	/* Rounding up stays within address_end, itself a page's border. */
	*base = e->base;
	*end = e->base + size;
	if (e820_type(e) == BOOT_MEMORY_USABLE)
		*base += PAGE_MASK;
	else
		*end += PAGE_MASK;
	*base &= ~PAGE_MASK;
	*end &= ~PAGE_MASK;
	return *base < *end;
}

/* What of r is usable and in [low, high); false if nothing. */
static bool usable_part(const struct boot_memory *r, uint64_t low,
			uint64_t high, uint64_t *base, uint64_t *end)
{
	*base = r->base > low ? r->base : low;
	*end = r->end < high ? r->end : high;
	return r->type == BOOT_MEMORY_USABLE && *base < *end;
}

static int reserve_usable(struct memmap *m, uint64_t low, uint64_t high)
{
	uint64_t base, end;

	/* Downward, for memmap_set() moves only what is at i or above. */
	for (size_t i = m->count; i-- > 0;) {
		int err;

		if (!usable_part(&m->range[i], low, high, &base, &end))
			continue;
		err = memmap_set(m, base, end, BOOT_MEMORY_RESERVED);
		if (err)
			return err;
	}
	return MEMMAP_OK;
}

int memmap_from_e820(struct memmap *m, const struct e820_entry *entry,
		     size_t count, uint64_t address_end, uint64_t low_end)
{
	/* Each type is painted over the milder ones before it. */
	static const uint32_t order[] = {
		BOOT_MEMORY_USABLE, BOOT_MEMORY_ACPI, BOOT_MEMORY_NVS,
		BOOT_MEMORY_RESERVED, BOOT_MEMORY_BAD,
	};
	uint64_t base, end;
	int err;

	m->count = 0;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		for (size_t j = 0; j < count; j++) {
			if (e820_type(&entry[j]) != order[i] ||
			    !e820_pages(&entry[j], address_end, &base, &end))
				continue;
			err = memmap_set(m, base, end, order[i]);
			if (err)
				return err;
		}

	err = reserve_usable(m, 0, PAGE_SIZE);
	if (err)
		return err;
	return reserve_usable(m, low_end & ~PAGE_MASK, LOW_MEMORY_END);
}

uint64_t memmap_total(const struct memmap *m, uint32_t type)
{
	uint64_t total = 0;

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
	for (size_t i = m->count; i-- > 0;)
		if (memmap_is_ram(m->range[i].type))
			return m->range[i].end;
	return 0;
}

/*
 * The highest place that holds all of it, else the largest. Returns its size,
 * 0 if there is none.
 */
static uint64_t find_place(const struct memmap *m,
			   const struct memmap_request *r, uint64_t *base)
{
	uint64_t start, end, best = 0;

	for (size_t i = m->count; i-- > 0 && best < r->size;) {
		uint64_t skip, room;

		if (!usable_part(&m->range[i], r->low, r->high, &start, &end))
			continue;
		skip = (r->offset - start) & (r->align - 1);
		if (skip >= end - start)
			continue;
		start += skip;
		room = (end - start) & ~PAGE_MASK;
		if (room >= r->size) {  /* as high as the alignment lets it */
			start += (room - r->size) & ~(r->align - 1);
			room = r->size;
		}
		if (room > best) {
			*base = start;
			best = room;
		}
	}
	return best;
}

int memmap_take(struct memmap *m, const struct memmap_request *r,
		uint64_t *base)
{
	if (r->size == 0 || find_place(m, r, base) != r->size)
		return MEMMAP_NO_SPACE;
	return memmap_set(m, *base, *base + r->size, r->type);
}

int memmap_take_some(struct memmap *m, const struct memmap_request *r,
		     uint64_t *base, uint64_t *taken)
{
	*taken = find_place(m, r, base);
	if (*taken == 0)
		return MEMMAP_NO_SPACE;
	return memmap_set(m, *base, *base + *taken, r->type);
}
