// SPDX-License-Identifier: 0BSD
/* smbios.c - checks the entry points to the SMBIOS tables. */
#include "smbios.h"

#include <string.h>

#include "byte_sum.h"

/* Version 2 */
#define ANCHOR          "_SM_"
#define AT_LENGTH       5
#define LENGTH_2_1      30      /* what DSP0134 2.1 had by mistake, for 31 */
#define AT_DMI          16
#define DMI_ANCHOR      "_DMI_"
#define DMI_SIZE        15
#define AT_TABLE_SIZE   22      /* 16 bits */
#define AT_TABLE        24      /* 32 bits */

/* Version 3 */
#define ANCHOR3         "_SM3_"
#define AT3_LENGTH      6
#define AT3_TABLE_SIZE  12      /* 32 bits: the most it can be */
#define AT3_TABLE       16      /* 64 bits */

#define STARTS_WITH(byte, text) (memcmp(byte, text, sizeof(text) - 1) == 0)

/* A little-endian number of size bytes that is not 0. */
static int is_set(const uint8_t *byte, size_t size)
{
	while (size > 0)
		if (byte[--size] != 0)
			return 1;
	return 0;
}

int smbios_check(const void *data, size_t room, uint32_t *size)
{
	const uint8_t *byte = data;

	if (room < SMBIOS_SIZE)
		return SMBIOS_CUT_OFF;
	if (!STARTS_WITH(byte, ANCHOR))
		return SMBIOS_ANCHOR;
	if (byte[AT_LENGTH] != SMBIOS_SIZE && byte[AT_LENGTH] != LENGTH_2_1)
		return SMBIOS_LENGTH;
	if (byte_sum(byte, byte[AT_LENGTH]) != 0)
		return SMBIOS_SUM;
	if (!STARTS_WITH(byte + AT_DMI, DMI_ANCHOR))
		return SMBIOS_DMI;
	if (byte_sum(byte + AT_DMI, DMI_SIZE) != 0)
		return SMBIOS_DMI_SUM;
	if (!is_set(byte + AT_TABLE_SIZE, 2) || !is_set(byte + AT_TABLE, 4))
		return SMBIOS_NO_TABLE;
	*size = SMBIOS_SIZE;
	return SMBIOS_OK;
}

int smbios3_check(const void *data, size_t room, uint32_t *size)
{
	const uint8_t *byte = data;

	if (room < SMBIOS3_SIZE)
		return SMBIOS_CUT_OFF;
	if (!STARTS_WITH(byte, ANCHOR3))
		return SMBIOS_ANCHOR;
	if (byte[AT3_LENGTH] < SMBIOS3_SIZE)
		return SMBIOS_LENGTH;
	if (byte[AT3_LENGTH] > room)
		return SMBIOS_CUT_OFF;
	if (byte_sum(byte, byte[AT3_LENGTH]) != 0)
		return SMBIOS_SUM;
	if (!is_set(byte + AT3_TABLE_SIZE, 4) || !is_set(byte + AT3_TABLE, 8))
		return SMBIOS_NO_TABLE;
	*size = byte[AT3_LENGTH];
	return SMBIOS_OK;
}
