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
#define MOST            (1ull << VSPACE_RAM_BITS)

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

/* The most that stage2 lets through: no kernel at an end is refused for it. */
{ "64 TiB, low", false, 0, { { 0x200000, 0x1000 } }, MOST, 0,
	{ 0, PHYS, WINDOW } },
{ "64 TiB, at the default", false, 0, { { PHYS, 0x1000 } }, MOST, 0,
	{ 0, SLOT(257), WINDOW } },
{ "64 TiB, at the window", false, 0, { { WINDOW, 0x1000 } }, MOST, 0,
	{ 0, PHYS, SLOT(509) } },
{ "64 TiB, high", false, 0, { { KERNEL_BASE, 0x1000 } }, MOST, 0,
	{ 0, PHYS, WINDOW } },
{ "64 TiB, PIE", true, 0, { { 0, 0x1000 } }, MOST, 0,
	{ PIE_BASE, PHYS, WINDOW } },

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

#define AT(address) { .phys_offset = (address) }

static const struct {
	struct row row;
	struct vspace_wishes wishes;
} wish_rows[] = {
/* A wish for the map of physical memory. */
{ { "none", false, 0, { { 0x200000, 1 } }, GIB, 0, { 0, 0, WINDOW } },
	AT(1) },
{ { "none, RAM that fits nowhere", false, 0, { { WINDOW, 1 } }, 255 * 512 * GIB,
	0, { 0, 0, SLOT(509) } },
	AT(1) },
{ { "in the low half", false, 0, { { 0x200000, 1 } }, GIB, 0,
	{ 0, 3 * GIB, WINDOW } },
	AT(3 * GIB) },
{ { "up to the end of the low half", false, 0, { { 0x200000, 1 } }, GIB, 0,
	{ 0, (1ull << 47) - GIB, WINDOW } },
	AT((1ull << 47) - GIB) },
{ { "past the end of the low half", false, 0, { { 0x200000, 1 } }, GIB + 1,
	VSPACE_PHYS, { 0, 0, 0 } },
	AT((1ull << 47) - GIB) },
{ { "from the low half into the high one", false, 0, { { 0x200000, 1 } },
	0ull - (1ull << 47), VSPACE_PHYS, { 0, 0, 0 } },
	AT((1ull << 47) - GIB) },
{ { "up to 2^64", false, 0, { { 0x200000, 1 } }, GIB, 0,
	{ 0, 0 - GIB, WINDOW } },
	AT(0 - GIB) },
{ { "past 2^64", false, 0, { { 0x200000, 1 } }, GIB + 1, VSPACE_PHYS,
	{ 0, 0, 0 } },
	AT(0 - GIB) },
{ { "where the window would be", false, 0, { { 0x200000, 1 } }, GIB, 0,
	{ 0, WINDOW + 5 * GIB, SLOT(509) } },
	AT(WINDOW + 5 * GIB) },
{ { "from there on into the next slot", false, 0, { { 0x200000, 1 } },
	GIB + 1, 0, { 0, SLOT(510) - GIB, SLOT(508) } },
	AT(SLOT(510) - GIB) },
{ { "right below the kernel", false, 0, { { KERNEL_BASE, 1 } }, GIB, 0,
	{ 0, KERNEL_BASE - GIB, WINDOW } },
	AT(KERNEL_BASE - GIB) },
{ { "a byte into the kernel", false, 0, { { KERNEL_BASE, 1 } }, GIB + 1,
	VSPACE_PHYS, { 0, 0, 0 } },
	AT(KERNEL_BASE - GIB) },
{ { "behind the kernel", false, 0, { { KERNEL_BASE, GIB } }, GIB, 0,
	{ 0, KERNEL_BASE + GIB, WINDOW } },
	AT(KERNEL_BASE + GIB) },
{ { "on the kernel's last byte", false, 0, { { KERNEL_BASE, GIB + 1 } }, GIB,
	VSPACE_PHYS, { 0, 0, 0 } },
	AT(KERNEL_BASE + GIB) },
{ { "a byte into its second segment", false, 0,
	{ { 0x200000, 1 }, { KERNEL_BASE, 1 } }, GIB + 1, VSPACE_PHYS,
	{ 0, 0, 0 } },
	AT(KERNEL_BASE - GIB) },
{ { "right below the window", false, 0, { { 0x200000, 1 } }, 512 * GIB, 0,
	{ 0, SLOT(509), WINDOW } },
	AT(SLOT(509)) },
{ { "no RAM, where the kernel is not", false, 0, { { KERNEL_BASE, GIB } }, 0, 0,
	{ 0, KERNEL_BASE + GIB, WINDOW } },
	AT(KERNEL_BASE + GIB) },
{ { "where a PIE is moved", true, 0, { { 0, 0x1000 } }, GIB, VSPACE_PHYS,
	{ 0, 0, 0 } },
	AT(PIE_BASE) },

/* A wish for KASLR that cannot be. */
{ { "KASLR, fixed", false, 0, { { 0x200000, 1 } }, GIB, VSPACE_KASLR,
	{ 0, 0, 0 } },
	{ .kaslr = true } },
{ { "KASLR, larger than 2 GiB", true, 0, { { 0x100000, 2 * GIB + 1 } }, GIB,
	VSPACE_KASLR, { 0, 0, 0 } },
	{ .kaslr = true } },
{ { "KASLR, 2 GiB but not aligned", true, 0x200000,
	{ { 0x101000, 2 * GIB } }, GIB, VSPACE_KASLR, { 0, 0, 0 } },
	{ .kaslr = true } },
{ { "KASLR, aligned to 4 GiB", true, 4 * GIB, { { 4 * GIB, 0x1000 } }, GIB,
	VSPACE_KASLR, { 0, 0, 0 } },
	{ .kaslr = true } },
{ { "KASLR, memory where the kernel may go", true, 0, { { 0, 0x1000 } }, GIB,
	VSPACE_PHYS, { 0, 0, 0 } },
	{ .kaslr = true, .phys_offset = PIE_BASE + GIB } },
{ { "KASLR, a byte of memory where it may go", true, 0, { { 0, 0x1000 } },
	GIB + 1, VSPACE_PHYS, { 0, 0, 0 } },
	{ .kaslr = true, .random = 1, .phys_offset = PIE_BASE - GIB } },
{ { "KASLR, memory where it may not go", true, 0, { { 0, 2 * GIB } }, GIB, 0,
	{ PIE_BASE, PIE_BASE - GIB, WINDOW } },
	{ .kaslr = true, .phys_offset = PIE_BASE - GIB } },
{ { "KASLR, aligned to 2 GiB", true, 2 * GIB, { { 0, 0x1000 } }, GIB, 0,
	{ PIE_BASE, PHYS, WINDOW } },
	{ .kaslr = true, .random = ~0ull } },
{ { "KASLR, linked where the window goes", true, 0,
	{ { SLOT(511) - GIB, 2 * GIB } }, GIB, 0,
	{ PIE_BASE + GIB - SLOT(511), PHYS, WINDOW } },
	{ .kaslr = true, .random = ~0ull } },
{ { "KASLR without a choice", true, 0, { { 0, 2 * GIB } }, GIB, 0,
	{ PIE_BASE, PHYS, WINDOW } },
	{ .kaslr = true, .random = ~0ull } },
{ { "KASLR, all but a page of 2 GiB", true, 0, { { 0, 2 * GIB - 0x1000 } }, GIB,
	0, { PIE_BASE, PHYS, WINDOW } },
	{ .kaslr = true, .random = ~0ull } },
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
		plan.span = row->segment[i].vaddr + row->segment[i].memsz -
			plan.base;
	}
	plan.span = (plan.span + 0xfff) & ~0xfffull;
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
	bool mapped = v->phys_offset != 0;

	if (phys_last < v->phys_offset || v->phys_offset % GIB ||
	    v->window < PHYS || v->window % (512 * GIB) ||
	    v->slide % plan->align)
		return false;
	for (uint32_t i = 0; i < plan->count; i++) {
		uint64_t vaddr = plan->segment[i].vaddr + v->slide;
		uint64_t size = plan->segment[i].memsz;

		if (vaddr + (size - 1) < vaddr ||
		    (mapped &&
		     touches(v->phys_offset, phys_last, vaddr, size)) ||
		    touches(v->window, window_last, vaddr, size))
			return false;
	}
	return !mapped ||
	       !touches(v->phys_offset, phys_last, v->window, 512 * GIB);
}

