// SPDX-License-Identifier: 0BSD
/* log.c - the boot log: text that grows in a buffer. */
#include "log.h"

#define MARK_HEX        1       /* LOG_HEX, LOG_DEC: no character is below them */
#define MARK_LAST       2

_Static_assert(LOG_LINE >= sizeof(LOG_CUT), "there is room for the mark");

/* Else gcc keeps the old value, to compare that: an instruction a digit. */
#define FORGET_OLD(value) __asm__("" : "+r"(value))

/*
 * Numbers have no leading zeros. Both return where they end: the digits come
 * from the last one on, so first of all it is found out where that goes.
 */
static char *put_hex(char *to, uint64_t value)
{
	char *end = to + 1 + (63 - __builtin_clzll(value | 1)) / 4;
	char *digit = end;

	do {
		*--digit = "0123456789abcdef"[value % 16];
		value /= 16;
		FORGET_OLD(value);
	} while (value != 0);
	return end;
}

static char *put_decimal(char *to, uint64_t value)
{
	uint64_t rest;
	char *digit, *end;

	for (rest = value; rest > 9; rest /= 10)
		to++;
	digit = end = to + 1;
	do {
		*--digit = (char)('0' + value % 10);
		value /= 10;
		FORGET_OLD(value);
	} while (value != 0);
	return end;
}

void log_add(struct log *log, const char *text, const uint64_t *value)
{
	char *to = log->text + log->used;
	uint8_t c;

	if (log->full)
		return;
	if (log->size - log->used < 2 * LOG_LINE) {
		log->full = true;
		text = LOG_CUT;
	}
	for (;;) {
		c = (uint8_t)*text++;
		/* Six instructions a character: the test is at the end. */
		if (c > MARK_LAST) do {
			*to++ = (char)c;
			c = (uint8_t)*text++;
		} while (c > MARK_LAST);
		if (c == '\0')
			break;
		to = c == MARK_HEX ? put_hex(to, *value) :
				     put_decimal(to, *value);
		value++;
	}
	*to = '\0';
	log->used = (size_t)(to - log->text);
}
