/* SPDX-License-Identifier: 0BSD */
/*
 * string.h - what C has of the libc's header where there is no libc: the four
 * functions that compilers call of their own accord. lib/string.c has them.
 */
#ifndef STAGECOACH_STRING_H
#define STAGECOACH_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
