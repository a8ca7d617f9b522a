// SPDX-License-Identifier: 0BSD
/*
 * test_trace.c - memory and frames behind page tables: what is mapped is read,
 * across pages that do not adjoin; what is not, is not touched. The tables lie
 * in an arena that stands for physical memory; ASan watches its ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define FRAMES          20
#define SIZE            (FRAMES * PAGE_4K)

#define STACK           0xffffff0000010000ull   /* two pages */
#define CODE            0xffffffff80001000ull
#define OUTSIDE         0xffffffff90000000ull   /* maps what is not there */
#define WILD            0xfffffe8000000000ull   /* a table that is not there */

#define STACK_LOW       (18 * PAGE_4K)          /* their frames */
#define STACK_HIGH      (16 * PAGE_4K)
#define CODE_FRAME      (17 * PAGE_4K)

static uint8_t *memory;
static uint64_t next_frame;
static struct paging pg;

static uint64_t frame(void *ctx)
{
	(void)ctx;
	next_frame += PAGE_4K;
	assert_true(next_frame < STACK_HIGH);
	return next_frame;
}

static bool readable(const struct paging *tables, uint64_t phys)
{
	(void)tables;
	return phys < SIZE;
}

static void map(uint64_t vaddr, uint64_t paddr, uint64_t flags)
{
	assert_int_equal(paging_map(&pg, vaddr, paddr, PAGE_4K, flags,
				    PAGE_4K), 0);
}

static int set_up(void **state)
{
	(void)state;
	memory = calloc(1, SIZE);
	next_frame = 0;
	pg = (struct paging){
		.root = 0, .window = (uintptr_t)memory, .frame = frame,
		.largest = PAGE_2M, .nx = true, .readable = readable,
	};
	map(STACK, STACK_LOW, PTE_WRITE | PTE_NX);
	map(STACK + PAGE_4K, STACK_HIGH, PTE_WRITE | PTE_NX);
	map(CODE, CODE_FRAME, 0);
	map(0xfffffffffffff000, CODE_FRAME, 0);         /* up to 2^64 */
	map(OUTSIDE, SIZE, PTE_NX);
	((uint64_t *)memory)[WILD >> 39 & 511] = SIZE | PTE_PRESENT;
	return memory == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static void put(uint64_t paddr, uint64_t value)
{
	memcpy(memory + paddr, &value, sizeof(value));
}

static void test_reads(void **state)
{
	uint64_t value;

	(void)state;
	put(STACK_LOW + 8, 0x1122334455667788);
	assert_true(trace_read(&pg, STACK + 8, &value, 8));
	assert_int_equal(value, 0x1122334455667788);

	/* Half of it in each of two pages, the upper one lower in memory. */
	put(STACK_LOW + PAGE_4K - 4 - 4, 0xaabbccdd00000000);
	put(STACK_HIGH, 0x11223344);
	assert_true(trace_read(&pg, STACK + PAGE_4K - 4, &value, 8));
	assert_int_equal(value, 0x11223344aabbccdd);
}

/* The loader's own tables, which nobody has to be asked about. */
static void test_all_readable(void **state)
{
	uint64_t value;

	(void)state;
	put(STACK_LOW + 8, 0x1122334455667788);
	pg.readable = NULL;
	assert_true(trace_read(&pg, STACK + 8, &value, 8));
	assert_int_equal(value, 0x1122334455667788);
}

static void test_does_not_read(void **state)
{
	static const uint64_t addresses[] = {
		0, STACK - 8, STACK - 1, STACK + 2 * PAGE_4K - 7, CODE - 4,
		0x8000000000000000, OUTSIDE, WILD, WILD + 0x123456789,
		0xfffffffffffffffc,
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_false(trace_read(&pg, addresses[i], &value, 8));
}

static void test_code(void **state)
{
	(void)state;
	assert_true(trace_is_code(&pg, CODE));
	assert_true(trace_is_code(&pg, CODE + PAGE_4K - 1));
	assert_false(trace_is_code(&pg, CODE + PAGE_4K));
	assert_false(trace_is_code(&pg, STACK));
	assert_false(trace_is_code(&pg, 0));
	assert_false(trace_is_code(&pg, WILD));
}

static void put_frame(uint64_t paddr, uint64_t rbp, uint64_t address)
{
	put(paddr, rbp);
	put(paddr + 8, address);
}

static void test_chain(void **state)
{
	uint64_t rbp = STACK + 0x100, address = 0;

	(void)state;
	put_frame(STACK_LOW + 0x100, STACK + PAGE_4K - 8, CODE + 0x10);
	/* A frame that two pages share. */
	put(STACK_LOW + PAGE_4K - 8, STACK + PAGE_4K + 0x80);
	put(STACK_HIGH, CODE + 0x20);
	put_frame(STACK_HIGH + 0x80, 0, 0);

	assert_true(trace_caller(&pg, &rbp, &address));
	assert_int_equal(address, CODE + 0x10);
	assert_true(trace_caller(&pg, &rbp, &address));
	assert_int_equal(address, CODE + 0x20);
	assert_int_equal(rbp, STACK + PAGE_4K + 0x80);
	assert_false(trace_caller(&pg, &rbp, &address));
}

/* The last instruction of a page may be a call. */
static void test_call_at_the_end(void **state)
{
	uint64_t rbp = STACK, address = 0;

	(void)state;
	put_frame(STACK_LOW, 0, CODE + PAGE_4K);
	assert_true(trace_caller(&pg, &rbp, &address));
	assert_int_equal(address, CODE + PAGE_4K);
	rbp = STACK;
	put_frame(STACK_LOW, 0, CODE);
	assert_false(trace_caller(&pg, &rbp, &address));
}

/* A step, and then the end: whatever leads not upwards. */
static void test_no_way_up(void **state)
{
	static const uint64_t next[] = {
		0, STACK, STACK + 0x100, STACK + 0xf8, 8,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		uint64_t rbp = STACK + 0x100, address = 0;

		put_frame(STACK_LOW, 0, CODE + 1);
		put_frame(STACK_LOW + 0xf8, 0, CODE + 1);
		put_frame(STACK_LOW + 0x100, next[i], CODE + 1);
		assert_true(trace_caller(&pg, &rbp, &address));
		assert_int_equal(rbp, 0);
		assert_false(trace_caller(&pg, &rbp, &address));
	}
}

static void test_wild_frames(void **state)
{
	static const uint64_t bad[] = {
		0, 1, STACK + 0x204, STACK - 8, STACK + 2 * PAGE_4K - 8, OUTSIDE,
		WILD, 0x8000000000000000, 0xfffffffffffffff8,
	};
	size_t i;

	(void)state;
	put_frame(STACK_LOW + 0x204, 0, CODE + 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t rbp = bad[i], address = 0;

		assert_false(trace_caller(&pg, &rbp, &address));
	}
}

/* The loader's own tables have page 0. */
static void test_page_zero(void **state)
{
	uint64_t rbp = 0, address = 0;

	(void)state;
	map(0, STACK_LOW, 0);
	put_frame(STACK_LOW, 0, CODE + 1);
	assert_false(trace_caller(&pg, &rbp, &address));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reads),
		TEST(test_all_readable),
		TEST(test_does_not_read),
		TEST(test_code),
		TEST(test_chain),
		TEST(test_call_at_the_end),
		TEST(test_no_way_up),
		TEST(test_wild_frames),
		TEST(test_page_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
