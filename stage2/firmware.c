// SPDX-License-Identifier: 0BSD
/* firmware.c - the tables that the firmware has left in low memory. */
#include "firmware.h"
#include "io.h"
#include "layout.h"

#define EBDA_SCANNED    1024            /* bytes, from its start on */
#define ROM_HIGH        0xf0000         /* where most have all of them */
#define ROM_LOW         0xe0000
#define ROM_SIZE        0x10000

void firmware_find(struct rom_table found[ROM_KINDS])
{
	uint32_t ebda = (uint32_t)phys_read16(BDA_EBDA_SEGMENT) << 4;

	rom_scan(phys(ROM_HIGH), ROM_SIZE, found);
	/* SMBIOS is there or nowhere: all else is for the RSDP. */
	if (found[ROM_RSDP].size == 0 && ebda >= LOW_FREE &&
	    ebda <= VGA_WINDOW - EBDA_SCANNED)
		rom_scan(phys(ebda), EBDA_SCANNED, found);
	if (found[ROM_RSDP].size == 0)
		rom_scan(phys(ROM_LOW), ROM_SIZE, found);
}
