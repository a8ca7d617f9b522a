// SPDX-License-Identifier: 0BSD
/* cmos.c - the real-time clock. */
#include <string.h>

#include "cmos.h"
#include "io.h"
#include "rtc.h"

#define PORT_INDEX      0x70
#define PORT_DATA       0x71
#define NMI_OFF         0x80            /* with every index, as entry.asm has
					   left it */
/*
 * An update takes 2 ms at most, once a second (MC146818A data sheet), and a
 * look 1 us at least. Once it is not updating, there are 244 us to read it.
 */
#define LOOKS           10000
#define READS           3               /* until two are the same */

static uint8_t cmos_read(uint8_t index)
{
	out8(PORT_INDEX, NMI_OFF | index);
	return in8(PORT_DATA);
}

static void read_registers(struct rtc *rtc)
{
	/* In the order of struct rtc. */
	static const uint8_t index[sizeof(*rtc)] = {
		RTC_SECOND, RTC_MINUTE, RTC_HOUR, RTC_DAY, RTC_MONTH, RTC_YEAR,
		RTC_CENTURY, RTC_STATUS_B,
	};
	uint8_t *to = (uint8_t *)rtc;
	unsigned looks, i;

	for (looks = 0; looks < LOOKS; looks++)
		if (!(cmos_read(RTC_STATUS_A) & RTC_UPDATING))
			break;
	for (i = 0; i < sizeof(index); i++)
		to[i] = cmos_read(index[i]);
}

void cmos_time(struct boot_time *time)
{
	struct rtc last, now;
	unsigned i;

	memset(time, 0, sizeof(*time));
	read_registers(&last);
	for (i = 1; i < READS; i++) {
		read_registers(&now);
		if (memcmp(&now, &last, sizeof(now)) == 0) {
			rtc_read(&now, time);   /* all 0 if it is no time */
			return;
		}
		last = now;
	}
}
