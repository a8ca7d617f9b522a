/* SPDX-License-Identifier: 0BSD */
/*
 * image_file.h - checks the structures of a Stagecoach image and reads files
 * out of it. Nothing from the disk is used before its sum was right.
 */
#ifndef STAGECOACH_IMAGE_FILE_H
#define STAGECOACH_IMAGE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"      /* the on-disk format */

enum image_err {
	IMAGE_OK = 0,
	IMAGE_READ = -1,                /* the disk's read() failed */
	IMAGE_BAD_MAGIC = -2,
	IMAGE_BAD_VERSION = -3,         /* value: the version found */
	IMAGE_OTHER_ID = -4,            /* of another image; value: its id, or a
					   table's tag */
	IMAGE_BAD_SUM = -5,             /* content does not match its sum */
	IMAGE_BAD_FIELD = -6,           /* a number out of its range */
	IMAGE_BAD_DATA = -7,            /* a block does not decompress */
};

/* Where it went wrong, for the message. Set whenever an error is returned. */
struct image_fault {
	uint64_t lba;           /* sector concerned */
	uint64_t value;         /* the number that is wrong, else 0 */
	const char *what;       /* the structure by name */
	const char *field;      /* its field, with a space before it, where the
				   error is IMAGE_BAD_FIELD; else "" */
};

/*
 * A disk as this code sees it. read() brings sectors: at least one and at
 * most want, from lba on; it sets *data to where they lie (valid until the
 * next call) and *got to how many. 0, or negative when lba cannot be read.
 * Whoever calls read() himself sets have_sectors to 0 after it.
 */
struct image_disk {
	int (*read)(struct image_disk *disk, uint64_t lba, uint64_t want,
		    const uint8_t **data, uint64_t *got);
	/* What the last read() brought and is still in place: filled by this
	   code, zero at first. */
	const uint8_t *have;
	uint64_t have_lba;
	uint64_t have_sectors;
};

/*@ // A superblock whose directory has its size within bounds, and its entries.
  @ predicate good_super(struct image_super *s) =
  @         s->directory_sectors * SECTOR_SIZE <= IMAGE_MAX_DIRECTORY &&
  @         1 <= s->file_count <= IMAGE_MAX_FILES &&
  @         s->file_count * sizeof(struct image_file) <=
  @         s->directory_sectors * SECTOR_SIZE;
  @
  @ predicate valid_directory(struct image_super *s, uint8_t *directory) =
  @         \valid_read(directory +
  @                     (0 .. s->directory_sectors * SECTOR_SIZE - 1));
  @
  @ predicate behind_directory(struct image_super *s, integer lba,
  @                            integer count) =
  @         count == 0 ? lba == 0 :
  @         s->directory_lba + s->directory_sectors <= lba &&
  @         lba + count <= s->disk_sectors;
  @
  @ // An entry of the directory as far as reading the file relies on it.
  @ predicate good_file(struct image_file *f) =
  @         f->size <= IMAGE_MAX_FILE &&
  @         f->block_count * IMAGE_BLOCK_SIZE >= f->size &&
  @         (f->block_count - 1) * IMAGE_BLOCK_SIZE < f->size &&
  @         f->data_lba + f->data_sectors <= UINT64_MAX;
  @
  @ // A file in an image: what its numbers name is there, and its own.
  @ predicate good_entry(struct image_super *s, struct image_file *f) =
  @         good_file(f) &&
  @         behind_directory(s, f->table_lba, (f->block_count + 14) / 15) &&
  @         behind_directory(s, f->data_lba, f->data_sectors) &&
  @         f->data_sectors <= f->block_count * IMAGE_BLOCK_SECTORS &&
  @         (f->block_count == 0 ==> f->table_tag == 0);
  @
  @ logic integer block_bytes(struct image_file *f, integer index) =
  @         f->size - index * IMAGE_BLOCK_SIZE < IMAGE_BLOCK_SIZE ?
  @         f->size - index * IMAGE_BLOCK_SIZE : IMAGE_BLOCK_SIZE;
  @
  @ // A block whose sectors all are the file's.
  @ predicate good_block(struct image_file *f, integer index,
  @                      struct image_block *b) =
  @         b->codec <= IMAGE_LZ4 &&
  @         (b->codec == IMAGE_ZERO ? b->stored_size == 0 && b->lba == 0 :
  @          0 < b->stored_size <= block_bytes(f, index) &&
  @          (b->codec == IMAGE_STORED ==>
  @           b->stored_size == block_bytes(f, index)) &&
  @          f->data_lba <= b->lba &&
  @          b->lba + (b->stored_size + 511) / 512 <=
  @          f->data_lba + f->data_sectors);
  @
  @ predicate good_table(struct image_file *f, integer index,
  @                      struct image_table *t) =
  @         \forall integer k; 0 <= k < IMAGE_TABLE_BLOCKS &&
  @         index * IMAGE_TABLE_BLOCKS + k < f->block_count ==>
  @         good_block(f, index * IMAGE_TABLE_BLOCKS + k, &t->block[k]);
  @*/

