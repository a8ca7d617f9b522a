// SPDX-License-Identifier: 0BSD
/* image_read.c - reads a file out of a Stagecoach image. */
#include <stdbool.h>
#include <string.h>

#include "decompress.h"
#include "image_file.h"

/* One call of image_read_file(). */
struct reader {
	struct image_disk *disk;
	const struct image_file *file;
	const struct image_buffers *buffers;
	struct image_sink *sink;

	/* What fetch() and gather() brought. */
	const uint8_t *data;
	uint64_t got;

	/* Of the file: [at, to) is still to be put in place. */
	uint64_t at;
	uint64_t to;
	/* [at, at + room) goes to memory; NULL: nowhere. */
	uint8_t *place;
	uint64_t room;

	/* The window of tables, by blocks of the file: [first, end). */
	uint64_t first_block;
	uint64_t end_block;
	/* Where data begins behind it, as for image_check_table(). */
	uint64_t next_lba;
	/* No sector from here on is wanted with this window. */
	uint64_t end_lba;

	const char *what;       /* the structure that is being read */
	struct image_fault *fault;
};

/* For what inline would make stage2 larger and not faster. */
#define NOT_INLINE      __attribute__((noinline))

NOT_INLINE
static int fail(const struct reader *r, int err, uint64_t lba)
{
	*r->fault = (struct image_fault){
		.lba = lba, .what = r->what, .field = "",
	};
	return err;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Sectors from lba on, as many as there are at once: what is left of the
 * disk's last read, or else a new read of all up to end_lba.
 */
static int fetch(struct reader *r, uint64_t lba)
{
	struct image_disk *disk = r->disk;
	const uint64_t skip = lba - disk->have_lba;
	const uint64_t want = r->end_lba - lba;

	if (skip < disk->have_sectors) {
		r->data = disk->have + skip * SECTOR_SIZE;
		r->got = min(disk->have_sectors - skip, want);
		return IMAGE_OK;
	}
	disk->have_sectors = 0;
	if (disk->read(disk, lba, want, &r->data, &r->got) < 0 ||
	    r->got == 0 || r->got > want)
		return fail(r, IMAGE_READ, lba);
	disk->have = r->data;
	disk->have_lba = lba;
	disk->have_sectors = r->got;
	return IMAGE_OK;
}

/* Asks the sink about the next bytes, unless its last answer still holds. */
static void ask(struct reader *r)
{
	if (r->room == 0)
		r->place = r->sink->place(r->sink, r->at, r->to - r->at,
					  &r->room);
}

static void advance(struct reader *r, uint64_t size)
{
	if (r->place)
		r->place += size;
	r->room -= size;
	r->at += size;
}

/*
 * Of the file's bytes [start, start + size), which lie at from or, if that is
 * NULL, are all zero: puts those still to be placed where the sink wants
 * them. No byte before start is missing.
 */
static void put(struct reader *r, const uint8_t *from, uint64_t start,
		uint64_t size)
{
	const uint64_t end = min(start + size, r->to);

	while (r->at < end) {
		uint64_t n;

		ask(r);
		n = min(r->room, end - r->at);
		if (r->place && from)
			memcpy(r->place, from + (r->at - start), n);
		else if (r->place)
			memset(r->place, 0, n);
		advance(r, n);
	}
}

static int check_sum(const struct reader *r, const struct image_block *block,
		     struct checksum sum)
{
	return checksum_equal(sum, block->sum) ? IMAGE_OK
		: fail(r, IMAGE_BAD_SUM, block->lba);
}

/* From the disk's memory straight to its place. */
static int read_stored(struct reader *r, const struct image_block *block,
		       uint64_t start)
{
	struct checksum sum = checksum_start();
	uint64_t lba = block->lba;
	uint64_t left = block->stored_size;

	while (left > 0) {
		int err = fetch(r, lba);
		uint64_t size, sectors;

		if (err)
			return err;
		size = min(r->got * SECTOR_SIZE, left);
		sectors = (size + SECTOR_SIZE - 1) / SECTOR_SIZE;
		checksum_add(&sum, r->data, sectors * SECTOR_SIZE);
		put(r, r->data, start, size);
		lba += sectors;
		start += size;
		left -= size;
	}
	return check_sum(r, block, sum);
}

/*
 * The count sectors from lba on in one piece, at r->data: where the disk has
 * them, or, if it does not have all of them at once, in the buffer.
 */
static int gather(struct reader *r, uint64_t lba, uint64_t count,
		  uint8_t *buffer)
{
	uint64_t done, n;

	for (done = 0; done < count; done += n) {
		int err = fetch(r, lba + done);

		if (err || (done == 0 && r->got >= count))
			return err;
		n = min(r->got, count - done);
		memcpy(buffer + done * SECTOR_SIZE, r->data, n * SECTOR_SIZE);
	}
	r->data = buffer;
	return IMAGE_OK;
}

/* Decoded at its place where that is in one piece, else by way of scratch. */
static int read_lz4(struct reader *r, const struct image_block *block,
		    uint64_t start, uint64_t size)
{
	const uint64_t sectors = image_block_sectors(block);
	struct checksum sum = checksum_start();
	uint8_t *out = r->buffers->scratch;
	int err;

	err = gather(r, block->lba, sectors, r->buffers->join);
	if (err)
		return err;
	checksum_add(&sum, r->data, sectors * SECTOR_SIZE);
	err = check_sum(r, block, sum);
	if (err)
		return err;

	ask(r);                 /* at most for what is wanted of the file */
	if (r->at == start && r->place && r->room >= size)
		out = r->place;
	if (decompress_lz4_part(r->data, block->stored_size, out, size,
				min(size, r->to - start)) != 0)
		return fail(r, IMAGE_BAD_DATA, block->lba);
	if (out == r->place)
		advance(r, size);
	else
		put(r, out, start, size);
	return IMAGE_OK;
}

/* A block of the window. */
NOT_INLINE
static const struct image_block *get_block(const struct reader *r,
					   uint64_t index)
{
	const uint64_t i = index - r->first_block;

	return &r->buffers->table[i / IMAGE_TABLE_BLOCKS]
		.block[i % IMAGE_TABLE_BLOCKS];
}

NOT_INLINE
static int read_block(struct reader *r, uint64_t index)
{
	const struct image_block *block = get_block(r, index);
	const uint64_t start = index * IMAGE_BLOCK_SIZE;
	const uint64_t size = image_block_bytes(r->file, index);

	switch (block->codec) {
	case IMAGE_STORED:
		return read_stored(r, block, start);
	case IMAGE_LZ4:
		return read_lz4(r, block, start, size);
	default:        /* IMAGE_ZERO: image_check_table() knows no other */
		put(r, NULL, start, size);
		return IMAGE_OK;
	}
}

/* Brings count tables, from the file's table first on, and checks them. */
static int read_tables(struct reader *r, uint64_t first, uint64_t count)
{
	struct image_table *window = r->buffers->table;
	const uint64_t lba = r->file->table_lba + first;
	uint64_t i;
	int err;

	r->what = "block table";
	r->end_lba = lba + count;
	err = gather(r, lba, count, (uint8_t *)window);
	if (!err && r->data != (uint8_t *)window)
		memcpy(window, r->data, count * SECTOR_SIZE);
	for (i = 0; i < count && !err; i++)
		err = image_check_table(r->file, first + i, &window[i],
					&r->next_lba, r->fault);
	r->what = "block";
	return err;
}

/*
 * Moves the window to where the block at the index is its first; last is the
 * last block that is wanted at all.
 */
NOT_INLINE
static int move_window(struct reader *r, uint64_t index, uint64_t last)
{
	const uint64_t first = index / IMAGE_TABLE_BLOCKS;
	const uint64_t count = min(last / IMAGE_TABLE_BLOCKS - first + 1,
				   r->buffers->table_count);
	int err;

	err = read_tables(r, first, count);
	if (err)
		return err;
	r->first_block = first * IMAGE_TABLE_BLOCKS;
	r->end_block = min(r->first_block + count * IMAGE_TABLE_BLOCKS,
			   last + 1);
	for (; index < r->end_block; index++) {
		const struct image_block *block = get_block(r, index);

		if (block->codec != IMAGE_ZERO)
			r->end_lba = block->lba + image_block_sectors(block);
	}
	return IMAGE_OK;
}

int image_read_file(struct image_disk *disk, const struct image_file *file,
		    uint64_t from, uint64_t to,
		    const struct image_buffers *buffers,
		    struct image_sink *sink, struct image_fault *fault)
{
	struct reader r = {
		.disk = disk,
		.file = file,
		.buffers = buffers,
		.sink = sink,
		.fault = fault,
		.at = from,
		.to = to,
	};
	uint64_t index, last;
	int err = IMAGE_OK;

	if (from > to || to > file->size) {
		*fault = (struct image_fault){ file->table_lba, to,
					       "file", " range" };
		return IMAGE_BAD_FIELD;
	}
	if (from == to)
		return IMAGE_OK;

	index = from / IMAGE_BLOCK_SIZE;
	last = (to - 1) / IMAGE_BLOCK_SIZE;
	/* Where the first table's data begins, the file's entry says. */
	if (index < IMAGE_TABLE_BLOCKS)
		r.next_lba = file->data_lba;
	for (; !err && index <= last; index++) {
		if (index >= r.end_block)
			err = move_window(&r, index, last);
		if (!err)
			err = read_block(&r, index);
	}
	return err;
}
