// SPDX-License-Identifier: 0BSD
/*
 * console.c - the loader's voice: the screen and COM1.
 *
 * Resident: the fault reporter speaks through it in the kernel's address
 * space, where of low memory only the VGA window and the resident part are
 * mapped. So it asks no BIOS, and keeps what it knows, the font too, in its own
 * data.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "console.h"
#include "cpu.h"
#include "font.h"     /* FONT_* */
#include "format.h"
#include "glyph.h"
#include "io.h"
#include "layout.h"

#define MODE_MONO       7               /* text at VGA_TEXT_MONO */
#define MODE_TEXT_MAX   3               /* modes 0 to 3 are text, too */
#define ATTRIBUTE       0x07            /* grey on black */

#define UART_DATA       (COM1 + 0)
#define UART_DIVISOR    (COM1 + 0)      /* while LCR_DLAB is set */
#define UART_LCR        (COM1 + 3)
#define UART_LSR        (COM1 + 5)
#define UART_SCRATCH    (COM1 + 7)
#define LCR_DLAB        0x80
#define LCR_8N1         0x03
#define LSR_READY       0x20
#define DIVISOR_115200  1
#define READY_LOOKS     100000          /* a character takes 87 us */

static struct {
	bool open;
	enum { SCREEN_NONE, SCREEN_TEXT, SCREEN_PIXELS } screen;
	uint16_t *cells;                /* of a text screen */
	struct canvas canvas;           /* of a framebuffer */
	unsigned columns, rows;
	unsigned column, row;
	enum { SERIAL_UNKNOWN, SERIAL_WORKS, SERIAL_ABSENT } serial;
	bool has_font;
} console;

static uint8_t font_glyphs[(FONT_LAST - FONT_FIRST + 1) * GLYPH_HEIGHT]
	NOT_CLEARED;

void console_open(void)
{
	uint8_t mode;

	/* Once a kernel runs, page 0 is not mapped: no look at it then. */
	if (console.open)
		return;
	console.open = true;
	mode = phys_read8(BDA_VIDEO_MODE);
	console.columns = phys_read16(BDA_COLUMNS);
	console.rows = phys_read8(BDA_ROWS) + 1u;
	if (console.columns < 40 || console.columns > 132)
		console.columns = 80;
	if (console.rows < 20 || console.rows > 60)
		console.rows = 25;
	if (mode == MODE_MONO || mode <= MODE_TEXT_MAX)
		console.screen = SCREEN_TEXT;
	console.cells = phys(mode == MODE_MONO ? VGA_TEXT_MONO : VGA_TEXT);
	console.column = phys_read8(BDA_CURSOR);
	console.row = phys_read8(BDA_CURSOR + 1);
	if (console.column >= console.columns)
		console.column = 0;
	if (console.row >= console.rows)
		console.row = console.rows - 1;
}

/* What the font has no glyph for, here, is a question mark. */
static const uint8_t *glyph_of(char c)
{
	if (c < FONT_FIRST || c > FONT_LAST)
		c = '?';
	return font_glyphs + (c - FONT_FIRST) * GLYPH_HEIGHT;
}

static void put_cell(unsigned column, char c)
{
	if (console.screen == SCREEN_TEXT)
		console.cells[console.row * console.columns + column] =
			ATTRIBUTE << 8 | (uint8_t)c;
	else if (console.row < console.rows)
		canvas_glyph(&console.canvas, column * GLYPH_WIDTH,
			     console.row * GLYPH_HEIGHT, glyph_of(c));
}

static void clear_row(void)
{
	unsigned column;

	for (column = 0; column < console.columns; column++)
		put_cell(column, ' ');
}

void console_home(void)
{
	console.row = 0;
	console.column = 0;
	if (console.screen != SCREEN_NONE)
		clear_row();
}

/*
 * At its end a text screen scrolls. A framebuffer is full (row == rows): to
 * read it back would take seconds, and what came first says most.
 */
static void screen_newline(void)
{
	console.column = 0;
	if (console.row + 1 < console.rows)
		console.row++;
	else if (console.screen == SCREEN_TEXT)
		memmove(console.cells, console.cells + console.columns,
			console.row * console.columns * 2);
	else
		console.row = console.rows;
	clear_row();
}

static void screen_char(char c)
{
	if (c == '\n') {
		screen_newline();
		return;
	}
	if (c == '\r') {                        /* progress.c's */
		console.column = 0;
		return;
	}
	if (console.column == console.columns)
		screen_newline();
	put_cell(console.column++, c);
}

void console_screen(const char *text)
{
	console_open();
	if (console.screen == SCREEN_NONE)
		return;
	while (*text)
		screen_char(*text++);
}

void console_framebuffer(const struct boot_display *d, const uint8_t *font)
{
	if (font) {
		memcpy(font_glyphs, font + FONT_FIRST * GLYPH_HEIGHT,
		       sizeof(font_glyphs));
		console.has_font = true;
	}
	console.open = true;
	console.screen = SCREEN_NONE;
	if (!console.has_font || canvas_open(&console.canvas, d))
		return;
	console.screen = SCREEN_PIXELS;
	console.columns = d->width / GLYPH_WIDTH;
	console.rows = d->height / GLYPH_HEIGHT;
	console.column = 0;
	console.row = 0;
}

/* A UART keeps what is written to its scratch register; an empty bus cannot. */
static void serial_open(void)
{
	console.serial = SERIAL_ABSENT;
	out8(UART_SCRATCH, 0x5a);
	if (in8(UART_SCRATCH) != 0x5a)
		return;
	out8(UART_SCRATCH, 0xa5);
	if (in8(UART_SCRATCH) != 0xa5)
		return;
	out8(UART_LCR, LCR_DLAB | LCR_8N1);
	out8(UART_DIVISOR, DIVISOR_115200);
	out8(UART_DIVISOR + 1, 0);
	out8(UART_LCR, LCR_8N1);
	console.serial = SERIAL_WORKS;
}

static void serial_char(char c)
{
	unsigned looks = READY_LOOKS;

	if (console.serial == SERIAL_UNKNOWN)
		serial_open();
	if (console.serial == SERIAL_ABSENT)
		return;
	if (c == '\n')
		serial_char('\r');
	while (!(in8(UART_LSR) & LSR_READY)) {
		if (--looks == 0) {
			console.serial = SERIAL_ABSENT;
			return;
		}
	}
	out8(UART_DATA, c);
}

void console_serial(const char *text)
{
	while (*text)
		serial_char(*text++);
}

void console_write(const char *text)
{
	console_screen(text);
	console_serial(text);
}

/* For console_print() and die(), in place of two of such frames. */
NOINLINE
static void print(const char *fmt, va_list args)
{
	char text[256];

	vformat(text, sizeof(text), fmt, args);
	console_write(text);
}

void console_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(fmt, args);
	va_end(args);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list args;

	console_open();
	if (console.column != 0)
		console_write("\n");
	console_write("stagecoach: ");
	va_start(args, fmt);
	print(fmt, args);
	va_end(args);
	console_write("\n");
	cpu_halt();
}
