// SPDX-License-Identifier: 0BSD
/*
 * format.c - printf-style text into a buffer, without a libc.
 *
 * stage2, every byte of which is read at each boot, builds it with FORMAT_FULL
 * as 0: without what no line of the loader's has (format.h).
 */
#include <stdbool.h>
#include <stdint.h>

#include "format.h"

#ifndef FORMAT_FULL
#define FORMAT_FULL     1
#endif
#define NUMBER_MAX      10000   /* a width with more digits stops growing */
#define NO_PRECISION    (-1)
#define NO_LENGTH       sizeof(int)

/* For what gets smaller when the job comes by an address in a register. */
#define NOT_INLINE      __attribute__((noinline))

_Static_assert(sizeof(long) == sizeof(long long), "l and ll are the same");

/* Where what fills a field up to its width goes. */
enum fill { SPACES_BEFORE, ZEROS, SPACES_BEHIND };

struct job {
	/* The text so far. length counts what did not fit, too. */
	char *buf;
	size_t size;
	size_t length;

	const char *fmt;        /* what follows */
	va_list args;

	/* One conversion, from '%' up to and with its letter. */
	enum fill fill;
	unsigned width;
	int precision;
	unsigned type_size;     /* of the argument */
	char letter;
};

/* size bytes from s on or, if step is 0, so many times the first. */
static void put(struct job *j, const char *s, size_t size, size_t step)
{
	for (; size > 0; size--, s += step) {
		if (j->length < j->size)
			j->buf[j->length] = *s;
		j->length++;
	}
}

/* Fills a field up to its width, if it is here that this is to happen. */
NOT_INLINE
static void put_fill(struct job *j, enum fill here, size_t size)
{
	if (j->fill == here && j->width > size)
		put(j, here == ZEROS ? "0" : " ", j->width - size, 0);
}

/* Prefix and body in a field of the width; zeros go between the two. */
static void put_field(struct job *j, const char *prefix, size_t prefix_size,
		      const char *body, size_t body_size)
{
	size_t size = prefix_size + body_size;

	put_fill(j, SPACES_BEFORE, size);
	put(j, prefix, prefix_size, 1);
	put_fill(j, ZEROS, size);
	put(j, body, body_size, 1);
	if (FORMAT_FULL)
		put_fill(j, SPACES_BEHIND, size);
}

static void put_number(struct job *j, const char *prefix, size_t prefix_size,
		       uint64_t value, unsigned base)
{
	const char ten = FORMAT_FULL && j->letter == 'X' ? 'A' : 'a';
	char body[20];          /* 2^64 has as many digits in decimal */
	char *at = body + sizeof(body);

	do {
		char digit = (char)(value % base);

		*--at = (char)(digit < 10 ? '0' + digit : ten - 10 + digit);
		value /= base;
	} while (value);
	put_field(j, prefix, prefix_size, at,
		  (size_t)(body + sizeof(body) - at));
}

/* A number of base 10 or 16, and whether its type has a sign. */
static void put_integer(struct job *j, uint64_t value, unsigned base,
			bool is_signed)
{
	unsigned unused = 64 - 8 * j->type_size;
	bool negative;

	value <<= unused;
	negative = is_signed && value >> 63;
	if (negative)
		value = 0 - value;
	put_number(j, "-", negative, value >> unused, base);
}

/* Characters, up to the NUL or as many as the precision says. */
static void put_string(struct job *j, const char *s)
{
	size_t size = 0;

	if (FORMAT_FULL && !s)
		s = "(null)";
	while (size != (size_t)j->precision && s[size])
		size++;
	put_field(j, "", 0, s, size);
}

/*
 * The next argument, of whatever type. Each has a register or a stack slot of
 * 8 bytes for itself (System V ABI, 3.5.7), so one way to get them does for
 * all; what lies above a smaller type is not defined. Not inline, for va_arg()
 * is a lot of code.
 */
NOT_INLINE
static uint64_t get_argument(struct job *j)
{
	return va_arg(j->args, uint64_t);
}

