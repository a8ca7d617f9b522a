// SPDX-License-Identifier: 0BSD
/* image_file.c - checks the structures of a Stagecoach image. */
#include <stdbool.h>
#include <string.h>

#include "image_file.h"
#include "wishes.h"

/* What stands before the sum at the end of a sector. */
#define SUMMED_SIZE     (SECTOR_SIZE - sizeof(struct checksum))

_Static_assert(__builtin_offsetof(struct image_super, sum) == SUMMED_SIZE,
	       "the superblock's sum ends its sector");
_Static_assert(__builtin_offsetof(struct image_table, sum) == SUMMED_SIZE,
	       "a table's sum ends its sector");

/* What will be wrong, if anything. Called too often to be copied each time. */
/*@ requires \valid(fault);
  @ assigns *fault;
  @ exits \false;
  @*/
__attribute__((noinline))
static void begin(struct image_fault *fault, uint64_t lba, const char *what)
{
	*fault = (struct image_fault){ .lba = lba, .what = what, .field = "" };
}

/*@ requires \valid(fault);
  @ assigns fault->field, fault->value;
  @ exits \false;
  @ ensures \result == err;
  @*/
static int refuse(struct image_fault *fault, int err, const char *field,
		  uint64_t value)
{
	fault->field = field;
	fault->value = value;
	return err;
}

/*@ requires \valid(fault);
  @ assigns fault->field, fault->value;
  @ exits \false;
  @ ensures \result == IMAGE_BAD_FIELD;
  @*/
static int bad(struct image_fault *fault, const char *field, uint64_t value)
{
	return refuse(fault, IMAGE_BAD_FIELD, field, value);
}

/* The count sectors from lba on lie in [low, high). */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 <==> low <= lba && lba + count <= high;
  @*/
static bool within(uint64_t lba, uint64_t count, uint64_t low, uint64_t high)
{
	return lba >= low && lba <= high && count <= high - lba;
}

/* size is at least 1: then each byte equals the next, and the first is 0. */
/*@ requires \valid_read((uint8_t *)data + (0 .. size - 1)) && size > 0;
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool is_zero(const void *data, size_t size)
{
	const uint8_t *byte = data;

	return byte[0] == 0 && memcmp(byte, byte + 1, size - 1) == 0;
}

/*@ requires \valid_read((uint64_t *)data + (0 .. size / 8 - 1));
  @ requires size % 16 == 0;
  @ assigns \nothing;
  @ exits \false;
  @*/
static struct checksum sum_of(const void *data, size_t size)
{
	struct checksum sum = checksum_start();

	checksum_add(&sum, data, size);
	return sum;
}

/*@ requires by == IMAGE_BLOCK_SIZE || by == IMAGE_TABLE_BLOCKS;
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: n <= \result * by < n + by;
  @*/
