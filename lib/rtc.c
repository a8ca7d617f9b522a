// SPDX-License-Identifier: 0BSD
/* rtc.c - the date and time in the registers of the real-time clock. */
#include "rtc.h"

#include <stdbool.h>

#define BAD             0xff    /* a number that no register may hold */

/* BAD where a digit is none. */
__attribute__((noinline))
static uint8_t number(uint8_t value, bool binary)
{
	if (binary)
		return value;
	if ((value & 0xf) > 9 || value >> 4 > 9)
		return BAD;
	return (uint8_t)((value >> 4) * 10 + (value & 0xf));
}

static uint8_t hour_of(const struct rtc *rtc, bool binary)
{
	uint8_t hour;

	if (rtc->status_b & RTC_24_HOURS)
		return number(rtc->hour, binary);
	hour = number(rtc->hour & (uint8_t)~RTC_PM, binary);
	if (hour < 1 || hour > 12)
		return BAD;
	/* 12 AM is 0, 12 PM is 12. */
	return (uint8_t)(hour % 12 + (rtc->hour & RTC_PM ? 12 : 0));
}

static unsigned days_in(unsigned month, unsigned year)
{
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ?
			29 : 28;
	/* 31 and 30 take turns, and August begins anew. */
	return 30 + ((month + month / 8) & 1);
}

int rtc_read(const struct rtc *rtc, struct boot_time *time)
{
	const bool binary = rtc->status_b & RTC_BINARY;
	unsigned century = number(rtc->century, binary);
	unsigned year = number(rtc->year, binary);
	uint8_t month = number(rtc->month, binary);
	uint8_t day = number(rtc->day, binary);
	uint8_t hour = hour_of(rtc, binary);
	uint8_t minute = number(rtc->minute, binary);
	uint8_t second = number(rtc->second, binary);

	*time = (struct boot_time){ 0 };
	/* It is BCD in some clocks that are binary otherwise. */
	if (century < 19 || century > 21)
		century = number(rtc->century, false);
	if (century < 19 || century > 21)
		century = year >= 70 ? 19 : 20;
	if (year > 99 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(month, century * 100 + year) || hour > 23 ||
	    minute > 59 || second > 60)
		return RTC_BAD_FIELD;
	*time = (struct boot_time){
		.year = (uint16_t)(century * 100 + year),
		.month = month, .day = day,
		.hour = hour, .minute = minute, .second = second,
	};
	return RTC_OK;
}