/* A number in the format, or the next argument for '*'. */
static int get_number(struct job *j)
{
	int n = 0;

	if (FORMAT_FULL && *j->fmt == '*') {
		j->fmt++;
		return (int)get_argument(j);
	}
	for (; *j->fmt >= '0' && *j->fmt <= '9'; j->fmt++) {
		if (!FORMAT_FULL || n < NUMBER_MAX)
			n = n * 10 + (*j->fmt - '0');
	}
	return n;
}

static void get_flags(struct job *j)
{
	j->fill = SPACES_BEFORE;
	for (;; j->fmt++) {
		if (FORMAT_FULL && *j->fmt == '-')
			j->fill = SPACES_BEHIND;
		else if (*j->fmt != '0')
			break;
		else if (j->fill == SPACES_BEFORE)
			j->fill = ZEROS;
	}
}

/* h, hh, l, ll or z; no other type has the size that stands for none. */
static void get_length(struct job *j)
{
	const char first = *j->fmt;

	j->type_size = NO_LENGTH;
	if (!FORMAT_FULL) {
		for (; *j->fmt == 'l'; j->fmt++)
			j->type_size = sizeof(long);
		return;
	}
	if (first != 'h' && first != 'l' && first != 'z')
		return;
	j->type_size = first == 'h' ? sizeof(short) : sizeof(long);
	if (*++j->fmt == first && first != 'z') {
		if (first == 'h')
			j->type_size = sizeof(char);
		j->fmt++;
	}
}

/* Reads a conversion behind its '%', up to and with its letter. */
NOT_INLINE
static void get_conversion(struct job *j)
{
	int n;

	get_flags(j);
	n = get_number(j);
	j->width = (unsigned)n;
	if (FORMAT_FULL && n < 0) {     /* from '*': as in C, a flag and a width */
		j->fill = SPACES_BEHIND;
		j->width = 0 - (unsigned)n;
	}
	j->precision = NO_PRECISION;
	if (*j->fmt == '.') {
		j->fmt++;
		j->precision = get_number(j);
		if (FORMAT_FULL && j->precision < 0)    /* counts as none */
			j->precision = NO_PRECISION;
	}
	get_length(j);
	j->letter = *j->fmt;
	if (j->letter)
		j->fmt++;
}

/*
 * False if the conversion is none that we know. Precision is for text only, a
 * length for numbers only.
 */
NOT_INLINE
static bool convert(struct job *j)
{
	uint64_t value;
	char c;

	if (FORMAT_FULL && j->precision != NO_PRECISION && j->letter != 's')
		return false;
	switch (j->letter) {
#if FORMAT_FULL
	case 'i':
#endif
	case 'd':
	case 'u':
		put_integer(j, get_argument(j), 10, j->letter != 'u');
		return true;
#if FORMAT_FULL
	case 'X':
#endif
	case 'x':
		put_integer(j, get_argument(j), 16, false);
		return true;
#if FORMAT_FULL
	case 'p':
#endif
	case 'c':
	case 's':
	case '%':
		break;
	default:
		return false;
	}
	if (FORMAT_FULL && j->type_size != NO_LENGTH)
		return false;
	if (j->letter == '%') {
		put(j, "%", 1, 1);
		return true;
	}
	value = get_argument(j);
	if (FORMAT_FULL && j->letter == 'p') {
		put_number(j, "0x", 2, value, 16);
		return true;
	}
	if (FORMAT_FULL && j->fill == ZEROS)
		j->fill = SPACES_BEFORE;
	c = (char)value;
	if (j->letter == 'c')
		put_field(j, "", 0, &c, 1);
	else
		put_string(j, (const char *)(uintptr_t)value);
	return true;
}

size_t vformat(char *buf, size_t size, const char *fmt, va_list args)
{
	struct job j = { .buf = buf, .size = size, .fmt = fmt };

	va_copy(j.args, args);
	while (*j.fmt) {
		const char *start = j.fmt++;

		if (*start == '%') {
			get_conversion(&j);
			if (convert(&j))
				continue;
		}
		put(&j, start, (size_t)(j.fmt - start), 1);
	}
	va_end(j.args);
	if (size > 0)
		buf[j.length < size ? j.length : size - 1] = '\0';
	return j.length;
}

size_t format(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t length;

	va_start(args, fmt);
	length = vformat(buf, size, fmt, args);
	va_end(args);
	return length;
}
