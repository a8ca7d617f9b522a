/* SPDX-License-Identifier: 0BSD */
/*
 * printk.h - formatted text on all consoles.
 */
#ifndef STAGECOACH_KERNEL_PRINTK_H
#define STAGECOACH_KERNEL_PRINTK_H

#include <stdarg.h>

/* As printf; lib/format.h lists the conversions. At most 255 bytes. */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vprintk(const char *fmt, va_list args)
	__attribute__((format(printf, 1, 0)));

#endif