static uint64_t round_up_div(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

/* Wishes that are in order, and stripped of all that is not to be obeyed. */
/*@ requires \valid_read(s) && \valid(fault);
  @ assigns fault->field, fault->value;
  @ exits \false;
  @ ensures \result <= 0;
  @*/
static int check_wishes(const struct image_super *s, struct image_fault *fault)
{
	struct wishes_fault wrong = { " wishes", 0 };
	struct boot_wishes plain;

	if (wishes_read(&s->wishes, sizeof(s->wishes), &plain, &wrong) ||
	    memcmp(&s->wishes, &plain, sizeof(plain)) != 0)
		return bad(fault, wrong.field, wrong.value);
	return IMAGE_OK;
}

/*@ requires \valid_read(s) && \valid(fault) && lba < UINT32_MAX;
  @ requires \separated(s, fault);
  @ assigns fault->field, fault->value;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==> good_super(s) &&
  @         lba < s->directory_lba &&
  @         s->directory_lba + s->directory_sectors <= s->disk_sectors;
  @*/
static int check_super_fields(const struct image_super *s, uint64_t lba,
			      struct image_fault *fault)
{
	const uint64_t bytes = (uint64_t)s->directory_sectors * SECTOR_SIZE;

	if (s->block_size != IMAGE_BLOCK_SIZE)
		return bad(fault, " block_size", s->block_size);
	if ((uint32_t)s->image_id == 0)
		return bad(fault, " image_id", s->image_id);
	if (s->disk_sectors <= lba)
		return bad(fault, " disk_sectors", s->disk_sectors);
	if (bytes > IMAGE_MAX_DIRECTORY)
		return bad(fault, " directory_sectors", s->directory_sectors);
	if (!within(s->directory_lba, s->directory_sectors, lba + 1,
		    s->disk_sectors))
		return bad(fault, " directory_lba", s->directory_lba);
	if (s->file_count < 1 || s->file_count > IMAGE_MAX_FILES ||
	    s->file_count * sizeof(struct image_file) > bytes)
		return bad(fault, " file_count", s->file_count);
	if (s->flags != 0)
		return bad(fault, " flags", s->flags);
	if (!is_zero(s->reserved, sizeof(s->reserved)))
		return bad(fault, " reserved", 0);
	return check_wishes(s, fault);
}

/*@ requires \valid_read(s);
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool super_sum_fits(const struct image_super *s)
{
	return checksum_equal(sum_of(s, SUMMED_SIZE), s->sum);
}

int image_check_super(const struct image_super *s, uint64_t lba,
		      uint64_t image_id, struct image_fault *fault)
{
	begin(fault, lba, "superblock");
	if (memcmp(s->magic, IMAGE_SUPER_MAGIC, sizeof(s->magic)) != 0)
		return IMAGE_BAD_MAGIC;
	/* Before the sum: another version may have another one. */
	if (s->version != IMAGE_VERSION)
		return refuse(fault, IMAGE_BAD_VERSION, "", s->version);
	if (!super_sum_fits(s))
		return IMAGE_BAD_SUM;
	if (image_id != 0 && s->image_id != image_id)
		return refuse(fault, IMAGE_OTHER_ID, "", s->image_id);
	return check_super_fields(s, lba, fault);
}

/* How many files of each type the directory has had so far. */
struct census {
	uint8_t seen[IMAGE_MODULE + 1];
};

/*@ requires \valid_read(file) && \valid(census);
  @ assigns census->seen[0 .. IMAGE_MODULE];
  @ exits \false;
  @ ensures meaning: \result != 0 ==>
  @         (file->type == IMAGE_KERNEL <==> index == 0);
  @*/
static bool type_fits(const struct image_file *file, uint64_t index,
		      struct census *census)
{
	static const uint8_t most[] = {
		[IMAGE_KERNEL] = 1,
		[IMAGE_CMDLINE] = 1,
		[IMAGE_MODULE] = IMAGE_MAX_MODULES,
	};

	return file->type <= IMAGE_MODULE &&
	       (file->type == IMAGE_KERNEL) == (index == 0) &&
	       census->seen[file->type]++ < most[file->type];
}

/*@ requires \valid_read(file);
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 ==> file->size <= IMAGE_MAX_FILE;
  @*/
static bool size_fits(const struct image_file *file)
{
	return file->size <= (file->type == IMAGE_CMDLINE ?
			      IMAGE_MAX_CMDLINE : IMAGE_MAX_FILE) &&
	       (file->type != IMAGE_KERNEL || file->size > 0);
}

/* No sectors are at 0; others lie in what the directory leaves of the disk. */
/*@ requires \valid_read(s);
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 <==> behind_directory(s, lba, count);
  @*/
static bool sectors_fit(const struct image_super *s, uint64_t lba,
			uint64_t count)
{
	if (count == 0)
		return lba == 0;
	return within(lba, count,
		      s->directory_lba + (uint64_t)s->directory_sectors,
		      s->disk_sectors);
}

/*@ predicate good_name(struct image_super *s, uint8_t *directory,
  @                     struct image_file *f) =
  @         f->name_size <= IMAGE_MAX_NAME &&
  @         s->file_count * sizeof(struct image_file) <= f->name_offset &&
  @         f->name_offset + f->name_size <
  @         s->directory_sectors * SECTOR_SIZE &&
  @         directory[f->name_offset + f->name_size] == 0;
  @*/

/* Its name lies between the entries and the directory's end, and is text. */
/*@ requires \valid_read(s) && \valid_read(file);
  @ requires good_super(s) && valid_directory(s, directory);
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 ==> good_name(s, directory, file);
  @*/
static bool name_fits(const struct image_super *s, const uint8_t *directory,
		      const struct image_file *file)
{
	const uint8_t *name;
	uint32_t i = 0;

	if (file->name_size > IMAGE_MAX_NAME ||
	    !within(file->name_offset, file->name_size + 1,
		    s->file_count * sizeof(*file),
		    (uint64_t)s->directory_sectors * SECTOR_SIZE))
		return false;
	name = directory + file->name_offset;
	/*@ loop invariant i <= file->name_size;
	  @ loop assigns i;
	  @ loop variant file->name_size - i;
	  @*/
	while (i < file->name_size && name[i] != '\0')
		i++;
	return i == file->name_size && name[i] == '\0';
}

