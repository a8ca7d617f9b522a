// SPDX-License-Identifier: 0BSD
/* test_log.c - the boot log, and what happens when it is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log.h"

static void test_adds(void **state)
{
	char text[64];
	struct log log = { .text = text, .size = sizeof(text) };

	(void)state;
	log_add(&log, "drive %02x, ", 0x80u);
	log_add(&log, "%s\n", "EDD 3.0");
	log_add(&log, "%s", "");
	assert_string_equal(text, "drive 80, EDD 3.0\n");
	assert_int_equal(log.used, strlen(text));
	assert_false(log.full);
}

/* Of any size: lines as a whole, then the mark, and no byte behind. */
static void test_full(void **state)
{
	(void)state;
	for (size_t size = sizeof(LOG_CUT); size < 100; size++) {
		char *text = malloc(size);
		struct log log = { .text = text, .size = size };
		size_t lines = (size - sizeof(LOG_CUT)) / 7;
		size_t i;

		for (i = 0; i < 30; i++)
			log_add(&log, "line %u\n", (unsigned)(i % 10));
		assert_true(log.full);
		assert_int_equal(log.used, strlen(text));
		assert_int_equal(log.used, lines * 7 + sizeof(LOG_CUT) - 1);
		for (i = 0; i < lines; i++)
			assert_memory_equal(text + 7 * i, "line ", 5);
		assert_string_equal(text + 7 * lines, LOG_CUT);
		log_add(&log, "%s", "");
		assert_string_equal(text + 7 * lines, LOG_CUT);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adds),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
