/* SPDX-License-Identifier: 0BSD */
/*
 * console.h - the loader's voice: the text screen and COM1. A boot that goes
 * well never uses it.
 */
#ifndef STAGE2_CONSOLE_H
#define STAGE2_CONSOLE_H

/*
 * Learns from the BIOS data area where the screen is, once. The first text
 * does it, too; before the kernel it is called for the reporter's sake, as
 * page 0 is not mapped any more then.
 */
void console_open(void);

/* Makes the next text start at the top of the screen, over what is there. */
void console_home(void);

/* Writes a text, "\n" included, on both. */
void console_write(const char *text);

/* printf to both, cut at 255 characters. Knows what lib/format.h knows. */
void console_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The fatal line: "stagecoach: ", the text, a newline; then halts. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
