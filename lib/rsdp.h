/* SPDX-License-Identifier: 0BSD */
/*
 * rsdp.h - checks the ACPI Root System Description Pointer (ACPI 6.5,
 * 5.2.5.3), where a kernel's way to all ACPI tables begins.
 */
#ifndef STAGECOACH_RSDP_H
#define STAGECOACH_RSDP_H

#include <stddef.h>
#include <stdint.h>

#define RSDP_SIZE_1     20      /* bytes, ACPI 1.0 */
#define RSDP_SIZE_2     36      /* bytes at least, from ACPI 2.0 on */

enum rsdp_err {
	RSDP_OK = 0,
	RSDP_CUT_OFF = -1,      /* reaches past what is at hand */
	RSDP_SIGNATURE = -2,    /* not "RSD PTR " */
	RSDP_SUM = -3,          /* the first 20 bytes do not add up to 0 */
	RSDP_LENGTH = -4,       /* ACPI 2.0: shorter than 36 bytes */
	RSDP_LONG_SUM = -5,     /* ACPI 2.0: all its bytes do not add up to 0 */
};

/*
 * Checks the RSDP at data, any alignment, of which room bytes are at hand. On
 * success *size is how many of these it takes.
 */
int rsdp_check(const void *data, size_t room, uint32_t *size);

#endif
