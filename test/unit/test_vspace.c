// SPDX-License-Identifier: 0BSD
/*
 * test_vspace.c - where kernel, map of physical memory and window go: rows of
 * kernels and RAM sizes, and a check of what every placement keeps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "elf64.h"
#include "vspace.h"

#define GIB             (1ull << 30)
#define SLOT(n)         (0xffff800000000000ull + ((n) - 256ull) * (512 * GIB))
#define PHYS            SLOT(256)
#define WINDOW          SLOT(510)
#define PIE_BASE        0xffffffff80000000ull
#define KERNEL_BASE     0xffffffff80000000ull
#define FULL            VSPACE_FULL

struct row {
	const char *name;
	bool pie;
	uint64_t align;         /* 0: a page */
	struct { uint64_t vaddr, memsz; } segment[4];   /* up to memsz 0 */
	uint64_t ram_end;
	int want;
	struct vspace v;
};

static const struct row rows[] = {
/* Executables stay. */
{ "low", false, 0, { { 0x200000, 0x1000 } }, GIB, 0, { 0, PHYS, WINDOW } },
{ "0x20000", false, 0, { { 0x20000, 0x1000 } }, GIB, 0,
	{ 0, PHYS, WINDOW } },
{ "high", false, 0, { { KERNEL_BASE, 0x1000 } }, GIB, 0,
	{ 0, PHYS, WINDOW } },
{ "up to 2^64", false, 0, { { 0ull - 0x1000, 0x1000 } }, GIB, 0,
	{ 0, PHYS, WINDOW } },
{ "low and high", false, 0, { { 0x200000, 0x1000 }, { KERNEL_BASE, 1 } }, GIB,
	0, { 0, PHYS, WINDOW } },

/* phys_offset makes room. */
{ "at the default", false, 0, { { PHYS, 0x1000 } }, GIB, 0,
	{ 0, SLOT(257), WINDOW } },
{ "last byte of the default slot", false, 0, { { SLOT(257) - 1, 1 } }, GIB, 0,
	{ 0, SLOT(257), WINDOW } },
{ "across two slots", false, 0, { { SLOT(257) - 1, 2 } }, GIB, 0,
	{ 0, SLOT(258), WINDOW } },
{ "in the second slot, one is enough", false, 0, { { SLOT(257), 1 } },
	512 * GIB, 0, { 0, PHYS, WINDOW } },
{ "in the second slot, two needed", false, 0, { { SLOT(257), 1 } },
	512 * GIB + 1, 0, { 0, SLOT(258), WINDOW } },
{ "a gap that is too small", false, 0, { { PHYS, 1 }, { SLOT(258), 1 },
	{ SLOT(261), 1 } }, 1024 * GIB, 0, { 0, SLOT(259), WINDOW } },
{ "the same, three needed", false, 0, { { PHYS, 1 }, { SLOT(258), 1 },
	{ SLOT(261), 1 } }, 1024 * GIB + 1, 0, { 0, SLOT(262), WINDOW } },

/* So does the window. */
{ "at the window", false, 0, { { WINDOW, 1 } }, GIB, 0,
	{ 0, PHYS, SLOT(509) } },
{ "at the window and below", false, 0, { { WINDOW, 1 }, { SLOT(509), 1 } },
	GIB, 0, { 0, PHYS, SLOT(508) } },
{ "from the window into the last slot", false, 0, { { SLOT(511) - 1, 2 } },
	GIB, 0, { 0, PHYS, SLOT(509) } },
{ "at both", false, 0, { { PHYS, 1 }, { WINDOW, 1 } }, GIB, 0,
	{ 0, SLOT(257), SLOT(509) } },

/* RAM */
{ "no RAM", false, 0, { { 0x200000, 1 } }, 0, 0, { 0, PHYS, WINDOW } },
{ "a byte", false, 0, { { 0x200000, 1 } }, 1, 0, { 0, PHYS, WINDOW } },
{ "all slots but one", false, 0, { { 0x200000, 1 } }, 254 * 512 * GIB, 0,
	{ 0, PHYS, WINDOW } },
{ "all slots but one, window taken", false, 0, { { WINDOW, 1 } },
	254 * 512 * GIB, FULL, { 0, 0, 0 } },
{ "all slots but two, window taken", false, 0, { { WINDOW, 1 } },
	253 * 512 * GIB, 0, { 0, PHYS, SLOT(509) } },
{ "all but one, the first taken", false, 0, { { PHYS, 1 } },
	254 * 512 * GIB, FULL, { 0, 0, 0 } },
{ "all but two, the first taken", false, 0, { { PHYS, 1 } },
	253 * 512 * GIB, 0, { 0, SLOT(257), WINDOW } },
{ "all slots", false, 0, { { 0x200000, 1 } }, 255 * 512 * GIB, FULL,
	{ 0, 0, 0 } },
{ "more than all slots", false, 0, { { 0x200000, 1 } }, 256 * 512 * GIB, FULL,
	{ 0, 0, 0 } },
{ "2^64 - 1", false, 0, { { 0x200000, 1 } }, UINT64_MAX, FULL, { 0, 0, 0 } },

{ "the last slot would make it enough", false, 0, { { SLOT(300), 1 } },
	211 * 512 * GIB, FULL, { 0, 0, 0 } },
{ "enough without the last slot", false, 0, { { SLOT(300), 1 } },
	210 * 512 * GIB, 0, { 0, SLOT(301), SLOT(299) } },
{ "window in the first slot", false, 0, { { SLOT(257), 1 } },
	253 * 512 * GIB, 0, { 0, SLOT(258), PHYS } },

/* Position-independent kernels */
{ "PIE at 0", true, 0, { { 0, 0x1000 } }, GIB, 0, { PIE_BASE, PHYS, WINDOW } },
{ "PIE in a page", true, 0, { { 0x210, 0x1000 } }, GIB, 0,
	{ PIE_BASE, PHYS, WINDOW } },
{ "PIE just below 1 MiB", true, 0, { { 0xff000, 0x1000 } }, GIB, 0,
	{ PIE_BASE - 0xff000, PHYS, WINDOW } },
{ "PIE at 1 MiB", true, 0, { { 0x100000, 0x1000 } }, GIB, 0,
	{ 0, PHYS, WINDOW } },
{ "PIE linked high", true, 0, { { PHYS, 0x1000 } }, GIB, 0,
	{ 0, SLOT(257), WINDOW } },
{ "PIE aligned to 2 MiB", true, 0x200000, { { 0xff000, 0x1000 } }, GIB, 0,
	{ PIE_BASE, PHYS, WINDOW } },
{ "PIE aligned to 64 KiB", true, 0x10000, { { 0x31000, 0x1000 } }, GIB, 0,
	{ PIE_BASE - 0x30000, PHYS, WINDOW } },
{ "PIE of 2 GiB", true, 0, { { 0, 2 * GIB } }, GIB, 0,
	{ PIE_BASE, PHYS, WINDOW } },
};

