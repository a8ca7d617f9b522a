// SPDX-License-Identifier: 0BSD
/* log.c - the boot log: text that grows in a buffer. */
#include "log.h"

#include <string.h>

#define HEX_DIGIT_BITS  4

_Static_assert(LOG_LINE >= sizeof(LOG_CUT), "there is room for the mark");

/* The number without leading zeros. Returns where it ends. */
static char *put_hex(char *to, uint64_t value)
{
	/* Its highest bit is in the first digit. */
	int shift = (63 - __builtin_clzll(value | 1)) & -HEX_DIGIT_BITS;

	for (; shift >= 0; shift -= HEX_DIGIT_BITS, to++)
		*to = "0123456789abcdef"[value >> shift & 0xf];
	return to;
}

static char *put_decimal(char *to, uint64_t value)
{
	uint64_t unit = 1;

	while (value / unit > 9)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		*to++ = (char)('0' + value / unit % 10);
	return to;
}

void log_add(struct log *log, const char *text, const uint64_t *value)
{
	char *to = log->text + log->used;
	char c;

	if (log->full)
		return;
	if (log->size - log->used < 2 * LOG_LINE) {
		log->full = true;
		text = LOG_CUT;
	}
	for (;;) {
		c = *text++;
		/* Most characters leave here, after six instructions. */
		if (c > '$')
			*to++ = c;
		else if (c == '$')
			to = put_hex(to, *value++);
		else if (c == '#')
			to = put_decimal(to, *value++);
		else if (c != '\0')
			*to++ = c;
		else
			break;
	}
	*to = '\0';
	log->used = (size_t)(to - log->text);
}
