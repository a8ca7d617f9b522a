// SPDX-License-Identifier: 0BSD
/*
 * test_memmap_take.c - taking frames out of the memory map: rows of requests,
 * and random ones against a search page by page.
 */
#include "memmap_drawing.h"

#define ANY             UINT64_MAX      /* no upper limit */

static void test_take_full(void **state)
{
	static const struct memmap_request page = {
		PAGE_SIZE, PAGE_SIZE, 0, 0, ANY, BOOT_MEMORY_KERNEL };
	static const struct memmap_request more = {
		0x8000, 0x4000, 0x2000, 0, ANY, BOOT_MEMORY_KERNEL };
	struct boot_memory storage[3];
	struct memmap m = { storage, 0, 3 };
	uint64_t base, taken;

	(void)state;
	undraw(&m, "RUUUR");
	assert_int_equal(memmap_take(&m, &page, &base), MEMMAP_FULL);
	assert_int_equal(memmap_take_some(&m, &more, &base, &taken),
			 MEMMAP_FULL);
	assert_int_equal(memmap_take_some(&m, &page, &base, &taken),
			 MEMMAP_FULL);
	assert_drawing(&m, "RUUUR");
}

/* Sizes, alignments and borders that would overflow careless sums. */
static void test_take_extremes(void **state)
{
	static const struct {
		uint64_t size, align, offset, low, high;
		uint64_t base;          /* 0: MEMMAP_NO_SPACE */
	} rows[] = {
		{ 0, 0x1000, 0, 0, ANY, 0 },
		{ 0x1000, 0x1000, 0, 0, ANY, 0xfffffffffffee000 },
		{ 0xffff, 0x1000, 0, ANY, ANY, 0 },
		{ 0x1000, 0x1000, 0, ANY, 0, 0 },
		{ 0x1000, 0x1000, 0, 0x300000, 0x100000, 0 },
		{ 0xfffffffffffff000, 0x1000, 0, 0, ANY, 0 },
		{ 0x8000000000000000, 0x1000, 0, 0, ANY, 0x7ffffffffffef000 },
		{ 0xfffffffffffef000, 0x1000, 0, 0, ANY, 0 },
		{ 0xffffffffffeef000, 0x1000, 0, 0, ANY, 0x100000 },
		{ 0x1000, 1ull << 63, 0, 0, ANY, 1ull << 63 },
		{ 0x1000, 1ull << 63, 0x100000, 0, ANY, 0x8000000000100000 },
		{ 0x1000, 1ull << 63, 0x100000, 0, 1ull << 63, 0x100000 },
		{ 0x1000, 1ull << 63, 0xff000, 0, 1ull << 63, 0 },
		{ 0x1000, 1ull << 63, 0xfffffffffffff000, 0, 1ull << 63,
		  0x7ffffffffffff000 },
		{ 0x1000, 0x200000, 0xffffffffffe01000, 0, 0x300000,
		  0x201000 },
		/* low and high need not be aligned */
		{ 0x1000, 0x1000, 0, 0x180001, 0x181fff, 0 },
		{ 0x1000, 0x1000, 0, 0x180001, 0x182000, 0x181000 },
		{ 0x1000, 0x1000, 0, 0x180fff, 0x182fff, 0x181000 },
	};
	const uint64_t end = 0xfffffffffffef000;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct boot_memory storage[3] = {
			{ MIB, end, BOOT_MEMORY_USABLE, 0 } };
		struct memmap m = { storage, 1, COUNT(storage) };
		uint64_t base = 0;
		const struct memmap_request want = {
			rows[i].size, rows[i].align, rows[i].offset,
			rows[i].low, rows[i].high, BOOT_MEMORY_KERNEL };
		int err = memmap_take(&m, &want, &base);

		print_message("row %zu\n", i);
		assert_true(memmap_check(&m));
		assert_int_equal(err, rows[i].base ? 0 : MEMMAP_NO_SPACE);
		assert_int_equal(memmap_total(&m, BOOT_MEMORY_KERNEL),
				 rows[i].base ? rows[i].size : 0);
		if (rows[i].base)
			assert_int_equal(base, rows[i].base);
	}
}

