// SPDX-License-Identifier: 0BSD
/*
 * test_glyph.c - characters on framebuffers of each kind of pixel: every byte
 * is compared, those around the character too; ASan watches the ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "glyph.h"

#define COUNT(a)        (sizeof(a) / sizeof(*(a)))
#define WIDTH           24u
#define HEIGHT          32u
#define GAP             5u              /* bytes behind each row */
#define UNTOUCHED       0x5a

/* An F, bits at all corners, and one that is the only one of its row. */
static const uint8_t glyph[GLYPH_HEIGHT] = {
	0x81, 0x01, 0x7e, 0x40, 0x40, 0x40, 0x7c, 0x40, 0x40, 0x40, 0x40, 0x40,
	0, 0, 0, 0x81,
};

static const struct kind {
	uint32_t bits;
	uint8_t red[2], green[2], blue[2];      /* size, shift */
	uint32_t ink;
} kinds[] = {
	{ 32, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0x00c0c0c0 },
	{ 32, { 8, 0 }, { 8, 8 }, { 8, 16 }, 0x00c0c0c0 },
	{ 32, { 10, 20 }, { 10, 10 }, { 10, 0 }, 0x300c0300 },
	{ 32, { 8, 24 }, { 8, 16 }, { 8, 8 }, 0xc0c0c000 },
	{ 24, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0x00c0c0c0 },
	{ 16, { 5, 11 }, { 6, 5 }, { 5, 0 }, 0xc618 },
	{ 15, { 5, 10 }, { 5, 5 }, { 5, 0 }, 0x6318 },
	{ 16, { 1, 15 }, { 0, 0 }, { 0, 0 }, 0x8000 },
	{ 25, { 7, 18 }, { 9, 9 }, { 9, 0 }, 0x1830180 },
	{ 32, { 16, 16 }, { 15, 1 }, { 1, 0 }, 0xc000c001 },
};

static struct boot_display display(const struct kind *k, void *address)
{
	return (struct boot_display){
		.type = BOOT_DISPLAY_LINEAR,
		.width = WIDTH, .height = HEIGHT,
		.pitch = WIDTH * ((k->bits + 7) / 8) + GAP,
		.bits_per_pixel = k->bits,
		.red_size = k->red[0], .red_shift = k->red[1],
		.green_size = k->green[0], .green_shift = k->green[1],
		.blue_size = k->blue[0], .blue_shift = k->blue[1],
		.mode = 0x118,          /* right behind: no channel */
		.address = address,
	};
}

/* What byte b of the pixel at x, y has to be with the glyph at left, top. */
static uint8_t expected(const struct kind *k, uint32_t left, uint32_t top,
			uint32_t x, uint32_t y, uint32_t b)
{
	if (x - left >= GLYPH_WIDTH || y - top >= GLYPH_HEIGHT)
		return UNTOUCHED;
	if (!(glyph[y - top] << (x - left) & 0x80))
		return 0;
	return (uint8_t)(k->ink >> 8 * b);
}

static void check(const struct kind *k, uint32_t left, uint32_t top)
{
	struct boot_display d = display(k, NULL);
	uint32_t size = (k->bits + 7) / 8, x, y, b;
	/* The gap behind the last row is not ours. */
	size_t bytes = (size_t)d.pitch * HEIGHT - GAP;
	uint8_t *pixels = malloc(bytes);
	struct canvas c;

	assert_non_null(pixels);
	memset(pixels, UNTOUCHED, bytes);
	d.address = pixels;
	assert_int_equal(canvas_open(&c, &d), 0);
	assert_int_equal(c.ink, k->ink);
	canvas_glyph(&c, left, top, glyph);
	for (y = 0; y < HEIGHT; y++) {
		const uint8_t *row = pixels + y * d.pitch;

		for (x = 0; x < WIDTH; x++)
			for (b = 0; b < size; b++)
				assert_int_equal(row[x * size + b],
						 expected(k, left, top, x, y,
							  b));
		for (b = 0; b < GAP && y + 1 < HEIGHT; b++)
			assert_int_equal(row[WIDTH * size + b], UNTOUCHED);
	}
	free(pixels);
}

