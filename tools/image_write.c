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
#include "image_front.h"
#include "image_layout.h"
#include "image_write.h"
#include "output.h"
#include "stages.h"

struct writer {
	struct output *out;
	const struct content *contents;
	struct image_layout layout;
	struct packer *packer;
	uint8_t block[IMAGE_BLOCK_SIZE];
};

/* Reads, packs and writes one block, and fills its entry in the table. */
static int write_block(struct writer *w, size_t index, uint32_t number,
		       struct image_block *entry, struct failure *f)
{
	const struct content *c = &w->contents[index];
	struct image_file *file = &w->layout.file[index];
	uint64_t offset = (uint64_t)number * IMAGE_BLOCK_SIZE;
	uint64_t left = c->size - offset;
	size_t size = left < IMAGE_BLOCK_SIZE ? (size_t)left :
		IMAGE_BLOCK_SIZE;
	size_t bytes;
	struct packed packed;

	if (c->read(c, w->block, size, offset, f) != 0)
		return -1;
	memset(w->block + size, 0, IMAGE_BLOCK_SIZE - size);
	packed = pack_block(w->packer, w->block, size);

	entry->codec = packed.codec;
	entry->stored_size = packed.stored_size;
	if (packed.codec == IMAGE_ZERO)
		return 0;
	bytes = (size_t)packed.sectors * SECTOR_SIZE;
	entry->lba = w->layout.next_lba;
	entry->sum = checksum_start();
	checksum_add(&entry->sum, packed.data, bytes);
	if (file->data_sectors == 0)
		file->data_lba = entry->lba;
	file->data_sectors += packed.sectors;
	w->layout.next_lba += packed.sectors;
	return output_write(w->out, packed.data, bytes,
			    entry->lba * SECTOR_SIZE, f);
}

/* All of a file's blocks, and a sector of its table after each 15. */
static int write_file(struct writer *w, size_t index, struct failure *f)
{
	const struct image_file *file = &w->layout.file[index];
	uint64_t table_lba = file->table_lba;
	uint32_t number = 0;

	while (number < file->block_count) {
		struct image_table table = {
			.first_block = number,
			.file = index,
			.sum = checksum_start(),
		};

		for (int i = 0; i < IMAGE_TABLE_BLOCKS &&
		     number < file->block_count; i++, number++)
			if (write_block(w, index, number, &table.block[i],
					f) != 0)
				return -1;
		checksum_add(&table.sum, &table,
			     offsetof(struct image_table, sum));
		if (output_write(w->out, &table, sizeof(table),
				 table_lba++ * SECTOR_SIZE, f) != 0)
			return -1;
	}
	return 0;
}

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
	int err = -1;

	if (w != NULL)
		w->packer = packer_new(mode);
	if (w == NULL || w->packer == NULL) {
		fail(f, out->path, "%s", strerror(ENOMEM));
	} else {
		w->out = out;
		w->contents = contents;
		image_layout_begin(&w->layout, stage2_bin_size, contents,
				   count);
		err = write_files(w, f);
		if (err == 0)
			err = image_write_front(out, &w->layout, contents,
						wishes, f);
		packer_free(w->packer);
	}
	free(w);
	return err;
}
