/* SPDX-License-Identifier: 0BSD */
/*
 * console.h - where text goes and comes from: one interface over screen and
 * serial port.
 *
 * A backend is one file that defines a struct console, and one line in the
 * table of console.c. What a backend does not have is NULL.
 */
#ifndef STAGECOACH_KERNEL_CONSOLE_H
#define STAGECOACH_KERNEL_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "boot_info.h"

/* The sixteen colours of a text screen, with its own numbers. */
enum color {
	BLACK, BLUE, GREEN, CYAN, RED, MAGENTA, BROWN, LIGHT_GREY,
	DARK_GREY, LIGHT_BLUE, LIGHT_GREEN, LIGHT_CYAN, LIGHT_RED,
	LIGHT_MAGENTA, YELLOW, WHITE,
};

struct console {
	/*
	 * Looks for the device and sets it up, with an empty screen; false if
	 * it is not there. info is NULL as long as boot_info cannot be trusted.
	 */
	bool (*open)(const struct boot_info *info);

	/*
	 * Takes the next byte of UTF-8 text. '\n' begins a new row, '\r' the
	 * same one again, '\b' goes back one place, '\t' on to the next tab.
	 */
	void (*put)(char c);

	/* Of what is written from now on. */
	void (*color)(enum color foreground, enum color background);

	/* A text has been put, and is to be seen. */
	void (*flush)(void);

	/* A byte that was typed there, -1 if there is none. */
	int (*get)(void);
};

/* Opens every console there is. NULL: as good as can be without boot_info. */
void console_open(const struct boot_info *info);

void console_write(const char *text, size_t size);
void console_color(enum color foreground, enum color background);

/* Begins a new row, unless it is one already. */
void console_fresh_row(void);

/* The next byte from any console, -1 if there is none. Does not wait. */
int console_get(void);

#endif
