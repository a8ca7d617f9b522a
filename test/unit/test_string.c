// SPDX-License-Identifier: 0BSD
/*
 * test_string.c - the loader's own memcpy, memmove, memset and memcmp against
 * the host's. They are compiled into this file, under other names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define memcpy  our_memcpy
#define memmove our_memmove
#define memset  our_memset
#define memcmp  our_memcmp
#include "../../lib/freestanding/string.h"
#include "../../lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define MAX_SIZE        200     /* every size up to here, */
#define MAX_SHIFT       9       /* at every alignment */
#define ARENA           600

static uint32_t seed = 1;

static uint8_t random_byte(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

static void randomize(uint8_t *data, size_t size)
{
	while (size-- > 0)
		*data++ = random_byte();
}

/* The destination in an arena, so that a byte too far shows. */
static void test_memcpy(void **state)
{
	uint8_t from[ARENA], ours[ARENA], hosts[ARENA];
	size_t size, to_at, from_at;

	(void)state;
	randomize(from, sizeof(from));
	randomize(ours, sizeof(ours));
	memcpy(hosts, ours, sizeof(ours));
	for (size = 0; size <= MAX_SIZE; size++) {
		for (to_at = 8; to_at < 8 + MAX_SHIFT; to_at++) {
			for (from_at = 8; from_at < 8 + MAX_SHIFT; from_at++) {
				memcpy(hosts + to_at, from + from_at, size);
				assert_ptr_equal(our_memcpy(ours + to_at,
							    from + from_at,
							    size),
						 ours + to_at);
				assert_memory_equal(ours, hosts, ARENA);
			}
			/* Else what is there already would do. */
			randomize(from, sizeof(from));
		}
	}
}

/* Both places in one arena, at every distance. */
static void test_memmove(void **state)
{
	uint8_t ours[ARENA], hosts[ARENA];
	size_t size, to_at;

	(void)state;
	for (size = 0; size <= MAX_SIZE; size += 1 + size / 24) {
		for (to_at = 8; to_at < ARENA - MAX_SIZE; to_at++) {
			randomize(ours, sizeof(ours));
			memcpy(hosts, ours, sizeof(ours));
			memmove(hosts + to_at, hosts + 200, size);
			assert_ptr_equal(our_memmove(ours + to_at, ours + 200,
						     size), ours + to_at);
			assert_memory_equal(ours, hosts, ARENA);
		}
	}
}

static void test_memset(void **state)
{
	static const int values[] = { 0, 1, 0x80, 0xff, -1, 0x1234 };
	uint8_t ours[ARENA], hosts[ARENA];
	size_t size, at, i;

	(void)state;
	for (size = 0; size <= MAX_SIZE; size++) {
		for (at = 8; at < 8 + MAX_SHIFT; at++) {
			for (i = 0; i < sizeof(values) / sizeof(*values);
			     i++) {
				memset(hosts, 0x55, sizeof(hosts));
				memset(ours, 0x55, sizeof(ours));
				memset(hosts + at, values[i], size);
				assert_ptr_equal(our_memset(ours + at,
							    values[i], size),
						 ours + at);
				assert_memory_equal(ours, hosts, ARENA);
			}
		}
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Buffers of exactly that size: a byte read too far is an error of ASan's. */
static void test_memcmp(void **state)
{
	size_t size, at;

	(void)state;
	assert_int_equal(our_memcmp("a", "b", 0), 0);
	for (size = 1; size <= 70; size++) {
		uint8_t *a = malloc(size);
		uint8_t *b = malloc(size);

		assert_true(a && b);
		randomize(a, size);
		memcpy(b, a, size);
		assert_int_equal(our_memcmp(a, b, size), 0);
		for (at = 0; at < size; at++) {
			uint8_t change = random_byte() | 1;

			/* The first difference decides, not a later one. */
			b[at] ^= change;
			b[size - 1] ^= (uint8_t)(at + 1 < size ? 0x80 : 0);
			assert_int_equal(sign(our_memcmp(a, b, size)),
					 sign(memcmp(a, b, size)));
			assert_int_equal(sign(our_memcmp(b, a, size)),
					 sign(memcmp(b, a, size)));
			assert_int_equal(our_memcmp(a, b, at), 0);
			memcpy(b, a, size);
		}
		free(a);
		free(b);
	}
}

/* Words that the string instructions bring, in numbers. */
static void test_large(void **state)
{
	const size_t size = 1 << 20;
	uint8_t *from = malloc(size);
	uint8_t *to = malloc(size);

	(void)state;
	assert_true(from && to);
	randomize(from, size);
	our_memcpy(to, from, size - 3);
	assert_memory_equal(to, from, size - 3);
	our_memmove(from + 5, from, size - 5);
	assert_memory_equal(from + 5, to, size - 5);
	our_memmove(from, from + 5, size - 5);
	assert_memory_equal(from, to, size - 5);
	our_memset(to, 0xa5, size);
	our_memset(from, 0xa5, 1);
	our_memmove(from + 1, from, 1);
	assert_memory_equal(to, to + 1, size - 1);
	assert_int_equal(to[0], 0xa5);
	assert_memory_equal(from, to, 2);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),
		cmocka_unit_test(test_memmove),
		cmocka_unit_test(test_memset),
		cmocka_unit_test(test_memcmp),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
