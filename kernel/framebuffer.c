// SPDX-License-Identifier: 0BSD
// framebuffer.c - text on a linear framebuffer.
//
// Video memory is slow to write and slower to read, so the text lives in RAM
// and scrolls there. What differs from what the screen shows is drawn once a
// text is complete.

#include "framebuffer.h"

#include <string.h>

#include "font.h"
#include "screen.h"

/* Up to 2048 by 1536 pixels; of a larger display a part is used. */
#define COLUMNS_MAX     256
#define ROWS_MAX        96
#define COLORS          16

#define NEVER_SHOWN     0xffff          /* no cell has this: 8 backgrounds */
#define CURSOR_FIRST    13              /* rows of pixels [13, 15) */
#define CURSOR_END      15

/* The sixteen colours of a text screen: red, green, blue. */
static const uint8_t palette[COLORS][3] = {
	[BLACK]         = { 0x00, 0x00, 0x00 },
	[BLUE]          = { 0x00, 0x00, 0xaa },
	[GREEN]         = { 0x00, 0xaa, 0x00 },
	[CYAN]          = { 0x00, 0xaa, 0xaa },
	[RED]           = { 0xaa, 0x00, 0x00 },
	[MAGENTA]       = { 0xaa, 0x00, 0xaa },
	[BROWN]         = { 0xaa, 0x55, 0x00 },
	[LIGHT_GREY]    = { 0xaa, 0xaa, 0xaa },
	[DARK_GREY]     = { 0x55, 0x55, 0x55 },
	[LIGHT_BLUE]    = { 0x55, 0x55, 0xff },
	[LIGHT_GREEN]   = { 0x55, 0xff, 0x55 },
	[LIGHT_CYAN]    = { 0x55, 0xff, 0xff },
	[LIGHT_RED]     = { 0xff, 0x55, 0x55 },
	[LIGHT_MAGENTA] = { 0xff, 0x55, 0xff },
	[YELLOW]        = { 0xff, 0xff, 0x55 },
	[WHITE]         = { 0xff, 0xff, 0xff },
};

static uint16_t cells[COLUMNS_MAX * ROWS_MAX];
static uint16_t shown[COLUMNS_MAX * ROWS_MAX];
static struct screen screen;
static struct canvas canvas;
static uint32_t pixel[COLORS];
static unsigned int cursor;     /* the cell that shows it */

static void draw(unsigned int at, bool with_cursor)
{
	uint8_t glyph[GLYPH_HEIGHT];
	uint8_t attribute = (uint8_t)(cells[at] >> 8);

	memcpy(glyph, font[cells[at] & 0xff], sizeof(glyph));
	if (with_cursor)
		memset(glyph + CURSOR_FIRST, 0xff, CURSOR_END - CURSOR_FIRST);
	canvas.ink = pixel[attribute & 0xf];
	canvas.paper = pixel[attribute >> 4];
	canvas_glyph(&canvas, at % screen.columns * GLYPH_WIDTH,
		     at / screen.columns * GLYPH_HEIGHT, glyph);
	shown[at] = cells[at];
}

static void move_cursor(void)
{
	unsigned int at = screen.row * screen.columns + screen.column;

	/* Behind the last column it waits on it. */
	if (screen.column == screen.columns)
		at--;
	if (at != cursor)
		draw(cursor, false);
	draw(at, true);
	cursor = at;
}

static void framebuffer_flush(void)
{
	const struct area *a = &screen.changed;

	for (unsigned int row = a->top; row < a->bottom; row++) {
		for (unsigned int i = a->left; i < a->right; i++) {
			unsigned int at = row * screen.columns + i;

			if (shown[at] != cells[at])
				draw(at, false);
		}
	}
	screen.changed = (struct area){ 0 };
	move_cursor();
}

static void framebuffer_put(char c)
{
	screen_put(&screen, c);
}

static void framebuffer_color(enum color foreground, enum color background)
{
	screen_color(&screen, foreground, background);
}

/* Black where no character reaches, too. */
static void clear_margins(const struct boot_display *d)
{
	for (uint32_t y = 0; y < d->height; y++)
		memset(canvas.first + (uint64_t)y * d->pitch, 0,
		       (uint64_t)d->width * canvas.pixel_size);
}

static bool framebuffer_open(const struct boot_info *info)
{
	const struct boot_display *d;
	unsigned int columns, rows;

	if (info == NULL || canvas_open(&canvas, &info->display) != 0)
		return false;
	d = &info->display;
	for (unsigned int i = 0; i < COLORS; i++)
		pixel[i] = canvas_color(d, palette[i][0], palette[i][1],
					palette[i][2]);
	columns = d->width / GLYPH_WIDTH;
	rows = d->height / GLYPH_HEIGHT;
	screen_init(&screen, cells,
		    columns < COLUMNS_MAX ? columns : COLUMNS_MAX,
		    rows < ROWS_MAX ? rows : ROWS_MAX);
	clear_margins(d);
	for (unsigned int i = 0; i < COLUMNS_MAX * ROWS_MAX; i++)
		shown[i] = NEVER_SHOWN;
	cursor = 0;
	framebuffer_flush();
	return true;
}

const struct console framebuffer_console = {
	.open = framebuffer_open,
	.put = framebuffer_put,
	.color = framebuffer_color,
	.flush = framebuffer_flush,
};
