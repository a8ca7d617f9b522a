/* SPDX-License-Identifier: 0BSD */
/*
 * checksum.h - the sum that guards every sector the loader uses.
 *
 * Two 64-bit sums over pairs of 64-bit little-endian words, after Fletcher:
 *
 *   for each pair (x, y):  a = a + x - y;  t = t + a     (mod 2^64)
 *   after each 512 bytes:  t = t * CHECKSUM_STEP
 *
 * Three instructions to 16 bytes. What it catches and what it misses stands
 * in docs/image-format.md. It guards against bad media and bad firmware, not
 * against an attacker.
 */
#ifndef STAGECOACH_CHECKSUM_H
#define STAGECOACH_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"     /* CHECKSUM_SEED */

#define CHECKSUM_STEP   0x9e3779b97f4a7c15ull

struct checksum {
	uint64_t a;
	uint64_t t;
};

/* The sum of no bytes: where every summation starts. */
/*@ assigns \nothing;
  @ exits \false;
  @*/
static inline struct checksum checksum_start(void)
{
	return (struct checksum){ CHECKSUM_SEED, 0 };
}

/*
 * Continues *sum over size bytes. size is a multiple of 16; all calls for one
 * sum but the last pass a multiple of 512. data needs no alignment.
 */
/*@ requires \valid(sum) && size % 16 == 0;
  @ requires \valid_read((uint64_t *)data + (0 .. size / 8 - 1));
  @ requires \separated(sum, (uint64_t *)data + (0 .. size / 8 - 1));
  @ assigns *sum;
  @ exits \false;
  @*/
void checksum_add(struct checksum *sum, const void *data, size_t size);

/*@ assigns \nothing;
  @ exits \false;
  @*/
static inline int checksum_equal(struct checksum x, struct checksum y)
{
	return x.a == y.a && x.t == y.t;
}

#endif
