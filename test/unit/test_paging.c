// SPDX-License-Identifier: 0BSD
/*
 * test_paging.c - page tables: rows of mappings, and random ones against a
 * list of what was mapped. Tables lie in a pool that stands for physical
 * memory, their physical addresses far from where the test sees them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "paging.h"

#define COUNT(a)        (sizeof(a) / sizeof(*(a)))
#define HALF            0xffff800000000000ull   /* the top half begins */
#define POOL_FRAMES     256
#define POOL_PHYS       0x7654321000ull         /* of the pool's start */

/* Frame 0 of the pool is the PML4. */
struct pool {
	uint64_t frame[POOL_FRAMES][512];
	size_t used;
	size_t max;
	struct paging pg;
};

static uint64_t random_state = 0x5eed;

static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static uint64_t pool_frame(void *ctx)
{
	struct pool *pool = ctx;

	if (pool->used == pool->max)
		return 0;
	memset(pool->frame[pool->used], 0xa5, PAGE_4K);
	return POOL_PHYS + pool->used++ * PAGE_4K;
}

static void pool_reset(struct pool *pool, size_t max)
{
	pool->used = 0;
	pool->max = max;
	pool->pg = (struct paging){
		.window = (uintptr_t)pool->frame - (uintptr_t)POOL_PHYS,
		.frame = pool_frame,
		.ctx = pool,
		.largest = PAGE_1G,
		.nx = true,
	};
	pool->pg.root = pool_frame(pool);
	memset(pool->frame[0], 0, PAGE_4K);
}

static struct pool *pool_new(void)
{
	struct pool *pool = malloc(sizeof(*pool));

	assert_non_null(pool);
	pool_reset(pool, POOL_FRAMES);
	return pool;
}

/* Of the pages of [vaddr, vaddr + size), how many have each size. */
struct pages {
	size_t small, large, huge;
};

/*
 * Asserts that [vaddr, vaddr + size) is mapped as it should be, page by page
 * from first to last byte, and counts the pages.
 */
static struct pages assert_mapped(const struct pool *pool, uint64_t vaddr,
				  uint64_t paddr, uint64_t size,
				  uint64_t flags)
{
	struct pages n = { 0, 0, 0 };
	uint64_t done = 0;

	while (done < size) {
		struct paging_walk w, end;

		assert_true(paging_walk(&pool->pg, vaddr + done, &w));
		assert_int_equal(w.paddr, paddr + done);
		assert_int_equal((vaddr + done) % w.page_size, 0);
		assert_true(w.page_size <= size - done);
		if (w.page_size == PAGE_4K) {
			assert_int_equal(w.flags, flags | PTE_PRESENT);
			n.small++;
		} else {
			assert_int_equal(w.flags,
					 flags | PTE_PRESENT | PTE_LARGE);
			if (w.page_size == PAGE_2M)
				n.large++;
			else
				n.huge++;
		}
		done += w.page_size;
		assert_true(paging_walk(&pool->pg, vaddr + done - 1, &end));
		assert_int_equal(end.paddr, paddr + done - 1);
		assert_int_equal(end.page_size, w.page_size);
	}
	return n;
}

static void assert_unmapped(const struct pool *pool, uint64_t vaddr)
{
	struct paging_walk w;

	assert_false(paging_walk(&pool->pg, vaddr, &w));
}

