// SPDX-License-Identifier: 0BSD
/* log.c - the boot log: text that grows in a buffer. */
#include "log.h"

#include <string.h>

#define MARK_HEX        1       /* LOG_HEX, LOG_DEC: no character is below them */
#define MARK_LAST       2
#define MAX_DIGITS      20      /* of 64 bits, in decimal */

_Static_assert(LOG_LINE >= sizeof(LOG_CUT), "there is room for the mark");

/* A 64-bit word at any address. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

/*
 * The number without leading zeros. Returns where it ends. Its digits come
 * from the last one on: they are made behind their place, and moved there as
 * three words, with what bytes there are behind them.
 */
static char *put_number(char *to, uint64_t value, unsigned int base)
{
	char *end = to + MAX_DIGITS;
	char *digit = end;

	do {
		*--digit = "0123456789abcdef"[value % base];
		value /= base;
		/* Else gcc keeps the old value, to compare it with base. */
		__asm__("" : "+r"(value));
	} while (value != 0);
	((word *)to)[0] = ((const word *)digit)[0];
	((word *)to)[1] = ((const word *)digit)[1];
	((word *)to)[2] = ((const word *)digit)[2];
	return to + (end - digit);
}

void log_add(struct log *log, const char *text, const uint64_t *value)
{
	char *to = log->text + log->used;
	uint8_t c;
	size_t i;

	if (log->full)
		return;
	if (log->size - log->used < 2 * LOG_LINE) {
		log->full = true;
		text = LOG_CUT;
	}
	for (;;) {
		/* Five instructions a character. */
		for (i = 0; (c = (uint8_t)text[i]) > MARK_LAST; i++)
			to[i] = (char)c;
		text += i + 1;
		to += i;
		if (c == '\0')
			break;
		to = put_number(to, *value++, c == MARK_HEX ? 16 : 10);
	}
	*to = '\0';
	log->used = (size_t)(to - log->text);
}
