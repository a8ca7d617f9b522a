// SPDX-License-Identifier: 0BSD
/*
 * test_memmap_all.c - memmap_set() on every map of PAGES pages, with every
 * range.
 *
 * What it does depends on nothing but which addresses are equal or lower and
 * which types are equal. So one type for the new range and two others stand
 * for all, and so many pages for all maps with as many borders. It is
 * the contract in memmap.h, set_good to set_below, on compiled code; make proof
 * proves the same of maps of any size.
 */
#include "memmap_drawing.h"

#define PAGES   7
#define NEW     'U'

static const char kinds[] = { '.', NEW, 'R', 'A' };

/* The n-th drawing of all; false behind the last. */
static int nth_drawing(size_t n, char *drawing)
{
	for (size_t i = 0; i < PAGES; i++, n /= COUNT(kinds))
		drawing[i] = kinds[n % COUNT(kinds)];
	drawing[PAGES] = '\0';
	return n == 0;
}

/* Ranges that end at base or before are where they were, or have grown. */
static void assert_below(const struct memmap *m, const struct memmap *before,
			 uint64_t base)
{
	for (size_t k = 0; k < before->count; k++) {
		const struct boot_memory *r = &before->range[k];

		if (r->end > base)
			break;
		assert_true(k < m->count);
		assert_int_equal(m->range[k].base, r->base);
		assert_int_equal(m->range[k].type, r->type);
		assert_true(m->range[k].end >= r->end);
	}
}

/* With so much storage as it takes, and with one range less. */
static void set(const char *drawing, size_t from, size_t to)
{
	struct boot_memory storage[PAGES], old[PAGES];
	struct memmap m = { storage, 0, PAGES };
	struct memmap before = { old, 0, PAGES };
	char expected[PAGES + 1];

	memcpy(expected, drawing, sizeof(expected));
	memset(expected + from, NEW, to - from);
	undraw(&before, drawing);
	undraw(&m, drawing);
	m.max = ranges(expected);
	if (m.max > m.count) {
		m.max--;
		assert_int_equal(memmap_set(&m, from * PAGE_SIZE,
					    to * PAGE_SIZE, type_of(NEW)),
				 MEMMAP_FULL);
		assert_int_equal(m.count, before.count);
		assert_memory_equal(storage, old, m.count * sizeof(*old));
		m.max++;
	}
	if (m.max < m.count)
		m.max = m.count;
	assert_int_equal(memmap_set(&m, from * PAGE_SIZE, to * PAGE_SIZE,
				    type_of(NEW)), MEMMAP_OK);
	assert_drawing(&m, expected);
	assert_below(&m, &before, from * PAGE_SIZE);
}

static void test_set_all(void **state)
{
	char drawing[PAGES + 1];

	(void)state;
	for (size_t n = 0; nth_drawing(n, drawing); n++)
		for (size_t from = 0; from < PAGES; from++)
			for (size_t to = from + 1; to <= PAGES; to++)
				set(drawing, from, to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
