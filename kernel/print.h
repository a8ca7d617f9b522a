/* SPDX-License-Identifier: 0BSD */
/*
 * print.h - formatted text on the screen and the serial port.
 */
#ifndef STAGECOACH_KERNEL_PRINT_H
#define STAGECOACH_KERNEL_PRINT_H

/* As printf; lib/format.h lists the conversions. At most 255 characters. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
