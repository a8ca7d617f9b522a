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

/* What fetch() and put() change; in a loop, by where r pointed before. */
#define FETCH_CHANGES(r)        (r)->data, (r)->got, *(r)->fault, \
				DISK_CHANGES((r)->disk)
#define FETCHES_CHANGE(r)       (r)->data, (r)->got, *\at((r)->fault,Pre), \
				DISK_CHANGES(\at((r)->disk,Pre))
#define PUT_CHANGES(r)          (r)->place, (r)->room, (r)->at, SINK_CHANGES
#define WINDOW_CHANGES(r)       (r)->what, (r)->end_lba, (r)->next_lba, \
				(r)->first_block, (r)->end_block

/*@ // How many tables the window has blocks of.
  @ logic integer window_tables{L}(struct reader *r) =
  @         (r->end_block - r->first_block + IMAGE_TABLE_BLOCKS - 1) /
  @         IMAGE_TABLE_BLOCKS;
  @
  @ logic struct image_block *window_block{L}(struct reader *r, integer k) =
  @         &r->buffers->table[(k - r->first_block) / IMAGE_TABLE_BLOCKS]
  @         .block[(k - r->first_block) % IMAGE_TABLE_BLOCKS];
  @
  @ // The reader's own, and whose it is; the disk and the sink are any.
  @ predicate apart{L}(struct reader *r) =
  @         \separated(r, r->disk, r->file, r->buffers, r->sink, r->fault,
  @                    r->buffers->table + (0 .. r->buffers->table_count - 1),
  @                    any_disk_memory + (0 .. any_disk_size - 1),
  @                    any_sink_memory + (0 .. any_sink_size - 1),
  @                    r->buffers->join + (0 .. IMAGE_BLOCK_SIZE - 1),
  @                    r->buffers->scratch + (0 .. IMAGE_BLOCK_SIZE - 1)) &&
  @         \separated((uint8_t *)r->buffers->table +
  @                    (0 .. r->buffers->table_count * SECTOR_SIZE - 1),
  @                    any_disk_memory + (0 .. any_disk_size - 1));
  @
  @ // Nothing of it changes while a file is read.
  @ predicate good_world{L}(struct reader *r) =
  @         \valid(r) && \valid(r->disk) && \valid_read(r->sink) &&
  @         r->disk->read == &any_disk_read &&
  @         r->sink->place == &any_sink_place &&
  @         \valid_read(r->file) && good_file(r->file) &&
  @         \valid_read(r->buffers) && good_buffers(r->buffers) &&
  @         good_memories && \valid(r->fault) && apart(r);
  @
  @ // What fetch() and gather() brought last, and what the sink said last.
  @ predicate good_reader{L}(struct reader *r) =
  @         good_world(r) && good_disk(r->disk) &&
  @         r->at <= r->to <= r->file->size && r->room <= r->to - r->at &&
  @         (r->place == \null || r->room == 0 ||
  @          in_sink(r->place, r->room));
  @
  @ predicate between(integer low, integer k, integer high) = low <= k < high;
  @
  @ // n tables, the first of which is the file's at the index.
  @ predicate good_tables{L}(struct image_file *f, integer index,
  @                          struct image_table *t, integer n) =
  @         \forall integer k; between(0, k, n) ==>
  @         good_table(f, index + k, t + k);
  @
  @ // Every table of the window is as image_check_table() left it.
  @ predicate good_window{L}(struct reader *r) =
  @         r->first_block % IMAGE_TABLE_BLOCKS == 0 &&
  @         r->end_block <= r->file->block_count &&
  @         r->end_block <= r->first_block +
  @         r->buffers->table_count * IMAGE_TABLE_BLOCKS &&
  @         good_tables(r->file, r->first_block / IMAGE_TABLE_BLOCKS,
  @                     r->buffers->table, window_tables(r));
  @
  @ // What image_read_file() was called with, while it runs.
  @ predicate same_call{L1,L2}(struct reader *r) =
  @         \at(r->disk,L1) == \at(r->disk,L2) &&
  @         \at(r->file,L1) == \at(r->file,L2) &&
  @         \at(r->buffers,L1) == \at(r->buffers,L2) &&
  @         \at(r->sink,L1) == \at(r->sink,L2) &&
  @         \at(r->fault,L1) == \at(r->fault,L2) &&
  @         \at(r->to,L1) == \at(r->to,L2);
  @
  @ predicate same_buffers{L1,L2}(struct image_buffers *b) =
  @         \at(b->table,L1) == \at(b->table,L2) &&
  @         \at(b->table_count,L1) == \at(b->table_count,L2) &&
  @         \at(b->join,L1) == \at(b->join,L2) &&
  @         \at(b->scratch,L1) == \at(b->scratch,L2);
  @
  @ // What good_tables() looks at has not changed.
  @ predicate same_file{L1,L2}(struct image_file *f) =
  @         \at(f->size,L1) == \at(f->size,L2) &&
  @         \at(f->block_count,L1) == \at(f->block_count,L2) &&
  @         \at(f->data_lba,L1) == \at(f->data_lba,L2) &&
  @         \at(f->data_sectors,L1) == \at(f->data_sectors,L2);
  @ predicate same_block{L1,L2}(struct image_block *b) =
  @         \at(b->codec,L1) == \at(b->codec,L2) &&
  @         \at(b->stored_size,L1) == \at(b->stored_size,L2) &&
  @         \at(b->lba,L1) == \at(b->lba,L2);
  @ predicate same_tables{L1,L2}(struct image_table *t, integer n) =
  @         \forall integer k, j; between(0, k, n) &&
  @         0 <= j < IMAGE_TABLE_BLOCKS ==>
  @         same_block{L1,L2}(\at(&t[k].block[j],L1));
  @ lemma table_still{L1,L2}: \forall struct image_file *f, integer index,
  @         struct image_table *t, integer n, m;
  @         same_file{L1,L2}(f) && same_tables{L1,L2}(t, m) && n <= m &&
  @         good_tables{L1}(f, index, t, n) ==>
  @         good_tables{L2}(f, index, t, n);
  @
  @ // What read_block() leaves as it was: all that a window is.
  @ predicate same_window{L1,L2}(struct reader *r) =
  @         same_call{L1,L2}(r) &&
  @         \at(r->first_block,L1) == \at(r->first_block,L2) &&
  @         \at(r->end_block,L1) == \at(r->end_block,L2) &&
  @         same_buffers{L1,L2}(\at(r->buffers,L1)) &&
  @         same_file{L1,L2}(\at(r->file,L1)) &&
  @         same_tables{L1,L2}(\at(r->buffers->table,L1),
  @                            \at(r->buffers->table_count,L1));
  @*/

