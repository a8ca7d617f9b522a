// SPDX-License-Identifier: 0BSD
/*
 * test_cp437.c - every character of the code page, by its UTF-8 bytes, and
 * what is no UTF-8. The host's iconv knows the code page, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <iconv.h>
#include <string.h>

#include "cp437.h"

/* Shows a text; returns how many characters that makes. */
static size_t show(const char *text, size_t size, uint8_t *shown)
{
	struct cp437_state state = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		int c = cp437_take(&state, (uint8_t)text[i]);

		assert_in_range(c + 1, 0, 256);
		if (c >= 0)
			shown[n++] = (uint8_t)c;
	}
	return n;
}

static void test_upper_half_as_iconv_has_it(void **state)
{
	iconv_t conversion = iconv_open("UTF-8", "CP437");

	(void)state;
	assert_true(conversion != (iconv_t)-1);
	for (int position = 0x80; position < 0x100; position++) {
		char from = (char)position, to[8];
		char *in = &from, *out = to;
		size_t in_left = 1, out_left = sizeof(to);
		uint8_t shown[8];

		assert_int_equal(iconv(conversion, &in, &in_left, &out,
				       &out_left), 0);
		assert_int_equal(show(to, sizeof(to) - out_left, shown), 1);
		assert_int_equal(shown[0], position);
	}
	iconv_close(conversion);
}

/* The bytes of a character, as RFC 3629 says; returns how many. */
static size_t encode(uint32_t code, char text[4])
{
	const size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = size; i-- > 1; code >>= 6)
		text[i] = (char)(0x80 | (code & 0x3f));
	text[0] = (char)(0xf00 >> size | code);
	return size;
}

/* The characters of the upper half, by iconv. */
static void read_upper_half(uint32_t unicode[0x100])
{
	iconv_t conversion = iconv_open("UTF-32LE", "CP437");

	assert_true(conversion != (iconv_t)-1);
	for (int position = 0x80; position < 0x100; position++) {
		char from = (char)position;
		char *in = &from, *out = (char *)&unicode[position];
		size_t in_left = 1, out_left = 4;

		assert_int_equal(iconv(conversion, &in, &in_left, &out,
				       &out_left), 0);
	}
	iconv_close(conversion);
}

/*
 * What is not ASCII is a character of the code page or shown as unknown, once:
 * all of Unicode where there are such, every 61st beyond.
 */
static void test_all_of_unicode(void **state)
{
	uint32_t unicode[0x100] = { 0 };

	(void)state;
	read_upper_half(unicode);
	for (uint32_t code = 0x80; code < 0x110000;
	     code += code < 0x4000 ? 1 : 61) {
		uint8_t c = cp437_from_unicode(code), shown[4];
		char text[4];

		assert_int_equal(show(text, encode(code, text), shown), 1);
		assert_int_equal(shown[0], c);
		if (c != CP437_UNKNOWN && c < 0x80) {   /* the pictures */
			assert_true(c < 0x20 || c == 0x7f);
			assert_int_equal(unicode[c], 0);
			unicode[c] = code;
		} else if (c != CP437_UNKNOWN) {
			assert_int_equal(code, unicode[c]);
			unicode[c] = 0;
		}
	}
	for (int c = 1; c < 0x20; c++)
		assert_true(unicode[c] != 0);
	for (int c = 0x80; c < 0x100; c++)
		assert_int_equal(unicode[c], 0);
}

static void test_ascii_is_itself(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x80; c++) {
		char text = (char)c;
		uint8_t shown;

		assert_int_equal(cp437_from_unicode(c), c);
		assert_int_equal(show(&text, 1, &shown), 1);
		assert_int_equal(shown, c);
	}
}

/* What a text shows, '\0' for a text that shows nothing. */
static const struct {
	const char *text;
	const char *shown;
} texts[] = {
	{ "☺☻▲▼⌂", "\x01\x02\x1e\x1f\x7f" },
	{ "naïve", "na\x8bve" },
	{ "€ and 漢 and 😀", "? and ? and ?" },
	{ "\x80 \xbf", "? ?" },                 /* the middle of something */
	{ "\xc0\x80 \xc1\xbf", "?? ??" },       /* never in UTF-8 */
	{ "\xe0\x83\xbc", "?" },                /* fc, one byte too long */
	{ "\xf0\x80\x83\xbc", "?" },            /* two bytes too long */
	{ "\xf5\x80\x80\x80 \xff", "???? ?" },
	{ "\xe2\x96!", "!" },                   /* breaks off */
	{ "\xe2\x96\xc3\xbc", "\x81" },
	{ "\xe2\x96", "" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint8_t shown[64];
		size_t size = strlen(texts[i].shown);

		assert_int_equal(show(texts[i].text, strlen(texts[i].text),
				      shown), size);
		assert_memory_equal(shown, texts[i].shown, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upper_half_as_iconv_has_it),
		cmocka_unit_test(test_all_of_unicode),
		cmocka_unit_test(test_ascii_is_itself),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
