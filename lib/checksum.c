// SPDX-License-Identifier: 0BSD
/* checksum.c - the sum that guards every sector the loader uses. */
#include "checksum.h"

/* A 64-bit word at any address; memory order is the CPU's (little-endian). */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

/*
 * gcc would reorder the additions of a whole sector, run out of registers and
 * spill: three times the instructions. The empty asm pins the order.
 */
#if defined(__GNUC__) && !defined(__FRAMAC__)
#define IN_ORDER(a, t) __asm__("" : "+r"(a), "+r"(t))
#else
#define IN_ORDER(a, t) ((void)0)
#endif

#define PAIR(i) do {                                                    \
		a += p[2 * (i)];                                        \
		a -= p[2 * (i) + 1];                                    \
		t += a;                                                 \
		IN_ORDER(a, t);                                         \
	} while (0)
#define PAIRS_4(i) do {                                                 \
		PAIR(i); PAIR((i) + 1); PAIR((i) + 2); PAIR((i) + 3);   \
	} while (0)

void checksum_add(struct checksum *sum, const void *data, size_t size)
{
	const word *p = data;
	uint64_t a = sum->a;
	uint64_t t = sum->t;

	/* Unrolled: loop control would cost as much as the sum itself. */
	for (; size >= 512; size -= 512, p += 64) {
		PAIRS_4(0); PAIRS_4(4); PAIRS_4(8); PAIRS_4(12);
		PAIRS_4(16); PAIRS_4(20); PAIRS_4(24); PAIRS_4(28);
		t *= CHECKSUM_STEP;
	}
	for (; size >= 16; size -= 16, p += 2)
		PAIR(0);
	sum->a = a;
	sum->t = t;
}
