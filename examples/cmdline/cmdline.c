// SPDX-License-Identifier: 0BSD
/* cmdline.c - takes the command line apart: words, and name=value. */

#include <stdbool.h>

#include "../out.h"
#include "boot_info.h"

_Noreturn void _start(const struct boot_info *info);

/* The next word of *text, and its length; *text moves behind it. */
static const char *next_word(const char **text, unsigned int *length)
{
	const char *start = *text;
	const char *end;

	while (*start == ' ')
		start++;
	for (end = start; *end != '\0' && *end != ' '; end++)
		;
	*length = (unsigned int)(end - start);
	*text = end;
	return start;
}

/* A value may hold further equals signs: the first one divides. */
static bool find_equals(const char *word, unsigned int length,
			unsigned int *at)
{
	for (*at = 0; *at < length; ++*at)
		if (word[*at] == '=')
			return true;
	return false;
}

static void print_part(const char *text, unsigned int length)
{
	for (unsigned int i = 0; i < length; i++)
		out_char(text[i]);
}

_Noreturn void _start(const struct boot_info *info)
{
	const char *text = info->cmdline;       /* "" where there is none */
	unsigned int length, name;

	out_start();
	for (;;) {
		const char *word = next_word(&text, &length);

		if (length == 0)
			break;
		if (find_equals(word, length, &name)) {
			print_part(word, name);
			out(" is ");
			print_part(word + name + 1, length - name - 1);
		} else {
			print_part(word, length);
			out(" is set");
		}
		out_char('\n');
	}
	out_end(OUT_EXIT_OK);
}
