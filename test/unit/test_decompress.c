// SPDX-License-Identifier: 0BSD
/*
 * test_decompress.c - the LZ4 decoder against liblz4's compressors and against
 * a slow model of itself. All buffers are allocated at their exact size, so
 * that the sanitizer sees every access outside them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lz4.h>
#include <lz4hc.h>

#include "decompress.h"

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define BLOCK           65536

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* --- the model: byte by byte, as the format's description has it --- */

static bool model_count(const uint8_t *in, size_t in_size, size_t *at,
			size_t *count)
{
	uint8_t more = 255;

	if (*count != 15)
		return true;
	while (more == 255) {
		if (*at >= in_size)
			return false;
		more = in[(*at)++];
		*count += more;
	}
	return true;
}

static int model(const uint8_t *in, size_t in_size, uint8_t *out,
		 size_t out_size)
{
	size_t i = 0, o = 0;

	while (i < in_size) {
		uint8_t token = in[i++];
		size_t count = token >> 4;
		size_t offset;

		if (!model_count(in, in_size, &i, &count) ||
		    count > in_size - i)
			return DECOMPRESS_SHORT;
		if (count > out_size - o)
			return DECOMPRESS_OVERFLOW;
		while (count-- > 0)
			out[o++] = in[i++];
		if (i == in_size)
			return o == out_size ? DECOMPRESS_OK : DECOMPRESS_SIZE;
		if (in_size - i < 2)
			return DECOMPRESS_SHORT;
		offset = in[i] + 256u * in[i + 1];
		i += 2;
		if (offset == 0 || offset > o)
			return DECOMPRESS_OFFSET;
		count = token & 15;
		if (!model_count(in, in_size, &i, &count))
			return DECOMPRESS_SHORT;
		count += 4;
		if (count > out_size - o)
			return DECOMPRESS_OVERFLOW;
		for (; count > 0; count--, o++)
			out[o] = out[o - offset];
	}
	return DECOMPRESS_SHORT;
}

/* Decodes by both; they have to agree. Returns what they say. */
static int decode(const uint8_t *in, size_t in_size, size_t out_size)
{
	uint8_t *copy = malloc(in_size ? in_size : 1);
	uint8_t *ours = malloc(out_size ? out_size : 1);
	uint8_t *models = malloc(out_size ? out_size : 1);
	int err;

	assert_true(copy && ours && models);
	memcpy(copy, in, in_size);
	memset(ours, 0xee, out_size);
	/* For no bytes at all: the address just behind the buffer. */
	err = decompress_lz4(copy + (in_size == 0), in_size,
			     ours + (out_size == 0), out_size);
	assert_int_equal(err, model(in, in_size, models, out_size));
	if (err == DECOMPRESS_OK)
		assert_memory_equal(ours, models, out_size);
	free(copy);
	free(ours);
	free(models);
	return err;
}

/* --- sequences by hand --- */

