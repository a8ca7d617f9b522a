// SPDX-License-Identifier: 0BSD
/* test_checksum.c - what the sum is, what it catches, what it misses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checksum.h"

#define SECTORS         3
#define SIZE            (SECTORS * 512)
#define BITS            (SIZE * 8)

static uint32_t seed = 1;

static uint32_t random_word(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 16 ^ seed << 11;
}

static void randomize(uint8_t *data, size_t size)
{
	while (size-- > 0)
		*data++ = (uint8_t)(random_word() >> 5);
}

static struct checksum sum_of(const void *data, size_t size)
{
	struct checksum sum = checksum_start();

	checksum_add(&sum, data, size);
	return sum;
}

static void assert_same(struct checksum x, struct checksum y)
{
	assert_int_equal(x.a, y.a);
	assert_int_equal(x.t, y.t);
	assert_true(checksum_equal(x, y));
}

/* The header's formula, one byte after the other. */
static struct checksum model(const uint8_t *data, size_t size)
{
	struct checksum sum = { CHECKSUM_SEED, 0 };
	uint64_t pair[2];
	size_t at, i;

	for (at = 0; at < size; at += 16) {
		memset(pair, 0, sizeof(pair));
		for (i = 0; i < 16; i++)
			pair[i / 8] |= (uint64_t)data[at + i] << 8 * (i % 8);
		sum.a += pair[0] - pair[1];
		sum.t += sum.a;
		if (at % 512 == 512 - 16)
			sum.t *= CHECKSUM_STEP;
	}
	return sum;
}

/* These numbers are on disks: they never change. */
static void test_known(void **state)
{
	uint8_t data[SIZE];
	struct checksum sum;
	size_t i;

	(void)state;
	sum = checksum_start();
	assert_true(sum.a == 0x5354414745434f41 && sum.t == 0);

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	sum = sum_of(data, 16);
	assert_true(sum.a == 0x1b1c090f0d0b1709);
	assert_true(sum.t == 0x1b1c090f0d0b1709);
	sum = sum_of(data, SIZE);
	assert_true(sum.a == 0x5652424744454c41);
	assert_true(sum.t == 0xcccd00604c5ca4e0);
}

static void test_model(void **state)
{
	uint8_t data[SIZE + 16];
	size_t size, shift;

	(void)state;
	randomize(data, sizeof(data));
	for (size = 0; size <= SIZE; size += 16) {
		shift = size / 16 % 16;         /* data needs no alignment */
		assert_same(sum_of(data + shift, size),
			    model(data + shift, size));
	}
}

/* In parts: all of them but the last whole sectors. */
static void test_parts(void **state)
{
	uint8_t data[SIZE];
	size_t first, second, size;

	(void)state;
	randomize(data, sizeof(data));
	for (size = 0; size <= SIZE; size += 16) {
		struct checksum want = sum_of(data, size);

		for (first = 0; first <= size; first += 512) {
			for (second = first; second <= size; second += 512) {
				struct checksum sum = checksum_start();

				checksum_add(&sum, data, first);
				checksum_add(&sum, data + first,
					     second - first);
				checksum_add(&sum, data + second,
					     size - second);
				assert_same(sum, want);
			}
		}
	}
}

static void test_equal(void **state)
{
	const struct checksum x = { 1, 2 };
	const struct checksum other_a = { 1ull << 63 | 1, 2 };
	const struct checksum other_t = { 1, 1ull << 63 | 2 };

	(void)state;
	assert_true(checksum_equal(x, x));
	assert_false(checksum_equal(x, other_a));
	assert_false(checksum_equal(x, other_t));
}

/* --- caught --- */

/* Flips the bits of a pattern, its lowest at bit at of the data. */
static void flip(uint8_t *data, size_t at, uint32_t pattern)
{
	for (; pattern; pattern >>= 1, at++) {
		if (pattern & 1)
			data[at / 8] ^= (uint8_t)(1 << at % 8);
	}
}

/* At every place where a pattern of that many bits fits. */
static void check_pattern(uint8_t *data, uint32_t pattern, size_t length)
{
	const struct checksum good = sum_of(data, SIZE);
	size_t at;

	for (at = 0; at + length <= BITS; at++) {
		flip(data, at, pattern);
		if (checksum_equal(sum_of(data, SIZE), good))
			fail_msg("missed %#x at bit %zu", pattern, at);
		flip(data, at, pattern);
	}
}

static void test_one_bit(void **state)
{
	uint8_t data[SIZE];

	(void)state;
	memset(data, 0, sizeof(data));
	check_pattern(data, 1, 1);
	memset(data, 0xff, sizeof(data));
	check_pattern(data, 1, 1);
	randomize(data, sizeof(data));
	check_pattern(data, 1, 1);
}

