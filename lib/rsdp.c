// SPDX-License-Identifier: 0BSD
/* rsdp.c - checks the ACPI Root System Description Pointer. */
#include "rsdp.h"

#include <string.h>

#include "byte_sum.h"

#define SIGNATURE       "RSD PTR "
#define AT_REVISION     15
#define AT_LENGTH       20

int rsdp_check(const void *data, size_t room, uint32_t *size)
{
	const uint8_t *byte = data;
	uint32_t length;

	if (room < RSDP_SIZE_1)
		return RSDP_CUT_OFF;
	if (memcmp(byte, SIGNATURE, sizeof(SIGNATURE) - 1) != 0)
		return RSDP_SIGNATURE;
	if (byte_sum(byte, RSDP_SIZE_1) != 0)
		return RSDP_SUM;
	*size = RSDP_SIZE_1;
	/* ACPI 1.0 has 0 there; 1 was never given out. */
	if (byte[AT_REVISION] < 2)
		return RSDP_OK;

	if (room < RSDP_SIZE_2)
		return RSDP_CUT_OFF;
	memcpy(&length, byte + AT_LENGTH, sizeof(length));
	if (length < RSDP_SIZE_2)
		return RSDP_LENGTH;
	if (length > room)
		return RSDP_CUT_OFF;
	if (byte_sum(byte, length) != 0)
		return RSDP_LONG_SUM;
	*size = length;
	return RSDP_OK;
}
