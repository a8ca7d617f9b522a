/* SPDX-License-Identifier: 0BSD */
/*
 * smbios.h - checks the entry points to the SMBIOS tables (DMTF DSP0134 3.6,
 * 5.2): "_SM_" of version 2, "_SM3_" of version 3. A machine can have both.
 */
#ifndef STAGECOACH_SMBIOS_H
#define STAGECOACH_SMBIOS_H

#include <stddef.h>
#include <stdint.h>

#define SMBIOS_SIZE     31      /* bytes of an entry point of version 2 */
#define SMBIOS_AT_MAJOR 6       /* in it: of SMBIOS, as the tables have it */
#define SMBIOS3_SIZE    24      /* at least, of version 3 */

enum smbios_err {
	SMBIOS_OK = 0,
	SMBIOS_CUT_OFF = -1,    /* reaches past what is at hand */
	SMBIOS_ANCHOR = -2,     /* not "_SM_" ("_SM3_") */
	SMBIOS_LENGTH = -3,     /* its length is none that the standard has */
	SMBIOS_SUM = -4,        /* its bytes do not add up to 0 */
	SMBIOS_DMI = -5,        /* version 2: no "_DMI_" inside */
	SMBIOS_DMI_SUM = -6,    /* version 2: the bytes from there on do not
				   add up to 0 */
	SMBIOS_NO_TABLE = -7,   /* the table is at 0, or of 0 bytes */
};

/*
 * Check the entry point at data, any alignment, of which room bytes are at
 * hand. On success *size is how many of these it takes.
 */
int smbios_check(const void *data, size_t room, uint32_t *size);
int smbios3_check(const void *data, size_t room, uint32_t *size);

#endif