/* Bytes of the file that a block stands for: all, or the rest of the file. */
/*@ requires \valid_read(file) && good_file(file);
  @ requires block < file->block_count;
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == block_bytes(file, block);
  @ ensures 0 < \result <= IMAGE_BLOCK_SIZE;
  @*/
static inline uint64_t image_block_bytes(const struct image_file *file,
					 uint64_t block)
{
	const uint64_t left = file->size - block * IMAGE_BLOCK_SIZE;

	return left < IMAGE_BLOCK_SIZE ? left : IMAGE_BLOCK_SIZE;
}

/*@ requires \valid_read(block);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == (block->stored_size + 511) / 512;
  @*/
static inline uint64_t image_block_sectors(const struct image_block *block)
{
	return (block->stored_size + (uint64_t)SECTOR_SIZE - 1) / SECTOR_SIZE;
}

/* stage2's first sector, without its sums over other sectors. */
int image_check_header(const struct stage2_header *header,
		       struct image_fault *fault);

/*
 * Checks a superblock that stands at lba: magic, version, sum, id (0 as the
 * expected id means any), and every range in it against disk_sectors and
 * overflow.
 */
/*@ requires \valid_read(super) && \valid(fault);
  @ requires \separated(super, fault) && lba < UINT32_MAX;
  @ assigns *fault;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==> good_super(super) &&
  @         lba < super->directory_lba &&
  @         super->directory_lba + super->directory_sectors <=
  @         super->disk_sectors &&
  @         (image_id != 0 ==> super->image_id == image_id);
  @*/
int image_check_super(const struct image_super *super, uint64_t lba,
		      uint64_t image_id, struct image_fault *fault);

/*
 * Checks the directory (super->directory_sectors whole sectors, 8-byte
 * aligned) against its sum and every file entry: types and their order, sizes,
 * ranges on the disk, names inside the directory and terminated, block counts.
 * Tables and data lie behind the directory. fault->lba is the entry's sector.
 */
/*@ requires \valid_read(super) && \valid(fault) && good_super(super);
  @ requires valid_directory(super, (uint8_t *)directory);
  @ requires \valid_read((struct image_file *)directory +
  @                      (0 .. super->file_count - 1));
  @ requires \separated(fault, super, (struct image_file *)directory +
  @                     (0 .. super->file_count - 1));
  @ assigns *fault;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==>
  @         \forall integer k; 0 <= k < super->file_count ==>
  @         good_entry(super, (struct image_file *)directory + k);
  @*/
int image_check_directory(const struct image_super *super,
			  const void *directory, struct image_fault *fault);

/*
 * Checks one sector of a file's block table: sum, tag, position, and every
 * block's codec, size and place. *next_lba is where the first block with data has to
 * begin (file->data_lba at first; 0 if not known, as the tables before were
 * not read: anywhere in the file's data, then); on success it is moved past
 * the last one.
 */
/*@ requires \valid_read(file) && \valid_read(table);
  @ requires \valid(next_lba) && \valid(fault);
  @ requires \separated(next_lba, fault, file, table);
  @ requires good_file(file) && table_index <= UINT32_MAX;
  @ assigns *next_lba, *fault;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==>
  @         table_index * IMAGE_TABLE_BLOCKS < file->block_count &&
  @         good_table(file, table_index, table);
  @*/
int image_check_table(const struct image_file *file, uint64_t table_index,
		      const struct image_table *table, uint64_t *next_lba,
		      struct image_fault *fault);

/*
 * stage2's sum of the sectors that real mode checks, as stage2/first.asm makes
 * it: sum[0] of all 32-bit words, sum[1] of sum[0] after each of them.
 */
