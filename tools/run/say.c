// SPDX-License-Identifier: 0BSD
/* say.c - what the runner itself has to say, on stderr. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

void say(const char *text, ...)
{
	static const char name[] = "stagecoach-run: ";
	char line[1024];
	size_t start = sizeof(name) - 1;
	va_list args;

	memcpy(line, name, sizeof(name));
	va_start(args, text);
	vsnprintf(line + start, sizeof(line) - start, text, args);
	va_end(args);
	/* Names of files come from outside and can hold anything. */
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	/* One write: runners in parallel may share a terminal. */
	fprintf(stderr, "%s\n", line);
}

void *need(void *memory)
{
	if (memory == NULL) {
		say("out of memory");
		exit(RUN_NOT_RUN);
	}
	return memory;
}
