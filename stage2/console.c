// SPDX-License-Identifier: 0BSD
/*
 * console.c - the loader's voice: the text screen and COM1.
 *
 * Resident: the fault reporter speaks through it in the kernel's address
 * space, where of low memory only the VGA window and the resident part are
 * mapped. So it asks no BIOS, and keeps what it knows in its own data.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "console.h"
#include "cpu.h"
#include "format.h"
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
	uint16_t *cells;                /* NULL: no text screen */
	unsigned columns, rows;
	unsigned column, row;
	enum { SERIAL_UNKNOWN, SERIAL_WORKS, SERIAL_ABSENT } serial;
} console;

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
	if (mode == MODE_MONO)
		console.cells = phys(VGA_TEXT_MONO);
	else if (mode <= MODE_TEXT_MAX)
		console.cells = phys(VGA_TEXT);
	console.column = phys_read8(BDA_CURSOR);
	console.row = phys_read8(BDA_CURSOR + 1);
	if (console.column >= console.columns)
		console.column = 0;
	if (console.row >= console.rows)
		console.row = console.rows - 1;
}

static void clear_row(unsigned row)
{
	unsigned i;

	for (i = 0; i < console.columns; i++)
		console.cells[row * console.columns + i] = ATTRIBUTE << 8 | ' ';
}

void console_home(void)
{
	console.row = 0;
	console.column = 0;
	if (console.cells)
		clear_row(0);
}

static void screen_newline(void)
{
	console.column = 0;
	if (console.row + 1 < console.rows)
		console.row++;
	else
		memmove(console.cells, console.cells + console.columns,
			(console.rows - 1) * console.columns * 2);
	clear_row(console.row);
}

static void screen_char(char c)
{
	if (!console.cells)
		return;
	if (c == '\n') {
		screen_newline();
		return;
	}
	if (console.column == console.columns)
		screen_newline();
	console.cells[console.row * console.columns + console.column++] =
		ATTRIBUTE << 8 | (uint8_t)c;
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

void console_write(const char *text)
{
	console_open();
	for (; *text; text++) {
		screen_char(*text);
		serial_char(*text);
	}
}

void console_print(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	console_write(text);
}

_Noreturn void die(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	console_open();
	if (console.column != 0)
		console_write("\n");
	console_write("stagecoach: ");
	console_write(text);
	console_write("\n");
	cpu_halt();
}
