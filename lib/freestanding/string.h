/* SPDX-License-Identifier: 0BSD */
/*
 * string.h - what C has of the libc's header where there is no libc: the four
 * functions that compilers call of their own accord. lib/string.c has them.
 */
#ifndef STAGECOACH_STRING_H
#define STAGECOACH_STRING_H

#include <stddef.h>

/*@ requires \valid((unsigned char *)to + (0 .. size - 1));
  @ requires \valid_read((unsigned char *)from + (0 .. size - 1));
  @ requires \separated((unsigned char *)to + (0 .. size - 1),
  @                     (unsigned char *)from + (0 .. size - 1));
  @ assigns ((unsigned char *)to)[0 .. size - 1]
  @         \from ((unsigned char *)from)[0 .. size - 1];
  @ assigns \result \from to;
  @ exits \false;
  @ ensures \result == to;
  @*/
void *memcpy(void *restrict to, const void *restrict from, size_t size);
/*@ requires \valid((unsigned char *)to + (0 .. size - 1));
  @ requires \valid_read((unsigned char *)from + (0 .. size - 1));
  @ assigns ((unsigned char *)to)[0 .. size - 1]
  @         \from ((unsigned char *)from)[0 .. size - 1];
  @ assigns \result \from to;
  @ exits \false;
  @ ensures \result == to;
  @*/
void *memmove(void *to, const void *from, size_t size);
/*@ requires \valid((unsigned char *)to + (0 .. size - 1));
  @ assigns ((unsigned char *)to)[0 .. size - 1] \from value;
  @ assigns \result \from to;
  @ exits \false;
  @ ensures \result == to;
  @*/
void *memset(void *to, int value, size_t size);
/*@ requires \valid_read((unsigned char *)a + (0 .. size - 1));
  @ requires \valid_read((unsigned char *)b + (0 .. size - 1));
  @ assigns \result \from ((unsigned char *)a)[0 .. size - 1],
  @         ((unsigned char *)b)[0 .. size - 1];
  @ exits \false;
  @*/
int memcmp(const void *a, const void *b, size_t size);

/*
 * A size that the compiler knows needs no call where a few moves do. (Tests
 * that compile string.c beside a libc give the functions other names.)
 */
#ifndef memcpy
#define FEW_MOVES       64
#define memcpy(to, from, size)                                          \
	(__builtin_constant_p(size) && (size) <= FEW_MOVES ? \
		__builtin_memcpy(to, from, size) : memcpy(to, from, size))
#endif

#endif