static void test_pixels(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		check(&kinds[i], 0, 0);
		check(&kinds[i], 8, 16);
		check(&kinds[i], WIDTH - GLYPH_WIDTH, HEIGHT - GLYPH_HEIGHT);
	}
}

static void test_refused(void **state)
{
	static uint8_t pixel;
	const struct boot_display good = display(&kinds[0], &pixel);
	struct boot_display bad[] = {
		good, good, good, good, good, good, good, good, good, good,
		good, good, good, good, good, good, good,
	};
	struct boot_display least = good;
	struct canvas c;
	size_t i;

	(void)state;
	bad[0].type = BOOT_DISPLAY_TEXT;
	bad[1].address = NULL;
	bad[2].bits_per_pixel = 8;
	bad[3].bits_per_pixel = 33;
	bad[3].pitch = WIDTH * 5;
	bad[4].bits_per_pixel = 0;
	bad[5].pitch = WIDTH * 4 - 1;
	bad[6].width = GLYPH_WIDTH - 1;
	bad[7].height = GLYPH_HEIGHT - 1;
	bad[8].red_shift = 25;
	bad[9].green_shift = 255;
	bad[10].blue_size = 33;
	bad[11].red_size = bad[11].green_size = bad[11].blue_size = 0;
	bad[12].width = 0x40000000;     /* times 4 is 0 in 32 bits */
	bad[13].bits_per_pixel = 14;    /* with room for its channels */
	bad[13].red_shift = bad[13].green_shift = bad[13].blue_shift = 0;
	bad[14].blue_size = 0;
	bad[14].blue_shift = 32;
	bad[15].red_shift = 8;
	bad[15].red_size = 17;
	bad[16].red_shift = 24;
	bad[16].red_size = 9;
	assert_int_equal(canvas_open(&c, &good), 0);
	least.width = GLYPH_WIDTH;
	least.height = GLYPH_HEIGHT;
	least.pitch = GLYPH_WIDTH * 4;
	assert_int_equal(canvas_open(&c, &least), 0);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(canvas_open(&c, &bad[i]), -1);
}

/* Of each kind, what eight bits of red, green and blue become. */
static void test_color(void **state)
{
	static const struct {
		size_t kind;
		uint8_t red, green, blue;
		uint32_t pixel;
	} rows[] = {
		{ 0, 0x12, 0x34, 0x56, 0x123456 },
		{ 1, 0x12, 0x34, 0x56, 0x563412 },
		{ 2, 0xff, 0x01, 0x80, 0x3fc << 20 | 4 << 10 | 0x200 },
		{ 3, 0x12, 0x34, 0x56, 0x12345600 },
		{ 4, 0xab, 0xcd, 0xef, 0xabcdef },
		{ 5, 0xff, 0xff, 0xff, 0xffff },
		{ 5, 0x08, 0x04, 0x08, 1 << 11 | 1 << 5 | 1 },
		{ 5, 0x07, 0x03, 0x07, 0 },
		{ 6, 0xff, 0x00, 0xff, 0x7c1f },
		{ 7, 0x80, 0xff, 0xff, 0x8000 },
		{ 7, 0x7f, 0xff, 0xff, 0 },
		{ 8, 0xff, 0x80, 0x01, 0x7f << 18 | 0x100 << 9 | 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct boot_display d = display(&kinds[rows[i].kind], NULL);

		assert_int_equal(canvas_color(&d, rows[i].red, rows[i].green,
					      rows[i].blue), rows[i].pixel);
	}
}

/* Paper is what stands between the ink. */
static void test_paper(void **state)
{
	struct boot_display d = display(&kinds[4], malloc(
		(WIDTH * 3 + GAP) * HEIGHT));
	uint8_t *at = d.address;
	struct canvas c;

	(void)state;
	assert_int_equal(canvas_open(&c, &d), 0);
	c.paper = 0x112233;
	canvas_glyph(&c, 0, 0, glyph);
	assert_int_equal(at[0], 0xc0);          /* ink */
	assert_int_equal(at[3], 0x33);
	assert_int_equal(at[4], 0x22);
	assert_int_equal(at[5], 0x11);
	free(d.address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_color),
		cmocka_unit_test(test_paper),
		cmocka_unit_test(test_pixels),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
