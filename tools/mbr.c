// SPDX-License-Identifier: 0BSD
/* mbr.c - the numbers in sector 0 that BIOSes and stage1 go by. */
#include "host.h"

#include <string.h>

#include "mbr.h"

#define HEADS                   16
#define SECTORS_PER_TRACK       63
#define CHS_CYLINDERS           1024    /* 10 bits */

#define PARTITION_ACTIVE        0x80
#define PARTITION_TYPE          0xda    /* "non-FS data": no system mounts
					   or repairs it */

static void put_u32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* The three bytes of a CHS address in a partition entry. */
static void put_chs(uint8_t *at, uint64_t lba)
{
	uint64_t track = lba / SECTORS_PER_TRACK;
	uint64_t cylinder = track / HEADS;

	if (cylinder >= CHS_CYLINDERS) {
		at[0] = 0xfe;           /* by custom: "look at the LBA" */
		at[1] = 0xff;
		at[2] = 0xff;
		return;
	}
	at[0] = (uint8_t)(track % HEADS);
	at[1] = (uint8_t)((lba % SECTORS_PER_TRACK + 1) |
			  (cylinder >> 2 & 0xc0));
	at[2] = (uint8_t)cylinder;
}

void mbr_partition_table(uint64_t disk_sectors, uint8_t table[MBR_TABLE_SIZE])
{
	uint64_t sectors = disk_sectors - STAGE2_LBA;

	memset(table, 0, MBR_TABLE_SIZE);
	table[0] = PARTITION_ACTIVE;
	put_chs(table + 1, STAGE2_LBA);
	table[4] = PARTITION_TYPE;
	put_chs(table + 5, disk_sectors - 1);
	put_u32(table + 8, STAGE2_LBA);
	put_u32(table + 12, sectors < UINT32_MAX ? (uint32_t)sectors :
		UINT32_MAX);
}

uint16_t mbr_first_read(uint16_t loader_sectors)
{
	return loader_sectors < FIRST_READ_SECTORS ? loader_sectors :
		FIRST_READ_SECTORS;
}