/* For what inline would make stage2 larger and not faster. */
#define NOT_INLINE      __attribute__((noinline))

/*@ requires good_reader(r);
  @ assigns *r->fault;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures \result == err;
  @*/
NOT_INLINE
static int fail(const struct reader *r, int err, uint64_t lba)
{
	*r->fault = (struct image_fault){
		.lba = lba, .what = r->what, .field = "",
	};
	return err;
}

/*@ assigns \nothing;
  @ exits \false;
  @ ensures \result == (a < b ? a : b);
  @*/
static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Sectors from lba on, as many as there are at once: what is left of the
 * disk's last read, or else a new read of all up to end_lba.
 */
/*@ requires good_reader(r);
  @ assigns FETCH_CHANGES(r);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: \result == IMAGE_OK ==>
  @         in_disk((uint8_t *)r->data, r->got * SECTOR_SIZE);
  @*/
static int fetch(struct reader *r, uint64_t lba)
{
	struct image_disk *disk = r->disk;
	const uint64_t skip = lba - disk->have_lba;
	const uint64_t want = r->end_lba - lba;
	int err;

	if (skip < disk->have_sectors) {
		r->data = disk->have + skip * SECTOR_SIZE;
		r->got = min(disk->have_sectors - skip, want);
		return IMAGE_OK;
	}
	disk->have_sectors = 0;
	//@ assert still: good_reader(r);
	//@ assert window: same_window{Pre,Here}(r);
	//@ calls any_disk_read;
	err = disk->read(disk, lba, want, &r->data, &r->got);
	//@ assert still: good_reader(r);
	//@ assert window: same_window{Pre,Here}(r);
	if (err < 0 || r->got == 0 || r->got > want)
		return fail(r, IMAGE_READ, lba);
	disk->have = r->data;
	disk->have_lba = lba;
	disk->have_sectors = r->got;
	//@ assert world: good_world(r);
	//@ assert disk: good_disk(r->disk);
	//@ assert window: same_window{Pre,Here}(r);
	return IMAGE_OK;
}

