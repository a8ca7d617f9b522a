/* SPDX-License-Identifier: 0BSD */
/* font.h - the BIOS's font. */
#ifndef STAGE2_FONT_H
#define STAGE2_FONT_H

#include <stdint.h>

/* The characters that the console keeps of it: what ASCII prints. */
#define FONT_FIRST      0x20
#define FONT_LAST       0x7e

/*
 * The BIOS's font of 8 by 16 pixels: 256 characters of 16 bytes, in its ROM or
 * where it has copied it. NULL if it has none.
 */
const uint8_t *font_find(void);

#endif
