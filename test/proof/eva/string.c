// SPDX-License-Identifier: 0BSD
/*
 * string.c - each size up to 40 bytes, which is more than twice what the
 * functions treat as few, and memmove() with each overlap.
 */
#include "eva.h"
#include "string.h"

#define MOST    40

static unsigned char a[2 * MOST], b[MOST];

/* To the middle, from everywhere: each distance from -MOST / 2 to MOST. */
static void move(size_t size)
{
	/*@ loop unroll 81; */
	for (size_t from = 0; from <= 2 * MOST - size; from++)
		memmove(a + MOST / 2, a + from, size);
}

void eva_main(void)
{
	ANY(a);
	ANY(b);
	/*@ loop unroll 41; */
	for (size_t size = 0; size <= MOST; size++) {
		memcpy(a + 2 * MOST - size, b + MOST - size, size);
		memset(a + 2 * MOST - size, (int)BETWEEN(0, 255), size);
		move(size);
	}
}
