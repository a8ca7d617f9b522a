/* SPDX-License-Identifier: 0BSD */
/* disk.h - reads sectors of the boot drive through the BIOS. */
#ifndef STAGE2_DISK_H
#define STAGE2_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "boot_info.h"          /* struct boot_disk */
#include "image_file.h"         /* struct image_disk */
#include "progress.h"

struct disk {
	struct image_disk image;        /* first: what lib/ reads through */
	uint64_t held_lba;              /* what DISK_BUF holds */
	uint64_t held_sectors;
	uint32_t most;                  /* sectors a call: what has worked */
	uint8_t status;                 /* of the last call that failed */
	uint64_t bad_lba;               /* and its first sector */
	uint32_t calls;                 /* for the boot log */
	uint32_t failures;
	struct progress progress;       /* of whoever reads a file */
	struct boot_disk facts;         /* for the kernel */
};

/*
 * Opens the drive that first.asm was read from and learns what the BIOS knows
 * of it.
 */
void disk_open(struct disk *disk);

#endif
