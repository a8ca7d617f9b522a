// SPDX-License-Identifier: 0BSD
/*
 * fuzz_text.c - format() against snprintf(), and UTF-8 to code page 437
 * against a decoder that looks at whole characters.
 *
 * Input: what to do, the buffer's size; conversions, or text.
 */
#include <stdarg.h>

#include "fuzz.h"

#include "cp437.h"
#include "format.h"

#define MAX_ARGS        8
#define MAX_FORMAT      256
#define MAX_TEXT        8192

/* Built so that both have the same arguments: every one is 64 bits wide. */
struct call {
	char fmt[MAX_FORMAT];
	size_t size;
	uint64_t arg[MAX_ARGS];
	size_t args;
};

static void add(struct call *c, char letter)
{
	if (c->size < MAX_FORMAT - 1)
		c->fmt[c->size++] = letter;
}

static void add_number(struct call *c, unsigned n)
{
	char digits[12];

	snprintf(digits, sizeof(digits), "%u", n);
	for (const char *d = digits; *d; d++)
		add(c, *d);
}

/* A width or a precision: none, digits, or an argument. */
static void add_size(struct call *c, struct fuzz *f, uint8_t kind)
{
	if (kind % 4 == 1) {
		add_number(c, fuzz_u8(f));
	} else if (kind % 4 == 2 && c->args < MAX_ARGS) {
		add(c, '*');
		c->arg[c->args++] = (uint64_t)(int8_t)fuzz_u8(f);
	}
}

static const char *const lengths[] = { "", "hh", "h", "l", "ll", "z" };

static void add_conversion(struct call *c, struct fuzz *f)
{
	static const char strings[][8] = { "", "a", "text", "a\nb", "1234567" };
	uint8_t kind = fuzz_u8(f), how = fuzz_u8(f);
	char letter = "diuxXcps"[kind % 8];
	bool number = kind % 8 < 5;

	if (c->size + 24 > MAX_FORMAT || c->args + 3 > MAX_ARGS)
		return;
	add(c, '%');
	if (how & 1)
		add(c, '-');
	if ((how & 2) && number)        /* undefined for the others */
		add(c, '0');
	/* Width 0 would be one more flag. */
	if ((how >> 2) % 4 != 1 || (f->left > 0 && *f->at != 0))
		add_size(c, f, how >> 2);
	if (letter == 's' && (how & 0x10)) {
		add(c, '.');
		add_size(c, f, how >> 5);
	}
	if (number)
		for (const char *l = lengths[(kind >> 3) % 6]; *l; l++)
			add(c, *l);
	add(c, letter);
	c->arg[c->args] = letter == 's' ?
		(uintptr_t)strings[how % FUZZ_COUNT(strings)] : fuzz_u64(f);
	if (letter == 'p')              /* the libc's own words for NULL */
		c->arg[c->args] |= 1;
	if (letter == 'c')
		c->arg[c->args] = 'a' + how % 26;
	c->args++;
}

static void make_call(struct call *c, struct fuzz *f)
{
	memset(c, 0, sizeof(*c));
	while (f->left > 0) {
		uint8_t letter = fuzz_u8(f);

		if (letter < 0x80)
			add(c, letter != 0 && letter != '%' ?
			    (char)letter : '.');
		else if (letter >= 0x90)
			add_conversion(c, f);
		else if (c->size + 2 < MAX_FORMAT)
			add(c, '%'), add(c, '%');
	}
}

typedef int (*printer)(char *buf, size_t size, const char *fmt, ...);

/* As format(), for what the compiler must not look into. */
static int ours(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t length;

	va_start(args, fmt);
	length = vformat(buf, size, fmt, args);
	va_end(args);
	return (int)length;
}

static int libcs(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}

static int print(printer with, char *buf, size_t size, const struct call *c)
{
	const uint64_t *a = c->arg;

	return with(buf, size, c->fmt, a[0], a[1], a[2], a[3], a[4], a[5],
		    a[6], a[7]);
}

