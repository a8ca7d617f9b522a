// SPDX-License-Identifier: 0BSD
/*
 * bootlog.c - what the loader saw and chose, in lines for the kernel. Never on
 * a screen.
 */
#include "bootlog.h"

/* first.asm's: sectors that it brought, and how (0 large, 1 single, 2 CHS). */
extern const uint16_t first_present;
extern const uint8_t first_method;

static void list_raw(struct log *log, const struct e820_facts *e820)
{
	uint32_t i;

	/* base+size type/attributes; below, as the loader has it:
	   base-end type. */
	log_add(log, "memory: INT 15h " LOG_HEX ", " LOG_DEC " entries\n",
		LOG_VALUES(e820->method, e820->count));
	for (i = 0; i < e820->count; i++) {
		const struct e820_entry *e = &e820->entry[i];

		log_add(log, LOG_HEX "+" LOG_HEX " " LOG_DEC "/" LOG_HEX "\n",
			LOG_VALUES(e->base, e->size, e->type, e->attributes));
	}
}

void bootlog_machine(struct boot *boot)
{
	const struct memmap *m = &boot->memory.map;
	size_t i;

	log_add(&boot->log, "CPU: memory below " LOG_HEX ", features "
		LOG_HEX " " LOG_HEX "\n",
		LOG_VALUES(cpu_address_end(), boot->cpu->leaf1_edx,
			   boot->cpu->features));
	list_raw(&boot->log, &boot->e820);
	for (i = 0; i < m->count; i++)
		log_add(&boot->log, LOG_HEX "-" LOG_HEX " " LOG_DEC "\n",
			LOG_VALUES(m->range[i].base, m->range[i].end,
				   m->range[i].type));
}

void bootlog_disk(struct boot *boot)
{
	const struct boot_disk *d = &boot->disk.facts;

	log_add(&boot->log, "disk: drive " LOG_HEX ", EDD " LOG_HEX ", " LOG_DEC
		" sectors, CHS " LOG_DEC "/" LOG_DEC "/" LOG_DEC "; loader: "
		LOG_DEC " sectors, method " LOG_DEC "\n",
		LOG_VALUES(d->drive, d->edd_version, d->sectors, d->cylinders,
			   d->heads, d->sectors_per_track, first_present,
			   first_method));
}

void bootlog_kernel(struct boot *boot)
{
	const struct kernel *k = boot->kernel;
	const struct disk *disk = &boot->disk;

	log_add(&boot->log, "kernel: at " LOG_HEX ", moved by " LOG_HEX ", entry "
		LOG_HEX ", " LOG_DEC " pieces\n",
		LOG_VALUES(k->plan.base + k->space.slide, k->space.slide,
			   k->plan.entry + k->space.slide, k->pieces.count));
	log_add(&boot->log, "disk: " LOG_DEC " calls, " LOG_DEC " failed, "
		"most sectors " LOG_DEC ", CHS " LOG_DEC "\n",
		LOG_VALUES(disk->calls, disk->failures, disk->most,
			   !disk->facts.uses_edd));
}