/* Which pages are chosen, and that no table is made in vain. */
static void test_sizes(void **state)
{
	static const struct {
		uint64_t vaddr, paddr, size;
		uint64_t cpu, largest;  /* pg->largest, the argument */
		struct pages pages;
		size_t frames;          /* besides the PML4 */
	} rows[] = {
		{ 0x1000, 0x5000, 0, PAGE_1G, PAGE_1G, { 0, 0, 0 }, 0 },
		{ 0x1000, 0x5000, 0x1000, PAGE_1G, PAGE_1G, { 1, 0, 0 }, 3 },
		/* a whole 2 MiB page, and one page less */
		{ PAGE_2M, 0, PAGE_2M, PAGE_1G, PAGE_1G, { 0, 1, 0 }, 2 },
		{ PAGE_2M, 0, PAGE_2M - 0x1000, PAGE_1G, PAGE_1G,
		  { 511, 0, 0 }, 3 },
		/* either address not aligned to 2 MiB */
		{ PAGE_2M, 0x1000, PAGE_2M, PAGE_1G, PAGE_1G,
		  { 512, 0, 0 }, 3 },
		{ 0x1000, PAGE_2M, PAGE_2M, PAGE_1G, PAGE_1G,
		  { 512, 0, 0 }, 4 },
		/* both off by the same: small at the ends, large between */
		{ 0x1ff000, 0x5ff000, PAGE_2M + 0x2000, PAGE_1G, PAGE_1G,
		  { 2, 1, 0 }, 4 },
		/* a whole 1 GiB page, and one page less */
		{ PAGE_1G, 0, PAGE_1G, PAGE_1G, PAGE_1G, { 0, 0, 1 }, 1 },
		{ PAGE_1G, 0, PAGE_1G - 0x1000, PAGE_1G, PAGE_1G,
		  { 511, 511, 0 }, 3 },
		{ PAGE_1G, PAGE_2M, PAGE_1G, PAGE_1G, PAGE_1G,
		  { 0, 512, 0 }, 2 },
		{ PAGE_2M, PAGE_1G, PAGE_1G, PAGE_1G, PAGE_1G,
		  { 0, 512, 0 }, 3 },
		/* from 4 KiB up to 1 GiB and down again */
		{ PAGE_1G - PAGE_2M - 0x1000, 3 * PAGE_1G - PAGE_2M - 0x1000,
		  2 * PAGE_1G + 2 * PAGE_2M + 0x2000, PAGE_1G, PAGE_1G,
		  { 2, 2, 2 }, 5 },
		/* bounded by the CPU, by the caller, by both */
		{ 0, 0, PAGE_1G, PAGE_2M, PAGE_1G, { 0, 512, 0 }, 2 },
		{ 0, 0, PAGE_1G, PAGE_1G, PAGE_2M, { 0, 512, 0 }, 2 },
		{ 0, 0, PAGE_2M, PAGE_1G, PAGE_4K, { 512, 0, 0 }, 3 },
		{ 0, 0, PAGE_2M, PAGE_4K, PAGE_1G, { 512, 0, 0 }, 3 },
		/* across a PML4 entry's border */
		{ PML4_SLOT - PAGE_1G, 0, 2 * PAGE_1G, PAGE_1G, PAGE_1G,
		  { 0, 0, 2 }, 2 },
		{ PML4_SLOT - 0x1000, 0x5000, 0x2000, PAGE_1G, PAGE_1G,
		  { 2, 0, 0 }, 6 },
		/* the top of the lower half, the bottom of the upper */
		{ 0x7ffffffff000, 0x5000, 0x1000, PAGE_1G, PAGE_1G,
		  { 1, 0, 0 }, 3 },
		{ HALF, 0, 0x1000, PAGE_1G, PAGE_1G, { 1, 0, 0 }, 3 },
		/* up to 2^64 */
		{ 0xfffffffffffff000, 0x5000, 0x1000, PAGE_1G, PAGE_1G,
		  { 1, 0, 0 }, 3 },
		{ 0xffffffff80000000, 0, 2 * PAGE_1G, PAGE_1G, PAGE_1G,
		  { 0, 0, 2 }, 1 },
		{ 0xffffffffffdff000, 0x1ff000, PAGE_2M + 0x1000, PAGE_1G,
		  PAGE_1G, { 1, 1, 0 }, 3 },
		/* as much as a physical address can say */
		{ PAGE_1G, 0xfffffc0000000, PAGE_1G, PAGE_1G, PAGE_1G,
		  { 0, 0, 1 }, 1 },
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t end = rows[i].vaddr + rows[i].size;
		struct pages n;

		print_message("row %zu\n", i);
		pool_reset(pool, POOL_FRAMES);
		pool->pg.largest = rows[i].cpu;
		assert_int_equal(paging_map(&pool->pg, rows[i].vaddr,
					    rows[i].paddr, rows[i].size,
					    PTE_WRITE, rows[i].largest), 0);
		n = assert_mapped(pool, rows[i].vaddr, rows[i].paddr,
				  rows[i].size, PTE_WRITE);
		assert_int_equal(n.small, rows[i].pages.small);
		assert_int_equal(n.large, rows[i].pages.large);
		assert_int_equal(n.huge, rows[i].pages.huge);
		assert_int_equal(pool->used - 1, rows[i].frames);
		assert_unmapped(pool, rows[i].vaddr - 1);
		assert_unmapped(pool, end);
	}
	free(pool);
}