static void check_row(const struct row *row,
		      const struct vspace_wishes *wishes)
{
	struct elf64_plan plan = plan_of(row);
	struct vspace v = { 1, 2, 3 };
	int err = vspace_place(&plan, row->ram_end, wishes, &v);

	if (err != row->want)
		fail_msg("%s: error %d", row->name, err);
	if (err != VSPACE_OK) {
		assert_true(v.slide == 1 && v.phys_offset == 2 &&
			    v.window == 3);
		return;
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

static void test_rows(void **state)
{
	const struct vspace_wishes none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], &none);
	for (size_t i = 0; i < sizeof(wish_rows) / sizeof(wish_rows[0]); i++)
		check_row(&wish_rows[i].row, &wish_rows[i].wishes);
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
		const struct vspace_wishes none = { 0 };
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
		if (vspace_place(&plan, need * 512 * GIB, &none, &v) ==
		    VSPACE_OK)
			assert_true(is_sound(&plan, need * 512 * GIB, &v));
		else
			assert_true(longest <= need);
	}
}

/* Kernels to move about, and how many places there are for them. */
static const struct {
	uint64_t base, size, align;
	uint64_t places;
} movable[] = {
	{ 0, 0x1000, 0x1000, 0x80000 - 1 },
	{ 0x31000, 0x5000, 0x10000, 0x8000 },
	{ 0x200000, 3 << 20, 0x200000, 1024 - 1 },
	{ 0, 2 * GIB - 0x9000, 0x1000, 9 },
	{ 0x40000000, GIB, 0x40000000, 1 },
};

