// SPDX-License-Identifier: 0BSD
// cmdline.c - words of the kernel's command line.

#include "cmdline.h"

/* What follows the name at the start of a word, NULL if it is another one. */
static const char *behind(const char *word, const char *name)
{
	for (; *name != '\0'; word++, name++)
		if (*word != *name)
			return NULL;
	return word;
}

static const char *next_word(const char *text)
{
	while (*text != ' ' && *text != '\0')
		text++;
	while (*text == ' ')
		text++;
	return text;
}

static void copy_word(const char *word, char *to, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && word[i] != ' ' && word[i] != '\0'; i++)
		to[i] = word[i];
	to[i] = '\0';
}

bool cmdline_find(const char *cmdline, const char *name, char *value,
		  size_t size)
{
	const char *word = cmdline;

	while (*word == ' ')
		word++;
	for (; *word != '\0'; word = next_word(word)) {
		const char *rest = behind(word, name);

		if (rest == NULL)
			continue;
		if (*rest == '=' || *rest == ' ' || *rest == '\0') {
			copy_word(*rest == '=' ? rest + 1 : "", value, size);
			return true;
		}
	}
	return false;
}