static void test_flags(void **state)
{
	static const uint64_t flags[] = {
		0, PTE_WRITE, PTE_NX, PTE_WRITE | PTE_NX, PTE_PWT, PTE_PCD,
		PTE_WRITE | PTE_NX | PTE_PWT | PTE_PCD, PTE_WC,
	};
	static const uint64_t pages[] = { PAGE_4K, PAGE_2M, PAGE_1G };
	struct pool *pool = pool_new();
	uint64_t at = PAGE_1G;

	(void)state;
	for (size_t nx = 0; nx < 2; nx++)
		for (size_t i = 0; i < COUNT(flags); i++)
			for (size_t j = 0; j < COUNT(pages); j++) {
				uint64_t expected = flags[i];

				/* The PAT's bit has two places. */
				if (pages[j] == PAGE_4K &&
				    flags[i] & PTE_PAT_LARGE)
					expected ^= PTE_PAT_LARGE | PTE_PAT_4K;

				pool->pg.nx = nx != 0;
				if (!nx)
					expected &= ~PTE_NX;
				assert_int_equal(paging_map(&pool->pg, at, at,
							    pages[j], flags[i],
							    PAGE_1G), 0);
				assert_mapped(pool, at, at, pages[j],
					      expected);
				at += PAGE_1G;
			}
	free(pool);
}

/* Pages of one table may differ in rights, whichever of them made it. */
static void test_neighbours(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_int_equal(paging_map(&pool->pg, 0x1000, 0x9000, 0x1000, PTE_NX,
				    PAGE_1G), 0);
	assert_int_equal(paging_map(&pool->pg, 0x3000, 0x5000, 0x2000,
				    PTE_WRITE, PAGE_1G), 0);
	assert_int_equal(paging_map(&pool->pg, 0x2000, 0x7000, 0x1000, 0,
				    PAGE_1G), 0);
	assert_int_equal(pool->used, 4);
	assert_unmapped(pool, 0);
	assert_mapped(pool, 0x1000, 0x9000, 0x1000, PTE_NX);
	assert_mapped(pool, 0x2000, 0x7000, 0x1000, 0);
	assert_mapped(pool, 0x3000, 0x5000, 0x2000, PTE_WRITE);
	assert_unmapped(pool, 0x5000);
	free(pool);
}

