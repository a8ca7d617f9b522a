// SPDX-License-Identifier: 0BSD
/* font.c - the BIOS's font. */
#include <stddef.h>

#include "bios.h"
#include "font.h"
#include "glyph.h"
#include "io.h"

#define VIDEO           0x10
#define GET_FONT        0x1130
#define FONT_8X16       0x0600          /* BH */
#define FONT_SIZE       (256 * GLYPH_HEIGHT)
#define FIRST_MIB       0x100000

/*
 * INT 10h AX=1130h, BH=06h: CX = bytes a character, ES:BP = the font. A BIOS
 * that does not know it leaves the registers as they were.
 */
const uint8_t *font_find(void)
{
	struct bios_regs r = { .eax = GET_FONT, .ebx = FONT_8X16 };
	const uint8_t *font;
	uint32_t at;
	unsigned int i;

	bios_call(VIDEO, &r);
	at = ((uint32_t)r.es << 4) + (uint16_t)r.ebp;
	if ((uint16_t)r.ecx != GLYPH_HEIGHT || at > FIRST_MIB - FONT_SIZE)
		return NULL;
	/* A letter has ink: what holds nothing is no font. */
	font = phys(at);
	for (i = 0; i < GLYPH_HEIGHT; i++)
		if (font['A' * GLYPH_HEIGHT + i] != 0)
			return font;
	return NULL;
}
