/* SPDX-License-Identifier: 0BSD */
/*
 * stage2_host.h - stage2's way from a disk to a kernel in memory with its page
 * tables, on this machine: files.c, kernel.c, memory.c and pages.c as they
 * are, over memory that is forbidden but for the frames they have taken.
 */
#ifndef STAGECOACH_STAGE2_HOST_H
#define STAGECOACH_STAGE2_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "../../stage2/boot.h"
#include "memmap.h"

struct stage2_host {
	/* From the caller: */
	int (*read)(struct image_disk *disk, uint64_t lba, uint64_t want,
		    const uint8_t **data, uint64_t *got);
	struct stage2_header header;    /* as stage1 has checked it */
	const struct e820_entry *entry; /* usable ones within the arena */
	size_t entries;
	bool nx;
	uint64_t random;                /* for KASLR */
	/* What came of it: */
	struct boot *boot;              /* good until the next call */
	uint64_t cr3;
	char fatal[256];                /* of the loader's last words */
};

/*
 * Runs it. True if it got to where the kernel would be entered; then it has
 * checked what every such boot keeps: frames are RAM and nobody else's, the
 * plan is one, every page is mapped with its rights.
 */
bool stage2_host_run(struct stage2_host *h);

/* Byte of the loaded kernel at an address as linked. */
uint8_t stage2_host_byte(const struct stage2_host *h, uint64_t vaddr);

#endif
