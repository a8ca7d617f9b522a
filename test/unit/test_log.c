// SPDX-License-Identifier: 0BSD
/* test_log.c - the boot log, and what happens when it is full. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log.h"

static void test_adds(void **state)
{
	char text[3 * LOG_LINE];
	struct log log = { .text = text, .size = sizeof(text) };

	(void)state;
	log_add(&log, "drive " LOG_HEX ", " LOG_DEC " sectors",
		LOG_VALUES(0x80, 2048));
	log_add(&log, ": 100% (!) $#~\n", NULL);
	log_add(&log, "", NULL);
	assert_string_equal(text, "drive 80, 2048 sectors: 100% (!) $#~\n");
	assert_int_equal(log.used, strlen(text));
	assert_false(log.full);
}

/* Every number of digits, and both sides of where one more is needed. */
static void test_numbers(void **state)
{
	char text[3 * LOG_LINE], right[64];
	uint64_t unit, value;
	int i;

	(void)state;
	for (unit = 1; unit != 0; unit = unit <= UINT64_MAX / 2 ? unit * 2 : 0) {
		for (i = -1; i <= 1; i++) {
			struct log log = { .text = text, .size = sizeof(text) };

			value = unit + (uint64_t)i;
			log_add(&log, LOG_HEX " " LOG_DEC,
				LOG_VALUES(value, value));
			snprintf(right, sizeof(right), "%" PRIx64 " %" PRIu64,
				 value, value);
			assert_string_equal(text, right);
		}
	}
	for (unit = 1; unit <= UINT64_MAX / 10; unit *= 10) {
		for (i = -1; i <= 1; i++) {
			struct log log = { .text = text, .size = sizeof(text) };

			value = unit * 10 + (uint64_t)i;
			log_add(&log, LOG_DEC, &value);
			snprintf(right, sizeof(right), "%" PRIu64, value);
			assert_string_equal(text, right);
		}
	}
}

/* All that a line may have, where there is just room for it and the mark. */
static void test_longest_lines(void **state)
{
	char line[LOG_LINE + 1];

	(void)state;
	memset(line, '~', LOG_LINE);
	line[LOG_LINE - 1] = '\3';             /* a character like others */
	line[LOG_LINE] = '\0';
	for (size_t size = LOG_LINE; size <= 4 * LOG_LINE; size++) {
		const size_t lines = size / LOG_LINE - 1;
		char *text = malloc(size);
		struct log log = { .text = text, .size = size };

		for (size_t i = 0; i < lines; i++) {
			log_add(&log, line, NULL);
			assert_false(log.full);
			assert_int_equal(log.used, (i + 1) * LOG_LINE);
			assert_string_equal(text + i * LOG_LINE, line);
		}
		log_add(&log, line, NULL);
		assert_true(log.full);
		assert_string_equal(text + lines * LOG_LINE, LOG_CUT);
		free(text);
	}
}

/* A line may have 256 bytes: room for one, and for the mark behind it. */
static void test_room(void **state)
{
	static const struct {
		size_t size;
		bool full;
	} rows[] = { { 511, true }, { 512, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512];
		struct log log = { .text = text, .size = rows[i].size };

		log_add(&log, "a line\n", NULL);
		assert_int_equal(log.full, rows[i].full);
		assert_string_equal(text, rows[i].full ? LOG_CUT : "a line\n");
	}
}

/* Of any size: lines as a whole, then the mark, and no byte behind. */
static void test_full(void **state)
{
	(void)state;
	for (size_t size = LOG_LINE; size < 3 * LOG_LINE; size++) {
		char *text = malloc(size);
		struct log log = { .text = text, .size = size };
		size_t lines, i;

		for (i = 0; i < 3 * LOG_LINE / 7; i++)
			log_add(&log, "line " LOG_DEC "\n", LOG_VALUES(i % 10));
		assert_true(log.full);
		assert_int_equal(log.used, strlen(text));
		lines = (log.used - (sizeof(LOG_CUT) - 1)) / 7;
		assert_int_equal(log.used, lines * 7 + sizeof(LOG_CUT) - 1);
		for (i = 0; i < lines; i++)
			assert_memory_equal(text + 7 * i, "line ", 5);
		assert_string_equal(text + 7 * lines, LOG_CUT);
		log_add(&log, "more", NULL);
		assert_string_equal(text + 7 * lines, LOG_CUT);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adds),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_longest_lines),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
