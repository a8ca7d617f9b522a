// SPDX-License-Identifier: 0BSD
/* edid.c - reads what a monitor says of itself. */
#include "edid.h"

#include <string.h>

#include "byte_sum.h"

#define HEADER          0x00ffffffffffff00ull
#define AT_VERSION      18
/* The first descriptor: the preferred timing, if its clock is not 0. */
#define AT_CLOCK        54      /* 16 bits */
#define AT_WIDTH        56      /* low 8 bits; the high 4 on top of byte 58 */
#define AT_WIDTH_HIGH   58
#define AT_HEIGHT       59
#define AT_HEIGHT_HIGH  61

static uint16_t twelve_bits(uint8_t low, uint8_t high)
{
	return (uint16_t)(low | (high & 0xf0) << 4);
}

int edid_read(const void *block, struct edid *edid)
{
	const uint8_t *byte = block;
	uint64_t header;
	uint16_t width, height;

	edid->width = 0;
	edid->height = 0;
	memcpy(&header, byte, sizeof(header));
	if (header != HEADER)
		return EDID_HEADER;
	if (byte_sum(byte, EDID_SIZE) != 0)
		return EDID_SUM;
	if (byte[AT_VERSION] != 1)
		return EDID_VERSION;
	if ((byte[AT_CLOCK] | byte[AT_CLOCK + 1]) == 0)
		return EDID_OK;
	width = twelve_bits(byte[AT_WIDTH], byte[AT_WIDTH_HIGH]);
	height = twelve_bits(byte[AT_HEIGHT], byte[AT_HEIGHT_HIGH]);
	if (width != 0 && height != 0) {
		edid->width = width;
		edid->height = height;
	}
	return EDID_OK;
}
