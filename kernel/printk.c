// SPDX-License-Identifier: 0BSD
// printk.c - formatted text on all consoles.

#include "printk.h"

#include "console.h"
#include "format.h"

void vprintk(const char *fmt, va_list args)
{
	char text[256];
	size_t size = vformat(text, sizeof(text), fmt, args);

	console_write(text, size < sizeof(text) ? size : sizeof(text) - 1);
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
}
