// SPDX-License-Identifier: 0BSD
/* paging.c - builds 4-level page tables. */
#include "paging.h"

#include <stdbool.h>
#include <string.h>

#define ENTRIES         512     /* in a table of any level */
#define LEVEL_BITS      9       /* log2(ENTRIES) */
#define PML4_SHIFT      39      /* an entry of this level maps 1 << shift */

static uint64_t *table_at(const struct paging *pg, uint64_t phys)
{
	return (uint64_t *)(pg->window + (uintptr_t)phys);
}

static size_t index_at(uint64_t vaddr, unsigned int shift)
{
	return (vaddr >> shift) % ENTRIES;
}

/* The largest page for both addresses (or-ed) that size has room for. */
static uint64_t fitting_page(uint64_t addresses, uint64_t size,
			     uint64_t largest)
{
	uint64_t page = largest;

	while (page > PAGE_4K && (size < page || addresses & (page - 1)))
		page /= ENTRIES;
	return page;
}

/*
 * Finds the entry that maps a page of that size at vaddr; makes the tables
 * above it where there are none. *is_new: its own table was made, too, so that
 * all of that is free; to look would cost half as much as to fill it. Nor is
 * it cleared if all of it will be filled, with count pages: that would cost
 * another third.
 */
static int find_entry(struct paging *pg, uint64_t vaddr, uint64_t page,
		      uint64_t count, uint64_t **entry, bool *is_new)
{
	uint64_t table = pg->root;
	unsigned int shift = PML4_SHIFT;

	*is_new = false;
	for (;; shift -= LEVEL_BITS) {
		uint64_t *e = table_at(pg, table) + index_at(vaddr, shift);

		*entry = e;
		if (page >> shift != 0)
			return PAGING_OK;
		if (!(*e & PTE_PRESENT)) {
			uint64_t frame = pg->frame(pg->ctx);

			if (frame == 0)
				return PAGING_NO_FRAME;
			if (count < ENTRIES || page >> (shift - LEVEL_BITS) == 0)
				memset(table_at(pg, frame), 0, PAGE_4K);
			*e = frame | PTE_PRESENT | PTE_WRITE;
			*is_new = true;
		} else if (*e & PTE_LARGE) {
			return PAGING_TAKEN;
		}
		/* A table's entry has nothing above its address. */
		table = *e & -PAGE_4K;
	}
}

/* True if none of the entries maps anything. */
static bool are_free(const uint64_t *entry, uint64_t count)
{
	const uint64_t *end = entry + count;
	uint64_t all = 0;

	while (entry < end)
		all |= *entry++;
	return !(all & PTE_PRESENT);
}

/* gcc would work out all values first, with more instructions. */
#define PUT(i) do {                                                     \
		end[i] = value;                                         \
		value += step;                                          \
		__asm__("" : "+r"(value));                              \
	} while (0)

/* Writes value, value + step, ... to entries, at least one. */
static void fill(uint64_t *entry, uint64_t count, uint64_t value, uint64_t step)
{
	uint64_t *end = entry + count;
	int64_t i = -(int64_t)count;

	for (; i % 4 != 0; i++)
		PUT(i);
	if (i == 0)
		return;
	do {                    /* ten instructions, four entries */
		PUT(i);
		PUT(i + 1);
		PUT(i + 2);
		PUT(i + 3);
		i += 4;
	} while (i != 0);
}

int paging_map(struct paging *pg, uint64_t vaddr, uint64_t paddr,
	       uint64_t size, uint64_t flags, uint64_t largest)
{
	if (!pg->nx)
		flags &= ~PTE_NX;       /* reserved without EFER.NXE: faults */
	if (largest > pg->largest)
		largest = pg->largest;

	/*
	 * A table at a time: up to its end (where vaddr may become aligned to
	 * larger pages) or until less than a page is left, all pages in it
	 * have one size.
	 */
	while (size > 0) {
		uint64_t page = fitting_page(vaddr | paddr, size, largest);
		uint64_t count = ENTRIES - vaddr / page % ENTRIES;
		uint64_t leaf = paddr | PTE_PRESENT |
				(flags & ~PTE_PAT_LARGE);
		uint64_t *entry;
		bool is_new;
		int err;

		if (count > size / page)
			count = size / page;
		if (page > PAGE_4K)
			leaf |= PTE_LARGE | (flags & PTE_PAT_LARGE);
		else if (flags & PTE_PAT_LARGE)
			leaf |= PTE_PAT_4K;
		err = find_entry(pg, vaddr, page, count, &entry, &is_new);
		if (err)
			return err;
		if (!is_new && !are_free(entry, count))
			return PAGING_TAKEN;
		fill(entry, count, leaf, page);
		vaddr += count * page;
		paddr += count * page;
		size -= count * page;
	}
	return PAGING_OK;
}
