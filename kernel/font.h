/* SPDX-License-Identifier: 0BSD */
/*
 * font.h - the letters of the framebuffer console.
 */
#ifndef STAGECOACH_KERNEL_FONT_H
#define STAGECOACH_KERNEL_FONT_H

#include <stdint.h>

#include "glyph.h"      /* GLYPH_HEIGHT */

/*
 * Code page 437, 16 bytes to a character: a row of pixels each, from the top,
 * bit 7 on the left.
 */
extern const uint8_t font[256][GLYPH_HEIGHT];

#endif
