// SPDX-License-Identifier: 0BSD
/*
 * vspace.c - places kernel, map of physical memory and window by slots of
 * 512 GiB (entries of the PML4).
 */
#include "vspace.h"

#include <stdbool.h>

#include "paging.h"     /* PML4_SLOT */

/*
 * Slots have their address by PML4_SLOT as a number: in the top half it is
 * negative. Those to give away are the top half, but for the last. Kernels
 * are linked there, and what ends at 2^64 has an end of 0.
 */
#define SLOT_FIRST      (-256)
#define SLOT_END        (-1)
#define SLOT_SHIFT      39

_Static_assert(1ull << SLOT_SHIFT == PML4_SLOT, "SLOT_SHIFT");
_Static_assert(VSPACE_DEFAULT_PHYS_OFFSET == SLOT_FIRST * PML4_SLOT,
	       "the default is the first slot");

static int slot_of(uint64_t vaddr)
{
	return (int)((int64_t)vaddr >> SLOT_SHIFT);
}

static uint64_t slot_address(int slot)
{
	return (uint64_t)slot << SLOT_SHIFT;
}

static bool is_kernels(const struct elf64_plan *plan, uint64_t slide,
		       int slot)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		uint64_t vaddr = plan->segment[i].vaddr + slide;
		uint64_t last = vaddr + (plan->segment[i].memsz - 1);

		if (slot_of(vaddr) <= slot && slot <= slot_of(last))
			return true;
	}
	return false;
}

/*
 * Keeps addresses modulo the largest alignment: VSPACE_PIE_HIGH is a multiple
 * of any that elf64_make_plan() lets through.
 */
static uint64_t choose_slide(const struct elf64_plan *plan)
{
	if (!plan->pie || plan->base >= VSPACE_PIE_LOW)
		return 0;
	return VSPACE_PIE_HIGH - (plan->base & (0 - plan->align));
}

int vspace_place(const struct elf64_plan *plan, uint64_t ram_end,
		 struct vspace *v)
{
	uint64_t slide = choose_slide(plan);
	/* Rounded up; the map is one slot at least. */
	uint64_t need = (ram_end - (ram_end != 0)) / PML4_SLOT + 1;
	int phys = SLOT_FIRST;
	int end = SLOT_FIRST;
	int window = SLOT_END - 1;

	/* [phys, end) are free; it grows until it is large enough. */
	for (; end < SLOT_END && (uint64_t)(end - phys) < need; end++)
		if (is_kernels(plan, slide, end))
			phys = end + 1;
	if ((uint64_t)(end - phys) < need)
		return VSPACE_FULL;

	/* The highest slot that is still free. */
	while (window >= SLOT_FIRST &&
	       (is_kernels(plan, slide, window) ||
		(window >= phys && window < end)))
		window--;
	if (window < SLOT_FIRST)
		return VSPACE_FULL;

	v->slide = slide;
	v->phys_offset = slot_address(phys);
	v->window = slot_address(window);
	return VSPACE_OK;
}
