/* SPDX-License-Identifier: 0BSD */
/* text.h - text on the standard streams. */
#ifndef STAGECOACH_TEXT_H
#define STAGECOACH_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct failure;

/*
 * Prints size bytes of text that came from outside, with a '?' for every
 * control character: a file name can hold line breaks and terminal commands,
 * a message is one line.
 */
void text_print(FILE *out, const char *text, size_t size);

/* Brings out what standard output holds; fails if any of it was lost. */
int text_flush(struct failure *f);

#endif
