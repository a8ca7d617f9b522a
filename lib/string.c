// SPDX-License-Identifier: 0BSD
/*
 * string.c - memcpy, memmove, memset and memcmp where there is no libc: in
 * stage2 and in kernels. Plain integer code, no SSE; the direction flag is
 * clear, as the System V ABI promises.
 *
 * Words may lie at any address: x86 does not mind, and aligning first would
 * cost more than it brings. A size that is no multiple of 8 ends with a word
 * that overlaps the one before it, which saves a loop over bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((aligned(1), may_alias)) word;
typedef uint32_t __attribute__((aligned(1), may_alias)) half_word;

/* Up to this many bytes, string instructions take longer to start. */
#define FEW     (2 * sizeof(word))

/*
 * Moves at most FEW bytes. All are read before one is written, so that the
 * two places may overlap either way.
 */
static inline void move_few(uint8_t *to, const uint8_t *from, size_t size)
{
	if (size >= sizeof(word)) {
		size_t tail = size - sizeof(word);
		uint64_t first = *(const word *)from;
		uint64_t last = *(const word *)(from + tail);

		*(word *)to = first;
		*(word *)(to + tail) = last;
	} else if (size >= sizeof(half_word)) {
		size_t tail = size - sizeof(half_word);
		uint32_t first = *(const half_word *)from;
		uint32_t last = *(const half_word *)(from + tail);

		*(half_word *)to = first;
		*(half_word *)(to + tail) = last;
	} else if (size > 0) {
		uint8_t first = from[0];
		uint8_t middle = from[size / 2];
		uint8_t last = from[size - 1];

		to[0] = first;
		to[size / 2] = middle;
		to[size - 1] = last;
	}
}

/* Copies words from the lowest address up. */
/*@ requires \valid(to + (0 .. sizeof(word) * words - 1));
  @ requires \valid_read(from + (0 .. sizeof(word) * words - 1));
  @ requires \initialized(from + (0 .. sizeof(word) * words - 1));
  @ assigns to[0 .. sizeof(word) * words - 1]
  @         \from from[0 .. sizeof(word) * words - 1];
  @ ensures \initialized(to + (0 .. sizeof(word) * words - 1));
  @*/
static inline void move_words(uint8_t *to, const uint8_t *from, size_t words)
{
	__asm__ volatile("rep movsq"
			 : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/*@ requires \valid(to + (0 .. sizeof(word) * words - 1));
  @ assigns to[0 .. sizeof(word) * words - 1] \from fill;
  @ ensures \initialized(to + (0 .. sizeof(word) * words - 1));
  @*/
static inline void set_words(uint8_t *to, uint64_t fill, size_t words)
{
	__asm__ volatile("rep stosq"
			 : "+D"(to), "+c"(words) : "a"(fill) : "memory");
}

/*
 * Copies more than FEW bytes from the lowest address up. Right also where to
 * lies below from and they overlap: the last word is read before the others
 * can be written over it.
 */
static inline void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
	size_t tail = size - sizeof(word);
	size_t words = (size - 1) / sizeof(word);
	uint64_t last = *(const word *)(from + tail);

	move_words(to, from, words);
	*(word *)(to + tail) = last;
}

/* The same from the highest address down, for to above from. */
static inline void copy_down(uint8_t *to, const uint8_t *from, size_t size)
{
	uint64_t first = *(const word *)from;

	for (; size > sizeof(word); size -= sizeof(word)) {
		*(word *)(to + size - sizeof(word)) =
			*(const word *)(from + size - sizeof(word));
		/* Else compilers see a memmove in this loop, and call it. */
		__asm__ volatile("" : : : "memory");
	}
	*(word *)to = first;
}

void *(memcpy)(void *restrict to, const void *restrict from, size_t size)
{
	if (size <= FEW)
		move_few(to, from, size);
	else
		copy_up(to, from, size);
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	if (size <= FEW)
		move_few(to, from, size);
	else if ((uintptr_t)to - (uintptr_t)from >= size)
		copy_up(to, from, size);        /* to is below, or clear of it */
	else
		copy_down(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint64_t fill = (uint8_t)value * 0x0101010101010101ull;
	uint8_t *byte = to;

	if (size >= sizeof(word)) {
		size_t words = (size - 1) / sizeof(word);

		*(word *)(byte + size - sizeof(word)) = fill;
		if (size <= FEW)
			*(word *)byte = fill;
		else
			set_words(byte, fill, words);
	} else if (size >= sizeof(half_word)) {
		*(half_word *)byte = (uint32_t)fill;
		*(half_word *)(byte + size - sizeof(half_word)) =
			(uint32_t)fill;
	} else if (size > 0) {
		byte[0] = (uint8_t)fill;
		byte[size / 2] = (uint8_t)fill;
		byte[size - 1] = (uint8_t)fill;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a;
	const uint8_t *y = b;
	size_t words = size / sizeof(word);
	bool same;

	/* The first comparison is for no words at all: they are the same. */
	__asm__ volatile("cmp %[n], %[n]\n\trepe cmpsq"
			 : "+S"(x), "+D"(y), [n] "+c"(words), "=@ccz"(same)
			 : : "memory");
	size %= sizeof(word);
	if (!same) {
		x -= sizeof(word);
		y -= sizeof(word);
		size = sizeof(word);
	}
	for (; size > 0; x++, y++, size--) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}
