/* SPDX-License-Identifier: 0BSD */
/*
 * decompress.h - decodes one LZ4 block (the block format of the LZ4
 * specification, without frame or dictionary).
 */
#ifndef STAGECOACH_DECOMPRESS_H
#define STAGECOACH_DECOMPRESS_H

#include <stddef.h>

enum decompress_err {
	DECOMPRESS_OK = 0,
	DECOMPRESS_SHORT = -1,          /* input ends within a sequence */
	DECOMPRESS_OVERFLOW = -2,       /* more output than out_size */
	DECOMPRESS_OFFSET = -3,         /* match before the output's start */
	DECOMPRESS_SIZE = -4,           /* less output than out_size */
};

/*
 * Decodes in_size bytes at in into exactly out_size bytes at out. The two do
 * not overlap. Neither reads nor writes a byte outside them, whatever the
 * input; on an error the content of out is undefined.
 */
/*@ requires in_size <= OBJECT_MAX && out_size <= OBJECT_MAX;
  @ requires \valid_read((uint8_t *)in + (0 .. in_size - 1));
  @ requires \valid((uint8_t *)out + (0 .. out_size - 1));
  @ requires \separated((uint8_t *)in + (0 .. in_size - 1),
  @                     (uint8_t *)out + (0 .. out_size - 1));
  @ assigns ((uint8_t *)out)[0 .. out_size - 1];
  @ exits \false;
  @ ensures DECOMPRESS_SIZE <= \result <= DECOMPRESS_OK;
  @*/
int decompress_lz4(const void *in, size_t in_size, void *out, size_t out_size);

/*
 * The same for the first want of them; may write more, up to out_size, and
 * does not look at input that it does not need.
 */
/*@ requires in_size <= OBJECT_MAX && out_size <= OBJECT_MAX;
  @ requires \valid_read((uint8_t *)in + (0 .. in_size - 1));
  @ requires \valid((uint8_t *)out + (0 .. out_size - 1));
  @ requires \separated((uint8_t *)in + (0 .. in_size - 1),
  @                     (uint8_t *)out + (0 .. out_size - 1));
  @ assigns ((uint8_t *)out)[0 .. out_size - 1];
  @ exits \false;
  @ ensures DECOMPRESS_SIZE <= \result <= DECOMPRESS_OK;
  @*/
int decompress_lz4_part(const void *in, size_t in_size, void *out,
			size_t out_size, size_t want);

/* The reason as a phrase. */
/*@ assigns \nothing;
  @*/
const char *decompress_strerror(int err);

#endif
