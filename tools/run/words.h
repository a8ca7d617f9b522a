/* SPDX-License-Identifier: 0BSD */
/* words.h - a list of words that grows: the arguments of a program. */
#ifndef STAGECOACH_RUN_WORDS_H
#define STAGECOACH_RUN_WORDS_H

#include <stddef.h>

struct words {
	char **word;            /* malloc'ed, as are the words; ends in NULL */
	size_t count;
};

/* Adds what printf() makes of text as one word. */
void words_add(struct words *w, const char *text, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds copies of all that more holds. */
void words_append(struct words *w, const struct words *more);

/*
 * Adds the words of text. They are parted by blanks; between '' or "" a blank
 * is part of the word. Returns 0, or -1 if a quote is not closed.
 */
int words_split(struct words *w, const char *text);

void words_free(struct words *w);

#endif
