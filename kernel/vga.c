// SPDX-License-Identifier: 0BSD
// vga.c - the text screen, written straight into the video memory.

#include "vga.h"

#include "cpu.h"
#include "layout.h"     /* VGA_TEXT */

#define COLUMNS         80
#define ROWS            25
#define TITLE_ROWS      1       /* these do not scroll */

/* The CRT controller: an index port and a data port (colour adapters). */
#define CRTC_INDEX      0x3d4
#define CRTC_DATA       0x3d5
#define CRTC_CURSOR     0x0a    /* register: cursor start */
#define CURSOR_OFF      0x20

/*
 * A cell is 16 bits, the character in the low byte and its colour in the high
 * one. Volatile: nobody reads the array, so a compiler could drop the writes.
 * The loader maps it at its own physical address.
 */
static volatile uint16_t *const cells = (volatile uint16_t *)VGA_TEXT;

static unsigned int row, column;
static uint8_t color = VGA_LIGHT_GREY;

static uint16_t cell(char c)
{
	return (uint16_t)(color << 8 | (uint8_t)c);
}

static void clear_row(unsigned int r)
{
	for (unsigned int i = 0; i < COLUMNS; i++)
		cells[r * COLUMNS + i] = cell(' ');
}

static void scroll(void)
{
	for (unsigned int i = TITLE_ROWS * COLUMNS;
	     i < (ROWS - 1) * COLUMNS; i++)
		cells[i] = cells[i + COLUMNS];
	clear_row(ROWS - 1);
}

static void new_row(void)
{
	column = 0;
	if (row < ROWS - 1)
		row++;
	else
		scroll();
}

void vga_init(void)
{
	outb(CRTC_INDEX, CRTC_CURSOR);
	outb(CRTC_DATA, CURSOR_OFF);
	for (unsigned int r = 0; r < ROWS; r++)
		clear_row(r);
	row = 0;
	column = 0;
}

void vga_set_color(uint8_t new_color)
{
	color = new_color;
}

void vga_put(char c)
{
	if (c == '\n') {
		new_row();
		return;
	}
	if (column == COLUMNS)
		new_row();
	cells[row * COLUMNS + column++] = cell(c);
}
