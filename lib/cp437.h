/* SPDX-License-Identifier: 0BSD */
/*
 * cp437.h - UTF-8 text in code page 437, the characters that the ROM of every
 * VGA card has.
 */
#ifndef STAGECOACH_CP437_H
#define STAGECOACH_CP437_H

#include <stdint.h>

/* Stands for what is no UTF-8, or has no place in the code page. */
#define CP437_UNKNOWN   '?'

/* A character whose bytes have not all come; all zero to begin with. */
struct cp437_state {
	uint32_t code;          /* its bits so far */
	uint32_t least;         /* the lowest code of this length */
	unsigned int missing;   /* bytes to come */
};

/* The position of a Unicode character in the code page. */
uint8_t cp437_from_unicode(uint32_t code);

/*
 * Takes the next byte of a text. Returns the character to show, 0 to 255, or
 * -1 while more of its bytes have to come. Bytes are ASCII up to 7Fh, control
 * characters included. Of a character that breaks off, only what broke it is
 * shown.
 */
int cp437_take(struct cp437_state *state, uint8_t byte);

#endif
