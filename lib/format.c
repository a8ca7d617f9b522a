// SPDX-License-Identifier: 0BSD
/* format.c - printf-style text into a buffer, without a libc. */
#include <stdbool.h>
#include <stdint.h>

#include "format.h"

#define NUMBER_MAX      10000   /* a width with more digits stops growing */
#define NO_PRECISION    SIZE_MAX

/* The text so far. length counts what did not fit, too. */
struct text {
	char *buf;
	size_t size;
	size_t length;
};

/* One conversion, from '%' up to and with its letter. */
struct spec {
	bool left;
	bool zero;
	size_t width;
	size_t precision;
	size_t type_size;       /* of the argument; 0: no length was given */
	char letter;
};

static void put(struct text *t, char c)
{
	if (t->length < t->size)
		t->buf[t->length] = c;
	t->length++;
}

static void put_all(struct text *t, const char *s, size_t size)
{
	while (size-- > 0)
		put(t, *s++);
}

static void pad(struct text *t, char c, size_t size)
{
	while (size-- > 0)
		put(t, c);
}

/* Prefix and body in a field of the width; zeros go between the two. */
static void put_field(struct text *t, const struct spec *s,
		      const char *prefix, size_t prefix_size,
		      const char *body, size_t body_size)
{
	size_t size = prefix_size + body_size;
	size_t fill = s->width > size ? s->width - size : 0;

	if (!s->left && !s->zero)
		pad(t, ' ', fill);
	put_all(t, prefix, prefix_size);
	if (!s->left && s->zero)
		pad(t, '0', fill);
	put_all(t, body, body_size);
	if (s->left)
		pad(t, ' ', fill);
}

static void put_number(struct text *t, const struct spec *s,
		       const char *prefix, uint64_t value, unsigned base)
{
	const char *digits = s->letter == 'X' ? "0123456789ABCDEF"
					      : "0123456789abcdef";
	char body[20];          /* 2^64 has as many digits in decimal */
	size_t at = sizeof(body);
	size_t prefix_size = 0;

	do {
		body[--at] = digits[value % base];
		value /= base;
	} while (value);
	while (prefix[prefix_size])
		prefix_size++;
	put_field(t, s, prefix, prefix_size, body + at, sizeof(body) - at);
}

static void put_string(struct text *t, const struct spec *s, const char *text)
{
	size_t size = 0;

	if (!text)
		text = "(null)";
	while (size < s->precision && text[size])
		size++;
	put_field(t, s, "", 0, text, size);
}

/* A number in the format, or the next argument for '*'. */
static int get_number(const char **p, va_list *args)
{
	int n = 0;

	if (**p == '*') {
		++*p;
		return va_arg(*args, int);
	}
	for (; **p >= '0' && **p <= '9'; ++*p) {
		if (n < NUMBER_MAX)
			n = n * 10 + (**p - '0');
	}
	return n;
}

static size_t get_type_size(const char **p)
{
	size_t size = 0;

	if (**p == 'z') {
		size = sizeof(size_t);
		++*p;
	} else if (**p == 'l') {
		size = sizeof(long);
		if (*++*p == 'l') {
			size = sizeof(long long);
			++*p;
		}
	} else if (**p == 'h') {
		size = sizeof(short);
		if (*++*p == 'h') {
			size = sizeof(char);
			++*p;
		}
	}
	return size;
}

/* Reads a conversion behind its '%'; returns what follows its letter. */
static const char *get_spec(const char *p, struct spec *s, va_list *args)
{
	int n;

	*s = (struct spec){ .precision = NO_PRECISION };
	for (; *p == '-' || *p == '0'; p++) {
		if (*p == '-')
			s->left = true;
		else
			s->zero = true;
	}
	n = get_number(&p, args);
	if (n < 0)              /* from '*': as in C, a flag and a width */
		s->left = true;
	s->width = n < 0 ? 0u - (unsigned)n : (unsigned)n;
	if (*p == '.') {
		p++;
		n = get_number(&p, args);
		if (n >= 0)     /* a negative one counts as none */
			s->precision = (size_t)n;
	}
	s->type_size = get_type_size(&p);
	s->letter = *p;
	return *p ? p + 1 : p;
}

/*
 * The next argument, of the length given, with its sign spread over all 64
 * bits. The System V ABI passes all that is longer than int in the same way.
 */
static int64_t get_integer(const struct spec *s, va_list *args)
{
	unsigned unused = 64 - 8 * (unsigned)s->type_size;
	uint64_t value;

	if (s->type_size == 0)
		return va_arg(*args, int);
	if (s->type_size <= sizeof(int))
		value = va_arg(*args, unsigned);
	else
		value = va_arg(*args, uint64_t);
	return (int64_t)(value << unused) >> unused;
}

static uint64_t get_unsigned(const struct spec *s, va_list *args)
{
	size_t size = s->type_size ? s->type_size : sizeof(int);
	unsigned unused = 64 - 8 * (unsigned)size;

	return (uint64_t)get_integer(s, args) << unused >> unused;
}

/* Precision is for text only, a length for numbers only. */
static bool known(const struct spec *s)
{
	switch (s->letter) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		return s->precision == NO_PRECISION;
	case 'c':
	case 'p':
	case '%':
		return s->precision == NO_PRECISION && s->type_size == 0;
	case 's':
		return s->type_size == 0;
	default:
		return false;
	}
}

static void convert(struct text *t, struct spec *s, va_list *args)
{
	int64_t value;
	char c;

	switch (s->letter) {
	case 'd':
	case 'i':
		value = get_integer(s, args);
		if (value < 0)
			put_number(t, s, "-", 0 - (uint64_t)value, 10);
		else
			put_number(t, s, "", (uint64_t)value, 10);
		break;
	case 'u':
		put_number(t, s, "", get_unsigned(s, args), 10);
		break;
	case 'x':
	case 'X':
		put_number(t, s, "", get_unsigned(s, args), 16);
		break;
	case 'p':
		put_number(t, s, "0x", (uintptr_t)va_arg(*args, void *), 16);
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		s->zero = false;
		put_field(t, s, "", 0, &c, 1);
		break;
	case 's':
		s->zero = false;
		put_string(t, s, va_arg(*args, const char *));
		break;
	case '%':
		put(t, '%');
		break;
	}
}

size_t vformat(char *buf, size_t size, const char *fmt, va_list args)
{
	struct text t = { .buf = buf, .size = size };
	va_list rest;

	/* A va_list parameter may be an array that decayed; a copy is not. */
	va_copy(rest, args);
	while (*fmt) {
		const char *start = fmt++;
		struct spec s;

		if (*start != '%') {
			put(&t, *start);
			continue;
		}
		fmt = get_spec(fmt, &s, &rest);
		if (known(&s))
			convert(&t, &s, &rest);
		else
			put_all(&t, start, (size_t)(fmt - start));
	}
	va_end(rest);
	if (size > 0)
		buf[t.length < size ? t.length : size - 1] = '\0';
	return t.length;
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