/* Asks the sink about the next bytes, unless its last answer still holds. */
/*@ requires good_reader(r) && r->at < r->to;
  @ assigns r->place, r->room, any_sink_state;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: r->room >= 1;
  @*/
static void ask(struct reader *r)
{
	if (r->room == 0)
		//@ calls any_sink_place;
		r->place = r->sink->place(r->sink, r->at, r->to - r->at,
					  &r->room);
}

/*@ requires good_reader(r) && size <= r->room;
  @ assigns r->place, r->room, r->at;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: r->at == \old(r->at) + size;
  @*/
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
/*@ requires good_reader(r);
  @ requires start + size <= IMAGE_MAX_FILE;
  @ requires start <= r->at || r->to <= r->at;
  @ requires from == \null || (\valid_read(from + (0 .. size - 1)) &&
  @         \separated(from + (0 .. size - 1),
  @                    any_sink_memory + (0 .. any_sink_size - 1)));
  @ assigns PUT_CHANGES(r);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: r->at == \max(\old(r->at), \min(start + size, r->to));
  @*/
static void put(struct reader *r, const uint8_t *from, uint64_t start,
		uint64_t size)
{
	const uint64_t end = min(start + size, r->to);

	/*@ loop invariant still: good_reader(r);
	  @ loop invariant window: same_window{Pre,Here}(r);
	  @ loop invariant r->at == \at(r->at,Pre) ||
	  @         \at(r->at,Pre) <= r->at <= end;
	  @ loop assigns PUT_CHANGES(r);
	  @ loop variant end - r->at;
	  @*/
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

/*@ requires good_reader(r) && \valid_read(block);
  @ assigns *r->fault;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @*/
static int check_sum(const struct reader *r, const struct image_block *block,
		     struct checksum sum)
{
	return checksum_equal(sum, block->sum) ? IMAGE_OK
		: fail(r, IMAGE_BAD_SUM, block->lba);
}

/* From the disk's memory straight to its place. */
/*@ requires good_reader(r) && r->at < r->to && start <= r->at;
  @ requires \valid_read(block) && \separated(block, r, r->disk, r->fault);
  @ requires start + block->stored_size <= IMAGE_MAX_FILE;
  @ requires block->stored_size <= IMAGE_BLOCK_SIZE;
  @ assigns FETCH_CHANGES(r), PUT_CHANGES(r);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: \result == IMAGE_OK ==>
  @         r->at == \max(\old(r->at),
  @                       \min(start + block->stored_size, r->to));
  @*/
static int read_stored(struct reader *r, const struct image_block *block,
		       uint64_t start)
{
	struct checksum sum = checksum_start();
	uint64_t lba = block->lba;
	uint64_t left = block->stored_size;

	/*@ loop invariant still: good_reader(r);
	  @ loop invariant window: same_window{Pre,Here}(r);
	  @ loop invariant left <= block->stored_size;
	  @ loop invariant start == \at(start,Pre) + block->stored_size - left;
	  @ loop invariant r->at == \max(\at(r->at,Pre), \min(start, r->to));
	  @ loop assigns lba, start, left, sum, FETCHES_CHANGE(r), PUT_CHANGES(r);
	  @*/
	while (left > 0) {
		int err = fetch(r, lba);
		uint64_t size, sectors;

		//@ assert window: same_window{Pre,Here}(r);
		if (err)
			return err;
		size = min(r->got * SECTOR_SIZE, left);
		sectors = (size + SECTOR_SIZE - 1) / SECTOR_SIZE;
		checksum_add(&sum, r->data, sectors * SECTOR_SIZE);
		//@ assert still: good_reader(r);
		put(r, r->data, start, size);
		lba += sectors;
		start += size;
		left -= size;
	}
	//@ assert window: same_window{Pre,Here}(r);
	return check_sum(r, block, sum);
}

/*
 * The count sectors from lba on in one piece, at r->data: where the disk has
 * them, or, if it does not have all of them at once, in the buffer.
 */
/*@ requires good_reader(r) && count <= OBJECT_MAX / SECTOR_SIZE;
  @ requires \valid(buffer + (0 .. count * SECTOR_SIZE - 1));
  @ requires \separated(buffer + (0 .. count * SECTOR_SIZE - 1),
  @                     any_disk_memory + (0 .. any_disk_size - 1));
  @ assigns FETCH_CHANGES(r),
  @         buffer[0 .. count * SECTOR_SIZE - 1];
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: \result == IMAGE_OK ==> r->data == buffer ||
  @         in_disk((uint8_t *)r->data, count * SECTOR_SIZE);
  @*/
static int gather(struct reader *r, uint64_t lba, uint64_t count,
		  uint8_t *buffer)
{
	uint64_t done, n;

	/*@ loop invariant still: good_reader(r);
	  @ loop invariant window: same_window{Pre,Here}(r);
	  @ loop invariant done <= count;
	  @ loop assigns done, n, FETCHES_CHANGE(r),
	  @         buffer[0 .. count * SECTOR_SIZE - 1];
	  @*/
	for (done = 0; done < count; done += n) {
		int err = fetch(r, lba + done);

		if (err || (done == 0 && r->got >= count))
			return err;
		n = min(r->got, count - done);
		//@ assert (done + n) * SECTOR_SIZE <= count * SECTOR_SIZE;
		memcpy(buffer + done * SECTOR_SIZE, r->data, n * SECTOR_SIZE);
	}
	r->data = buffer;
	return IMAGE_OK;
}

/* Decoded at its place where that is in one piece, else by way of scratch. */
/*@ requires good_reader(r) && r->at < r->to && start <= r->at;
  @ requires \valid_read(block) && \separated(block, r, r->disk, r->fault);
  @ requires size <= IMAGE_BLOCK_SIZE && start + size <= IMAGE_MAX_FILE;
  @ requires block->stored_size <= IMAGE_BLOCK_SIZE;
  @ assigns FETCH_CHANGES(r), PUT_CHANGES(r),
  @         BLOCK_BUFFERS(r->buffers);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures meaning: \result == IMAGE_OK ==>
  @         r->at == \max(\old(r->at), \min(start + size, r->to));
  @*/
static int read_lz4(struct reader *r, const struct image_block *block,
		    uint64_t start, uint64_t size)
{
	const uint64_t sectors = image_block_sectors(block);
	struct checksum sum = checksum_start();
	uint8_t *out = r->buffers->scratch;
	int err;

	err = gather(r, block->lba, sectors, r->buffers->join);
	//@ assert window: same_window{Pre,Here}(r);
	if (err)
		return err;
	checksum_add(&sum, r->data, sectors * SECTOR_SIZE);
	err = check_sum(r, block, sum);
	//@ assert window: same_window{Pre,Here}(r);
	if (err)
		return err;

	ask(r);                 /* at most for what is wanted of the file */
	if (r->at == start && r->place && r->room >= size)
		out = r->place;
	//@ assert window: same_window{Pre,Here}(r);
	//@ assert place: out == r->place ==> r->at == start && size <= r->room;
	//@ assert at: r->at == \at(r->at,Pre) && r->to == \at(r->to,Pre);
	/*@ assert in: r->data == r->buffers->join ||
	  @        in_disk((uint8_t *)r->data, sectors * SECTOR_SIZE); */
	//@ assert out: out == r->buffers->scratch || in_sink(out, size);
	if (decompress_lz4_part(r->data, block->stored_size, out, size,
				min(size, r->to - start)) != 0)
		return fail(r, IMAGE_BAD_DATA, block->lba);
	//@ assert at: r->at == \at(r->at,Pre) && r->to == \at(r->to,Pre);
	//@ assert window: same_window{Pre,Here}(r);
	if (out == r->place)
		advance(r, size);
	else
		put(r, out, start, size);
	return IMAGE_OK;
}

/* A block of the window. */
/*@ requires good_reader(r) && good_window(r);
  @ requires r->first_block <= index < r->end_block;
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == window_block(r, index);
  @ ensures \valid_read(\result);
  @ ensures good_block(r->file, index, \result);
  @ ensures \separated(\result, r, r->disk, r->fault);
  @*/
NOT_INLINE
static const struct image_block *get_block(const struct reader *r,
					   uint64_t index)
{
	const uint64_t i = index - r->first_block;

	//@ assert i == index - r->first_block;
	//@ assert i / IMAGE_TABLE_BLOCKS < r->buffers->table_count;
	//@ assert between(0, i / IMAGE_TABLE_BLOCKS, window_tables(r));
	/*@ assert good_table(r->file, (r->first_block + i) / IMAGE_TABLE_BLOCKS,
	  @                   r->buffers->table + i / IMAGE_TABLE_BLOCKS); */
	//@ assert good_block(r->file, index, window_block(r, index));
	return &r->buffers->table[i / IMAGE_TABLE_BLOCKS]
		.block[i % IMAGE_TABLE_BLOCKS];
}

/*@ requires good_reader(r) && good_window(r);
  @ requires r->first_block <= index < r->end_block;
  @ requires index * IMAGE_BLOCK_SIZE <= r->at < r->to;
  @ assigns FETCH_CHANGES(r), PUT_CHANGES(r),
  @         BLOCK_BUFFERS(r->buffers);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: same_window{Pre,Post}(r);
  @ ensures window_still: good_window(r);
  @ ensures meaning: \result == IMAGE_OK ==>
  @         r->at == \max(\old(r->at),
  @                       \min((index + 1) * IMAGE_BLOCK_SIZE, r->to));
  @*/
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

/*
 * What is going to be read, by name, and where it ends. By itself, as the next
 * two, for the proof: of few values it is clear what stays as it was.
 */
/*@ requires good_reader(r);
  @ assigns r->what, r->end_lba;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures own: same_call{Pre,Post}(r) && r->at == \old(r->at);
  @ ensures r->end_lba == end_lba;
  @ ensures count: r->buffers->table_count == \old(r->buffers->table_count);
  @ ensures buffers: same_buffers{Pre,Post}(r->buffers);
  @ ensures file: same_file{Pre,Post}(r->file);
  @ ensures tables: same_tables{Pre,Post}(r->buffers->table,
  @                                       r->buffers->table_count);
  @ ensures window: good_window{Pre}(r) ==> good_window(r);
  @*/
static inline void expect(struct reader *r, const char *what, uint64_t end_lba)
{
	r->what = what;
	r->end_lba = end_lba;
	//@ assert file: same_file{Pre,Here}(r->file);
	/*@ assert tables: same_tables{Pre,Here}(r->buffers->table,
	  @                                      r->buffers->table_count); */
}

/*@ requires good_reader(r) && end <= r->file->block_count;
  @ requires first * IMAGE_TABLE_BLOCKS <= UINT64_MAX;
  @ requires end <= (first + r->buffers->table_count) * IMAGE_TABLE_BLOCKS;
  @ requires good_tables(r->file, first, r->buffers->table,
  @                      (end - first * IMAGE_TABLE_BLOCKS +
  @                       IMAGE_TABLE_BLOCKS - 1) / IMAGE_TABLE_BLOCKS);
  @ assigns r->first_block, r->end_block;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures window: good_window(r);
  @ ensures own: same_call{Pre,Post}(r) && r->at == \old(r->at);
  @ ensures buffers: same_buffers{Pre,Post}(r->buffers);
  @ ensures r->first_block == first * IMAGE_TABLE_BLOCKS;
  @ ensures r->end_block == end;
  @*/
static inline void set_window(struct reader *r, uint64_t first, uint64_t end)
{
	r->first_block = first * IMAGE_TABLE_BLOCKS;
	r->end_block = end;
	//@ assert file: same_file{Pre,Here}(r->file);
	/*@ assert tables: same_tables{Pre,Here}(r->buffers->table,
	  @                                      r->buffers->table_count); */
}

/*@ requires good_reader(r) && i < r->buffers->table_count;
  @ requires first + i <= UINT32_MAX;
  @ requires good_tables(r->file, first, r->buffers->table, i);
  @ assigns r->next_lba, *r->fault;
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures own: same_call{Pre,Post}(r) && r->at == \old(r->at);
  @ ensures file: r->file->block_count == \old(r->file->block_count);
  @ ensures count: r->buffers->table_count == \old(r->buffers->table_count);
  @ ensures buffers: same_buffers{Pre,Post}(r->buffers);
  @ ensures meaning: \result == IMAGE_OK ==>
  @         good_tables(r->file, first, r->buffers->table, i + 1);
  @*/
static inline int check_table(struct reader *r, uint64_t first, uint64_t i)
{
	const int err = image_check_table(r->file, first + i,
					  &r->buffers->table[i], &r->next_lba,
					  r->fault);

	//@ assert file: same_file{Pre,Here}(r->file);
	//@ assert tables: same_tables{Pre,Here}(r->buffers->table, i);
	return err;
}

/* Brings count tables, from the file's table first on, and checks them. */
/*@ requires good_reader(r) && count <= r->buffers->table_count;
  @ requires first + count <= UINT32_MAX;
  @ assigns FETCH_CHANGES(r),
  @         r->what, r->end_lba, r->next_lba,
  @         TABLE_BUFFERS(r->buffers, count);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures own: same_call{Pre,Post}(r) && r->at == \old(r->at);
  @ ensures file: r->file->block_count == \old(r->file->block_count);
  @ ensures buffers: same_buffers{Pre,Post}(r->buffers);
  @ ensures count: count <= r->buffers->table_count;
  @ ensures meaning: \result == IMAGE_OK ==>
  @         good_tables(r->file, first, r->buffers->table, count);
  @*/
static int read_tables(struct reader *r, uint64_t first, uint64_t count)
{
	struct image_table *window = r->buffers->table;
	const uint64_t lba = r->file->table_lba + first;
	uint64_t i;
	int err;

	expect(r, "block table", lba + count);
	err = gather(r, lba, count, (uint8_t *)window);
	//@ assert own: same_call{Pre,Here}(r) && r->at == \at(r->at,Pre);
	//@ assert file: r->file->block_count == \at(r->file->block_count,Pre);
	/*@ assert count: r->buffers->table_count ==
	  @        \at(r->buffers->table_count,Pre); */
	//@ assert buffers: same_buffers{Pre,Here}(r->buffers);
	//@ assert bytes: r->buffers->table == window;
	if (!err && r->data != (uint8_t *)window)
		memcpy(window, r->data, count * SECTOR_SIZE);
	/*@ loop invariant still: good_reader(r);
	  @ loop invariant i <= count;
	  @ loop invariant own: same_call{Pre,Here}(r) &&
	  @         r->at == \at(r->at,Pre);
	  @ loop invariant file:
	  @         r->file->block_count == \at(r->file->block_count,Pre);
	  @ loop invariant buffers: same_buffers{Pre,Here}(r->buffers);
	  @ loop invariant count: count <= r->buffers->table_count;
	  @ loop invariant tables: !err ==>
	  @         good_tables(r->file, first, r->buffers->table, i);
	  @ loop assigns i, err, r->next_lba, *\at(r->fault,Pre);
	  @ loop variant count - i;
	  @*/
	for (i = 0; i < count && !err; i++)
		err = check_table(r, first, i);
	//@ assert done: !err ==> i == count;
	expect(r, "block", r->end_lba);
	/*@ assert good: !err ==>
	  @        good_tables(r->file, first, r->buffers->table, count); */
	return err;
}

/*
 * Moves the window to where the block at the index is its first; last is the
 * last block that is wanted at all.
 */
/*@ requires good_reader(r) && index <= last < r->file->block_count;
  @ assigns FETCH_CHANGES(r), WINDOW_CHANGES(r),
  @         TABLE_BUFFERS(r->buffers, r->buffers->table_count);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures own: same_call{Pre,Post}(r) && r->at == \old(r->at);
  @ ensures buffers: same_buffers{Pre,Post}(r->buffers);
  @ ensures meaning: \result == IMAGE_OK ==> good_window(r) &&
  @         r->first_block <= index < r->end_block;
  @*/
NOT_INLINE
static int move_window(struct reader *r, uint64_t index, uint64_t last)
{
	const uint64_t first = index / IMAGE_TABLE_BLOCKS;
	const uint64_t count = min(last / IMAGE_TABLE_BLOCKS - first + 1,
				   r->buffers->table_count);
	int err;

	//@ assert first: first * IMAGE_TABLE_BLOCKS <= index;
	//@ assert end: index < (first + count) * IMAGE_TABLE_BLOCKS;
	//@ assert small: first + count <= last / IMAGE_TABLE_BLOCKS + 1;
	err = read_tables(r, first, count);
	//@ assert file: last < r->file->block_count;
	//@ assert count: count <= r->buffers->table_count;
	if (err)
		return err;
	/*@ assert tables: good_tables(r->file, first, r->buffers->table,
	  @                            count); */
	set_window(r, first, min((first + count) * IMAGE_TABLE_BLOCKS,
				 last + 1));
	/*@ loop invariant still: good_reader(r);
	  @ loop invariant window: good_window(r);
	  @ loop invariant buffers: same_buffers{Pre,Here}(r->buffers);
	  @ loop invariant own: same_call{Pre,Here}(r) &&
	  @         r->at == \at(r->at,Pre);
	  @ loop invariant \at(index,Pre) <= index <= r->end_block;
	  @ loop assigns index, r->what, r->end_lba;
	  @ loop variant r->end_block - index;
	  @*/
	for (; index < r->end_block; index++) {
		const struct image_block *block = get_block(r, index);

		if (block->codec != IMAGE_ZERO)
			expect(r, r->what,
			       block->lba + image_block_sectors(block));
	}
	return IMAGE_OK;
}

/*
 * From block to block, all that is wanted. By itself, as the proof sees what
 * becomes of a reader by its address, and not of a variable.
 */
/*@ requires good_reader(r) && r->at < r->to;
  @ requires r->first_block == 0 && r->end_block == 0;
  @ assigns FETCH_CHANGES(r), PUT_CHANGES(r), WINDOW_CHANGES(r),
  @         BLOCK_BUFFERS(r->buffers),
  @         TABLE_BUFFERS(r->buffers, r->buffers->table_count);
  @ exits \false;
  @ ensures still: good_reader(r);
  @ ensures meaning: \result == IMAGE_OK ==> r->at == r->to;
  @*/
static inline int read_blocks(struct reader *r)
{
	const uint64_t last = (r->to - 1) / IMAGE_BLOCK_SIZE;
	uint64_t index;
	int err = IMAGE_OK;

	/*@ loop invariant still: good_reader(r);
	  @ loop invariant own: same_call{Pre,Here}(r);
	  @ loop invariant buffers: same_buffers{Pre,Here}(r->buffers);
	  @ loop invariant window: !err ==> good_window(r);
	  @ loop invariant index: !err ==>
	  @         r->first_block <= index <= last + 1;
	  @ loop invariant at: !err ==>
	  @         r->at == \max(\at(r->at,Pre),
	  @                       \min(index * IMAGE_BLOCK_SIZE, r->to));
	  @ loop assigns index, err, FETCHES_CHANGE(r), PUT_CHANGES(r),
	  @         WINDOW_CHANGES(r),
	  @         \at(r->buffers->join,Pre)[0 .. IMAGE_BLOCK_SIZE - 1],
	  @         \at(r->buffers->scratch,Pre)[0 .. IMAGE_BLOCK_SIZE - 1],
	  @         \at(r->buffers->table,Pre)
	  @         [0 .. \at(r->buffers->table_count,Pre) - 1],
	  @         ((uint8_t *)\at(r->buffers->table,Pre))
	  @         [0 .. \at(r->buffers->table_count,Pre) * SECTOR_SIZE - 1];
	  @ loop variant last + 1 - index;
	  @*/
	for (index = r->at / IMAGE_BLOCK_SIZE; !err && index <= last; index++) {
		if (index >= r->end_block)
			err = move_window(r, index, last);
		if (!err)
			err = read_block(r, index);
	}
	return err;
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

	if (from > to || to > file->size) {
		*fault = (struct image_fault){ file->table_lba, to,
					       "file", " range" };
		return IMAGE_BAD_FIELD;
	}
	if (from == to)
		return IMAGE_OK;
	/* Where the first table's data begins, the file's entry says. */
	if (from / IMAGE_BLOCK_SIZE < IMAGE_TABLE_BLOCKS)
		r.next_lba = file->data_lba;
	return read_blocks(&r);
}
