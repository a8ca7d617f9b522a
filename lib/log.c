// SPDX-License-Identifier: 0BSD
/* log.c - the boot log: text that grows in a buffer. */
#include "log.h"

#include <stdarg.h>
#include <string.h>

#include "format.h"

void log_add(struct log *log, const char *fmt, ...)
{
	char *end = log->text + log->used;
	size_t room = log->size - log->used;
	va_list args;
	size_t length;

	if (log->full)
		return;
	va_start(args, fmt);
	length = vformat(end, room, fmt, args);
	va_end(args);
	/* There is always room for the mark: its NUL is the text's. */
	if (length > room - sizeof(LOG_CUT)) {
		memcpy(end, LOG_CUT, sizeof(LOG_CUT));
		length = sizeof(LOG_CUT) - 1;
		log->full = true;
	}
	log->used += length;
}
