/* SPDX-License-Identifier: 0BSD */
/*
 * image_build.h - makes small images in memory, for tests. Not how mkimage
 * does it: this one can also make wrong ones.
 */
#ifndef STAGECOACH_IMAGE_BUILD_H
#define STAGECOACH_IMAGE_BUILD_H

#include <assert.h>
#include <lz4.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image_file.h"
#include "wishes.h"

#define BUILD_ID                0x1122334455667788ull
#define BUILD_TAG               0x99aabbccddeeff00ull   /* of file 0 */
#define BUILD_STAGE2_SECTORS    3
#define BUILD_SUPER_LBA         (1 + BUILD_STAGE2_SECTORS)
#define BUILD_DIRECTORY_LBA     (BUILD_SUPER_LBA + 1)
#define BUILD_MAX_FILES         8
#define BUILD_MAX_SECTORS       32768

/* What goes into an image. */
struct build_file {
	uint32_t type;
	const char *name;
	const uint8_t *data;
	uint64_t size;
};

struct build {
	uint8_t *disk;
	uint64_t sectors;
	struct image_super *super;
	struct image_file *file;        /* the directory */
	uint64_t end_lba;               /* of what is in use */
	uint32_t names;                 /* end of the names in the directory */
};

static inline void *build_at(const struct build *b, uint64_t lba)
{
	return b->disk + lba * SECTOR_SIZE;
}

static inline struct image_table *build_table(const struct build *b,
					      size_t file, uint64_t table)
{
	return build_at(b, b->file[file].table_lba + table);
}

static inline struct checksum build_sum(const void *data, size_t size)
{
	struct checksum sum = checksum_start();

	checksum_add(&sum, data, size);
	return sum;
}

/* After a change: the sum right again, so that only the change is wrong. */
static inline void build_seal_table(struct image_table *table)
{
	table->sum = build_sum(table, SECTOR_SIZE - sizeof(table->sum));
}

static inline void build_seal_super(struct image_super *super)
{
	super->sum = build_sum(super, SECTOR_SIZE - sizeof(super->sum));
}

static inline void build_seal_directory(const struct build *b)
{
	b->super->directory_sum = build_sum(b->file,
		b->super->directory_sectors * SECTOR_SIZE);
	build_seal_super(b->super);
}

/* ZERO where it can be, else LZ4 where that saves anything, else STORED. */
static inline void build_block(struct build *b, struct image_block *block,
			       const uint8_t *data, uint64_t size)
{
	uint8_t *out = build_at(b, b->end_lba);
	uint64_t sectors;
	int packed;

	if (data[0] == 0 && memcmp(data, data + 1, size - 1) == 0) {
		block->sum = checksum_start();
		return;
	}
	packed = LZ4_compress_default((const char *)data, (char *)out,
				      (int)size, (int)size - 1);
	block->codec = packed > 0 ? IMAGE_LZ4 : IMAGE_STORED;
	block->stored_size = (uint32_t)(packed > 0 ? (uint64_t)packed : size);
	if (packed <= 0)
		memcpy(out, data, size);
	sectors = (block->stored_size + SECTOR_SIZE - 1) / SECTOR_SIZE;
	memset(out + block->stored_size, 0,
	       sectors * SECTOR_SIZE - block->stored_size);
	block->lba = b->end_lba;
	block->sum = build_sum(out, sectors * SECTOR_SIZE);
	b->end_lba += sectors;
}

static inline void build_data(struct build *b, const struct build_file *from,
			      size_t index)
{
	struct image_file *file = &b->file[index];
	uint64_t start = b->end_lba;
	uint64_t i;

	for (i = 0; i < file->block_count; i++) {
		struct image_table *table = build_table(b, index,
						i / IMAGE_TABLE_BLOCKS);

		table->tag = file->table_tag;
		table->first_block = i - i % IMAGE_TABLE_BLOCKS;
		build_block(b, &table->block[i % IMAGE_TABLE_BLOCKS],
			    from->data + i * IMAGE_BLOCK_SIZE,
			    image_block_bytes(file, i));
		build_seal_table(table);
	}
	file->data_sectors = b->end_lba - start;
	file->data_lba = file->data_sectors ? start : 0;
}

static inline void build_entry(struct build *b, const struct build_file *from,
			       size_t index)
{
	struct image_file *file = &b->file[index];
	uint64_t blocks = (from->size + IMAGE_BLOCK_SIZE - 1) /
			  IMAGE_BLOCK_SIZE;

	file->type = from->type;
	file->size = from->size;
	file->block_count = (uint32_t)blocks;
	file->table_lba = blocks ? (uint32_t)b->end_lba : 0;
	file->table_tag = blocks ? BUILD_TAG + index : 0;
	b->end_lba += (blocks + IMAGE_TABLE_BLOCKS - 1) / IMAGE_TABLE_BLOCKS;
	file->name_offset = b->names;
	file->name_size = (uint32_t)strlen(from->name);
	strcpy((char *)b->file + b->names, from->name);
	b->names += file->name_size + 1;
}

/* superblock, directory (two sectors), all tables, all data. */
static inline void build_image(struct build *b, const struct build_file *files,
			       size_t count)
{
	size_t i;

	assert(count <= BUILD_MAX_FILES);
	*b = (struct build){
		.disk = calloc(BUILD_MAX_SECTORS, SECTOR_SIZE),
		.end_lba = BUILD_DIRECTORY_LBA + 2,
		.names = (uint32_t)(count * sizeof(struct image_file)),
	};
	assert(b->disk);
	b->super = build_at(b, BUILD_SUPER_LBA);
	b->file = build_at(b, BUILD_DIRECTORY_LBA);
	for (i = 0; i < count; i++)
		build_entry(b, &files[i], i);
	for (i = 0; i < count; i++)
		build_data(b, &files[i], i);

	/* Nothing behind the last file: what reads on, reads too far. */
	b->sectors = b->end_lba;
	memcpy(b->super->magic, IMAGE_SUPER_MAGIC, sizeof(b->super->magic));
	b->super->version = IMAGE_VERSION;
	b->super->block_size = IMAGE_BLOCK_SIZE;
	b->super->image_id = BUILD_ID;
	b->super->disk_sectors = b->sectors;
	b->super->directory_lba = BUILD_DIRECTORY_LBA;
	b->super->directory_sectors = 2;
	b->super->file_count = (uint32_t)count;
	wishes_none(&b->super->wishes);
	build_seal_directory(b);
}

static inline void build_free(struct build *b)
{
	free(b->disk);
}

#endif
