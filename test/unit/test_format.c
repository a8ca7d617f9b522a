// SPDX-License-Identifier: 0BSD
/* test_format.c - format() against the host's snprintf. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define MAX_TEXT        400

/* A text that the compiler does not see: it would warn of odd ones. */
static const char *hidden(const char *fmt)
{
	__asm__("" : "+r"(fmt));
	return fmt;
}

/* Both, at every buffer size that is of interest; the same in all. */
#define SAME(fmt, ...) do {                                             \
		const char *f_ = hidden(fmt);                           \
		char want_[MAX_TEXT];                                   \
		int length_ = snprintf(want_, sizeof(want_), f_,        \
				       __VA_ARGS__);                    \
		size_t size_;                                           \
									\
		assert_true(length_ >= 0 && length_ < MAX_TEXT);        \
		for (size_ = 0; size_ < (size_t)length_ + 3; size_++) { \
			char *got_ = malloc(size_ + !size_);            \
									\
			assert_non_null(got_);                          \
			got_[0] = '?';                                  \
			assert_int_equal(format(got_, size_, f_,        \
						__VA_ARGS__), length_); \
			snprintf(want_, sizeof(want_), f_, __VA_ARGS__); \
			if (size_ == 0)                                 \
				assert_int_equal(got_[0], '?');         \
			else if (size_ <= (size_t)length_)              \
				want_[size_ - 1] = '\0';                \
			if (size_ > 0)                                  \
				assert_string_equal(got_, want_);       \
			free(got_);                                     \
		}                                                       \
	} while (0)

/* What the host does in another way, or not at all. */
#define GIVES(want, fmt, ...) do {                                      \
		char got_[MAX_TEXT];                                    \
									\
		assert_int_equal(format(got_, sizeof(got_), hidden(fmt), \
					__VA_ARGS__), strlen(want));    \
		assert_string_equal(got_, want);                        \
	} while (0)

static void test_text(void **state)
{
	char raw[3] = { 'r', 'a', 'w' };        /* no NUL */

	(void)state;
	SAME("", 0);
	SAME("plain", 0);
	SAME("100%%", 0);
	SAME("%%%d%%", 7);
	SAME("[%s]", "");
	SAME("[%s]", "text");
	SAME("[%10s]", "text");
	SAME("[%-10s]", "text");
	SAME("[%3s]", "text");
	SAME("[%.2s]", "text");
	SAME("[%.0s]", "text");
	SAME("[%.s]", "text");
	SAME("[%.9s]", "text");
	SAME("[%8.2s]", "text");
	SAME("[%-8.2s]", "text");
	SAME("[%.*s]", 3, raw);
	SAME("[%.*s]", -1, "text");
	SAME("[%*s]", 9, "text");
	SAME("[%*s]", -9, "text");
	SAME("[%-*s]", 9, "text");
	SAME("[%-*s]", -9, "text");
	SAME("[%*.*s]", 9, 2, "text");
	SAME("[%c%c]", 'a', 'b');
	SAME("[%5c]", 'x');
	SAME("[%-5c]", 'x');
	SAME("[%s]", (char *)NULL);
	SAME("[%10s]", (char *)NULL);
	SAME("%s%s%s", "a", "b", "c");
	GIVES("[    a]", "[%05c]", 'a');
	GIVES("[  text]", "[%06s]", "text");
	GIVES("[(nu]", "[%.3s]", (char *)NULL);
	GIVES("[    (nu]", "[%*.*s]", 7, 3, (char *)NULL);
}

