/* SPDX-License-Identifier: 0BSD */
/* e820.h - asks the BIOS what memory there is. */
#ifndef STAGE2_E820_H
#define STAGE2_E820_H

#include <stdint.h>

#include "memmap.h"     /* struct memmap, struct e820_entry */

#define E820_MAX        512     /* entries; a longer list is cut there */

/* What was asked and answered, for the boot log. */
struct e820_facts {
	const struct e820_entry *entry; /* raw, as the BIOS gave them */
	uint32_t count;
	uint32_t method;                /* 0xe820, 0xe801 or 0x88 */
	uint64_t low_end;               /* bytes: end of low memory */
};

/*
 * Makes the sanitised map (its storage is the caller's) of all memory below
 * address_end. Dies when no method answers, or when there is less low memory
 * than the loader needs.
 */
void e820_read(struct memmap *map, uint64_t address_end,
	       struct e820_facts *facts);

#endif
