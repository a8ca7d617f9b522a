// SPDX-License-Identifier: 0BSD
/*
 * image_write.c - writes a whole image: each file block by block as it is
 * read and packed, with its block table; then what describes them.
 */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "fd_io.h"
#include "image_front.h"
#include "image_id.h"   /* image_tag_add, image_id_fold */
#include "image_layout.h"
#include "image_write.h"
#include "output.h"
#include "pack_many.h"
#include "progress.h"
#include "stages.h"

struct writer {
	struct output *out;
	const struct content *contents;
	struct image_layout layout;
	struct pack_many *packers;
	struct progress progress;
	struct checksum tag;            /* over the file's tables so far */
};

/* Reads count blocks of a file from the block number on, to be packed. */
static int read_blocks(struct writer *w, size_t index, uint32_t number,
		       uint32_t count, struct failure *f)
{
	const struct content *c = &w->contents[index];
	struct packed *p = pack_many_blocks(w->packers);

	for (uint32_t i = 0; i < count; i++, p++) {
		uint64_t offset = (uint64_t)(number + i) * IMAGE_BLOCK_SIZE;
		uint64_t left = c->size - offset;

		p->size = left < IMAGE_BLOCK_SIZE ? (size_t)left :
			IMAGE_BLOCK_SIZE;
		if (c->read(c, p->block, p->size, offset, f) != 0)
			return -1;
		memset(p->block + p->size, 0, IMAGE_BLOCK_SIZE - p->size);
	}
	return 0;
}

/* Writes one block, and fills its entry in the table. */
static int write_block(struct writer *w, size_t index, const struct packed *p,
		       struct image_block *entry, struct failure *f)
{
	struct image_file *file = &w->layout.file[index];

	progress_add(&w->progress, p->size);
	entry->codec = p->codec;
	entry->stored_size = p->stored_size;
	if (p->codec == IMAGE_ZERO)
		return 0;
	entry->lba = w->layout.next_lba;
	entry->sum = p->sum;
	if (file->data_sectors == 0)
		file->data_lba = entry->lba;
	file->data_sectors += p->sectors;
	w->layout.next_lba += p->sectors;
	return output_write(w->out, p->data, (size_t)p->sectors * SECTOR_SIZE,
			    entry->lba * SECTOR_SIZE, f);
}

/* Where the table sector of a file's block is. */
static uint64_t table_offset(const struct writer *w, size_t index,
			     uint32_t block)
{
	return ((uint64_t)w->layout.file[index].table_lba +
		block / IMAGE_TABLE_BLOCKS) * SECTOR_SIZE;
}

/* A table's blocks, packed, and the table itself, without tag and sum yet. */
static int write_table(struct writer *w, size_t index, uint32_t number,
		       const struct packed *packed, uint32_t count,
		       struct failure *f)
{
	struct image_table table = { .first_block = number };

	for (uint32_t i = 0; i < count; i++)
		if (write_block(w, index, &packed[i], &table.block[i], f) != 0)
			return -1;
	image_tag_add(&w->tag, &table);
	return output_write(w->out, &table, sizeof(table),
			    table_offset(w, index, number), f);
}

/* Gives all of a file's tables, which now are known, their tag and sums. */
static int seal_tables(struct writer *w, size_t index, struct failure *f)
{
	struct image_file *file = &w->layout.file[index];
	struct image_table table;
	uint32_t number;

	if (file->block_count > 0)
		file->table_tag = image_id_fold(w->tag);
	for (number = 0; number < file->block_count;
	     number += IMAGE_TABLE_BLOCKS) {
		uint64_t offset = table_offset(w, index, number);

		if (fd_read(w->out->fd, &table, sizeof(table), offset) != 0)
			return fail(f, w->out->path, "%s", strerror(errno));
		table.tag = file->table_tag;
		table.sum = checksum_start();
		checksum_add(&table.sum, &table,
			     offsetof(struct image_table, sum));
		if (output_write(w->out, &table, sizeof(table), offset,
				 f) != 0)
			return -1;
	}
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* All of a file's blocks, as many at a time as are packed at once. */
static int write_file(struct writer *w, size_t index, struct failure *f)
{
	const uint32_t blocks = w->layout.file[index].block_count;
	const struct packed *packed = pack_many_blocks(w->packers);
	uint32_t number, count, i, n;

	w->tag = checksum_start();
	for (number = 0; number < blocks; number += count) {
		count = least(blocks - number, PACK_MANY);
		if (read_blocks(w, index, number, count, f) != 0)
			return -1;
		pack_many(w->packers, count);
		for (i = 0; i < count; i += n) {
			n = least(count - i, IMAGE_TABLE_BLOCKS);
			if (write_table(w, index, number + i, packed + i, n,
					f) != 0)
				return -1;
		}
	}
	return seal_tables(w, index, f);
}

_Static_assert(PACK_MANY % IMAGE_TABLE_BLOCKS == 0, "no table is cut in two");

/* The command line's data come before the kernel's: they are small. */
static int write_files(struct writer *w, struct failure *f)
{
	for (size_t i = 0; i < w->layout.file_count; i++)
		if (w->contents[i].type == IMAGE_CMDLINE &&
		    write_file(w, i, f) != 0)
			return -1;
	w->layout.small_end = w->layout.next_lba;
	for (size_t i = 0; i < w->layout.file_count; i++)
		if (w->contents[i].type != IMAGE_CMDLINE &&
		    write_file(w, i, f) != 0)
			return -1;
	image_layout_end(&w->layout);
	return output_set_size(w->out,
			       w->layout.disk_sectors * SECTOR_SIZE, f);
}

int image_write(struct output *out, const struct content *contents,
		size_t count, const struct boot_wishes *wishes,
		enum pack_mode mode, struct failure *f)
{
	struct writer *w = calloc(1, sizeof(*w));
	uint64_t total = 0;
	int err = -1;

	if (w != NULL)
		w->packers = pack_many_new(mode);
	if (w == NULL || w->packers == NULL) {
		fail(f, out->path, "%s", strerror(ENOMEM));
	} else {
		w->out = out;
		w->contents = contents;
		for (size_t i = 0; i < count; i++)
			total += contents[i].size;
		progress_begin(&w->progress, out->path, total);
		image_layout_begin(&w->layout,
				   image_stage2_size(wishes, contents), contents,
				   count);
		err = write_files(w, f);
		if (err == 0)
			err = image_write_front(out, &w->layout, contents,
						wishes, f);
		progress_end(&w->progress);
		pack_many_free(w->packers);
	}
	free(w);
	return err;
}
