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

/*@ requires \valid(to + (0 .. sizeof(word) - 1));
  @ requires \valid_read(from + (0 .. sizeof(word) - 1));
  @ assigns to[0 .. sizeof(word) - 1];
  @ exits \false;
  @*/
static inline void copy_word(uint8_t *to, const uint8_t *from)
{
	*(word *)to = *(const word *)from;
}

/* Keeps gcc from arithmetic in bytes, and from what that takes to leave. */
#if defined(__GNUC__) && !defined(__FRAMAC__)
#define IN_REGISTER(x) __asm__("" : "+r"(x))
#else
#define IN_REGISTER(x) ((void)0)
#endif

#define COUNT_LONG      15u     /* more bytes of the count follow */
#define COUNT_VALUES    (COUNT_LONG + 1)
#define COUNT_MORE      255u    /* and one more after this one */
#define MATCH_MIN       4u      /* is not counted */
#define OFFSET_SIZE     2

/*
 * What a short sequence may touch: its token, 14 literals copied as two words,
 * the offset, and one byte more of the match's count; in the output, after the
 * literals, the longest match that makes, copied as words.
 */
#define SHORT_MATCH     (COUNT_LONG + COUNT_MORE - 1 + MATCH_MIN)
#define IN_SLACK        (2 + 2 * sizeof(word))
#define OUT_SLACK       (COUNT_LONG - 1 + SHORT_MATCH + sizeof(word))

struct lz4 {
	const uint8_t *in;
	const uint8_t *in_end;
	uint8_t *out;
	uint8_t *out_start;
	uint8_t *out_end;
	const uint8_t *in_slack;        /* below these there is enough of it */
	uint8_t *out_slack;
};

/*@ requires \valid_read(from + (0 .. sizeof(word) - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
static inline uint64_t read_word(const uint8_t *from)
{
	return *(const word *)from;
}

/*@ predicate good_lz4{L}(struct lz4 *s) =
  @         \valid(s) && good_part(s->in, s->in_end) &&
  @         good_part(s->out_start, s->out) && good_part(s->out, s->out_end) &&
  @         good_part(s->out_start, s->out_end) &&
  @         \valid_read(s->in + (0 .. s->in_end - s->in - 1)) &&
  @         \valid(s->out_start + (0 .. s->out_end - s->out_start - 1)) &&
  @         \separated(s, s->in + (0 .. s->in_end - s->in - 1),
  @                    s->out_start + (0 .. s->out_end - s->out_start - 1)) &&
  @         \base_addr(s->in_slack) == \base_addr(s->in) &&
  @         \base_addr(s->out_slack) == \base_addr(s->out) &&
  @         (s->in_slack - s->in <= 0 || s->in_end - s->in_slack >= IN_SLACK) &&
  @         (s->out_slack - s->out <= 0 ||
  @          s->out_end - s->out_slack >= OUT_SLACK);
  @*/

/*@ // From L1 to L2 the pointers that move have moved on.
  @ predicate further{L1,L2}(struct lz4 *s) =
  @         good_part{L2}(\at(s->in,L1), \at(s->in,L2)) &&
  @         good_part{L2}(\at(s->out,L1), \at(s->out,L2));
  @*/

/* Bytes between two pointers into one buffer, the first not behind */
/*@ requires good_part(from, to);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == to - from;
  @*/
static inline size_t between(const uint8_t *from, const uint8_t *to)
{
	return (size_t)(to - from);
}

/*@ requires \valid_read(in + (0 .. 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
static inline size_t get_offset(const uint8_t *in)
{
	return in[0] | (size_t)in[1] << 8;
}

/*
 * Does sequences as long as they are short, of good shape and clear of the
 * ends. Stops before the first that is not, having changed nothing but bytes
 * of the output that are still to come.
 */
