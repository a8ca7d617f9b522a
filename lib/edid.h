/* SPDX-License-Identifier: 0BSD */
/*
 * edid.h - reads what a monitor says of itself: the base block of 128 bytes
 * (VESA E-EDID Standard, release A2, 3).
 */
#ifndef STAGECOACH_EDID_H
#define STAGECOACH_EDID_H

#include <stdint.h>

#define EDID_SIZE       128

enum edid_err {
	EDID_OK = 0,
	EDID_HEADER = -1,       /* no EDID, or noise on the wire */
	EDID_SUM = -2,          /* its bytes do not add up to 0 */
	EDID_VERSION = -3,      /* not version 1 */
};

/* The preferred timing is the panel's own resolution. */
struct edid {
	uint16_t width;         /* pixels; 0: it tells none */
	uint16_t height;
};

/* Checks EDID_SIZE bytes and fills *edid, which is 0 after an error. */
int edid_read(const void *block, struct edid *edid);

#endif
