// SPDX-License-Identifier: 0BSD
// framebuffer.c - a kernel that wishes for a framebuffer and draws on it: a
// picture, and the colour bars of a television test.

#include "../out.h"
#include "boot_info.h"

BOOT_WISHES(.video = BOOT_VIDEO_EXACT, .width = 640, .height = 480);

#define BARS_TOP        360     /* rows of pixels [360, 480) */
#define SCALE           12      /* pixels to a letter of the picture */

/* A letter is a colour; the space is the sky. */
static const char picture[][51] = {
	"                                                  ",
	"                                              yy  ",
	"            bbbbbbbb                         yyyy ",
	"     rrrrrrrrrrrrrrrrrrrr                     yy  ",
	"      rrrrrrrrrrrrrrrrrr                          ",
	"      rrwwwwrrrrrrwwwwrr                          ",
	"      rrwwwwrryyrrwwwwrrr                         ",
	"      rrwwwwrryyrrwwwwrrrrr                kkk    ",
	"      rrrrrrrryyrrrrrrrrbbbk              kkkkk   ",
	"      rrrrrrrryyrrrrrrrrrbbbkkkkkkkkkkkkkkkkkk k  ",
	"       rrrrrrrrrrrrrrrrrrr    b  kkkkkkkkkkkkk    ",
	"        rrrrrrrrrrrrrrrrr         kkkkkkkkkkkk    ",
	"       ooo  bbbbbbbb ooo          kkkkkkkkkkk     ",
	"     oo y oo       oo y oo        kk kk   kk kk   ",
	"     o yyy o       o yyy o        kk  kk  kk  kk  ",
	"     oo y oo       oo y oo        k   k   k   k   ",
	"gggggggooogggggggggggooogggggggggggggggggggggggggg",
	"gggggggggggggggggggggggggggggggggggggggggggggggggg",
};

#define ROWS    (sizeof(picture) / sizeof(picture[0]))
#define COLUMNS (sizeof(picture[0]) - 1)

struct color {
	uint8_t red, green, blue;
};

static const struct color bars[] = {
	{ 255, 255, 255 }, { 255, 255, 0 }, { 0, 255, 255 }, { 0, 255, 0 },
	{ 255, 0, 255 }, { 255, 0, 0 }, { 0, 0, 255 }, { 0, 0, 0 },
};

static struct color color_of(char letter)
{
	switch (letter) {
	case 'r': return (struct color){ 170, 40, 30 };
	case 'b': return (struct color){ 110, 70, 30 };
	case 'y': return (struct color){ 250, 200, 60 };
	case 'w': return (struct color){ 230, 240, 250 };
	case 'k': return (struct color){ 60, 40, 30 };
	case 'o': return (struct color){ 40, 40, 40 };
	case 'g': return (struct color){ 200, 170, 110 };
	default: return (struct color){ 120, 180, 220 };
	}
}

/* The upper bits of a channel, where the display has them. */
static uint32_t channel(uint8_t light, uint8_t size, uint8_t shift)
{
	uint32_t bits = size < 8 ? (uint32_t)light >> (8 - size) : light;

	return bits << shift;
}

/* A pixel has 15 to 32 bits; its bytes are the lower ones of the value. */
static void put_pixel(const struct boot_display *d, uint32_t x, uint32_t y,
		      struct color c)
{
	uint32_t value = channel(c.red, d->red_size, d->red_shift) |
			 channel(c.green, d->green_size, d->green_shift) |
			 channel(c.blue, d->blue_size, d->blue_shift);
	uint32_t bytes = (d->bits_per_pixel + 7) / 8;
	volatile uint8_t *at = (uint8_t *)d->address +
			       (uint64_t)y * d->pitch + x * bytes;

	for (uint32_t i = 0; i < bytes; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

static struct color pixel_of(uint32_t x, uint32_t y, uint32_t width)
{
	uint32_t row = y / (BARS_TOP / ROWS), column = x / SCALE;

	if (y >= BARS_TOP)
		return bars[x * (sizeof(bars) / sizeof(bars[0])) / width];
	return color_of(column < COLUMNS ? picture[row][column] :
			row >= ROWS - 2 ? 'g' : ' ');
}

_Noreturn void _start(const struct boot_info *info);

_Noreturn void _start(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;

	if (d->type != BOOT_DISPLAY_LINEAR) {
		out_start();
		out("No framebuffer: this card has none of 640 by 480.\n");
		out_end(OUT_EXIT_FAILED);
	}
	for (uint32_t y = 0; y < d->height; y++)
		for (uint32_t x = 0; x < d->width; x++)
			put_pixel(d, x, y, pixel_of(x, y, d->width));
	outb(OUT_LINE, OUT_LINE_8N1);
	for (const char *text = "640 by 480 pixels\r\n"; *text != '\0'; text++)
		out_serial(*text);
	halt();                 /* and leave the picture there */
}
