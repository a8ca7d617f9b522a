/* SPDX-License-Identifier: 0BSD */
/*
 * screen.h - rows of characters, and where the next one goes: what the text
 * screen and the framebuffer have in common.
 */
#ifndef STAGECOACH_KERNEL_SCREEN_H
#define STAGECOACH_KERNEL_SCREEN_H

#include <stdint.h>

#include "console.h"    /* enum color */
#include "cp437.h"

/* Cells [left, right) of rows [top, bottom); empty where right is 0. */
struct area {
	unsigned int left, right, top, bottom;
};

/*
 * A cell is 16 bits, as a VGA card has it: the character (code page 437) in the
 * low byte, its colours in the high one, background above foreground.
 */
struct screen {
	/* Volatile: of video memory a compiler could drop the writes. */
	volatile uint16_t *cells;       /* rows times columns */
	unsigned int columns, rows;
	unsigned int row, column;       /* where the next character goes */
	uint8_t attribute;              /* its colours */
	struct cp437_state text;
	struct area changed;            /* since somebody emptied it */
};

/* An empty screen, light grey on black. */
void screen_init(struct screen *s, volatile uint16_t *cells,
		 unsigned int columns, unsigned int rows);

/*
 * Takes the next byte of UTF-8 text, as struct console has it. When the screen
 * is full its rows move up, save the top one: that is the title.
 */
void screen_put(struct screen *s, char c);

/* Of what is put from now on. */
void screen_color(struct screen *s, enum color foreground,
		  enum color background);

#endif
