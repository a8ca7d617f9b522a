/* SPDX-License-Identifier: 0BSD */
/*
 * rtc.h - the date and time in the registers of a PC's real-time clock
 * (Motorola MC146818A and what became of it).
 */
#ifndef STAGECOACH_RTC_H
#define STAGECOACH_RTC_H

#include <stdint.h>

#include "boot_info.h"  /* struct boot_time */

/* Where the registers are in CMOS memory, in the order of struct rtc. */
#define RTC_SECOND      0x00
#define RTC_MINUTE      0x02
#define RTC_HOUR        0x04
#define RTC_DAY         0x07
#define RTC_MONTH       0x08
#define RTC_YEAR        0x09
#define RTC_CENTURY     0x32    /* by custom; the FADT may name another */
#define RTC_STATUS_A    0x0a
#define RTC_UPDATING    0x80    /* status A: the rest is not to be read now */
#define RTC_STATUS_B    0x0b
#define RTC_BINARY      0x04    /* status B: numbers are binary, not BCD */
#define RTC_24_HOURS    0x02    /* status B: hours are 0 to 23 */
#define RTC_PM          0x80    /* hour, where they are 1 to 12 */

/* The registers as they were read, twice the same. */
struct rtc {
	uint8_t second, minute, hour, day, month, year;
	uint8_t century;        /* whatever is there if it is none */
	uint8_t status_b;
};

enum rtc_err {
	RTC_OK = 0,
	RTC_BAD_FIELD = -1,     /* no time: the clock is off or not there */
};

/*
 * Fills *time; all of it is 0 after an error. Where the century's register
 * holds none from 19 to 21, years from 70 on are 19xx, others 20xx.
 */
int rtc_read(const struct rtc *rtc, struct boot_time *time);

#endif