/* Where its tables and its data are. */
/*@ requires \valid_read(s) && \valid_read(f) && \valid(fault);
  @ requires f->size <= IMAGE_MAX_FILE;
  @ assigns fault->field, fault->value;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==> good_entry(s, f);
  @*/
static int check_sectors(const struct image_super *s,
			 const struct image_file *f, struct image_fault *fault)
{
	const uint64_t tables = round_up_div(f->block_count,
					     IMAGE_TABLE_BLOCKS);
	const uint64_t max_sectors = (uint64_t)f->block_count *
				     IMAGE_BLOCK_SECTORS;

	if (f->block_count != round_up_div(f->size, IMAGE_BLOCK_SIZE))
		return bad(fault, " block_count", f->block_count);
	if (!sectors_fit(s, f->table_lba, tables))
		return bad(fault, " table_lba", f->table_lba);
	if (f->block_count == 0 && f->table_tag != 0)
		return bad(fault, " table_tag", f->table_tag);
	if (f->data_sectors > max_sectors)
		return bad(fault, " data_sectors", f->data_sectors);
	if (!sectors_fit(s, f->data_lba, f->data_sectors))
		return bad(fault, " data_lba", f->data_lba);
	return IMAGE_OK;
}

/*@ requires \valid_read(s) && \valid_read(f) && \valid(census);
  @ requires \valid(fault) && good_super(s);
  @ requires valid_directory(s, directory);
  @ requires \separated(directory +
  @                     (0 .. s->directory_sectors * SECTOR_SIZE - 1),
  @                     census);
  @ assigns fault->field, fault->value, census->seen[0 .. IMAGE_MODULE];
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==>
  @         good_entry(s, f) && good_name(s, directory, f) &&
  @         (f->type == IMAGE_KERNEL <==> index == 0) &&
  @         (f->wish_offset != 0 ==>
  @          f->wish_offset + sizeof(struct boot_wishes) <= f->size);
  @*/
static int check_file(const struct image_super *s, const uint8_t *directory,
		      const struct image_file *f, uint64_t index,
		      struct census *census, struct image_fault *fault)
{
	const bool kernel = f->type == IMAGE_KERNEL;
	int err;

	if (!type_fits(f, index, census))
		return bad(fault, " type", f->type);
	if ((f->flags & ~(kernel ? IMAGE_FILE_SYMBOLS : 0)) != 0)
		return bad(fault, " flags", f->flags);
	if (!size_fits(f))
		return bad(fault, " size", f->size);
	err = check_sectors(s, f, fault);
	if (err)
		return err;
	if (!name_fits(s, directory, f))
		return bad(fault, " name_offset", f->name_offset);
	if (f->type == IMAGE_MODULE && f->name_size == 0)
		return bad(fault, " name_size", 0);
	if (f->wish_offset != 0 &&
	    (!kernel || !within(f->wish_offset, sizeof(struct boot_wishes), 0,
				f->size)))
		return bad(fault, " wish_offset", f->wish_offset);
	return IMAGE_OK;
}

/*@ requires \valid_read(s) && good_super(s);
  @ requires valid_directory(s, (uint8_t *)directory);
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool directory_sum_fits(const struct image_super *s,
			       const void *directory)
{
	const size_t size = (size_t)s->directory_sectors * SECTOR_SIZE;

	return checksum_equal(sum_of(directory, size), s->directory_sum);
}

int image_check_directory(const struct image_super *s, const void *directory,
			  struct image_fault *fault)
{
	const struct image_file *file = directory;
	struct census census = { { 0 } };
	uint32_t i;
	int err = IMAGE_OK;

	begin(fault, s->directory_lba, "directory");
	if (!directory_sum_fits(s, directory))
		return IMAGE_BAD_SUM;
	/*@ loop invariant 0 <= i <= s->file_count && err == IMAGE_OK;
	  @ loop invariant \forall integer k; 0 <= k < i ==>
	  @         good_entry(s, &file[k]);
	  @ loop assigns i, err, *fault, census;
	  @ loop variant s->file_count - i;
	  @*/
	for (i = 0; i < s->file_count; i++) {
		begin(fault, s->directory_lba +
		      i * sizeof(*file) / SECTOR_SIZE, "file entry");
		err = check_file(s, directory, &file[i], i, &census, fault);
		if (err)
			return err;
	}
	return IMAGE_OK;
}

