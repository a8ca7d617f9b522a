/* SPDX-License-Identifier: 0BSD */
/*
 * console.h - the loader's voice: the screen, text or framebuffer, and COM1.
 * A boot that goes well never uses it.
 */
#ifndef STAGE2_CONSOLE_H
#define STAGE2_CONSOLE_H

#include "boot_info.h"

/*
 * Learns from the BIOS data area where the screen is, once. The first text
 * does it, too; before the kernel it is called for the reporter's sake, as
 * page 0 is not mapped any more then.
 */
void console_open(void);

/*
 * The screen is a linear framebuffer from now on. d->address is used as it is:
 * it has to be mapped wherever a text may come from, so this is called once
 * more, with the kernel's address, before the kernel is entered. font is what
 * font_find() gave; it is copied, and NULL leaves the one that was given
 * before. Without a font, or with a display that cannot be drawn on
 * (lib/glyph.h), only COM1 is left.
 */
void console_framebuffer(const struct boot_display *d, const uint8_t *font);

/* Makes the next text start at the top of the screen, over what is there. */
void console_home(void);

/* Write a text, "\n" and "\r" included, on one of the two, or on both. */
void console_screen(const char *text);
void console_serial(const char *text);
void console_write(const char *text);

/* printf to both, cut at 255 characters. Knows what lib/format.h knows. */
void console_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The fatal line: "stagecoach: ", the text, a newline; then halts. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