/*@ requires good_lz4(s);
  @ assigns s->in, s->out,
  @         s->out[0 .. s->out_end - s->out - 1];
  @ exits \false;
  @ ensures still: good_lz4(s);
  @ ensures on: further{Pre,Post}(s);
  @*/
static void short_sequences(struct lz4 *s)
{
	const uint8_t *in = s->in;
	uint8_t *out = s->out;

	if (in >= s->in_slack || out >= s->out_slack)
		return;
	/*@ loop invariant in < s->in_slack && out < s->out_slack;
	  @ loop invariant good_part(s->in, in) && good_part(in, s->in_end);
	  @ loop invariant good_part(s->out, out) && good_part(out, s->out_end);
	  @ loop invariant s->in_slack - in > 0 ==>
	  @         s->in_end - s->in_slack >= IN_SLACK;
	  @ loop invariant s->out_slack - out > 0 ==>
	  @         s->out_end - s->out_slack >= OUT_SLACK;
	  @ loop assigns in, out, s->out[0 .. s->out_end - s->out - 1];
	  @ loop variant s->in_end - in;
	  @*/
	do {
		//@ assert s->in_end - in > IN_SLACK;
		//@ assert s->out_end - out > OUT_SLACK;
		size_t token = *in, literals, match, offset, before;
		const uint8_t *from = in + 1;
		uint8_t *to = out;

		IN_REGISTER(token);
		literals = token / COUNT_VALUES;
		match = token % COUNT_VALUES;
		if (literals == COUNT_LONG)
			break;
		copy_word(to, from);
		copy_word(to + sizeof(word), from + sizeof(word));

		from += literals;
		to += literals;
		offset = get_offset(from);
		before = between(s->out_start, to);
		if (offset < sizeof(word) || offset > before)
			break;
		/* One after the other: a word may lie in the one before it. */
		before -= offset;
		copy_word(to, s->out_start + before);
		copy_word(to + sizeof(word),
			  s->out_start + before + sizeof(word));
		from += OFFSET_SIZE;
		/* A third of a program's matches go on. A sixth has a longer
		   count; to leave those to copy_match() took twice as long. */
		if (match > 2 * sizeof(word) - MATCH_MIN) {
			if (match == COUNT_LONG) {
				if (*from == COUNT_MORE)
					break;
				match += *from++;
			}
			/*@ loop invariant 2 * sizeof(word) <= done <= OUT_SLACK;
			  @ loop assigns done, s->out[0 .. s->out_end - s->out - 1];
			  @ loop variant match + MATCH_MIN - done;
			  @*/
			for (size_t done = 2 * sizeof(word);
			     done < match + MATCH_MIN; done += sizeof(word))
				copy_word(to + done,
					  s->out_start + before + done);
		}
		in = from;
		out = to + match + MATCH_MIN;
	} while (in < s->in_slack && out < s->out_slack);
	s->in = in;
	s->out = out;
}

/*
 * Adds the further bytes of a long count to *count. They cannot overflow it:
 * that would take more input than there is address space.
 */
/*@ requires good_lz4(s) && \valid(count) && \separated(count, s);
  @ assigns s->in, *count;
  @ exits \false;
  @ ensures still: good_lz4(s);
  @ ensures on: further{Pre,Post}(s);
  @*/
static bool long_count(struct lz4 *s, size_t *count)
{
	const uint64_t full = UINT64_MAX;
	uint8_t more;

	/* A block of one repeated text has a count of 257 bytes: by words that
	   is 1,200 instructions less, a tenth of the whole block. */
	/*@ loop invariant still: good_lz4(s);
	  @ loop invariant on: further{Pre,Here}(s);
	  @ loop assigns s->in, *count;
	  @ loop variant s->in_end - s->in;
	  @*/
	while (between(s->in, s->in_end) > sizeof(full) &&
	       read_word(s->in) == full) {
		*count += COUNT_MORE * sizeof(full);
		s->in += sizeof(full);
	}
	/*@ loop invariant still: good_lz4(s);
	  @ loop invariant on: further{Pre,Here}(s);
	  @ loop assigns s->in, more, *count;
	  @ loop variant s->in_end - s->in;
	  @*/
	do {
		if (between(s->in, s->in_end) == 0)
			return false;
		more = *s->in++;
		*count += more;
	} while (more == COUNT_MORE);
	return true;
}