/* A burst begins and ends with a wrong bit; in between, anything. */
static void test_bursts(void **state)
{
	uint8_t data[SIZE];
	uint32_t inner, count, ends;
	size_t length, i;

	(void)state;
	randomize(data, sizeof(data));
	for (length = 2; length <= 32; length++) {
		ends = 1u << (length - 1) | 1;
		count = length <= 8 ? 1u << (length - 2) : 4;
		for (i = 0; i < count; i++) {
			inner = length <= 8 ? (uint32_t)i << 1
			      : i == 0 ? 0
			      : i == 1 ? UINT32_MAX : random_word();
			check_pattern(data, ends | (inner & (ends - 1)),
				      length);
		}
	}
}

static void check_swaps(uint8_t *data, size_t size, size_t unit)
{
	const struct checksum good = sum_of(data, size);
	static uint8_t x[65536], y[65536];
	size_t i, j;

	for (i = 0; i < size; i += unit) {
		for (j = i + unit; j < size; j += unit) {
			memcpy(x, data + i, unit);
			memcpy(y, data + j, unit);
			memcpy(data + i, y, unit);
			memcpy(data + j, x, unit);
			if (checksum_equal(sum_of(data, size), good))
				fail_msg("missed %zu and %zu swapped", i, j);
			memcpy(data + i, x, unit);
			memcpy(data + j, y, unit);
		}
	}
}

static void test_swaps(void **state)
{
	static uint8_t data[64 * 512];

	(void)state;
	randomize(data, sizeof(data));
	check_swaps(data, 1024, 8);
	check_swaps(data, 4096, 16);
	check_swaps(data, sizeof(data), 512);
}

/* Blocks of 64 KiB, within the sum that the image id is made of. */
static void test_block_swaps(void **state)
{
	static uint8_t data[4 * 65536];

	(void)state;
	randomize(data, sizeof(data));
	check_swaps(data, sizeof(data), 65536);
}

/* The right data with a sector missing, twice, or of another place. */
static void test_shifted(void **state)
{
	static uint8_t data[9 * 512];
	struct checksum good;
	size_t i;

	(void)state;
	randomize(data, sizeof(data));
	good = sum_of(data, 8 * 512);
	assert_false(checksum_equal(sum_of(data + 512, 8 * 512), good));
	for (i = 0; i < 8; i++) {
		uint8_t saved[512];

		memcpy(saved, data + i * 512, 512);
		memcpy(data + i * 512, data + (i + 1) % 8 * 512, 512);
		assert_false(checksum_equal(sum_of(data, 8 * 512), good));
		memset(data + i * 512, 0, 512);
		assert_false(checksum_equal(sum_of(data, 8 * 512), good));
		memset(data + i * 512, 0xff, 512);
		assert_false(checksum_equal(sum_of(data, 8 * 512), good));
		memcpy(data + i * 512, saved, 512);
	}
}

/* Zeros count: no two lengths have one sum. */
static void test_zeros(void **state)
{
	static const uint8_t zeros[64 * 512];
	struct checksum seen[64 * 32 + 1];
	size_t i, j;

	(void)state;
	for (i = 0; i <= 64 * 32; i++) {
		seen[i] = sum_of(zeros, i * 16);
		for (j = 0; j < i; j++)
			assert_false(checksum_equal(seen[i], seen[j]));
	}
}

/* --- missed, and known to be --- */

/*
 * The same bit flipped in the same direction in both words of a pair: their
 * difference stays as it was. In opposite directions it is caught.
 */
static void test_missed(void **state)
{
	uint8_t data[SIZE];
	struct checksum good;
	size_t pair, bit;

	(void)state;
	for (pair = 0; pair < SIZE; pair += 16) {
		for (bit = 0; bit < 64; bit++) {
			uint8_t *x = &data[pair + bit / 8];
			uint8_t *y = x + 8;
			uint8_t mask = (uint8_t)(1 << bit % 8);

			randomize(data, sizeof(data));
			*x &= (uint8_t)~mask;
			*y &= (uint8_t)~mask;
			good = sum_of(data, SIZE);
			*x |= mask;
			*y |= mask;
			assert_same(sum_of(data, SIZE), good);

			*y &= (uint8_t)~mask;
			good = sum_of(data, SIZE);
			*x &= (uint8_t)~mask;
			*y |= mask;
			/* Twice the highest bit is nothing, modulo 2^64. */
			if (bit == 63)
				assert_same(sum_of(data, SIZE), good);
			else
				assert_false(checksum_equal(
					sum_of(data, SIZE), good));
		}
	}
}

/* As docs/image-format.md has it, "What is missed", for bits of one sector. */
static bool is_known_to_be_missed(const uint8_t *data, size_t one, size_t two)
{
	const size_t bit = one % 64;
	const size_t pairs = two / 128 - one / 128;
	/* The change of x - y is + or - 2^bit: which, decide the bit's old
	   value and whether it is one of x or of y. */
	const bool less_one = (data[one / 8] >> one % 8 & 1) ^ (one / 64 % 2);
	const bool less_two = (data[two / 8] >> two % 8 & 1) ^ (two / 64 % 2);

	if (two % 64 != bit || (bit != 63 && less_one == less_two))
		return false;
	return pairs == 0 || bit + (size_t)__builtin_ctzll(pairs) >= 64;
}

