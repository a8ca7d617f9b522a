// SPDX-License-Identifier: 0BSD
/* image_id.c - the numbers that name an image and its block tables. */
#include "host.h"

#include <stddef.h>
#include <string.h>

#include "fd_io.h"
#include "image.h"
#include "image_id.h"

/* Any odd number with its bits well spread will do: the digits of e. */
#define FOLD_FACTOR 0xb7e151628aed2a6bull

/* Multiplying carries changes upwards, the shifts bring them down again. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= CHECKSUM_STEP;
	h ^= h >> 29;
	h *= FOLD_FACTOR;
	h ^= h >> 32;
	return h;
}

uint64_t image_id_fold(struct checksum sum)
{
	uint64_t id = mix(mix(sum.a) + sum.t);

	return (uint32_t)id != 0 ? id : id | 1;
}

static void clear(uint8_t *sector, size_t offset, size_t size)
{
	memset(sector + offset, 0, size);
}

/* Clears what the id must not depend on, if sector lba has any of it. */
static void clear_dependent(uint8_t *sector, uint64_t lba, uint64_t super_lba)
{
	if (lba == 0) {
		clear(sector, MBR_DISK_ID, sizeof(uint32_t));
		clear(sector, MBR_SECTOR_SUM, sizeof(uint32_t));
	} else if (lba == STAGE2_LBA) {
		clear(sector, HDR_IMAGE_ID, sizeof(uint64_t));
	} else if (lba == super_lba) {
		clear(sector, offsetof(struct image_super, image_id),
		      sizeof(uint64_t));
		clear(sector, offsetof(struct image_super, sum),
		      sizeof(struct checksum));
	}
}

int image_id_compute(int fd, uint64_t disk_sectors, uint64_t super_lba,
		     uint64_t *id)
{
	uint8_t piece[IMAGE_BLOCK_SIZE];
	struct checksum sum = checksum_start();

	for (uint64_t lba = 0; lba < disk_sectors; lba += IMAGE_BLOCK_SECTORS) {
		uint64_t sectors = disk_sectors - lba;

		if (sectors > IMAGE_BLOCK_SECTORS)
			sectors = IMAGE_BLOCK_SECTORS;
		if (fd_read(fd, piece, sectors * SECTOR_SIZE,
			    lba * SECTOR_SIZE) != 0)
			return -1;
		for (uint64_t i = 0; i < sectors; i++)
			clear_dependent(piece + i * SECTOR_SIZE, lba + i,
					super_lba);
		checksum_add(&sum, piece, sectors * SECTOR_SIZE);
	}
	*id = image_id_fold(sum);
	return 0;
}

void image_tag_add(struct checksum *sum, const struct image_table *table)
{
	struct image_table bare = *table;

	bare.tag = 0;
	bare.sum = (struct checksum){ 0, 0 };
	checksum_add(sum, &bare, sizeof(bare));
}
