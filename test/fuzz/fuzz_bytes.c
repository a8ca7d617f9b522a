// SPDX-License-Identifier: 0BSD
/*
 * fuzz_bytes.c - what goes over bytes: the sums, against plain ones, in one
 * piece and in several; and memcpy() and its kin, against the libc's.
 *
 * Input: what to do, two places, two sizes, the bytes.
 */
#include "fuzz.h"

#include "checksum.h"
#include "image_file.h" /* image_early_sum(), image_sector_sum() */

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

#define ROOM    2048

static uint8_t ours[ROOM], libcs[ROOM];

/* ---- sums --------------------------------------------------------------- */

static uint64_t get(const uint8_t *from, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= (uint64_t)from[i] << 8 * i;
	return value;
}

/* As checksum.h says it. */
static struct checksum plain_sum(const uint8_t *data, size_t size)
{
	struct checksum sum = { CHECKSUM_SEED, 0 };

	for (size_t i = 0; i < size; i += 16) {
		sum.a += get(data + i, 8) - get(data + i + 8, 8);
		sum.t += sum.a;
		if (i % 512 == 496)
			sum.t *= CHECKSUM_STEP;
	}
	return sum;
}

static void check_checksum(const uint8_t *data, size_t size, size_t cut)
{
	struct checksum whole = checksum_start(), parts = checksum_start();

	size &= ~(size_t)15;
	cut &= ~(size_t)511;
	if (cut > size)
		cut = size & ~(size_t)511;
	checksum_add(&whole, data, size);
	CHECK(checksum_equal(whole, plain_sum(data, size)));
	checksum_add(&parts, data, cut);
	checksum_add(&parts, data + cut, size - cut);
	CHECK(checksum_equal(whole, parts));
	parts.a ^= 1;
	CHECK(!checksum_equal(whole, parts));
	parts.a ^= 1;
	parts.t ^= 1;
	CHECK(!checksum_equal(whole, parts));
}

/* One bit changed is seen by every sum. */
static void check_early(uint8_t *data, size_t sectors, size_t bit)
{
	uint32_t sum[2], again[2], a = 0, b = 0, s = 0;

	for (size_t i = 0; i < sectors * SECTOR_SIZE; i += 4) {
		a += (uint32_t)get(data + i, 4);
		b += a;
	}
	image_early_sum(data, sectors, sum);
	CHECK(sum[0] == a && sum[1] == b);
	if (sectors == 0)
		return;
	for (size_t i = 0; i < SECTOR_SIZE; i += 4)
		s = (s << 1 | s >> 31) + (uint32_t)get(data + i, 4);
	CHECK(image_sector_sum(data) == s);
	data[bit / 8 % SECTOR_SIZE] ^= (uint8_t)(1u << bit % 8);
	image_early_sum(data, sectors, again);
	CHECK(again[0] != sum[0] && image_sector_sum(data) != s);
}

/* ---- memcpy() and its kin ----------------------------------------------- */

static void check_moves(size_t to, size_t from, size_t size, int value)
{
	memcpy(libcs, ours, ROOM);
	CHECK(our_memmove(ours + to, ours + from, size) == ours + to);
	memmove(libcs + to, libcs + from, size);
	CHECK(memcmp(ours, libcs, ROOM) == 0);
	CHECK(our_memset(ours + to, value, size) == ours + to);
	memset(libcs + to, value, size);
	CHECK(memcmp(ours, libcs, ROOM) == 0);
	if (from >= to + size || to >= from + size) {
		CHECK(our_memcpy(ours + to, ours + from, size) == ours + to);
		memmove(libcs + to, libcs + from, size);
		CHECK(memcmp(ours, libcs, ROOM) == 0);
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void check_compare(const uint8_t *a, const uint8_t *b, size_t size)
{
	CHECK(sign(our_memcmp(a, b, size)) == sign(memcmp(a, b, size)));
	CHECK(sign(our_memcmp(b, a, size)) == sign(memcmp(b, a, size)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t what = fuzz_u8(&f);
	size_t a = fuzz_u16(&f) % (ROOM / 2), b = fuzz_u16(&f) % (ROOM / 2);
	size_t n = fuzz_u16(&f) % (ROOM / 2), m = fuzz_u16(&f);
	size_t have = f.left < ROOM ? f.left : ROOM;

	fuzz_bytes(&f, ours, ROOM);
	switch (what % 4) {
	case 0:         /* in the input itself: no byte behind it is read */
		check_checksum(data + (size - have), have, m);
		break;
	case 1:
		check_early(ours, have / SECTOR_SIZE, m);
		break;
	case 2:
		check_moves(a, b, n, (int)m);
		break;
	default:
		check_compare(ours + a, ours + b, n);
		check_compare(data, ours, size < have ? size : have);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	size_t size = i % 2 ? 1100 : 100;

	for (size_t k = 0; k < size; k++)
		seed[k] = (uint8_t)(k * k >> 3);
	seed[0] = (uint8_t)i;
	return i < 8 ? size : 0;
}
