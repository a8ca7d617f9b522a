/* SPDX-License-Identifier: 0BSD */
/* cmos.h - the real-time clock. */
#ifndef STAGE2_CMOS_H
#define STAGE2_CMOS_H

#include "boot_info.h"

/* The date and time; all 0 if there is no clock, or none that goes. */
void cmos_time(struct boot_time *time);

#endif