/* The second mapping meets the first: refused, the first as it was. */
static void test_taken(void **state)
{
	static const struct {
		uint64_t vaddr, size;           /* mapped */
		uint64_t vaddr2, size2;         /* then refused */
	} rows[] = {
		/* the same page; the first, a middle, the last one of many */
		{ 0x1000, 0x1000, 0x1000, 0x1000 },
		{ 0x2000, 0x1000, 0x2000, 0x3000 },
		{ 0x2000, 0x1000, 0x1000, 0x3000 },
		{ 0x3000, 0x1000, 0x1000, 0x3000 },
		{ 0x400000, 0x1000, 0x1ff000, 0x202000 },
		/* a small page under a large or huge one */
		{ PAGE_2M, PAGE_2M, PAGE_2M, 0x1000 },
		{ PAGE_2M, PAGE_2M, PAGE_2M + 0x1ff000, 0x1000 },
		{ PAGE_1G, PAGE_1G, PAGE_1G, 0x1000 },
		{ PAGE_1G, PAGE_1G, 2 * PAGE_1G - PAGE_2M, PAGE_2M },
		/* the same large or huge page */
		{ PAGE_2M, PAGE_2M, PAGE_2M, PAGE_2M },
		{ PAGE_1G, PAGE_1G, PAGE_1G, PAGE_1G },
		/* a large or huge page over a table */
		{ PAGE_2M, 0x1000, PAGE_2M, PAGE_2M },
		{ PAGE_2M + 0x1ff000, 0x1000, 0, 2 * PAGE_2M },
		{ PAGE_1G + 0x5000, 0x1000, PAGE_1G, PAGE_1G },
		{ PAGE_1G + PAGE_2M, PAGE_2M, PAGE_1G, PAGE_1G },
		/* the last page of all */
		{ 0xfffffffffffff000, 0x1000, 0xffffffffffffe000, 0x2000 },
		{ 0xffffffffc0000000, PAGE_1G, 0xfffffffffffff000, 0x1000 },
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("row %zu\n", i);
		pool_reset(pool, POOL_FRAMES);
		assert_int_equal(paging_map(&pool->pg, rows[i].vaddr, 0,
					    rows[i].size, PTE_NX, PAGE_1G), 0);
		assert_int_equal(paging_map(&pool->pg, rows[i].vaddr2,
					    4 * PAGE_1G, rows[i].size2,
					    PTE_WRITE, PAGE_1G),
				 PAGING_TAKEN);
		assert_mapped(pool, rows[i].vaddr, 0, rows[i].size, PTE_NX);
	}
	free(pool);
}

/* With each number of frames too small, and with just enough. */
static void test_no_frame(void **state)
{
	const uint64_t vaddr = PML4_SLOT - 0x1000;      /* three levels anew */
	struct pool *pool = pool_new();

	(void)state;
	for (size_t max = 1; max <= 7; max++) {
		pool_reset(pool, max);
		assert_int_equal(paging_map(&pool->pg, vaddr, 0x5000, 0x2000,
					    0, PAGE_1G),
				 max < 7 ? PAGING_NO_FRAME : PAGING_OK);
		assert_int_equal(pool->used, max);
		if (max >= 4)
			assert_mapped(pool, vaddr, 0x5000, 0x1000, 0);
		else
			assert_unmapped(pool, vaddr);
	}
	assert_mapped(pool, vaddr, 0x5000, 0x2000, 0);
	free(pool);
}

