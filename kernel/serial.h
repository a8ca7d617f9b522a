/* SPDX-License-Identifier: 0BSD */
/*
 * serial.h - the first serial port, 115200 baud, 8N1.
 */
#ifndef STAGECOACH_KERNEL_SERIAL_H
#define STAGECOACH_KERNEL_SERIAL_H

#include <stdbool.h>

#include "console.h"

extern const struct console serial_console;

/* The same without a console: looks for the port and sets it up; ... */
bool serial_init(void);

/* ... sends one character, a '\n' as "\r\n"; without a port, does nothing. */
void serial_put(char c);

#endif