/* stored_size is one that a block of that codec and size can have. */
/*@ requires \valid_read(block) && 0 < size <= IMAGE_BLOCK_SIZE;
  @ requires block->codec <= IMAGE_LZ4;
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 ==>
  @         (block->codec == IMAGE_ZERO ? block->stored_size == 0 :
  @          0 < block->stored_size <= size &&
  @          (block->codec == IMAGE_STORED ==> block->stored_size == size));
  @*/
static bool stored_fits(const struct image_block *block, uint64_t size)
{
	if (block->codec == IMAGE_ZERO)
		return block->stored_size == 0;
	if (block->codec == IMAGE_STORED)
		return block->stored_size == size;
	return block->stored_size > 0 && block->stored_size < size;
}

/* A block with data lies in the file's data, and at next_lba if known. */
/*@ requires \valid_read(file) && \valid_read(block) && good_file(file);
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result != 0 ==>
  @         (block->codec == IMAGE_ZERO ? block->lba == 0 :
  @          file->data_lba <= block->lba &&
  @          block->lba + (block->stored_size + 511) / 512 <=
  @          file->data_lba + file->data_sectors);
  @*/
static bool place_fits(const struct image_file *file,
		       const struct image_block *block, uint64_t next_lba)
{
	if (block->codec == IMAGE_ZERO)
		return block->lba == 0;
	if (next_lba != 0 && block->lba != next_lba)
		return false;
	return within(block->lba, image_block_sectors(block), file->data_lba,
		      file->data_lba + file->data_sectors);
}

/*@ requires \valid_read(file) && \valid_read(b) && good_file(file);
  @ requires \valid(next_lba) && \valid(fault);
  @ requires \separated(next_lba, fault, file, b);
  @ requires index < file->block_count;
  @ assigns *next_lba, fault->field, fault->value;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==> good_block(file, index, b);
  @*/
static int check_block(const struct image_file *file, uint64_t index,
		       const struct image_block *b, uint64_t *next_lba,
		       struct image_fault *fault)
{
	if (b->codec > IMAGE_LZ4)
		return bad(fault, " codec", b->codec);
	if (!stored_fits(b, image_block_bytes(file, index)))
		return bad(fault, " stored_size", b->stored_size);
	if (!place_fits(file, b, *next_lba))
		return bad(fault, " lba", b->lba);
	if (b->codec != IMAGE_ZERO)
		*next_lba = b->lba + image_block_sectors(b);
	return IMAGE_OK;
}

/* The table's blocks, which all are the file's. */
/*@ requires \valid_read(file) && \valid_read(table) && good_file(file);
  @ requires \valid(next_lba) && \valid(fault);
  @ requires \separated(next_lba, fault, file, table);
  @ requires count <= IMAGE_TABLE_BLOCKS;
  @ requires table->first_block + count <= file->block_count;
  @ assigns *next_lba, *fault;
  @ exits \false;
  @ ensures \result <= 0;
  @ ensures meaning: \result == IMAGE_OK ==>
  @         \forall integer k; 0 <= k < count ==>
  @         good_block(file, table->first_block + k, &table->block[k]);
  @*/
static int check_blocks(const struct image_file *file,
			const struct image_table *table, uint64_t count,
			uint64_t *next_lba, struct image_fault *fault)
{
	/*@ loop invariant 0 <= i <= count;
	  @ loop invariant \forall integer k; 0 <= k < i ==>
	  @         good_block(file, table->first_block + k, &table->block[k]);
	  @ loop assigns i, *next_lba, *fault;
	  @ loop variant count - i;
	  @*/
	for (uint64_t i = 0; i < count; i++) {
		int err = check_block(file, table->first_block + i,
				      &table->block[i], next_lba, fault);

		if (err) {
			fault->what = "block";
			return err;
		}
	}
	return IMAGE_OK;
}

