/* SPDX-License-Identifier: 0BSD */
/*
 * vga.h - the text screen: 80 columns, 25 rows, 16 colours.
 */
#ifndef STAGECOACH_KERNEL_VGA_H
#define STAGECOACH_KERNEL_VGA_H

#include <stdint.h>

/* Colours of a character on black. */
#define VGA_LIGHT_GREY  0x07
#define VGA_LIGHT_CYAN  0x0b

/* Clears the screen; what follows starts at the top left. */
void vga_init(void);

/* Of the characters from now on. */
void vga_set_color(uint8_t color);

/*
 * Writes one character and moves on; '\n' begins a new row. When the screen
 * is full its rows move up, save the top one: that is the title.
 */
void vga_put(char c);

#endif
