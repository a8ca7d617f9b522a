// SPDX-License-Identifier: 0BSD
// window.c - a look at physical memory that the loader has not mapped.

#include "window.h"

#include "cpu.h"

#define ENTRIES         512             /* in a table of any level */
#define SLOT_SHIFT      39              /* what an entry of the top one maps */
#define HALF            (WINDOW_SIZE / 2)       /* a large page */
#define TABLE_MASK      0x000ffffffffff000
#define PTE_PRESENT     0x01
#define PTE_LARGE       0x80
#define SIGN            0xffff000000000000      /* of the top half */

typedef uint64_t table[ENTRIES] __attribute__((aligned(4096)));

/* The kernel's own memory has no place that is known at build time. */
static uint64_t physical(const struct boot_info *info, const void *pointer)
{
	uint64_t virt = (uintptr_t)pointer;

	for (uint64_t i = 0; i < info->segment_count; i++) {
		const struct boot_segment *s = &info->segments[i];

		if (virt - s->virt < s->size)
			return s->phys + (virt - s->virt);
	}
	return 0;
}

/* Two tables of ours below a free entry of the top table; its address. */
static uint64_t make_slot(const struct boot_info *info, uint64_t *pages)
{
	static table middle;
	uint64_t *top = (uint64_t *)(info->phys_offset +
				     (cpu_cr(3) & TABLE_MASK));
	uint64_t slot = ENTRIES / 2;

	if (info->phys_offset == 0)
		return 0;
	while (slot < ENTRIES && (top[slot] & PTE_PRESENT))
		slot++;
	if (slot == ENTRIES)
		return 0;
	middle[0] = physical(info, pages) | PTE_PRESENT;
	top[slot] = physical(info, middle) | PTE_PRESENT;
	return SIGN | slot << SLOT_SHIFT;
}

const void *window_open(const struct boot_info *info, uint64_t phys,
			size_t size)
{
	static table pages;
	static uint64_t base;
	uint64_t into = phys % HALF;

	if (base == 0)
		base = make_slot(info, pages);
	if (base == 0 || size > HALF)
		return NULL;
	for (uint64_t i = 0; i < WINDOW_SIZE / HALF; i++) {
		pages[i] = (phys - into + i * HALF) | PTE_LARGE | PTE_PRESENT;
		cpu_forget_page(base + i * HALF);
	}
	return (const void *)(base + into);
}
