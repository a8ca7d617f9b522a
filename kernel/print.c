// SPDX-License-Identifier: 0BSD
// print.c - formatted text on the screen and the serial port.

#include "print.h"

#include <stdarg.h>

#include "format.h"
#include "serial.h"
#include "vga.h"

void print(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);

	for (const char *c = text; *c != '\0'; c++) {
		vga_put(*c);
		serial_put(*c);
	}
}
