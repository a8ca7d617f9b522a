// SPDX-License-Identifier: 0BSD
/* checksum.c - the sum that guards every sector the loader uses. */
#include "checksum.h"

/* A 64-bit word at any address; memory order is the CPU's (little-endian). */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

/*
 * gcc would reorder the additions of a whole sector, run out of registers and
 * spill: three times the instructions. The empty asm pins the order, and the
 * address that all others are counted from.
 */
#if defined(__GNUC__) && !defined(__FRAMAC__)
#define IN_ORDER(a, t) __asm__("" : "+r"(a), "+r"(t))
#define IN_REGISTER(p) __asm__("" : "+r"(p))
#else
#define IN_ORDER(a, t) ((void)(a), (void)(t))
#define IN_REGISTER(p) ((void)(p))
#endif

#define PAIR(p, i) do {                                                 \
		a += (p)[2 * (i)];                                      \
		a -= (p)[2 * (i) + 1];                                  \
		t += a;                                                 \
		IN_ORDER(a, t);                                         \
	} while (0)
#define PAIRS_4(p, i) do {                                              \
		PAIR(p, i); PAIR(p, (i) + 1);                           \
		PAIR(p, (i) + 2); PAIR(p, (i) + 3);                     \
	} while (0)

void checksum_add(struct checksum *sum, const void *data, size_t size)
{
	const word *p = data;
	uint64_t a = sum->a;
	uint64_t t = sum->t;
	size_t left = size / 512;

	/*
	 * Unrolled: loop control would cost as much as the sum itself. The
	 * pointer goes on twice a sector, so that each word is within reach
	 * of a short instruction. The loops test at their end alone, which
	 * compilers that look for size would not see to: 101 instructions a
	 * sector, 96 of them the sum. With half as much unrolled, in a loop
	 * within the loop, it is 109.
	 */
	if (left > 0) do {
		PAIRS_4(p, 0); PAIRS_4(p, 4);
		p += 32;
		IN_REGISTER(p);
		PAIRS_4(p, -8); PAIRS_4(p, -4); PAIRS_4(p, 0); PAIRS_4(p, 4);
		p += 32;
		IN_REGISTER(p);
		PAIRS_4(p, -8); PAIRS_4(p, -4);
		t *= CHECKSUM_STEP;
	} while (--left > 0);
	left = size % 512 / 16;
	if (left > 0) do {
		PAIR(p, 0);
		p += 2;
	} while (--left > 0);
	sum->a = a;
	sum->t = t;
}
