// SPDX-License-Identifier: 0BSD
/* glyph.c - characters on a linear framebuffer. */
#include <stdbool.h>
#include <stddef.h>

#include "glyph.h"

/* Three quarters of a channel's light. */
static uint32_t channel(uint8_t size, uint8_t shift)
{
	uint32_t full = (1u << size) - 1;

	return (full - full / 4) << shift;
}

/* Sizes and shifts of the channels, as they lie in struct boot_display. */
#define CHANNELS_SIZE   6
_Static_assert(offsetof(struct boot_display, blue_shift) ==
	       offsetof(struct boot_display, red_size) + CHANNELS_SIZE - 1,
	       "the six bytes of the channels are neighbours");

/* A pixel with light in all channels; 0 if one is not within its bits. */
static uint32_t all_channels(const struct boot_display *d, uint32_t bits)
{
	const uint8_t *at = (const uint8_t *)d +
			    offsetof(struct boot_display, red_size);
	const uint8_t *end = at + CHANNELS_SIZE;
	uint32_t pixel = 0;

	for (; at < end; at += 2) {
		uint8_t size = at[0], shift = at[1];

		if (shift >= bits || size > bits - shift || size > 16)
			return 0;
		pixel |= channel(size, shift);
	}
	return pixel;
}

int canvas_open(struct canvas *c, const struct boot_display *d)
{
	uint32_t bits = d->bits_per_pixel, size = (bits + 7) / 8;

	if (d->type != BOOT_DISPLAY_LINEAR || d->address == NULL ||
	    bits < 15 || bits > 32 || d->pitch / size < d->width ||
	    d->width < GLYPH_WIDTH || d->height < GLYPH_HEIGHT)
		return -1;
	c->first = d->address;
	c->pitch = d->pitch;
	c->pixel_size = size;
	c->paper = 0;
	c->ink = all_channels(d, bits);
	return c->ink != 0 ? 0 : -1;
}

void canvas_glyph(const struct canvas *c, uint32_t x, uint32_t y,
		  const uint8_t glyph[GLYPH_HEIGHT])
{
	uint8_t *row = c->first + (uint64_t)y * c->pitch +
		       (uint64_t)x * c->pixel_size;
	uint32_t i, bit, byte;

	for (i = 0; i < GLYPH_HEIGHT; i++, row += c->pitch) {
		uint8_t *to = row;

		for (bit = 0x80; bit > 0; bit >>= 1) {
			uint32_t pixel = glyph[i] & bit ? c->ink :
						       c->paper;

			for (byte = 0; byte < c->pixel_size; byte++) {
				*to++ = (uint8_t)pixel;
				pixel >>= 8;
			}
		}
	}
}

/* The upper bits of eight, or all of them above bits of nothing. */
static uint32_t scale(uint8_t light, uint8_t size, uint8_t shift)
{
	uint32_t bits = size < 8 ? (uint32_t)light >> (8 - size) :
				   (uint32_t)light << (size - 8);

	return bits << shift;
}

uint32_t canvas_color(const struct boot_display *d, uint8_t red, uint8_t green,
		      uint8_t blue)
{
	return scale(red, d->red_size, d->red_shift) |
	       scale(green, d->green_size, d->green_shift) |
	       scale(blue, d->blue_size, d->blue_shift);
}
