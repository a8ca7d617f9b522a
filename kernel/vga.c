// SPDX-License-Identifier: 0BSD
// vga.c - the text screen, written straight into the video memory.

#include "vga.h"

#include <stdint.h>

#include "cp437.h"
#include "cpu.h"
#include "layout.h"     /* VGA_TEXT */

#define TITLE_ROWS      1       /* these do not scroll */
#define TAB             8

/*
 * The CRT controller: an index port and, next to it, a data port. Colour
 * adapters have it at one place, monochrome ones at another.
 */
#define CRTC_COLOR      0x3d4
#define CRTC_MONO       0x3b4
#define CRTC_CURSOR_START       0x0a    /* first line of it; bit 5: off */
#define CRTC_CURSOR_END         0x0b
#define CRTC_CURSOR_HIGH        0x0e    /* its place, in cells */
#define CRTC_CURSOR_LOW         0x0f
#define CURSOR_FIRST_LINE       13      /* of the 16 that a character has */
#define CURSOR_LAST_LINE        14

/*
 * A cell is 16 bits, the character in the low byte and its colours in the high
 * one. Volatile: nobody reads the array, so a compiler could drop the writes.
 */
static volatile uint16_t *cells;
static unsigned int columns, rows;
static uint16_t crtc;

static unsigned int row, column;
static uint8_t attribute;
static struct cp437_state text;

static void crtc_write(uint8_t index, uint8_t value)
{
	outb(crtc, index);
	outb(crtc + 1, value);
}

static void move_cursor(void)
{
	unsigned int at = row * columns + column;

	crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(at >> 8));
	crtc_write(CRTC_CURSOR_LOW, (uint8_t)at);
}

static void clear_row(unsigned int r)
{
	for (unsigned int i = 0; i < columns; i++)
		cells[r * columns + i] = (uint16_t)(attribute << 8 | ' ');
}

static void scroll(void)
{
	for (unsigned int i = TITLE_ROWS * columns;
	     i < (rows - 1) * columns; i++)
		cells[i] = cells[i + columns];
	clear_row(rows - 1);
}

static void new_row(void)
{
	column = 0;
	if (row < rows - 1)
		row++;
	else
		scroll();
}

static void put_glyph(uint8_t glyph)
{
	if (column == columns)
		new_row();
	cells[row * columns + column++] = (uint16_t)(attribute << 8 | glyph);
}

static void put_tab(void)
{
	do
		put_glyph(' ');
	while (column % TAB != 0);
}

static void vga_put(char c)
{
	int glyph = cp437_take(&text, (uint8_t)c);

	if (glyph < 0)
		return;
	if (glyph == c && c == '\n')
		new_row();
	else if (glyph == c && c == '\r')
		column = 0;
	else if (glyph == c && c == '\b')
		column -= column > 0;
	else if (glyph == c && c == '\t')
		put_tab();
	else
		put_glyph((uint8_t)glyph);
	move_cursor();
}

static void vga_color(enum color foreground, enum color background)
{
	/* The top bit of the background would make the characters blink. */
	attribute = (uint8_t)((background & 7) << 4 | foreground);
}

/* True if the display is text of a size that can be. */
static bool is_text(const struct boot_display *d)
{
	return d->type == BOOT_DISPLAY_TEXT && d->address != NULL &&
	       d->width >= 40 && d->width <= 132 &&
	       d->height >= 20 && d->height <= 60;
}

static bool vga_open(const struct boot_info *info)
{
	cells = (volatile uint16_t *)VGA_TEXT;
	columns = 80;
	rows = 25;
	crtc = CRTC_COLOR;
	if (info != NULL) {
		if (!is_text(&info->display))
			return false;
		cells = info->display.address;
		columns = info->display.width;
		rows = info->display.height;
		if (info->display.address_phys == VGA_TEXT_MONO)
			crtc = CRTC_MONO;
	}
	vga_color(LIGHT_GREY, BLACK);
	row = 0;
	column = 0;
	for (unsigned int r = 0; r < rows; r++)
		clear_row(r);
	crtc_write(CRTC_CURSOR_START, CURSOR_FIRST_LINE);
	crtc_write(CRTC_CURSOR_END, CURSOR_LAST_LINE);
	move_cursor();
	return true;
}

const struct console vga_console = {
	.open = vga_open,
	.put = vga_put,
	.color = vga_color,
};
