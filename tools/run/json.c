// SPDX-License-Identifier: 0BSD
/* json.c - as much JSON as QEMU's monitor makes necessary. */
#include "host.h"

#include <string.h>

#include "json.h"

#define BLANKS  " \t\r\n"

/* What stands for the character behind a backslash. */
static char unescape(char c)
{
	switch (c) {
	case 'n':       return '\n';
	case 't':       return '\t';
	case 'r':       return '\r';
	case 'b':       return '\b';
	case 'f':       return '\f';
	case 'u':       return '?';     /* and its digits: QEMU sends ASCII */
	default:        return c;
	}
}

/*
 * Reads the string whose opening quote is at text; returns what is behind its
 * closing quote, or NULL if there is none.
 */
static const char *read_string(const char *text, char *value, size_t size)
{
	size_t length = 0;

	for (text++; *text != '"'; text++) {
		char c = *text;

		if (c == '\\')
			c = unescape(*++text);
		if (*text == '\0')
			return NULL;
		if (length + 1 < size)
			value[length++] = c;
	}
	value[length] = '\0';
	return text + 1;
}

bool json_string(const char *text, const char *name, char *value, size_t size)
{
	char found[32];

	/* From string to string: what is within one is never taken for a
	   name. */
	for (text = strchr(text, '"'); text != NULL; text = strchr(text, '"')) {
		text = read_string(text, found, sizeof(found));
		if (text == NULL)
			break;
		text += strspn(text, BLANKS);
		if (*text != ':' || strcmp(found, name) != 0)
			continue;
		text += 1 + strspn(text + 1, BLANKS);
		if (*text != '"')
			continue;
		if (read_string(text, value, size) == NULL)
			break;
		return true;
	}
	value[0] = '\0';
	return false;
}
