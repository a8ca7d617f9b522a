// SPDX-License-Identifier: 0BSD
/*
 * vspace.c - places kernel, map of physical memory and window by slots of
 * 512 GiB (entries of the PML4).
 */
#include "vspace.h"

#include <stdbool.h>

#include "boot_info.h"  /* BOOT_PHYS_NONE */
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
 * Spreads what is random in the bits over all of them, the high ones above
 * all: the jitter of clocks is in the low ones. A bijection (odd factors,
 * shifts), so nothing is lost.
 */
static uint64_t mix(uint64_t bits)
{
	bits = (bits ^ bits >> 32) * 0x9e3779b97f4a7c15ull;
	return (bits ^ bits >> 29) * 0xb7e151628aed2a6bull;
}

/*
 * Keeps addresses modulo the largest alignment: VSPACE_PIE_HIGH is a multiple
 * of any that elf64_make_plan() lets through.
 */
static uint64_t slide_to_high(const struct elf64_plan *plan)
{
	return VSPACE_PIE_HIGH - (plan->base & (0 - plan->align));
}

/* Of the kernels that stay at 1 MiB or above, not all would fit up there. */
static bool can_go_high(const struct elf64_plan *plan)
{
	uint64_t room = 0 - VSPACE_PIE_HIGH;

	return plan->pie && plan->align <= room && plan->span <= room &&
	       (plan->base & (plan->align - 1)) <= room - plan->span;
}

/*
 * A multiple of the kernel's alignment that a kernel which can go high can be
 * moved on from there. Fewer than 2^20 places are there, so 32 bits choose
 * between them evenly enough: none is favoured by more than a 4096th.
 */
static uint64_t choose_random(const struct elf64_plan *plan, uint64_t random)
{
	uint64_t last = plan->base + slide_to_high(plan) + (plan->span - 1);
	uint64_t room = (0 - PAGE_4K - 1) - last;
	uint64_t places = room / plan->align + 1;

	/* It reaches into the last page where it is. */
	if (last > 0 - PAGE_4K - 1)
		return 0;
	return ((mix(random) >> 32) * places >> 32) * plan->align;
}

static uint64_t choose_slide(const struct elf64_plan *plan,
			     const struct vspace_wishes *wishes)
{
	if (wishes->kaslr)
		return slide_to_high(plan) + choose_random(plan,
							   wishes->random);
	if (!plan->pie || plan->base >= VSPACE_PIE_LOW)
		return 0;
	return slide_to_high(plan);
}

/* Is physical memory clear of all that is up to the kernel and its author? */
static bool is_clear(const struct elf64_plan *plan, uint64_t slide,
		     uint64_t base, uint64_t last)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		uint64_t vaddr = plan->segment[i].vaddr + slide;

		if (vaddr <= last &&
		    vaddr + (plan->segment[i].memsz - 1) >= base)
			return false;
	}
	return true;
}

/* A range of slots [first, end). */
struct slots {
	int first, end;
};

/* As the kernel wishes. */
static int place_phys(const struct elf64_plan *plan, uint64_t slide,
		      uint64_t ram_end, const struct vspace_wishes *wishes,
		      struct slots *phys)
{
	uint64_t base = wishes->phys_offset;
	uint64_t last = base + (ram_end - (ram_end != 0));

	/* Where chance puts the kernel must not decide whether it boots. */
	if (last < base || !paging_canonical(last) || (base ^ last) >> 63 ||
	    !is_clear(plan, slide, base, last) ||
	    (wishes->kaslr && last >= VSPACE_PIE_HIGH))
		return VSPACE_PHYS;
	*phys = (struct slots){ slot_of(base), slot_of(last) + 1 };
	return VSPACE_OK;
}

/* The first slots that are free and enough. */
static int find_phys(const struct elf64_plan *plan, uint64_t slide,
		     uint64_t ram_end, struct slots *phys)
{
	/* Rounded up; the map is one slot at least. */
	uint64_t need = (ram_end - (ram_end != 0)) / PML4_SLOT + 1;
	int first = SLOT_FIRST;
	int end = SLOT_FIRST;

	/* [first, end) are free; it grows until it is large enough. */
	for (; end < SLOT_END && (uint64_t)(end - first) < need; end++)
		if (is_kernels(plan, slide, end))
			first = end + 1;
	if ((uint64_t)(end - first) < need)
		return VSPACE_FULL;
	*phys = (struct slots){ first, end };
	return VSPACE_OK;
}

int vspace_place(const struct elf64_plan *plan, uint64_t ram_end,
		 const struct vspace_wishes *wishes, struct vspace *v)
{
	struct slots phys = { 0, 0 };
	uint64_t phys_offset = wishes->phys_offset;
	int window = SLOT_END - 1;
	uint64_t slide;
	int err = VSPACE_OK;

	if (wishes->kaslr && !can_go_high(plan))
		return VSPACE_KASLR;
	slide = choose_slide(plan, wishes);
	if (phys_offset == 0) {
		err = find_phys(plan, slide, ram_end, &phys);
		phys_offset = slot_address(phys.first);
	} else if (phys_offset == BOOT_PHYS_NONE) {
		phys_offset = 0;
	} else {
		err = place_phys(plan, slide, ram_end, wishes, &phys);
	}
	if (err)
		return err;

	/* The highest slot that is still free. */
	while (window >= SLOT_FIRST &&
	       (is_kernels(plan, slide, window) ||
		(window >= phys.first && window < phys.end)))
		window--;
	if (window < SLOT_FIRST)
		return VSPACE_FULL;

	v->slide = slide;
	v->phys_offset = phys_offset;
	v->window = slot_address(window);
	return VSPACE_OK;
}