static void test_integers(void **state)
{
	static const char *const flags[] = {
		"", "0", "-", "-0", "0-", "00", "--", "1", "5", "05", "-5",
		"-05", "12", "012", "-12", "30", "030",
	};
	static const char letters[] = "diuxX";
	static const uint64_t values[] = {
		0, 1, 9, 10, 15, 16, 99, 100, 127, 128, 255, 256, 32767,
		32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffffffffffffff80, 0xffffffffffff8000, 0xffffffff80000000,
		0xffffffffffffffff, 0x0123456789abcdef, 12345678901234567890u,
	};
	size_t f, l, v;
	char fmt[32];

	(void)state;
	for (f = 0; f < COUNT_OF(flags); f++) {
		for (l = 0; letters[l]; l++) {
			for (v = 0; v < COUNT_OF(values); v++) {
#define WITH(length, type) do { \
		snprintf(fmt, sizeof(fmt), "<%%%s" length "%c>", flags[f], \
			 letters[l]); \
		SAME(fmt, (type)values[v]); \
	} while (0)
				WITH("", int);
				WITH("hh", int);
				WITH("h", int);
				WITH("l", long);
				WITH("ll", long long);
				WITH("z", size_t);
#undef WITH
			}
		}
	}
	SAME("%*d", 6, -42);
	SAME("%*d", -6, -42);
	SAME("%0*x", 16, 0xabc);
	SAME("%-0*x|", 16, 0xabc);
	SAME("%d %u %ld %s %zu %c", -1, 2u, -3l, "four", (size_t)5, '6');
	SAME("%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, 9);
}

static void test_pointers(void **state)
{
	(void)state;
	SAME("%p", (void *)0x1234);
	SAME("%20p", (void *)0xffff800000000000);
	SAME("%-20p|", (void *)1);
	GIVES("0x0", "%p", NULL);
	GIVES("0x00000000000b8000", "%018p", (void *)0xb8000);
}

/* Copied as it stands; what follows is converted as ever. */
static void test_unknown(void **state)
{
	(void)state;
	GIVES("%f", "%f", 0);
	GIVES("%q 5", "%q %d", 5);
	GIVES("%-08lq5", "%-08lq%d", 5);
	GIVES("%", "%", 0);
	GIVES("a%-", "a%-", 0);
	GIVES("%5", "%5", 0);
	GIVES("%5.", "%5.", 0);
	GIVES("%ll", "%ll", 0);
	GIVES("%h", "%h", 0);
	GIVES("%+d", "%+d", 5);
	GIVES("%#x", "%#x", 5);
	GIVES("%.3d", "%.3d", 5);
	GIVES("%5.3u", "%5.3u", 5u);
	GIVES("%.1x%.1X%.1c%.1p%.1%", "%.1x%.1X%.1c%.1p%.1%", 5);
	GIVES("%ls%hc%lp%z%", "%ls%hc%lp%z%", 5);
	GIVES("%n", "%n", 5);
	GIVES("%tu%ju", "%tu%ju", 5);
}

static void test_wide(void **state)
{
	char got[16];

	(void)state;
	SAME("%300d|", 1);
	SAME("%-300s|", "x");
	SAME("%0300x|", 1);
	/* Digits without end do not overflow anything. */
	assert_true(format(got, sizeof(got),
			   hidden("%99999999999999999999d"), 1) > 9999);
	assert_string_equal(got, "               ");
	assert_int_equal(format(NULL, 0, hidden("%100000d"), 1), 10000);
	GIVES("x", "%.99999999999999999999s", "x");
}

static void test_random(void **state)
{
	static const char *const lengths[] = { "hh", "h", "", "l", "ll", "z" };
	static const char letters[] = "diuxX";
	char fmt[64];
	size_t i;

	(void)state;
	srand(1);
	for (i = 0; i < 3000; i++) {
		uint64_t value = (uint64_t)rand() << 33 ^
				 (uint64_t)rand() << 11 ^ (uint64_t)rand();
		const char *length = lengths[rand() % 6];
		char letter = letters[rand() % 5];

		value >>= rand() % 64;
		if (rand() % 2)
			value = 0 - value;
		snprintf(fmt, sizeof(fmt), "a%%%s%s%d%s%cb",
			 rand() % 2 ? "-" : "", rand() % 2 ? "0" : "",
			 1 + rand() % 25, length, letter);
		if (length[0] == 'l' || length[0] == 'z')
			SAME(fmt, (unsigned long)value);
		else
			SAME(fmt, (int)value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
