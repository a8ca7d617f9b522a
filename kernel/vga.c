// SPDX-License-Identifier: 0BSD
// vga.c - the text screen, written straight into the video memory.

#include "vga.h"

#include <stdint.h>

#include "cpu.h"
#include "layout.h"     /* VGA_TEXT */
#include "screen.h"

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

static struct screen screen;
static uint16_t crtc;

static void crtc_write(uint8_t index, uint8_t value)
{
	outb(crtc, index);
	outb(crtc + 1, value);
}

static void move_cursor(void)
{
	unsigned int at = screen.row * screen.columns + screen.column;

	crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(at >> 8));
	crtc_write(CRTC_CURSOR_LOW, (uint8_t)at);
}

static void vga_put(char c)
{
	screen_put(&screen, c);
	move_cursor();
}

static void vga_color(enum color foreground, enum color background)
{
	screen_color(&screen, foreground, background);
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
	volatile uint16_t *cells = (volatile uint16_t *)VGA_TEXT;
	unsigned int columns = 80, rows = 25;

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
	screen_init(&screen, cells, columns, rows);
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