static void test_by_hand(void **state)
{
	static const struct {
		const char *in;
		size_t in_size;
		const char *out;        /* NULL: err, at size bytes */
		size_t out_size;
		int err;
	} rows[] = {
#define GOOD(in, out)           { in, sizeof(in) - 1, out, sizeof(out) - 1, 0 }
#define BAD(in, size, err)      { in, sizeof(in) - 1, NULL, size, err }
		GOOD("\x00", ""),
		GOOD("\x30" "abc", "abc"),
		GOOD("\x10" "a\x01\x00" "\x00", "aaaaa"),
		GOOD("\x30" "abc\x03\x00" "\x10" "z", "abcabcaz"),
		GOOD("\x3f" "abc\x02\x00\x00" "\x00",
		     "abcbcbcbcbcbcbcbcbcbcb"),
		GOOD("\xf0\x00" "fifteen literal" "\x05\x00" "\x00",
		     "fifteen literaltera"),
		BAD("", 0, DECOMPRESS_SHORT),
		BAD("", 1, DECOMPRESS_SHORT),
		BAD("\x00", 1, DECOMPRESS_SIZE),
		BAD("\x10", 1, DECOMPRESS_SHORT),
		BAD("\x30" "ab", 3, DECOMPRESS_SHORT),
		BAD("\x30" "abc", 2, DECOMPRESS_OVERFLOW),
		BAD("\x30" "abc", 4, DECOMPRESS_SIZE),
		BAD("\x30" "abc\x01", 9, DECOMPRESS_SHORT),
		BAD("\x30" "abc\x00\x00\x00", 7, DECOMPRESS_OFFSET),
		BAD("\x30" "abc\x04\x00\x00", 7, DECOMPRESS_OFFSET),
		BAD("\x30" "abc\x03\x01\x00", 7, DECOMPRESS_OFFSET),
		BAD("\x00\x01\x00\x00", 4, DECOMPRESS_OFFSET),
		BAD("\x30" "abc\x03\x00\x00", 6, DECOMPRESS_OVERFLOW),
		BAD("\x30" "abc\x03\x00", 7, DECOMPRESS_SHORT),
		BAD("\x3f" "abc\x03\x00", 99, DECOMPRESS_SHORT),
		BAD("\x3f" "abc\x03\x00", 5, DECOMPRESS_SHORT),
		BAD("\x3f" "abc\x03\x00\xff", 999, DECOMPRESS_SHORT),
		BAD("\xf0", 99, DECOMPRESS_SHORT),
		BAD("\xf0\xff", 999, DECOMPRESS_SHORT),
		BAD("\xf0\x01" "fifteen literal", 15, DECOMPRESS_SHORT),
		BAD("\xf0\x00" "fifteen literal", 14, DECOMPRESS_OVERFLOW),
#undef GOOD
#undef BAD
	};
	uint8_t out[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		const uint8_t *in = (const uint8_t *)rows[i].in;
		int err = decode(in, rows[i].in_size, rows[i].out_size);

		if (err != rows[i].err)
			fail_msg("row %zu: %s", i, decompress_strerror(err));
		if (!rows[i].out)
			continue;
		assert_int_equal(decompress_lz4(in, rows[i].in_size, out,
						rows[i].out_size), 0);
		assert_memory_equal(out, rows[i].out, rows[i].out_size);
	}
}

/* --- what liblz4 makes --- */

enum kind {
	NOISE, ZEROS, TEXT, PERIODS, CODE, KINDS
};

static void fill(uint8_t *data, size_t size, enum kind kind)
{
	size_t i, period = 1;

	for (i = 0; i < size; i++) {
		switch (kind) {
		case NOISE:
			data[i] = (uint8_t)random_below(256);
			break;
		case TEXT:      /* short matches, short literals */
			data[i] = "etaoin shrdlu"[random_below(5)];
			break;
		case PERIODS:   /* every offset up to 40, short and long */
			if (i % 200 == 0)
				period = 1 + random_below(40);
			data[i] = i < period || i % 200 < period
				? (uint8_t)random_below(256)
				: data[i - period];
			break;
		case CODE:      /* matches in noise, of all lengths */
			if (i > 100 && random_below(8) == 0) {
				size_t n = 1 + random_below(300);
				size_t from = random_below((uint32_t)i);

				for (; n > 0 && i + 1 < size; n--)
					data[i++] = data[from++];
			}
			data[i] = (uint8_t)random_below(256);
			break;
		default:
			data[i] = 0;
		}
	}
}

static size_t compress(const uint8_t *data, size_t size, uint8_t *out,
		       size_t max, int level)
{
	int n = level == 0
		? LZ4_compress_default((const char *)data, (char *)out,
				       (int)size, (int)max)
		: LZ4_compress_HC((const char *)data, (char *)out, (int)size,
				  (int)max, level);

	assert_true(n > 0);
	return (size_t)n;
}

static void check_round_trip(const uint8_t *data, size_t size, int level)
{
	size_t max = (size_t)LZ4_compressBound((int)size);
	uint8_t *packed = malloc(max);
	uint8_t *out = malloc(size ? size : 1);
	size_t n;

	assert_true(packed && out);
	n = compress(data, size, packed, max, level);
	assert_int_equal(decode(packed, n, size), DECOMPRESS_OK);
	assert_int_equal(decompress_lz4(packed, n, out, size), DECOMPRESS_OK);
	assert_memory_equal(out, data, size);
	/* It knows how much there has to be. */
	assert_int_equal(decode(packed, n, size + 1), DECOMPRESS_SIZE);
	if (size > 0)
		assert_int_equal(decode(packed, n, size - 1),
				 DECOMPRESS_OVERFLOW);
	free(packed);
	free(out);
}

