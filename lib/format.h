/* SPDX-License-Identifier: 0BSD */
/*
 * format.h - printf-style text into a buffer, for programs without a libc.
 */
#ifndef STAGECOACH_FORMAT_H
#define STAGECOACH_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes at most size bytes to buf, the closing NUL included (nothing if size
 * is 0), and returns the length the whole text would have had without it.
 *
 * Knows %c %s %d %i %u %x %X %p %%, with the flags '-' and '0', a width and
 * (for %s) a precision as numbers or '*', and the lengths hh, h, l, ll, z. A
 * conversion it does not know is copied as it stands. %s of NULL is "(null)".
 *
 * Built with FORMAT_FULL as 0, as in stage2, it knows %c %s %d %u %x %%, the
 * flag '0', numbers as width and (for %s) precision, and the length ll; what
 * else is in a format does not end in a wild access, but comes out wrong.
 */
size_t format(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
size_t vformat(char *buf, size_t size, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));

#endif
