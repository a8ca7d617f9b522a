/* SPDX-License-Identifier: 0BSD */
/* glyph.h - characters on a linear framebuffer. */
#ifndef STAGECOACH_GLYPH_H
#define STAGECOACH_GLYPH_H

#include <stdint.h>

#include "boot_info.h"  /* struct boot_display */

#define GLYPH_WIDTH     8       /* pixels */
#define GLYPH_HEIGHT    16

/* Where to draw. */
struct canvas {
	uint8_t *first;         /* the upper left pixel */
	uint32_t pitch;         /* bytes from one row to the next */
	uint32_t pixel_size;    /* bytes, 2 to 4 */
	uint32_t ink;           /* a pixel of the text, as it is stored */
	uint32_t paper;         /* and one behind it */
};

/*
 * What a display (BOOT_DISPLAY_LINEAR) is to us: d->address is where it is
 * mapped now. Ink is a light grey in the display's own channels, paper is
 * black. Returns 0, or -1 if it is none that can be drawn on: no
 * address, not 15 to 32 bits a pixel, rows longer than the pitch, a channel
 * outside the pixel, no channel at all, or smaller than a character.
 */
int canvas_open(struct canvas *c, const struct boot_display *d);

/*
 * Draws a character of 8 by 16 pixels, paper included: 16 bytes, a row each,
 * bit 7 on the left. x and y are in pixels; it has to lie within the display.
 */
void canvas_glyph(const struct canvas *c, uint32_t x, uint32_t y,
		  const uint8_t glyph[GLYPH_HEIGHT]);

/* A colour in the display's own channels; d is one that canvas_open() took. */
uint32_t canvas_color(const struct boot_display *d, uint8_t red, uint8_t green,
		      uint8_t blue);

#endif