/*@ requires \valid_read(table);
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool sum_fits(const struct image_table *table)
{
	return checksum_equal(sum_of(table, SUMMED_SIZE), table->sum);
}

/* The entries from the index count on, if any, are zero. */
/*@ requires \valid_read(table) && count <= IMAGE_TABLE_BLOCKS;
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool rest_is_zero(const struct image_table *table, uint64_t count)
{
	return count == IMAGE_TABLE_BLOCKS ||
	       is_zero(&table->block[count], (IMAGE_TABLE_BLOCKS - count) *
		       sizeof(table->block[0]));
}

int image_check_table(const struct image_file *file, uint64_t table_index,
		      const struct image_table *table, uint64_t *next_lba,
		      struct image_fault *fault)
{
	const uint64_t first = table_index * IMAGE_TABLE_BLOCKS;
	uint64_t count = IMAGE_TABLE_BLOCKS;
	uint64_t next = *next_lba;
	int err;

	begin(fault, file->table_lba + table_index, "block table");
	if (!sum_fits(table))
		return IMAGE_BAD_SUM;
	if (table->tag != file->table_tag)
		return refuse(fault, IMAGE_OTHER_ID, "", table->tag);
	if (table->first_block != first || first >= file->block_count)
		return bad(fault, " first_block", table->first_block);

	if (count > file->block_count - first)
		count = file->block_count - first;
	err = check_blocks(file, table, count, &next, fault);
	if (err)
		return err;
	if (!rest_is_zero(table, count))
		return bad(fault, " unused blocks", count);
	if (first + count == file->block_count && next != 0 &&
	    next != file->data_lba + file->data_sectors)
		return bad(fault, " end of data", next);
	*next_lba = next;
	return IMAGE_OK;
}

const char *image_strerror(int err)
{
	/* By number, from 0 down. */
	static const char reasons[] =
		"no error\0"
		"cannot be read\0"
		"is not there\0"
		"is of another version\0"
		"belongs to another image\0"
		"does not match its checksum\0"
		"is out of range\0"
		"does not decompress\0"
		"unknown error";
	const char *s = reasons;

	if (err > IMAGE_OK || err < IMAGE_BAD_DATA)
		err = IMAGE_BAD_DATA - 1;
	for (; err < 0; err++)
		while (*s++ != '\0')
			;
	return s;
}

/*
 * For mkimage alone, as what follows. Behind all that stage2 calls: a string
 * is kept with the first function that has it.
 */
int image_check_header(const struct stage2_header *h,
		       struct image_fault *fault)
{
	begin(fault, STAGE2_LBA, "loader header");
	if (h->magic != STAGE2_MAGIC)
		return refuse(fault, IMAGE_BAD_MAGIC, "", h->magic);
	if (h->stage2_sectors < 1 || h->stage2_sectors > h->loader_sectors)
		return bad(fault, " stage2_sectors", h->stage2_sectors);
	if (h->loader_sectors > LOADER_MAX_SECTORS)
		return bad(fault, " loader_sectors", h->loader_sectors);
	/* Real mode's loop over them would take 0 for 65536. */
	if (h->early_sectors < 1 || h->early_sectors >= h->stage2_sectors)
		return bad(fault, " early_sectors", h->early_sectors);
	if (h->plain_sectors <= h->early_sectors ||
	    h->plain_sectors > h->stage2_sectors)
		return bad(fault, " plain_sectors", h->plain_sectors);
	if (h->super_lba < STAGE2_LBA + (uint32_t)h->stage2_sectors)
		return bad(fault, " super_lba", h->super_lba);
	/* 0 would let any image's superblock pass. */
	if (h->image_id == 0)
		return bad(fault, " image_id", 0);
	if (h->reserved != 0)
		return bad(fault, " reserved", h->reserved);
	return IMAGE_OK;
}

void image_early_sum(const void *data, size_t sectors, uint32_t sum[2])
{
	const uint8_t *byte = data;
	const uint8_t *end = byte + sectors * SECTOR_SIZE;
	uint32_t word;

	sum[0] = 0;
	sum[1] = 0;
	for (; byte < end; byte += sizeof(word)) {
		memcpy(&word, byte, sizeof(word));
		sum[0] += word;
		sum[1] += sum[0];
	}
}

uint32_t image_sector_sum(const void *sector)
{
	const uint8_t *byte = sector;
	uint32_t sum = 0;
	uint32_t word;
	size_t i;

	for (i = 0; i < SECTOR_SIZE; i += sizeof(word)) {
		memcpy(&word, byte + i, sizeof(word));
		sum = (sum << 1 | sum >> 31) + word;
	}
	return sum;
}
