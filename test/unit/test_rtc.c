// SPDX-License-Identifier: 0BSD
/* test_rtc.c - the clock's registers in all four ways of counting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rtc.h"

#define B24     RTC_24_HOURS
#define BIN     RTC_BINARY

/* second, minute, hour, day, month, year, century, status B */
struct row {
	struct rtc rtc;
	struct boot_time time;          /* year 0: none */
};

static const struct row rows[] = {
/* BCD, 24 hours: nearly every PC */
{ { 0x59, 0x58, 0x23, 0x31, 0x12, 0x99, 0x19, B24 },
	{ 1999, 12, 31, 23, 58, 59, 0 } },
{ { 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x20, B24 },
	{ 2000, 1, 1, 0, 0, 0, 0 } },
{ { 0x60, 0x00, 0x00, 0x01, 0x01, 0x26, 0x20, B24 },
	{ 2026, 1, 1, 0, 0, 60, 0 } },
/* BCD, 12 hours */
{ { 0, 0, 0x12, 1, 1, 0x26, 0x20, 0 }, { 2026, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0x92, 1, 1, 0x26, 0x20, 0 }, { 2026, 1, 1, 12, 0, 0, 0 } },
{ { 0, 0, 0x01, 1, 1, 0x26, 0x20, 0 }, { 2026, 1, 1, 1, 0, 0, 0 } },
{ { 0, 0, 0x91, 1, 1, 0x26, 0x20, 0 }, { 2026, 1, 1, 23, 0, 0, 0 } },
{ { 0, 0, 0x00, 1, 1, 0x26, 0x20, 0 }, { 0 } },
{ { 0, 0, 0x13, 1, 1, 0x26, 0x20, 0 }, { 0 } },
{ { 0, 0, 0x93, 1, 1, 0x26, 0x20, 0 }, { 0 } },
/* binary, 24 hours and 12 */
{ { 59, 58, 23, 31, 12, 99, 19, BIN | B24 }, { 1999, 12, 31, 23, 58, 59, 0 } },
{ { 59, 58, 0x8b, 31, 12, 99, 0x19, BIN }, { 1999, 12, 31, 23, 58, 59, 0 } },
{ { 0, 0, 12, 1, 1, 26, 0x20, BIN }, { 2026, 1, 1, 0, 0, 0, 0 } },
/* the century: 19 to 21, else by the year */
{ { 0, 0, 0, 1, 1, 0x00, 0x21, B24 }, { 2100, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x69, 0x00, B24 }, { 2069, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x70, 0xff, B24 }, { 1970, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x26, 0x18, B24 }, { 2026, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x26, 0x22, B24 }, { 2026, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x50, 0x19, B24 }, { 1950, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 0x99, 0x20, B24 }, { 2099, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 19, BIN | B24 }, { 1950, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 99, 20, BIN | B24 }, { 2099, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 21, BIN | B24 }, { 2150, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 99, 18, BIN | B24 }, { 1999, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 22, BIN | B24 }, { 2050, 1, 1, 0, 0, 0, 0 } },
/* in BCD all the same */
{ { 0, 0, 0, 1, 1, 50, 0x19, BIN | B24 }, { 1950, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 99, 0x20, BIN | B24 }, { 2099, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 0x21, BIN | B24 }, { 2150, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 0x18, BIN | B24 }, { 2050, 1, 1, 0, 0, 0, 0 } },
{ { 0, 0, 0, 1, 1, 50, 0x22, BIN | B24 }, { 2050, 1, 1, 0, 0, 0, 0 } },
/* days of the month */
{ { 0, 0, 0, 0x29, 2, 0x24, 0x20, B24 }, { 2024, 2, 29, 0, 0, 0, 0 } },
{ { 0, 0, 0, 0x29, 2, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 0x29, 2, 0x00, 0x20, B24 }, { 2000, 2, 29, 0, 0, 0, 0 } },
{ { 0, 0, 0, 0x29, 2, 0x00, 0x21, B24 }, { 0 } },
{ { 0, 0, 0, 0x29, 2, 0x04, 0x19, B24 }, { 1904, 2, 29, 0, 0, 0, 0 } },
{ { 0, 0, 0, 0x29, 2, 0x00, 0x19, B24 }, { 0 } },
{ { 0, 0x59, 0, 0x29, 2, 0x04, 0x21, B24 }, { 2104, 2, 29, 0, 59, 0, 0 } },
{ { 0, 0, 0, 0x30, 2, 0x24, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 0x00, 1, 0x26, 0x20, B24 }, { 0 } },
/* out of range, and digits that are none */
{ { 0x61, 0, 0, 1, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0x0a, 0, 0, 1, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0x60, 0, 1, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0xa0, 0, 1, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0x24, 1, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 0x32, 1, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 1, 0, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 1, 0x13, 0x26, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 1, 1, 0xa0, 0x20, B24 }, { 0 } },
{ { 0, 0, 0, 1, 1, 100, 20, BIN | B24 }, { 0 } },
/* no clock: the bus floats */
{ { 255, 255, 255, 255, 255, 255, 255, 255 }, { 0 } },
{ { 0, 0, 0, 0, 0, 0, 0, 0 }, { 0 } },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct boot_time time = { .year = 1 };
		int err = rtc_read(&rows[i].rtc, &time);

		if (err != (rows[i].time.year ? RTC_OK : RTC_BAD_FIELD) ||
		    memcmp(&time, &rows[i].time, sizeof(time)) != 0)
			fail_msg("row %zu: %d, %u-%u-%u %u:%u:%u", i, err,
				 time.year, time.month, time.day, time.hour,
				 time.minute, time.second);
	}
}

static void test_days(void **state)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	(void)state;
	for (uint8_t month = 1; month <= 12; month++)
		for (uint8_t day = 1; day < 40; day++) {
			const struct rtc rtc = { 0, 0, 0, day, month, 26, 20,
				BIN | B24 };
			struct boot_time time;

			assert_int_equal(rtc_read(&rtc, &time),
					 day <= days[month - 1] ? 0 :
					 RTC_BAD_FIELD);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
