// SPDX-License-Identifier: 0BSD
/* cp437.c - UTF-8 text in code page 437. */
#include <stddef.h>

#include "cp437.h"

#define HIGH_FIRST      0x80
#define LOW_FIRST       0x01
#define HOUSE           0x7f

/* Positions 80h to FFh; the last one is a space that does not break. */
static const uint16_t high[] =
	u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
	u"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
	u"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/* Positions 01h to 1Fh, where ASCII has control characters. */
static const uint16_t low[] = u"☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

#define LENGTH(s)       (sizeof(s) / sizeof((s)[0]) - 1)

_Static_assert(LENGTH(high) == 128, "the upper half of the code page");
_Static_assert(LENGTH(low) == 31, "the pictures below the space");

uint8_t cp437_from_unicode(uint32_t code)
{
	size_t i;

	if (code < HIGH_FIRST)
		return (uint8_t)code;
	for (i = 0; i < LENGTH(high); i++)
		if (high[i] == code)
			return (uint8_t)(HIGH_FIRST + i);
	for (i = 0; i < LENGTH(low); i++)
		if (low[i] == code)
			return (uint8_t)(LOW_FIRST + i);
	return code == 0x2302 ? HOUSE : CP437_UNKNOWN;
}

/* The first byte of a character: its upper bits say how many follow. */
static int take_first(struct cp437_state *s, uint8_t byte)
{
	if (byte < 0x80)
		return byte;
	if (byte >= 0xc2 && byte < 0xe0)
		*s = (struct cp437_state){ byte & 0x1f, 0x80, 1 };
	else if (byte >= 0xe0 && byte < 0xf0)
		*s = (struct cp437_state){ byte & 0x0f, 0x800, 2 };
	else if (byte >= 0xf0 && byte < 0xf5)   /* no character of ours */
		*s = (struct cp437_state){ 0, UINT32_MAX, 3 };
	else
		return CP437_UNKNOWN;
	return -1;
}

int cp437_take(struct cp437_state *s, uint8_t byte)
{
	if (s->missing == 0 || (byte & 0xc0) != 0x80) {
		s->missing = 0;
		return take_first(s, byte);
	}
	s->code = s->code << 6 | (byte & 0x3f);
	if (--s->missing > 0)
		return -1;
	/* A longer form than needed is no UTF-8 (RFC 3629, section 3). */
	return s->code < s->least ? CP437_UNKNOWN : cp437_from_unicode(s->code);
}
