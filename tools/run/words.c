// SPDX-License-Identifier: 0BSD
/* words.c - a list of words that grows: the arguments of a program. */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "words.h"

/* Takes the malloc'ed word. */
static void add(struct words *w, char *word)
{
	w->word = need(realloc(w->word, (w->count + 2) * sizeof(*w->word)));
	w->word[w->count++] = word;
	w->word[w->count] = NULL;
}

void words_add(struct words *w, const char *text, ...)
{
	va_list args, again;
	char *word;
	int length;

	va_start(args, text);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, text, args);
	word = need(length < 0 ? NULL : malloc((size_t)length + 1));
	vsnprintf(word, (size_t)length + 1, text, again);
	va_end(again);
	va_end(args);
	add(w, word);
}

void words_append(struct words *w, const struct words *more)
{
	for (size_t i = 0; i < more->count; i++)
		add(w, need(strdup(more->word[i])));
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int words_split(struct words *w, const char *text)
{
	while (*text != '\0') {
		char *word, *to;
		char quote = '\0';

		if (is_blank(*text)) {
			text++;
			continue;
		}
		word = to = need(malloc(strlen(text) + 1));
		for (; *text != '\0' && (quote || !is_blank(*text)); text++) {
			if (*text == quote)
				quote = '\0';
			else if (!quote && (*text == '\'' || *text == '"'))
				quote = *text;
			else
				*to++ = *text;
		}
		*to = '\0';
		add(w, word);
		if (quote)
			return -1;
	}
	return 0;
}

void words_free(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->word[i]);
	free(w->word);
	*w = (struct words){ 0 };
}
