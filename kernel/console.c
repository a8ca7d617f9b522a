// SPDX-License-Identifier: 0BSD
// console.c - text to all consoles, and from them.

#include "console.h"

#include "framebuffer.h"
#include "keyboard.h"
#include "serial.h"
#include "vga.h"

static const struct console *const consoles[] = {
	&vga_console,
	&framebuffer_console,
	&serial_console,
};

#define COUNT   (sizeof(consoles) / sizeof(consoles[0]))

static bool working[COUNT];
static bool in_row;             /* something stands in it */

void console_open(const struct boot_info *info)
{
	for (size_t i = 0; i < COUNT; i++)
		working[i] = consoles[i]->open(info);
	in_row = false;
	console_color(LIGHT_GREY, BLACK);
}

void console_write(const char *text, size_t size)
{
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t c = 0; working[i] && c < size; c++)
			consoles[i]->put(text[c]);
		if (working[i] && consoles[i]->flush != NULL)
			consoles[i]->flush();
	}
	if (size > 0)
		in_row = text[size - 1] != '\n';
}

void console_color(enum color foreground, enum color background)
{
	for (size_t i = 0; i < COUNT; i++)
		if (working[i] && consoles[i]->color != NULL)
			consoles[i]->color(foreground, background);
}

void console_fresh_row(void)
{
	if (in_row)
		console_write("\n", 1);
}

int console_get(void)
{
	int c = keyboard_get();

	for (size_t i = 0; c < 0 && i < COUNT; i++)
		if (working[i] && consoles[i]->get != NULL)
			c = consoles[i]->get();
	return c;
}
