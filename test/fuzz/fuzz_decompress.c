// SPDX-License-Identifier: 0BSD
/*
 * fuzz_decompress.c - LZ4 blocks: any bytes against a decoder that goes byte
 * by byte, and what liblz4 compresses.
 *
 * Input: what to do, the output's size (2 bytes), how much of it is wanted (2
 * bytes), the block or what is to be compressed.
 */
#include <lz4.h>
#include <lz4hc.h>

#include "fuzz.h"

#include "decompress.h"

#define MAX_OUT         0x2000
#define MARGIN          64
#define BEYOND          0xee    /* what lies behind the output */

enum { ANY_BYTES, FAST, THOROUGH, WAYS };

static uint8_t out[MAX_OUT + MARGIN], expected[MAX_OUT], packed[MAX_OUT];

/* ---- the plain decoder -------------------------------------------------- */

struct plain {
	const uint8_t *in;
	size_t left;
	size_t done, size;      /* of the output */
};

static bool get_count(struct plain *p, size_t *count)
{
	uint8_t more = 255;

	if (*count != 15)
		return true;
	while (more == 255) {
		if (p->left == 0)
			return false;
		p->left--;
		more = *p->in++;
		*count += more;
	}
	return true;
}

static int plain_literals(struct plain *p, size_t count)
{
	if (!get_count(p, &count) || count > p->left)
		return DECOMPRESS_SHORT;
	if (count > p->size - p->done)
		return DECOMPRESS_OVERFLOW;
	p->left -= count;
	while (count-- > 0)
		expected[p->done++] = *p->in++;
	return DECOMPRESS_OK;
}

static int plain_match(struct plain *p, size_t count)
{
	size_t offset;

	if (p->left < 2)
		return DECOMPRESS_SHORT;
	offset = p->in[0] + 256u * p->in[1];
	p->in += 2;
	p->left -= 2;
	if (offset == 0 || offset > p->done)
		return DECOMPRESS_OFFSET;
	if (!get_count(p, &count))
		return DECOMPRESS_SHORT;
	count += 4;
	if (count > p->size - p->done)
		return DECOMPRESS_OVERFLOW;
	for (; count > 0; count--, p->done++)
		expected[p->done] = expected[p->done - offset];
	return DECOMPRESS_OK;
}

/* All of the block; *done bytes of output are right even if it fails. */
static int plain_decode(const uint8_t *in, size_t size, size_t out_size,
			size_t *done)
{
	struct plain p = { in, size, 0, out_size };
	int err = DECOMPRESS_SHORT;

	while (p.left > 0) {
		uint8_t token = *p.in++;

		p.left--;
		err = plain_literals(&p, token >> 4);
		if (err)
			break;
		if (p.left == 0) {
			err = p.done == out_size ? DECOMPRESS_OK :
						   DECOMPRESS_SIZE;
			break;
		}
		err = plain_match(&p, token & 15);
		if (err)
			break;
		err = DECOMPRESS_SHORT;
	}
	*done = p.done;
	return err;
}

/* ---- properties --------------------------------------------------------- */

static void before(size_t size)
{
	memset(out, BEYOND, size + MARGIN);
	FUZZ_FORBID(out + size, sizeof(out) - size);
}

static void after(size_t size)
{
	FUZZ_ALLOW(out, sizeof(out));
	for (size_t i = size; i < size + MARGIN; i++)
		CHECK(out[i] == BEYOND);
}

static void check_any(const uint8_t *in, size_t size, size_t out_size,
		      size_t want)
{
	size_t done;
	int err = plain_decode(in, size, out_size, &done);

	before(out_size);
	CHECK(decompress_lz4(in, size, out, out_size) == err);
	after(out_size);
	CHECK(err || memcmp(out, expected, out_size) == 0);
	CHECK(decompress_strerror(err)[0] != '\0');

	before(out_size);
	err = decompress_lz4_part(in, size, out, out_size, want);
	after(out_size);
	/* A part is there as soon as it is decoded, whatever comes behind. */
	if (err == DECOMPRESS_OK)
		CHECK(done >= want && memcmp(out, expected, want) == 0);
	else
		CHECK(done < want || want == out_size ||
		      err == plain_decode(in, size, out_size, &done));
}

/* decompress(compress(x)) == x */
static void check_round(const uint8_t *in, size_t size, int way, size_t want)
{
	static union {
		LZ4_stream_t fast;
		LZ4_streamHC_t thorough;
	} work;
	int got;

	if (size > MAX_OUT / 2)
		size = MAX_OUT / 2;
	got = way == FAST ?
		LZ4_compress_fast_extState(&work, (const char *)in,
					   (char *)packed, (int)size,
					   sizeof(packed), 1) :
		LZ4_compress_HC_extStateHC(&work, (const char *)in,
					   (char *)packed, (int)size,
					   sizeof(packed), 6);
	CHECK(got > 0);
	FUZZ_FORBID(packed + got, sizeof(packed) - (size_t)got);
	before(size);
	CHECK(decompress_lz4(packed, (size_t)got, out, size) == 0);
	after(size);
	CHECK(size == 0 || memcmp(out, in, size) == 0);
	if (want > size)
		want = size;
	before(size);
	CHECK(decompress_lz4_part(packed, (size_t)got, out, size, want) == 0);
	after(size);
	CHECK(want == 0 || memcmp(out, in, want) == 0);
	FUZZ_ALLOW(packed, sizeof(packed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	int way = fuzz_u8(&f) % WAYS;
	size_t out_size = fuzz_u16(&f) % (MAX_OUT + 1);
	size_t want = fuzz_u16(&f) % (MAX_OUT + 1);

	if (way != ANY_BYTES)
		check_round(f.at, f.left, way, want);
	else
		check_any(f.at, f.left, out_size,
			  want < out_size ? want : out_size);
	return 0;
}

/* Text and what it is compressed to; a long run. */
size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const char text[] = "a rose is a rose is a rose is a rose is a "
		"rose, and a daisy is a daisy is a daisy, too, is it not?";
	const size_t size = sizeof(text) - 1;
	char run[600];
	int got = 0;

	memset(run, 'x', sizeof(run));
	memset(seed, 0, 5);
	seed[1] = (uint8_t)size;
	seed[3] = 40;
	switch (i) {
	case 0:
		got = LZ4_compress_default(text, (char *)seed + 5, (int)size,
					   1000);
		break;
	case 1:
		seed[2] = sizeof(run) >> 8;
		seed[1] = sizeof(run) & 0xff;
		got = LZ4_compress_default(run, (char *)seed + 5, sizeof(run),
					   1000);
		break;
	case 2:
	case 3:
		seed[0] = (uint8_t)(i - 1);
		memcpy(seed + 5, text, size);
		got = (int)size;
		break;
	}
	return got > 0 ? 5 + (size_t)got : 0;
}