static void test_canonical(void **state)
{
	static const struct {
		uint64_t vaddr;
		bool canonical;
	} rows[] = {
		{ 0, true }, { 0x7fffffffffff, true },
		{ 0x800000000000, false }, { 0x8000000000000000, false },
		{ 0xffff7fffffffffff, false }, { HALF, true },
		{ UINT64_MAX, true },
	};
	struct pool *pool = pool_new();
	struct paging_walk w;

	/* The same tables would serve the addresses of the hole. */
	(void)state;
	assert_int_equal(paging_map(&pool->pg, HALF, 0, PAGE_1G, 0, PAGE_1G),
			 0);
	assert_int_equal(paging_map(&pool->pg, 0, 0, PAGE_1G, 0, PAGE_1G), 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(paging_canonical(rows[i].vaddr),
				 rows[i].canonical);
	assert_true(paging_walk(&pool->pg, HALF, &w));
	assert_false(paging_walk(&pool->pg, 0x800000000000, &w));
	assert_true(paging_walk(&pool->pg, 0, &w));
	assert_false(paging_walk(&pool->pg, 0x1000000000000, &w));
	assert_false(paging_walk(&pool->pg, 0xfffe800000000000, &w));
	free(pool);
}

/*
 * Tables that paging_map() does not make: rights that differ by level, and
 * all the flags that a last level can have.
 */
static void test_walk_flags(void **state)
{
	static const struct {
		uint64_t pml4e, pdpte, pde, pte;        /* flags, present */
		uint64_t flags;
	} rows[] = {
		{ 7, 7, 7, 7, 7 },
		{ 5, 7, 7, 7, 5 }, { 7, 5, 7, 7, 5 }, { 7, 7, 5, 7, 5 },
		{ 7, 7, 7, 5, 5 },
		{ 3, 7, 7, 7, 3 }, { 7, 3, 7, 7, 3 }, { 7, 7, 3, 7, 3 },
		{ 7, 7, 7, 3, 3 },
		{ 3, 5, 7, 7, 1 },
		{ PTE_NX | 7, 7, 7, 7, PTE_NX | 7 },
		{ 7, PTE_NX | 7, 7, 7, PTE_NX | 7 },
		{ 7, 7, PTE_NX | 7, 7, PTE_NX | 7 },
		{ 7, 7, 7, PTE_NX | 7, PTE_NX | 7 },
		{ PTE_PWT | 7, PTE_PCD | 7, 0x20 | 7, 7, 7 },
		{ 7, 7, 7, 0x0000000000000fff, 0xfff },
		{ 7, 7, 7, 0xfff0000000000fff, 0xfff0000000000fff },
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct paging_walk w;

		pool_reset(pool, POOL_FRAMES);
		for (size_t level = 0; level < 3; level++)
			pool_frame(pool);
		pool->frame[0][0] = (POOL_PHYS + 0x1000) | rows[i].pml4e;
		pool->frame[1][1] = (POOL_PHYS + 0x2000) | rows[i].pdpte;
		pool->frame[2][2] = (POOL_PHYS + 0x3000) | rows[i].pde;
		pool->frame[3][3] = 0xabcdef1234000 | rows[i].pte;
		assert_true(paging_walk(&pool->pg, 0x40403567, &w));
		assert_int_equal(w.paddr, 0xabcdef1234567);
		assert_int_equal(w.flags, rows[i].flags);
		assert_int_equal(w.page_size, PAGE_4K);
	}
	free(pool);
}

/* The PAT bit of a large page lies where small ones have address bits. */
static void test_walk_large(void **state)
{
	struct pool *pool = pool_new();
	struct paging_walk w;

	(void)state;
	pool_frame(pool);
	pool_frame(pool);
	pool->frame[0][0] = (POOL_PHYS + 0x1000) | 7;
	pool->frame[1][0] = (POOL_PHYS + 0x2000) | 7;
	pool->frame[1][1] = 0xfffffc0000000 | PTE_PAT_LARGE | PTE_LARGE | 7;
	pool->frame[2][1] = 0xfffffffe00000 | PTE_PAT_LARGE | PTE_LARGE | 5;
	assert_true(paging_walk(&pool->pg, 0x7abcdef8, &w));
	assert_int_equal(w.paddr, 0xffffffabcdef8);
	assert_int_equal(w.flags, PTE_PAT_LARGE | PTE_LARGE | 7);
	assert_int_equal(w.page_size, PAGE_1G);
	assert_true(paging_walk(&pool->pg, 0x3abcde, &w));
	assert_int_equal(w.paddr, 0xffffffffabcde);
	assert_int_equal(w.flags, PTE_PAT_LARGE | PTE_LARGE | 5);
	assert_int_equal(w.page_size, PAGE_2M);
	free(pool);
}

/* A mapping of the random test; last is its last byte. */
struct mapping {
	uint64_t vaddr, last, paddr, size, flags;
};

/* Places where mappings meet each other, borders and both ends. */
static struct mapping random_mapping(void)
{
	static const uint64_t places[] = {
		0, PAGE_1G - PAGE_2M, PAGE_1G, PML4_SLOT - PAGE_1G,
		HALF, 0ull - PAGE_1G, 0ull - PAGE_2M,
	};
	static const uint64_t units[] = {
		PAGE_4K, PAGE_4K, PAGE_2M, PAGE_2M, PAGE_1G,
	};
	static const uint64_t flags[] = {
		0, PTE_WRITE, PTE_NX, PTE_WRITE | PTE_NX, PTE_PCD,
	};
	uint64_t unit = units[random_below(COUNT(units))];
	uint64_t place = places[random_below(COUNT(places))];
	struct mapping m = {
		.vaddr = place + random_below(4) * unit,
		.paddr = random_below(16) * unit,
		.size = (1 + random_below(4)) * unit,
		.flags = flags[random_below(COUNT(flags))],
	};

	if (random_below(3) == 0)
		m.size += random_below(1024) * PAGE_4K;
	if (random_below(3) == 0)               /* no page of the unit fits */
		m.vaddr += random_below(512) *
			   (unit == PAGE_4K ? PAGE_4K : unit / 512);
	if (place >= HALF && m.vaddr < HALF)
		m.vaddr = place;                /* went past 2^64 */
	if (place >= HALF && m.size > 0 - m.vaddr && m.vaddr != 0)
		m.size = 0 - m.vaddr;
	m.last = m.vaddr + (m.size - 1);
	return m;
}

static bool overlaps(const struct mapping *list, size_t count,
		     const struct mapping *m)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].vaddr <= m->last && m->vaddr <= list[i].last)
			return true;
	return false;
}

