/* SPDX-License-Identifier: 0BSD */
/* mbr.h - the numbers in sector 0 that BIOSes and stage1 go by. */
#ifndef STAGECOACH_MBR_H
#define STAGECOACH_MBR_H

#include <stdint.h>

#include "layout.h"     /* MBR_PARTITION_SIZE */

#define MBR_TABLE_SIZE (4 * MBR_PARTITION_SIZE)

/*
 * The partition table of an image: one active entry from STAGE2_LBA to the
 * image's end, because some BIOSes boot nothing without one.
 */
void mbr_partition_table(uint64_t disk_sectors, uint8_t table[MBR_TABLE_SIZE]);

/* What stage1 reads at its first try, in sectors. */
uint16_t mbr_first_read(uint16_t loader_sectors);

#endif