/* Every two bits of a sector: caught, save those named. */
static void test_two_bits(void **state)
{
	uint8_t data[512];
	struct checksum good;
	size_t one, two, missed = 0;

	(void)state;
	randomize(data, sizeof(data));
	good = sum_of(data, sizeof(data));
	for (one = 0; one < sizeof(data) * 8; one++) {
		for (two = one + 1; two < sizeof(data) * 8; two++) {
			bool known = is_known_to_be_missed(data, one, two);
			bool equal;

			flip(data, one, 1);
			flip(data, two, 1);
			equal = checksum_equal(sum_of(data, sizeof(data)),
					       good);
			flip(data, one, 1);
			flip(data, two, 1);
			if (equal != known)
				fail_msg("bits %zu and %zu: %s", one, two,
					 equal ? "missed" : "caught");
			missed += equal;
		}
	}
	assert_in_range(missed, 1, 5000);
}

static uint64_t get_word(const uint8_t *data, size_t word)
{
	uint64_t value;

	memcpy(&value, data + 8 * word, sizeof(value));
	return value;
}

static void put_word(uint8_t *data, size_t word, uint64_t value)
{
	memcpy(data + 8 * word, &value, sizeof(value));
}

/* As docs/image-format.md has it, "Swapped": words one and two of a sector,
   which differ by difference. */
static bool is_swap_missed(size_t one, size_t two, uint64_t difference)
{
	const uint64_t pairs = two / 2 - one / 2;

	if (pairs == 0)
		return difference == 1ull << 63;
	if (one % 2 == two % 2)
		return difference * pairs == 0;
	return difference == 1ull << 63 && pairs % 2 == 0;
}

/*
 * Every two words of a sector, swapped, which differ in their top bits only:
 * caught, save those named. All that differ below bit 60 are caught.
 */
static void test_swapped_words(void **state)
{
	static const uint64_t odd[] = { 1, 3, 5, UINT64_MAX };
	uint8_t data[512], swapped[512];
	size_t one, two, i, bit, missed = 0;

	(void)state;
	randomize(data, sizeof(data));
	for (one = 0; one < 64; one++) {
		for (two = one + 1; two < 64; two++) {
			for (i = 0; i < 64; i++) {
				uint64_t difference, word;
				bool equal;

				bit = 48 + i % 16;
				difference = odd[i / 16] << bit;
				word = get_word(data, one);
				put_word(data, two, word + difference);
				memcpy(swapped, data, sizeof(data));
				put_word(swapped, one, word + difference);
				put_word(swapped, two, word);
				equal = checksum_equal(
					sum_of(data, sizeof(data)),
					sum_of(swapped, sizeof(data)));
				if (equal != is_swap_missed(one, two,
							    difference))
					fail_msg("words %zu and %zu, bit %zu: "
						 "%s", one, two, bit,
						 equal ? "missed" : "caught");
				assert_false(equal && bit < 60);
				missed += equal;
			}
		}
	}
	assert_in_range(missed, 1, 64 * 63 / 2 * 64 / 4);
}

/* Every two pairs: what counts is the difference of their differences. */
static void test_swapped_pairs(void **state)
{
	uint8_t data[512], swapped[512];
	size_t one, two, bit;

	(void)state;
	randomize(data, sizeof(data));
	for (one = 0; one < 32; one++) {
		for (two = one + 1; two < 32; two++) {
			for (bit = 48; bit < 64; bit++) {
				uint64_t x = get_word(data, 2 * one);
				uint64_t y = get_word(data, 2 * one + 1);
				uint64_t change = 1ull << bit;

				put_word(data, 2 * two, x + change + one);
				put_word(data, 2 * two + 1, y + one);
				memcpy(swapped, data, sizeof(data));
				memcpy(swapped + 16 * one, data + 16 * two, 16);
				memcpy(swapped + 16 * two, data + 16 * one, 16);
				assert_int_equal(
					checksum_equal(
						sum_of(data, sizeof(data)),
						sum_of(swapped, sizeof(data))),
					change * (two - one) == 0);
			}
		}
	}
}

/* What lies in one block, read from the other: 64 KiB each. */
static void test_swapped_blocks(void **state)
{
	static uint8_t data[2][65536];
	size_t bit;

	(void)state;
	randomize(data[0], sizeof(data[0]));
	for (bit = 0; bit < sizeof(data[0]) * 8; bit += 4093) {
		memcpy(data[1], data[0], sizeof(data[0]));
		flip(data[1], bit, 1);
		assert_false(checksum_equal(sum_of(data[0], sizeof(data[0])),
					    sum_of(data[1], sizeof(data[1]))));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_one_bit),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_swaps),
		cmocka_unit_test(test_block_swaps),
		cmocka_unit_test(test_shifted),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_two_bits),
		cmocka_unit_test(test_swapped_words),
		cmocka_unit_test(test_swapped_pairs),
		cmocka_unit_test(test_swapped_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
