// SPDX-License-Identifier: 0BSD
/*
 * paging_walk.c - walks 4-level page tables. Apart from what builds them: the
 * fault reporter takes this along into the kernel's address space.
 */
#include "paging.h"

#define ENTRIES         512     /* in a table of any level */
#define LEVEL_BITS      9       /* log2(ENTRIES) */
#define PTE_SHIFT       12      /* an entry of this level maps 1 << shift */
#define TOP_SHIFT       48      /* of what CR3 would be an entry of */

bool paging_walk(const struct paging *pg, uint64_t vaddr,
		 struct paging_walk *walk)
{
	const uint64_t all_levels = PTE_WRITE | PTE_USER;
	uint64_t entry = pg->root, rights = all_levels, nx = 0, page, frame;
	unsigned int shift = TOP_SHIFT;

	if (!paging_canonical(vaddr))
		return false;
	do {
		uint64_t table = entry & PTE_ADDR;

		if (pg->readable && !pg->readable(pg, table))
			return false;
		shift -= LEVEL_BITS;
		entry = ((const uint64_t *)(pg->window + (uintptr_t)table))
			[(vaddr >> shift) % ENTRIES];
		if (!(entry & PTE_PRESENT))
			return false;
		rights &= entry;
		nx |= entry & PTE_NX;
	} while (shift > PTE_SHIFT && !(entry & PTE_LARGE));

	/* In a large page's entry the address bits below it are flags. */
	page = 1ull << shift;
	frame = PTE_ADDR & ~(page - 1);
	walk->paddr = (entry & frame) | (vaddr & (page - 1));
	walk->flags = (entry & ~(frame | all_levels)) | rights | nx;
	walk->page_size = page;
	return true;
}