void image_early_sum(const void *data, size_t sectors, uint32_t sum[2]);

/*
 * stage1's sum of stage2's first sector, as stage1/mbr.asm makes it: of its
 * 32-bit words, rotated left by one before each.
 */
uint32_t image_sector_sum(const void *sector);

/* Buffers for reading: caller-owned, none overlaps another. */
struct image_buffers {
	struct image_table *table;      /* table_count of them: so many are
				   read at once. Each further time the disk has
				   to seek back, and what it has read ahead is
				   lost */
	uint64_t table_count;   /* at least 1; 16 stand for 15 MiB */
	uint8_t *join;          /* IMAGE_BLOCK_SIZE: a compressed block that
				   two reads share is put together here */
	uint8_t *scratch;       /* IMAGE_BLOCK_SIZE: a block is decoded here
				   where its target is not in one piece */
};

/*
 * Where a file's bytes go. place() is asked for the memory of file range
 * [offset, offset + size) and answers with the address of its start and, in
 * *room, how many bytes of the range lie there in one piece (1 .. size). NULL
 * means: nobody wants the first *room bytes. Every byte is asked for once, in
 * order, and maybe before it is known to be good.
 */
struct image_sink {
	uint8_t *(*place)(struct image_sink *sink, uint64_t offset,
			  uint64_t size, uint64_t *room);
};

/*@ predicate good_buffers{L}(struct image_buffers *b) =
  @         1 <= b->table_count <= OBJECT_MAX / SECTOR_SIZE &&
  @         \valid(b->table + (0 .. b->table_count - 1)) &&
  @         \valid((uint8_t *)b->table +
  @                (0 .. b->table_count * SECTOR_SIZE - 1)) &&
  @         \valid(b->join + (0 .. IMAGE_BLOCK_SIZE - 1)) &&
  @         \valid(b->scratch + (0 .. IMAGE_BLOCK_SIZE - 1));
  @
  @ // Where the disk puts sectors, and where the sink has bytes put.
  @ predicate good_memories{L} =
  @         any_disk_size <= OBJECT_MAX && any_sink_size <= OBJECT_MAX &&
  @         \valid_read(any_disk_memory + (0 .. any_disk_size - 1)) &&
  @         \valid(any_sink_memory + (0 .. any_sink_size - 1));
  @
  @ predicate good_disk{L}(struct image_disk *d) =
  @         d->have_sectors == 0 ||
  @         in_disk((uint8_t *)d->have, d->have_sectors * SECTOR_SIZE);
  @*/

/*
 * Reads the bytes [from, to) of a file, checks every block that holds any of
 * them, and puts them where the sink wants them, front to back. Bytes of
 * such blocks outside [from, to) are checked and not placed. Reads every
 * sector once, and asks the disk for all that it is going to need from there
 * on without a gap, whatever the block borders. After an error some of the
 * bytes may have been placed.
 */
/*@ requires \valid(disk) && disk->read == &any_disk_read && good_disk(disk);
  @ requires \valid_read(sink) && sink->place == &any_sink_place;
  @ requires \valid_read(file) && good_file(file) && \valid(fault);
  @ requires \valid_read(buffers) && good_buffers(buffers) && good_memories;
  @ requires \separated(disk, file, buffers, sink, fault,
  @                     buffers->table + (0 .. buffers->table_count - 1),
  @                     any_disk_memory + (0 .. any_disk_size - 1),
  @                     any_sink_memory + (0 .. any_sink_size - 1),
  @                     buffers->join + (0 .. IMAGE_BLOCK_SIZE - 1),
  @                     buffers->scratch + (0 .. IMAGE_BLOCK_SIZE - 1));
  @ requires \separated((uint8_t *)buffers->table +
  @                     (0 .. buffers->table_count * SECTOR_SIZE - 1),
  @                     any_disk_memory + (0 .. any_disk_size - 1));
  @ assigns *fault, DISK_CHANGES(disk), SINK_CHANGES, BLOCK_BUFFERS(buffers),
  @         TABLE_BUFFERS(buffers, buffers->table_count);
  @ exits \false;
  @*/
int image_read_file(struct image_disk *disk, const struct image_file *file,
		    uint64_t from, uint64_t to,
		    const struct image_buffers *buffers,
		    struct image_sink *sink, struct image_fault *fault);

/* The reason as a phrase; fault's fields are for the caller to print. */
const char *image_strerror(int err);

#endif