static void test_round_trips(void **state)
{
	static const int levels[] = { 0, 4, 9, 12 };
	uint8_t *data = malloc(BLOCK);
	size_t size, level;
	int kind;

	(void)state;
	assert_non_null(data);
	for (kind = NOISE; kind < KINDS; kind++) {
		for (size = 0; size <= BLOCK; size += 1 + size / 7) {
			fill(data, size, (enum kind)kind);
			level = random_below(COUNT_OF(levels));
			check_round_trip(data, size, levels[level]);
		}
		for (level = 0; level < COUNT_OF(levels); level++) {
			fill(data, BLOCK, (enum kind)kind);
			check_round_trip(data, BLOCK, levels[level]);
		}
	}
	free(data);
}

/* --- every offset, length and distance from the ends --- */

static uint8_t *add_count(uint8_t *in, size_t count)
{
	for (; count >= 255; count -= 255)
		*in++ = 255;
	*in++ = (uint8_t)count;
	return in;
}

/* literals, match, tail: one sequence and the last. Returns its size. */
static size_t sequence(uint8_t *in, size_t literals, size_t offset,
		       size_t match, size_t tail)
{
	uint8_t *start = in;
	size_t i;

	match -= 4;
	*in++ = (uint8_t)((literals < 15 ? literals : 15) << 4 |
			  (match < 15 ? match : 15));
	if (literals >= 15)
		in = add_count(in, literals - 15);
	for (i = 0; i < literals; i++)
		*in++ = (uint8_t)(i * 7 + 1);
	*in++ = (uint8_t)offset;
	*in++ = (uint8_t)(offset >> 8);
	if (match >= 15)
		in = add_count(in, match - 15);
	*in++ = (uint8_t)(tail << 4);
	for (i = 0; i < tail; i++)
		*in++ = (uint8_t)(0x80 + i);
	return (size_t)(in - start);
}

static void test_shapes(void **state)
{
	static const size_t tails[] = { 0, 1, 2, 5, 7, 13, 14 };
	uint8_t in[2000];
	size_t literals, offset, match, t, size, n;

	(void)state;
	for (literals = 1; literals < 40; literals++) {
		for (offset = 1; offset <= literals; offset++) {
			for (match = 4; match < 50; match += 1 + match / 20) {
				t = (literals + match) % COUNT_OF(tails);
				n = sequence(in, literals, offset, match,
					     tails[t]);
				size = literals + match + tails[t];
				assert_int_equal(decode(in, n, size), 0);
			}
		}
	}
	/* The longest of what is copied as words, at any place before the end. */
	for (literals = 10; literals < 15; literals++)
		for (match = 260; match < 290; match++)
			for (t = 0; t < 15; t++) {
				n = sequence(in, literals, 10, match, t);
				size = literals + match + t;
				assert_int_equal(decode(in, n, size), 0);
			}
	/* Counts around 15 and around every further byte. */
	for (match = 15; match < 1100; match++) {
		n = sequence(in, 10, 1 + match % 10, match, 3);
		assert_int_equal(decode(in, n, 13 + match), 0);
	}
	for (literals = 15; literals < 1100; literals++) {
		n = sequence(in, literals, literals, 20, 3);
		assert_int_equal(decode(in, n, 23 + literals), 0);
	}
}

/* --- wrong input --- */

static void test_truncated(void **state)
{
	uint8_t data[3000], packed[4000];
	size_t n, cut;
	int kind;

	(void)state;
	for (kind = NOISE; kind < KINDS; kind++) {
		fill(data, sizeof(data), (enum kind)kind);
		n = compress(data, sizeof(data), packed, sizeof(packed),
			     kind % 2 ? 9 : 0);
		for (cut = 0; cut < n; cut++)
			assert_int_not_equal(decode(packed, cut, sizeof(data)),
					     DECOMPRESS_OK);
		packed[n] = 0;          /* one byte more: a sequence begins */
		assert_int_not_equal(decode(packed, n + 1, sizeof(data)),
				     DECOMPRESS_OK);
	}
}

/* Every byte set to wrong values. */
static void test_corrupted(void **state)
{
	uint8_t data[800], packed[1000];
	size_t n, i, change;
	size_t errors = 0;
	int kind;

	(void)state;
	for (kind = NOISE; kind < KINDS; kind++) {
		fill(data, sizeof(data), (enum kind)kind);
		n = compress(data, sizeof(data), packed, sizeof(packed), 9);
		for (i = 0; i < n; i++) {
			uint8_t good = packed[i];

			for (change = 1; change < 256;
			     change += i < 40 ? 1 : 23) {
				packed[i] = (uint8_t)(good ^ change);
				errors += decode(packed, n,
						 sizeof(data)) != 0;
			}
			packed[i] = good;
		}
	}
	assert_true(errors > 1000);
}

