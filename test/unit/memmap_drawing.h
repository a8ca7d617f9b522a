/* SPDX-License-Identifier: 0BSD */
/*
 * memmap_drawing.h - memory maps as text, for tests: one letter to a page,
 * '.' where there is no range.
 */
#ifndef STAGECOACH_MEMMAP_DRAWING_H
#define STAGECOACH_MEMMAP_DRAWING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layout.h"     /* PAGE_SIZE */
#include "memmap.h"

#define COUNT(a)        (sizeof(a) / sizeof(*(a)))
#define MIB             0x100000ull
#define GIB             0x40000000ull

#define DRAWING_PAGES   512             /* 2 MiB: both sides of 1 MiB */
#define SMALL_PAGES     48              /* for maps that fit a line */

static const char letters[] = ".URANBKLF";      /* by boot_memory_type */

static uint64_t random_state = 0x5eed;

static inline uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static inline uint32_t type_of(char letter)
{
	return (uint32_t)(strchr(letters, letter) - letters);
}

/* drawing holds pages + 1 bytes. */
static inline void draw(const struct memmap *m, char *drawing, size_t pages)
{
	memset(drawing, '.', pages);
	drawing[pages] = '\0';
	for (size_t i = 0; i < m->count; i++) {
		const struct boot_memory *r = &m->range[i];

		assert_in_range(r->type, 1, COUNT(letters) - 2);
		for (uint64_t at = r->base; at < r->end; at += PAGE_SIZE) {
			assert_true(at / PAGE_SIZE < pages);
			drawing[at / PAGE_SIZE] = letters[r->type];
		}
	}
}

/* How many ranges a drawing has. */
static inline size_t ranges(const char *drawing)
{
	size_t n = 0;
	char last = '.';

	for (; *drawing != '\0'; last = *drawing++)
		if (*drawing != '.' && *drawing != last)
			n++;
	return n;
}

/* Fills m's storage by hand, so that no code under test is trusted. */
static inline void undraw(struct memmap *m, const char *drawing)
{
	m->count = 0;
	assert_true(ranges(drawing) <= m->max);
	for (size_t i = 0; drawing[i] != '\0'; i++) {
		struct boot_memory *r = m->range + m->count;

		if (drawing[i] == '.')
			continue;
		if (i > 0 && drawing[i - 1] == drawing[i]) {
			r[-1].end += PAGE_SIZE;
			continue;
		}
		*r = (struct boot_memory){
			.base = i * PAGE_SIZE,
			.end = (i + 1) * PAGE_SIZE,
			.type = type_of(drawing[i]),
		};
		m->count++;
	}
}

static inline void assert_drawing(const struct memmap *m, const char *expected)
{
	char drawing[DRAWING_PAGES + 1];

	assert_true(memmap_check(m));
	draw(m, drawing, strlen(expected));
	assert_string_equal(drawing, expected);
}

#endif
