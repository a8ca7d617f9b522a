// SPDX-License-Identifier: 0BSD
/*
 * test_format_small.c - format() as stage2 has it, with FORMAT_FULL as 0,
 * against the host's snprintf. It is compiled into this file, under another
 * name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

size_t small_format(char *buf, size_t size, const char *fmt, ...);
size_t small_vformat(char *buf, size_t size, const char *fmt, va_list args);

#define FORMAT_FULL     0
#define format          small_format
#define vformat         small_vformat
#include "../../lib/format.c"
#undef format
#undef vformat

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define MAX_TEXT        64

/* A text that the compiler does not see: it would warn of odd ones. */
static const char *hidden(const char *fmt)
{
	__asm__("" : "+r"(fmt));
	return fmt;
}

/* The host's text, in every buffer as much as fits; ASan sees a byte more. */
#define SAME(fmt, value) do {                                           \
		char want_[MAX_TEXT];                                   \
		int length_ = snprintf(want_, sizeof(want_),            \
				       hidden(fmt), value);             \
									\
		assert_in_range(length_, 0, MAX_TEXT - 1);              \
		for (size_t size_ = length_ + 2; size_-- > 1;) {        \
			char *got_ = malloc(size_);                     \
									\
			assert_non_null(got_);                          \
			assert_int_equal(small_format(got_, size_,      \
				hidden(fmt), value), length_);          \
			want_[size_ - 1] = '\0';                        \
			assert_string_equal(got_, want_);               \
			free(got_);                                     \
		}                                                       \
		assert_int_equal(small_format(NULL, 0, hidden(fmt),     \
					      value), length_);         \
	} while (0)

static void test_numbers(void **state)
{
	static const uint64_t values[] = {
		0, 1, 9, 10, 15, 16, 255, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffffffffffff,
	};
	static const char *const words[] = {
		"%d", "%u", "%x", "%5d", "%05d", "%12u", "%012u", "%08x",
		"<%8x>", "%00d", "%1d",
	};
	static const char *const longs[] = {
		"%lld", "%llu", "%llx", "%016llx", "%22lld", "%022lld",
		"%lu", "0x%llx.",
	};

	(void)state;
	for (size_t v = 0; v < COUNT_OF(values); v++) {
		for (size_t i = 0; i < COUNT_OF(words); i++)
			SAME(words[i], (int)values[v]);
		for (size_t i = 0; i < COUNT_OF(longs); i++)
			SAME(longs[i], (long long)values[v]);
	}
}

static void test_text(void **state)
{
	char raw[3] = { 'r', 'a', 'w' };        /* no NUL */

	(void)state;
	SAME("plain", 0);
	SAME("100%%", 0);
	SAME("%c", '$');
	SAME("%4c|", '$');
	SAME("%s", "");
	SAME("[%s]", "text");
	SAME("[%10s]", "text");
	SAME("[%3s]", "text");
	SAME("[%.2s]", "text");
	SAME("[%8.2s]", "text");
	SAME("[%.0s]", "text");
	SAME("[%.10s]", "text");
	SAME("[%.3s]", raw);
}

/* What only the full one knows is no more than text. */
static void test_unknown(void **state)
{
	static const char *const formats[] = {
		"%-", "%*", "%i", "%X", "%p", "%h", "%z", "%5k", "%.3", "%",
		"%l", "%07",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		char got[MAX_TEXT];

		assert_int_equal(small_format(got, sizeof(got),
					      hidden(formats[i]), 1, 2),
				 strlen(formats[i]));
		assert_string_equal(got, formats[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
