// SPDX-License-Identifier: 0BSD
/* failure.c - why mkimage cannot go on. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "text.h"       /* text_print */

int fail(struct failure *f, const char *file, const char *reason, ...)
{
	va_list args;

	f->file = file;
	va_start(args, reason);
	vsnprintf(f->reason, sizeof(f->reason), reason, args);
	va_end(args);
	return -1;
}

static void print_line(const char *file, const char *kind, const char *text)
{
	fputs("mkimage: ", stderr);
	text_print(stderr, file, strlen(file));
	fprintf(stderr, ": %s", kind);
	text_print(stderr, text, strlen(text));
	fputc('\n', stderr);
}

void failure_print(const struct failure *f)
{
	print_line(f->file, "", f->reason);
}

void note(const char *file, const char *text, ...)
{
	char line[512];
	va_list args;

	va_start(args, text);
	vsnprintf(line, sizeof(line), text, args);
	va_end(args);
	print_line(file, "note: ", line);
}
