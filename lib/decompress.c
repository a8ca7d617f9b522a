// SPDX-License-Identifier: 0BSD
/*
 * decompress.c - decodes one LZ4 block.
 *
 * A block is a row of sequences: a token, whose upper four bits count the
 * literals and lower four the match; the literals; the match's offset, two
 * bytes; so many bytes again from that far back in the output. A count of 15
 * goes on in further bytes. The last sequence ends after its literals.
 *
 * Nine of ten sequences in code are short and not near the end of a buffer.
 * For them there is a way with few checks, which copies whole words and more
 * of them than wanted; the next sequence overwrites the surplus.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "decompress.h"

/* A 64-bit word at any address. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

#define COUNT_BITS      4
#define COUNT_LONG      15u     /* more bytes of the count follow */
#define COUNT_MORE      255u    /* and one more after this one */
#define MATCH_MIN       4u      /* is not counted */
#define OFFSET_SIZE     2

/*
 * What a short sequence may touch: its token, 14 literals copied as two words
 * and the offset; in the output, after the literals, a match of up to 18
 * bytes copied as three words.
 */
#define IN_SLACK        (1 + 2 * sizeof(word))
#define OUT_SLACK       (COUNT_LONG - 1 + 3 * sizeof(word))

struct lz4 {
	const uint8_t *in;
	const uint8_t *in_end;
	uint8_t *out;
	uint8_t *out_start;
	uint8_t *out_end;
	const uint8_t *in_slack;        /* below these there is enough of it */
	const uint8_t *out_slack;
};

/* Bytes between two pointers into one buffer, the first not behind */
static inline size_t between(const uint8_t *from, const uint8_t *to)
{
	return (size_t)(to - from);
}

static inline size_t get_offset(const uint8_t *in)
{
	return in[0] | (size_t)in[1] << 8;
}

/*
 * Does sequences as long as they are short, of good shape and clear of the
 * ends. Stops before the first that is not, having changed nothing but bytes
 * of the output that are still to come.
 */
static void short_sequences(struct lz4 *s)
{
	const uint8_t *in = s->in;
	uint8_t *out = s->out;

	while (in < s->in_slack && out < s->out_slack) {
		size_t literals = *in >> COUNT_BITS;
		size_t match = *in & COUNT_LONG;
		const word *from = (const word *)(in + 1);
		word *to = (word *)out;
		size_t offset;

		if (literals == COUNT_LONG || match == COUNT_LONG)
			break;
		to[0] = from[0];
		to[1] = from[1];

		to = (word *)(out + literals);
		offset = get_offset(in + 1 + literals);
		if (offset < sizeof(word) ||
		    offset > between(s->out_start, (uint8_t *)to))
			break;
		/* One after the other: a word may lie in the one before it. */
		from = (const word *)((uint8_t *)to - offset);
		to[0] = from[0];
		to[1] = from[1];
		to[2] = from[2];

		in += 1 + literals + OFFSET_SIZE;
		out += literals + match + MATCH_MIN;
	}
	s->in = in;
	s->out = out;
}

/*
 * Adds the further bytes of a long count to *count. They cannot overflow it:
 * that would take more input than there is address space.
 */
static bool long_count(struct lz4 *s, size_t *count)
{
	const uint64_t full = UINT64_MAX;
	uint8_t more;

	/* A block of one repeated text has a count of 257 bytes: by words that
	   is 1,200 instructions less, a tenth of the whole block. */
	while (between(s->in, s->in_end) > sizeof(full) &&
	       *(const word *)s->in == full) {
		*count += COUNT_MORE * sizeof(full);
		s->in += sizeof(full);
	}
	do {
		if (s->in == s->in_end)
			return false;
		more = *s->in++;
		*count += more;
	} while (more == COUNT_MORE);
	return true;
}

static int copy_literals(struct lz4 *s, size_t size)
{
	if (size == COUNT_LONG && !long_count(s, &size))
		return DECOMPRESS_SHORT;
	if (size > between(s->in, s->in_end))
		return DECOMPRESS_SHORT;
	if (size > between(s->out, s->out_end))
		return DECOMPRESS_OVERFLOW;
	memcpy(s->out, s->in, size);
	s->in += size;
	s->out += size;
	return DECOMPRESS_OK;
}

/*
 * A match longer than its offset repeats its own beginning. What has been
 * repeated serves as source for the next step, so that each is twice as wide
 * as the one before, and none overlaps its source.
 */
static void repeat(uint8_t *out, size_t offset, size_t size)
{
	const uint8_t *from = out - offset;

	if (offset == 1) {
		memset(out, *from, size);
		return;
	}
	while (size > offset) {
		memcpy(out, from, offset);
		out += offset;
		size -= offset;
		offset *= 2;
	}
	memcpy(out, from, size);
}

static int copy_match(struct lz4 *s, size_t size)
{
	size_t offset;

	if (between(s->in, s->in_end) < OFFSET_SIZE)
		return DECOMPRESS_SHORT;
	offset = get_offset(s->in);
	s->in += OFFSET_SIZE;
	if (offset == 0 || offset > between(s->out_start, s->out))
		return DECOMPRESS_OFFSET;

	if (size == COUNT_LONG && !long_count(s, &size))
		return DECOMPRESS_SHORT;
	size += MATCH_MIN;
	if (size > between(s->out, s->out_end))
		return DECOMPRESS_OVERFLOW;
	repeat(s->out, offset, size);
	s->out += size;
	return DECOMPRESS_OK;
}

int decompress_lz4_part(const void *in, size_t in_size, void *out,
			size_t out_size, size_t want)
{
	struct lz4 s = {
		.in = in,
		.in_end = (const uint8_t *)in + in_size,
		.out = out,
		.out_start = out,
		.out_end = (uint8_t *)out + out_size,
		.in_slack = in,
		.out_slack = out,
	};

	if (in_size > IN_SLACK && out_size > OUT_SLACK) {
		s.in_slack = s.in_end - IN_SLACK;
		s.out_slack = s.out_end - OUT_SLACK;
		if (want < between(s.out_start, s.out_slack))
			s.out_slack = s.out_start + want;
	}
	if (want == out_size)           /* all, and nothing behind it */
		want = SIZE_MAX;
	for (;;) {
		uint8_t token;
		int err;

		short_sequences(&s);
		if (between(s.out_start, s.out) >= want)
			return DECOMPRESS_OK;
		if (s.in == s.in_end)
			return DECOMPRESS_SHORT;
		token = *s.in++;
		err = copy_literals(&s, token >> COUNT_BITS);
		if (err)
			return err;
		if (s.in == s.in_end)
			return s.out == s.out_end ? DECOMPRESS_OK
						  : DECOMPRESS_SIZE;
		err = copy_match(&s, token & COUNT_LONG);
		if (err)
			return err;
	}
}

int decompress_lz4(const void *in, size_t in_size, void *out, size_t out_size)
{
	return decompress_lz4_part(in, in_size, out, out_size, out_size);
}

const char *decompress_strerror(int err)
{
	switch (err) {
	case DECOMPRESS_OK:
		return "no error";
	case DECOMPRESS_SHORT:
		return "compressed data ends too early";
	case DECOMPRESS_OVERFLOW:
		return "compressed data is longer than its block";
	case DECOMPRESS_OFFSET:
		return "compressed data refers to before its start";
	case DECOMPRESS_SIZE:
		return "compressed data is shorter than its block";
	default:
		return "unknown error";
	}
}