static void check_format(struct fuzz *f, size_t size)
{
	static char mine[MAX_TEXT], its[MAX_TEXT];
	struct call c;

	make_call(&c, f);
	memset(mine, '#', sizeof(mine));
	memset(its, '#', sizeof(its));
	FUZZ_FORBID(mine + size, sizeof(mine) - size);
	CHECK(print(ours, mine, size, &c) == print(libcs, its, size, &c));
	FUZZ_ALLOW(mine, sizeof(mine));
	CHECK(memcmp(mine, its, sizeof(mine)) == 0);
}

/* Any text as a format: what is no conversion is copied as it stands. */
static void check_any_format(struct fuzz *f, size_t size)
{
	static char text[MAX_TEXT];
	struct call c = { .size = 0 };
	size_t length;

	while (f->left > 0) {
		char letter = (char)fuzz_u8(f);

		/* An argument as a width would be an address. */
		add(&c, letter == '*' || letter == '\0' ? '%' : letter);
	}
	for (size_t i = 0; i < MAX_ARGS; i++)
		c.arg[i] = (uintptr_t)"string";
	/* Not more conversions than there are arguments. */
	for (size_t i = 0, n = 0; i < c.size; i++)
		if (c.fmt[i] == '%' && ++n > MAX_ARGS)
			c.fmt[i] = '_';
	FUZZ_FORBID(text + size, sizeof(text) - size);
	length = (size_t)print(ours, text, size, &c);
	FUZZ_ALLOW(text, sizeof(text));
	if (size > 0)
		CHECK(strlen(text) == (length < size ? length : size - 1) ||
		      memchr(text, '\0', size) != NULL);
	if (!memchr(c.fmt, '%', c.size))
		CHECK(length == c.size &&
		      strncmp(text, c.fmt, size ? size - 1 : 0) == 0);
}

/* ---- code page 437 ------------------------------------------------------ */

/* Bytes of the character that begins here, 0 if none does (RFC 3629). */
static size_t character(const uint8_t *s, size_t size, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
		   s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > size)
		return 0;
	*code = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3fu);
	}
	return *code < least[n] ? 0 : n;
}

static void check_cp437(const uint8_t *s, size_t size)
{
	struct cp437_state state = { 0 };

	for (size_t i = 0; i < size; i++) {
		uint32_t code = 0;
		size_t n = character(s + i, size - i, &code);
		bool between = state.missing > 0 && (s[i] & 0xc0) == 0x80;
		int shown = cp437_take(&state, s[i]);

		CHECK(shown >= -1 && shown <= 255);
		if (n == 0 || between)
			continue;
		/* It is shown with its last byte, and nothing before. */
		for (size_t k = 1; k < n; k++) {
			CHECK(shown == -1);
			shown = cp437_take(&state, s[++i]);
		}
		CHECK(shown == cp437_from_unicode(code));
		CHECK(state.missing == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t what = fuzz_u8(&f);
	size_t room = fuzz_u8(&f);

	if (what & 4)
		room = MAX_TEXT;
	switch (what % 3) {
	case 0:
		check_format(&f, room);
		break;
	case 1:
		check_any_format(&f, room);
		break;
	default:
		check_cp437(f.at, f.left);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const struct {
		uint8_t what;
		const char *text;
	} from[] = {
		{ 4, "n = \x90\x13\x06\x08" "12345678\xa8\x05\x20" "87654321."
		     "\xff\x7f\x9e\xdc\x21\x02\x03 and so on" },
		{ 1, "%d of %5s, %-08llx|%.3s%q %" },
		{ 2, "na\xc3\xafve \xe2\x98\xba \xf0\x9f\x98\x80 \xc3(\x80" },
	};
	size_t size;

	if (i >= FUZZ_COUNT(from))
		return 0;
	size = strlen(from[i].text);
	seed[0] = from[i].what;
	seed[1] = 60;
	memcpy(seed + 2, from[i].text, size);
	return 2 + size;
}