static void test_take_some_extremes(void **state)
{
	static const struct {
		uint64_t size, align, offset, low, high, base, taken;
	} rows[] = {
		{ 0, 0x1000, 0, 0, ANY, 0, 0 },
		{ 0xfffffffffffff000, 0x1000, 0, 0, ANY, 0x400000,
		  0xffffffffffbef000 },
		{ 0xfffffffffffff000, 0x1000, 0, 0x500001, 0x502fff, 0x501000,
		  0x1000 },
		{ 0x3000, 0x1000, 0, 0x500001, 0x501fff, 0, 0 },
		{ 0xfffffffffffff000, 1ull << 63, 0, 0, ANY, 1ull << 63,
		  0x7fffffffffff0000 - 0x1000 },
		{ 0xfffffffffffff000, 1ull << 63, 0, 0, 1ull << 63, 0, 0 },
		{ 0x400000, 0x200000, 0x1ff000, 0, 0x600000, 0x5ff000, 0x1000 },
	};
	const uint64_t end = 0xfffffffffffef000;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct boot_memory storage[5] = {
			{ MIB, 0x110000, BOOT_MEMORY_USABLE, 0 },
			{ 0x400000, end, BOOT_MEMORY_USABLE, 0 } };
		struct memmap m = { storage, 2, COUNT(storage) };
		uint64_t base = 0, taken = 0;
		const struct memmap_request want = {
			rows[i].size, rows[i].align, rows[i].offset,
			rows[i].low, rows[i].high, BOOT_MEMORY_KERNEL };
		int err = memmap_take_some(&m, &want, &base, &taken);

		print_message("row %zu\n", i);
		assert_true(memmap_check(&m));
		assert_int_equal(err, rows[i].taken ? 0 : MEMMAP_NO_SPACE);
		assert_int_equal(memmap_total(&m, BOOT_MEMORY_KERNEL),
				 rows[i].taken);
		if (rows[i].taken == 0)
			continue;
		assert_int_equal(base, rows[i].base);
		assert_int_equal(taken, rows[i].taken);
	}
}

/* What a random search asks for, in pages. */
struct wish {
	size_t size, align, offset, low, high;
};

static struct wish random_wish(void)
{
	struct wish w = {
		.size = random_below(10),
		.align = (size_t)1 << random_below(4),
		.offset = random_below(64),
		.low = random_below(SMALL_PAGES),
		.high = random_below(SMALL_PAGES + 8),
	};

	if (random_below(2))
		w.low = 0;
	if (random_below(2))
		w.high = SMALL_PAGES;
	return w;
}

/* How many pages from base on, at most w->size, the model has for the wish. */
static size_t model_room(const char *model, const struct wish *w, size_t base)
{
	size_t n = 0;

	if (base < w->low || (base - w->offset) % w->align != 0)
		return 0;
	while (n < w->size && base + n < w->high && model[base + n] == 'U')
		n++;
	return n;
}

/* The most pages in one piece, and the highest place for so many. */
static size_t model_best(const char *model, const struct wish *w, size_t *at)
{
	size_t best = 0;

	for (size_t base = 0; base < SMALL_PAGES; base++) {
		size_t room = model_room(model, w, base);

		if (room == 0 || room < best)
			continue;
		best = room;
		*at = base;
	}
	return best;
}

static void random_model(char *model)
{
	static const char types[] = "UUU.RA";

	for (size_t i = 0; i < SMALL_PAGES;) {
		size_t run = 1 + random_below(10);
		char letter = types[random_below(COUNT(types) - 1)];

		for (; run > 0 && i < SMALL_PAGES; run--)
			model[i++] = letter;
	}
	model[SMALL_PAGES] = '\0';
}

/* Takes from random maps until 12 wishes are dealt with. */
static void take_random(int some)
{
	struct boot_memory storage[SMALL_PAGES];
	struct memmap m = { storage, 0, COUNT(storage) };
	char model[SMALL_PAGES + 1];

	random_model(model);
	undraw(&m, model);
	for (size_t step = 0; step < 12; step++) {
		struct wish w = random_wish();
		uint64_t base = 0, taken = w.size * PAGE_SIZE;
		size_t at = 0, best = model_best(model, &w, &at);
		const struct memmap_request want = {
			w.size * PAGE_SIZE, w.align * PAGE_SIZE,
			w.offset * PAGE_SIZE, w.low * PAGE_SIZE,
			w.high * PAGE_SIZE, BOOT_MEMORY_KERNEL };
		int err = some ? memmap_take_some(&m, &want, &base, &taken)
			       : memmap_take(&m, &want, &base);

		if (best == 0 || (!some && best < w.size)) {
			assert_int_equal(err, MEMMAP_NO_SPACE);
		} else {
			assert_int_equal(err, MEMMAP_OK);
			assert_int_equal(taken, best * PAGE_SIZE);
			assert_int_equal(base, at * PAGE_SIZE);
			memset(model + at, 'K', best);
		}
		assert_drawing(&m, model);
	}
}

static void test_take_random(void **state)
{
	(void)state;
	for (size_t round = 0; round < 4000; round++)
		take_random(0);
}

static void test_take_some_random(void **state)
{
	(void)state;
	for (size_t round = 0; round < 4000; round++)
		take_random(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_full),
		cmocka_unit_test(test_take_extremes),
		cmocka_unit_test(test_take_some_extremes),
		cmocka_unit_test(test_take_random),
		cmocka_unit_test(test_take_some_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