/* Legal, and each of eight parts of the range, or each place, as often. */
static void test_kaslr(void **state)
{
	(void)state;
	for (size_t m = 0; m < sizeof(movable) / sizeof(movable[0]); m++) {
		const uint64_t base = movable[m].base;
		struct elf64_plan plan = {
			.pie = true, .align = movable[m].align, .base = base,
			.span = movable[m].size, .count = 1,
			.segment[0] = { .vaddr = base,
					.memsz = movable[m].size },
		};
		const uint64_t parts = movable[m].places < 1000 ?
				       movable[m].places : 8;
		unsigned part[9] = { 0 };

		/* Bits as clocks give them: few, and all of them low. */
		for (uint64_t i = 0; i < 8000; i++) {
			const struct vspace_wishes w = {
				.kaslr = true, .random = i * 3,
			};
			struct vspace v;
			uint64_t where, last;

			assert_int_equal(vspace_place(&plan, GIB, &w, &v), 0);
			where = base + v.slide;
			last = where + (plan.span - 1);
			assert_int_equal(v.slide % plan.align, 0);
			assert_true(where >= PIE_BASE && last >= where &&
				    last < 0ull - 0x1000);
			assert_true(is_sound(&plan, GIB, &v));
			where = (where - PIE_BASE) / plan.align;
			assert_true(where < movable[m].places);
			part[where * parts / movable[m].places]++;
		}
		for (unsigned i = 0; i < parts; i++)
			if (part[i] * parts < 6800 || part[i] * parts > 9200)
				fail_msg("kernel %zu: part %u %u times", m, i,
					 part[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kaslr),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