/*@ requires good_lz4(s);
  @ assigns s->in, s->out,
  @         s->out[0 .. s->out_end - s->out - 1];
  @ exits \false;
  @ ensures DECOMPRESS_SIZE <= \result <= DECOMPRESS_OK;
  @ ensures still: good_lz4(s);
  @ ensures on: further{Pre,Post}(s);
  @*/
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
/*@ requires 0 < offset <= OBJECT_MAX && size <= OBJECT_MAX;
  @ requires \valid_read(out + (-offset .. -1));
  @ requires \valid(out + (0 .. size - 1));
  @ assigns out[0 .. size - 1];
  @ exits \false;
  @*/
static void repeat(uint8_t *out, size_t offset, size_t size)
{
	const uint8_t *from = out - offset;

	if (offset == 1) {
		memset(out, *from, size);
		return;
	}
	/*@ loop invariant from == \at(out - offset,Pre) && out == from + offset;
	  @ loop invariant 0 < offset && size <= OBJECT_MAX;
	  @ loop invariant out + size == \at(out + size,Pre);
	  @ loop invariant 0 <= out - \at(out,Pre);
	  @ loop assigns out, size, offset,
	  @         \at(out,Pre)[0 .. \at(size,Pre) - 1];
	  @ loop variant size;
	  @*/
	while (size > offset) {
		memcpy(out, from, offset);
		out += offset;
		size -= offset;
		offset *= 2;
	}
	memcpy(out, from, size);
}

/*@ requires good_lz4(s);
  @ assigns s->in, s->out,
  @         s->out[0 .. s->out_end - s->out - 1];
  @ exits \false;
  @ ensures DECOMPRESS_SIZE <= \result <= DECOMPRESS_OK;
  @ ensures still: good_lz4(s);
  @ ensures on: further{Pre,Post}(s);
  @*/
static int copy_match(struct lz4 *s, size_t size)
{
	size_t offset;

	if (between(s->in, s->in_end) < OFFSET_SIZE)
		return DECOMPRESS_SHORT;
	offset = get_offset(s->in);
	s->in += OFFSET_SIZE;
	//@ assert still: good_lz4(s);
	if (offset == 0 || offset > between(s->out_start, s->out))
		return DECOMPRESS_OFFSET;

	if (size == COUNT_LONG && !long_count(s, &size))
		return DECOMPRESS_SHORT;
	size += MATCH_MIN;
	if (size > between(s->out, s->out_end))
		return DECOMPRESS_OVERFLOW;
	repeat(s->out, offset, size);
	//@ assert still: good_lz4(s) && size <= s->out_end - s->out;
	s->out += size;
	//@ assert still: good_lz4(s);
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
	/*@ loop invariant good_lz4(&s);
	  @ loop invariant s.out_start == out && s.out_end == (uint8_t *)out + out_size;
	  @ loop assigns s.in, s.out, ((uint8_t *)out)[0 .. out_size - 1];
	  @ loop variant s.in_end - s.in;
	  @*/
	for (;;) {
		uint8_t token;
		int err;

		short_sequences(&s);
		if (between(s.out_start, s.out) >= want)
			return DECOMPRESS_OK;
		if (between(s.in, s.in_end) == 0)
			return DECOMPRESS_SHORT;
		token = *s.in++;
		err = copy_literals(&s, token / COUNT_VALUES);
		if (err)
			return err;
		if (s.in == s.in_end)
			return s.out == s.out_end ? DECOMPRESS_OK
						  : DECOMPRESS_SIZE;
		err = copy_match(&s, token % COUNT_VALUES);
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
