// SPDX-License-Identifier: 0BSD
/* trace.c - the memory and the frames of a program that has failed. */
#include "trace.h"

bool trace_read(const struct paging *pg, uint64_t vaddr, void *to, size_t size)
{
	struct paging_walk page;
	uint8_t *byte = to;

	/* By the byte: any two of them may lie in different pages. */
	for (; size > 0; size--) {
		if (!paging_walk(pg, vaddr++, &page) ||
		    (pg->readable && !pg->readable(pg, page.paddr)))
			return false;
		*byte++ = *(const uint8_t *)(pg->window +
					     (uintptr_t)page.paddr);
	}
	return true;
}

bool trace_is_code(const struct paging *pg, uint64_t vaddr)
{
	struct paging_walk page;

	return paging_walk(pg, vaddr, &page) && !(page.flags & PTE_NX);
}

bool trace_caller(const struct paging *pg, uint64_t *rbp, uint64_t *address)
{
	struct { uint64_t rbp, address; } frame;

	/* A call ends where its return address begins: the byte before counts. */
	if (*rbp == 0 || *rbp % sizeof(*rbp) != 0 ||
	    !trace_read(pg, *rbp, &frame, sizeof(frame)) ||
	    frame.address == 0 || !trace_is_code(pg, frame.address - 1))
		return false;
	*rbp = frame.rbp > *rbp ? frame.rbp : 0;
	*address = frame.address;
	return true;
}