/* No structure at all, and half of one. */
static void test_garbage(void **state)
{
	uint8_t in[300];
	size_t i, j, size;

	(void)state;
	for (i = 0; i < 60000; i++) {
		size = random_below(sizeof(in));
		for (j = 0; j < size; j++) {
			uint32_t x = random_below(256);

			/* Offsets that reach, most of the time. */
			in[j] = (uint8_t)(i % 2 || x % 3 ? x : x % 2);
		}
		decode(in, size, random_below(400));
	}

	/* Many short sequences, the last one wrong in some way or right. */
	for (i = 0; i < 20000; i++) {
		size_t made = 0;

		size = 0;
		while (size < 250) {
			size_t literals = 1 + random_below(14);
			size_t match = 4 + random_below(14);
			size_t limit = made + literals + 2;

			size += sequence(in + size, literals,
					 random_below((uint32_t)limit), match,
					 0) - 1;
			made += literals + match;
		}
		in[size++] = 0;
		decode(in, size - random_below(3), made - random_below(2));
	}
}

/* --- a part --- */

/*
 * The first want bytes of a block: good where a byte that they do not need is
 * wrong, and nothing written far behind them.
 */
static void test_part(void **state)
{
	uint8_t *data = malloc(BLOCK);
	uint8_t *packed = malloc(2 * BLOCK);
	uint8_t *out = malloc(BLOCK);
	int kind;

	(void)state;
	assert_true(data && packed && out);
	for (kind = NOISE; kind < KINDS; kind++) {
		size_t want, n;

		fill(data, BLOCK, (enum kind)kind);
		n = compress(data, BLOCK, packed, 2 * BLOCK, 0);
		for (want = 0; want <= BLOCK; want += 1 + want / 3) {
			assert_int_equal(decompress_lz4_part(packed, n, out,
							     BLOCK, want), 0);
			assert_memory_equal(out, data, want);
		}
		if (kind != TEXT)
			continue;
		/* Sequences without a match: an offset of 0 is an error. */
		memset(packed + 1100, 0, n - 1100);
		memset(out, 0xee, BLOCK);
		assert_int_equal(decompress_lz4_part(packed, n, out, BLOCK,
						     1000), 0);
		assert_memory_equal(out, data, 1000);
		assert_int_equal(out[1200], 0xee);
		assert_int_equal(decompress_lz4_part(packed, n, out, BLOCK,
						     BLOCK - 1),
				 DECOMPRESS_OFFSET);
	}
	free(data);
	free(packed);
	free(out);
}

/* Where it stops, by hand; all of it is not the same as a part. */
static void test_part_by_hand(void **state)
{
	static const char in[] = "\x30" "abc\x03\x00" "\x10" "z";
	static const struct {
		size_t in_size, out_size, want;
		int err;
	} rows[] = {
		{ 8, 8, 8, DECOMPRESS_OK },
		{ 8, 8, 7, DECOMPRESS_OK },
		{ 6, 8, 7, DECOMPRESS_OK },     /* not looked at */
		{ 6, 8, 8, DECOMPRESS_SHORT },
		{ 8, 9, 7, DECOMPRESS_OK },
		{ 8, 9, 8, DECOMPRESS_SIZE },
		{ 8, 7, 7, DECOMPRESS_OVERFLOW },
		{ 0, 8, 0, DECOMPRESS_OK },
		{ 0, 0, 0, DECOMPRESS_SHORT },  /* all of nothing */
	};
	char out[9];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		memset(out, 0xee, sizeof(out));
		assert_int_equal(decompress_lz4_part(in, rows[i].in_size, out,
						     rows[i].out_size,
						     rows[i].want),
				 rows[i].err);
		if (rows[i].err == DECOMPRESS_OK)
			assert_memory_equal(out, "abcabcaz", rows[i].want);
	}
}

static void test_strerror(void **state)
{
	int i, j;

	(void)state;
	for (i = DECOMPRESS_SIZE - 1; i <= DECOMPRESS_OK; i++) {
		for (j = DECOMPRESS_SIZE - 1; j < i; j++)
			assert_string_not_equal(decompress_strerror(i),
						decompress_strerror(j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_corrupted),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_part_by_hand),
		cmocka_unit_test(test_strerror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