static struct elf64_plan plan_of(const struct row *row)
{
	struct elf64_plan plan = {
		.pie = row->pie,
		.align = row->align ? row->align : 0x1000,
		.base = row->segment[0].vaddr & ~0xfffull,
	};

	for (int i = 0; i < 4 && row->segment[i].memsz; i++) {
		plan.segment[i].vaddr = row->segment[i].vaddr;
		plan.segment[i].memsz = row->segment[i].memsz;
		plan.count++;
	}
	return plan;
}

static bool touches(uint64_t base, uint64_t last, uint64_t vaddr,
		    uint64_t size)
{
	return base <= vaddr + (size - 1) && vaddr <= last;
}

/* What vspace.h promises, whatever the row says. */
static bool is_sound(const struct elf64_plan *plan, uint64_t ram_end,
		     const struct vspace *v)
{
	uint64_t phys_last = v->phys_offset + (ram_end ? ram_end - 1 : 0);
	uint64_t window_last = v->window + (512 * GIB - 1);

	if (v->phys_offset < PHYS || phys_last < v->phys_offset ||
	    v->window < PHYS || v->phys_offset % (512 * GIB) ||
	    v->window % (512 * GIB) || v->slide % plan->align)
		return false;
	for (uint32_t i = 0; i < plan->count; i++) {
		uint64_t vaddr = plan->segment[i].vaddr + v->slide;
		uint64_t size = plan->segment[i].memsz;

		if (vaddr + (size - 1) < vaddr ||
		    touches(v->phys_offset, phys_last, vaddr, size) ||
		    touches(v->window, window_last, vaddr, size))
			return false;
	}
	return !touches(v->phys_offset, phys_last, v->window, 512 * GIB);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct elf64_plan plan = plan_of(row);
		struct vspace v = { 1, 2, 3 };
		int err = vspace_place(&plan, row->ram_end, &v);

		if (err != row->want)
			fail_msg("%s: error %d", row->name, err);
		if (err != VSPACE_OK) {
			assert_true(v.slide == 1 && v.phys_offset == 2 &&
				    v.window == 3);
			continue;
		}
		if (v.slide != row->v.slide ||
		    v.phys_offset != row->v.phys_offset ||
		    v.window != row->v.window)
			fail_msg("%s: slide 0x%llx, phys_offset 0x%llx, "
				 "window 0x%llx", row->name,
				 (unsigned long long)v.slide,
				 (unsigned long long)v.phys_offset,
				 (unsigned long long)v.window);
		if (!is_sound(&plan, row->ram_end, &v))
			fail_msg("%s: things overlap", row->name);
	}
}

/* Kernels in random slots: full is said only when it is. */
static void test_random(void **state)
{
	uint64_t r = 0x9e3779b97f4a7c15;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct elf64_plan plan = { .align = 0x1000, .count = 64 };
		uint64_t need = 1 + i % 24;
		uint64_t run = 0, longest = 0;
		struct vspace v;
		unsigned slot = 256;

		for (uint32_t k = 0; k < plan.count; k++) {
			r ^= r << 13;
			r ^= r >> 7;
			r ^= r << 17;
			slot += r % 8;
			if (slot > 511)
				slot = 511;
			plan.segment[k].vaddr = SLOT(slot) + k;
			plan.segment[k].memsz = 1;
		}
		/* The longest row of free slots below the last slot. */
		for (unsigned s = 256; s < 511; s++) {
			bool used = false;

			for (uint32_t k = 0; k < plan.count; k++)
				used |= plan.segment[k].vaddr / (512 * GIB) ==
					SLOT(s) / (512 * GIB);
			run = used ? 0 : run + 1;
			longest = run > longest ? run : longest;
		}
		if (vspace_place(&plan, need * 512 * GIB, &v) == VSPACE_OK)
			assert_true(is_sound(&plan, need * 512 * GIB, &v));
		else
			assert_true(longest <= need);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
