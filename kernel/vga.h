/* SPDX-License-Identifier: 0BSD */
/*
 * vga.h - the text screen.
 */
#ifndef STAGECOACH_KERNEL_VGA_H
#define STAGECOACH_KERNEL_VGA_H

#include "console.h"

extern const struct console vga_console;

#endif