/* Walks a random address and asks the list what should be there. */
static void assert_as_listed(const struct pool *pool,
			     const struct mapping *list, size_t count,
			     uint64_t vaddr)
{
	struct paging_walk w;
	bool mapped = paging_walk(&pool->pg, vaddr, &w);

	for (size_t i = 0; i < count; i++) {
		if (vaddr < list[i].vaddr || vaddr > list[i].last)
			continue;
		assert_true(mapped);
		assert_int_equal(w.paddr,
				 list[i].paddr + (vaddr - list[i].vaddr));
		assert_int_equal(w.flags & ~PTE_LARGE,
				 list[i].flags | PTE_PRESENT);
		assert_true(w.page_size <= pool->pg.largest);
		return;
	}
	assert_false(mapped);
}

static void random_round(struct pool *pool)
{
	static const uint64_t largest[] = { PAGE_4K, PAGE_2M, PAGE_1G };
	struct mapping list[12];
	size_t count = 0;
	int err = PAGING_OK;

	pool_reset(pool, POOL_FRAMES);
	pool->pg.largest = largest[1 + random_below(2)];
	while (count < COUNT(list) && !err) {
		struct mapping m = random_mapping();
		uint64_t bound = PAGE_1G;

		if (m.size < 16 * PAGE_2M)      /* the pool has room for it */
			bound = largest[random_below(3)];
		err = paging_map(&pool->pg, m.vaddr, m.paddr, m.size, m.flags,
				 bound);
		if (overlaps(list, count, &m))
			assert_int_equal(err, PAGING_TAKEN);
		else
			assert_int_equal(err, PAGING_OK);
		if (!err)
			list[count++] = m;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t inside = list[i].vaddr + random_below(list[i].size);

		assert_as_listed(pool, list, count, list[i].vaddr);
		assert_as_listed(pool, list, count, list[i].last);
		assert_as_listed(pool, list, count, inside);
		if (err)                /* the refused one is there in part */
			continue;
		assert_as_listed(pool, list, count, list[i].vaddr - 1);
		assert_as_listed(pool, list, count, list[i].last + 1);
	}
}

static void test_random(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	for (size_t round = 0; round < 4000; round++)
		random_round(pool);
	free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_no_frame),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_walk_flags),
		cmocka_unit_test(test_walk_large),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
