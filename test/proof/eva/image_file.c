// SPDX-License-Identifier: 0BSD
/*
 * image_file.c - an image's structures, of any bytes: what WP takes at its
 * word, which are the sums and whatever goes over them byte by byte.
 */
#include "../../../lib/image_file.c"
#include "eva.h"

#define MOST            (IMAGE_MAX_DIRECTORY / SECTOR_SIZE)

static uint64_t memory[IMAGE_MAX_DIRECTORY / sizeof(uint64_t)];

/* So many sectors, at the end of the memory. */
static uint8_t *last(size_t sectors)
{
	return (uint8_t *)memory + (MOST - sectors) * SECTOR_SIZE;
}

static void sum_tables(void)
{
	static struct image_table table;

	ANY(table);
	sum_fits(&table);
	/*@ loop unroll 16; */
	for (uint64_t count = 0; count <= IMAGE_TABLE_BLOCKS; count++)
		rest_is_zero(&table, count);
}

/* Of 1, 4, 16, and 64 sectors, which are the most. */
static void sum_directories(struct image_super *super)
{
	super->file_count = 1;
	/*@ loop unroll 8; */
	for (uint32_t sectors = 1; sectors <= MOST; sectors *= 4) {
		super->directory_sectors = sectors;
		directory_sum_fits(super, last(sectors));
	}
}

void eva_main(void)
{
	static struct stage2_header header;
	static struct image_super super;
	static struct image_fault fault;
	static uint32_t sum[2];

	ANY(memory);
	ANY(super);
	super_sum_fits(&super);
	check_wishes(&super, &fault);
	is_zero(super.reserved, sizeof(super.reserved));
	sum_directories(&super);
	sum_tables();
	ANY(header);
	image_check_header(&header, &fault);
	image_sector_sum(last(1));
	/*@ loop unroll 4; */
	for (size_t sectors = 0; sectors <= 2; sectors++)
		image_early_sum(last(sectors), sectors, sum);
	image_strerror((int)BETWEEN(0, UINT64_MAX));
}
