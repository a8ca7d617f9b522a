/* SPDX-License-Identifier: 0BSD */
/*
 * rom.h - looks for the tables that firmware leaves in low memory: RSDP and
 * SMBIOS entry points, all in one pass.
 *
 * Where they can be: the RSDP in the first KiB of the EBDA and in
 * [0xe0000, 0x100000) (ACPI 6.5, 5.2.5.1), SMBIOS in [0xf0000, 0x100000)
 * (DSP0134, 5.2), each at a multiple of 16.
 */
#ifndef STAGECOACH_ROM_H
#define STAGECOACH_ROM_H

#include <stddef.h>
#include <stdint.h>

#define ROM_STEP        16

/* A table that was found and checked. size 0: none (yet). */
struct rom_table {
	const void *data;
	uint32_t size;          /* bytes */
};

enum rom_kind {
	ROM_RSDP,
	ROM_SMBIOS,
	ROM_SMBIOS3,
	ROM_KINDS,
};

/*
 * Adds to found[] what is not in there yet: of each kind the first in memory
 * [base, base + size) whose checksums are right; one that is wrong is passed
 * over. size is a multiple of 256. Nothing outside of the range is read, and
 * scanning ends early once all kinds are found, or all but the entry point of
 * SMBIOS 3 where that of SMBIOS 2 says that it is not there.
 */
void rom_scan(const void *base, size_t size,
	      struct rom_table found[ROM_KINDS]);

#endif
