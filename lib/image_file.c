// SPDX-License-Identifier: 0BSD
/* image_file.c - checks the structures of a Stagecoach image. */
#include <stdbool.h>
#include <string.h>

#include "image_file.h"

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))

/* What stands before the sum at the end of a sector. */
#define SUMMED_SIZE     (SECTOR_SIZE - sizeof(struct checksum))

_Static_assert(__builtin_offsetof(struct image_super, sum) == SUMMED_SIZE,
	       "the superblock's sum ends its sector");
_Static_assert(__builtin_offsetof(struct image_table, sum) == SUMMED_SIZE,
	       "a table's sum ends its sector");

/* One thing that has to be so, and the number that is wrong if it is not. */
struct rule {
	bool kept;
	const char *field;
	uint64_t value;
};

static int fail(struct image_fault *fault, int err, uint64_t lba,
		const char *what, uint64_t value)
{
	fault->lba = lba;
	fault->what = what;
	fault->value = value;
	return err;
}

static int judge(const struct rule *rule, size_t count, uint64_t lba,
		 struct image_fault *fault)
{
	for (; count > 0; rule++, count--) {
		if (!rule->kept)
			return fail(fault, IMAGE_BAD_FIELD, lba, rule->field,
				    rule->value);
	}
	return IMAGE_OK;
}

/* The count sectors from lba on lie in [low, high). */
static bool within(uint64_t lba, uint64_t count, uint64_t low, uint64_t high)
{
	return lba >= low && lba <= high && count <= high - lba;
}

/* size is at least 1: then each byte equals the next, and the first is 0. */
static bool is_zero(const void *data, size_t size)
{
	const uint8_t *byte = data;

	return byte[0] == 0 && memcmp(byte, byte + 1, size - 1) == 0;
}

static struct checksum sum_of(const void *data, size_t size)
{
	struct checksum sum = checksum_start();

	checksum_add(&sum, data, size);
	return sum;
}

static uint64_t round_up_div(uint64_t n, uint64_t by)
{
	return n / by + (n % by != 0);
}

int image_check_header(const struct stage2_header *h,
		       struct image_fault *fault)
{
	const struct rule rules[] = {
		{ h->stage2_sectors >= 1 &&
		  h->stage2_sectors <= h->loader_sectors,
		  "loader header stage2_sectors", h->stage2_sectors },
		{ h->loader_sectors <= LOADER_MAX_SECTORS,
		  "loader header loader_sectors", h->loader_sectors },
		/* Real mode's loop over them would take 0 for 65536. */
		{ h->early_sectors >= 1 &&
		  h->early_sectors < h->stage2_sectors,
		  "loader header early_sectors", h->early_sectors },
		{ h->super_lba >= STAGE2_LBA + (uint32_t)h->stage2_sectors,
		  "loader header super_lba", h->super_lba },
		/* 0 would let any image's superblock pass. */
		{ h->image_id != 0, "loader header image_id", 0 },
		{ h->reserved == 0 && h->reserved2 == 0,
		  "loader header reserved",
		  h->reserved ? h->reserved : h->reserved2 },
	};

	if (h->magic != STAGE2_MAGIC)
		return fail(fault, IMAGE_BAD_MAGIC, STAGE2_LBA,
			    "loader header", h->magic);
	return judge(rules, COUNT_OF(rules), STAGE2_LBA, fault);
}

int image_check_super(const struct image_super *s, uint64_t lba,
		      uint64_t image_id, struct image_fault *fault)
{
	const uint64_t bytes = (uint64_t)s->directory_sectors * SECTOR_SIZE;
	const struct rule rules[] = {
		{ s->block_size == IMAGE_BLOCK_SIZE,
		  "superblock block_size", s->block_size },
		{ (uint32_t)s->image_id != 0,
		  "superblock image_id", s->image_id },
		{ s->disk_sectors > lba,
		  "superblock disk_sectors", s->disk_sectors },
		{ bytes <= IMAGE_MAX_DIRECTORY,
		  "superblock directory_sectors", s->directory_sectors },
		{ within(s->directory_lba, s->directory_sectors, lba + 1,
			 s->disk_sectors),
		  "superblock directory_lba", s->directory_lba },
		{ s->file_count >= 1 && s->file_count <= IMAGE_MAX_FILES &&
		  s->file_count * sizeof(struct image_file) <= bytes,
		  "superblock file_count", s->file_count },
		{ s->flags == 0, "superblock flags", s->flags },
		{ is_zero(s->reserved, sizeof(s->reserved)),
		  "superblock reserved", 0 },
	};

	if (memcmp(s->magic, IMAGE_SUPER_MAGIC, sizeof(s->magic)) != 0)
		return fail(fault, IMAGE_BAD_MAGIC, lba, "superblock", 0);
	/* Before the sum: another version may have another one. */
	if (s->version != IMAGE_VERSION)
		return fail(fault, IMAGE_BAD_VERSION, lba, "superblock",
			    s->version);
	if (!checksum_equal(sum_of(s, SUMMED_SIZE), s->sum))
		return fail(fault, IMAGE_BAD_SUM, lba, "superblock", 0);
	if (image_id != 0 && s->image_id != image_id)
		return fail(fault, IMAGE_OTHER_ID, lba, "superblock",
			    s->image_id);
	return judge(rules, COUNT_OF(rules), lba, fault);
}

/* How many files of a type the directory has had so far. */
struct census {
	uint32_t cmdlines;
	uint32_t modules;
};

static bool type_fits(const struct image_file *file, uint64_t index,
		      struct census *seen)
{
	switch (file->type) {
	case IMAGE_KERNEL:
		return index == 0;
	case IMAGE_CMDLINE:
		return index > 0 && seen->cmdlines++ == 0;
	case IMAGE_MODULE:
		return index > 0 && seen->modules++ < IMAGE_MAX_MODULES;
	default:
		return false;
	}
}

static bool size_fits(const struct image_file *file)
{
	switch (file->type) {
	case IMAGE_KERNEL:
		return file->size >= 1 && file->size <= IMAGE_MAX_FILE;
	case IMAGE_CMDLINE:
		return file->size <= IMAGE_MAX_CMDLINE;
	default:
		return file->size <= IMAGE_MAX_FILE;
	}
}

/* No sectors are at 0; others lie in [low, high). */
static bool sectors_fit(uint64_t lba, uint64_t count, uint64_t low,
			uint64_t high)
{
	return count == 0 ? lba == 0 : within(lba, count, low, high);
}

/* Its name lies between the entries and the directory's end, and is text. */
static bool name_fits(const struct image_super *s, const uint8_t *directory,
		      const struct image_file *file)
{
	const uint64_t low = s->file_count * sizeof(*file);
	const uint64_t high = (uint64_t)s->directory_sectors * SECTOR_SIZE;
	uint32_t i;

	if (file->name_size > IMAGE_MAX_NAME ||
	    !within(file->name_offset, file->name_size + 1, low, high))
		return false;
	for (i = 0; i < file->name_size; i++) {
		if (directory[file->name_offset + i] == '\0')
			return false;
	}
	return directory[file->name_offset + i] == '\0';
}

static int check_file(const struct image_super *s, const uint8_t *directory,
		      const struct image_file *f, uint64_t index,
		      struct census *seen, struct image_fault *fault)
{
	const uint64_t low = s->directory_lba + (uint64_t)s->directory_sectors;
	const uint64_t high = s->disk_sectors;
	const uint64_t tables = round_up_div(f->block_count,
					     IMAGE_TABLE_BLOCKS);
	const uint64_t max_sectors = (uint64_t)f->block_count *
				     IMAGE_BLOCK_SECTORS;
	const bool kernel = f->type == IMAGE_KERNEL;
	const struct rule rules[] = {
		{ type_fits(f, index, seen), "file entry type", f->type },
		{ (f->flags & ~(kernel ? IMAGE_FILE_SYMBOLS : 0)) == 0,
		  "file entry flags", f->flags },
		{ size_fits(f), "file entry size", f->size },
		{ f->block_count == round_up_div(f->size, IMAGE_BLOCK_SIZE),
		  "file entry block_count", f->block_count },
		{ sectors_fit(f->table_lba, tables, low, high),
		  "file entry table_lba", f->table_lba },
		{ f->data_sectors <= max_sectors,
		  "file entry data_sectors", f->data_sectors },
		{ sectors_fit(f->data_lba, f->data_sectors, low, high),
		  "file entry data_lba", f->data_lba },
		{ name_fits(s, directory, f),
		  "file entry name_offset", f->name_offset },
		{ f->type != IMAGE_MODULE || f->name_size > 0,
		  "file entry name_size", f->name_size },
		{ f->wish_offset == 0 || (kernel && f->wish_offset < f->size),
		  "file entry wish_offset", f->wish_offset },
		{ f->reserved == 0, "file entry reserved", f->reserved },
	};

	return judge(rules, COUNT_OF(rules), s->directory_lba +
		     index * sizeof(*f) / SECTOR_SIZE, fault);
}

int image_check_directory(const struct image_super *s, const void *directory,
			  struct image_fault *fault)
{
	const size_t size = (size_t)s->directory_sectors * SECTOR_SIZE;
	const uint8_t *byte = directory;
	struct census seen = { 0 };
	struct image_file file;
	uint32_t i;
	int err;

	if (!checksum_equal(sum_of(directory, size), s->directory_sum))
		return fail(fault, IMAGE_BAD_SUM, s->directory_lba,
			    "directory", 0);
	for (i = 0; i < s->file_count; i++) {
		memcpy(&file, byte + i * sizeof(file), sizeof(file));
		err = check_file(s, byte, &file, i, &seen, fault);
		if (err)
			return err;
	}
	return IMAGE_OK;
}

/* stored_size is one that a block of that codec and size can have. */
static bool stored_fits(const struct image_block *block, uint64_t size)
{
	switch (block->codec) {
	case IMAGE_ZERO:
		return block->stored_size == 0;
	case IMAGE_STORED:
		return block->stored_size == size;
	default:
		return block->stored_size > 0 && block->stored_size < size;
	}
}

/* A block with data lies in the file's data, and at next_lba if known. */
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

static int check_block(const struct image_file *file, uint64_t index,
		       const struct image_block *b, uint64_t table_lba,
		       uint64_t *next_lba, struct image_fault *fault)
{
	const uint64_t size = image_block_bytes(file, index);
	const struct rule rules[] = {
		{ b->codec <= IMAGE_LZ4, "block codec", b->codec },
		{ stored_fits(b, size), "block stored_size", b->stored_size },
		{ place_fits(file, b, *next_lba), "block lba", b->lba },
	};
	int err;

	err = judge(rules, COUNT_OF(rules), table_lba, fault);
	if (!err && b->codec != IMAGE_ZERO)
		*next_lba = b->lba + image_block_sectors(b);
	return err;
}

/* The sum, and what does not depend on the blocks. */
static int check_table_frame(const struct image_file *file,
			     uint64_t file_index, uint64_t table_index,
			     const struct image_table *table,
			     struct image_fault *fault)
{
	const uint64_t lba = file->table_lba + table_index;
	const uint64_t first = table_index * IMAGE_TABLE_BLOCKS;
	const struct rule rules[] = {
		{ table->file == file_index, "block table file", table->file },
		{ table->first_block == first && first < file->block_count,
		  "block table first_block", table->first_block },
	};

	if (!checksum_equal(sum_of(table, SUMMED_SIZE), table->sum))
		return fail(fault, IMAGE_BAD_SUM, lba, "block table", 0);
	return judge(rules, COUNT_OF(rules), lba, fault);
}

int image_check_table(const struct image_file *file, uint64_t file_index,
		      uint64_t table_index, const struct image_table *table,
		      uint64_t *next_lba, struct image_fault *fault)
{
	const uint64_t lba = file->table_lba + table_index;
	const uint64_t first = table_index * IMAGE_TABLE_BLOCKS;
	const uint64_t end_lba = file->data_lba + file->data_sectors;
	uint64_t next = *next_lba;
	uint32_t i;
	int err;

	err = check_table_frame(file, file_index, table_index, table, fault);
	if (err)
		return err;
	for (i = 0; i < IMAGE_TABLE_BLOCKS && first + i < file->block_count;
	     i++) {
		err = check_block(file, first + i, &table->block[i], lba,
				  &next, fault);
		if (err)
			return err;
	}
	if (i < IMAGE_TABLE_BLOCKS &&
	    !is_zero(&table->block[i],
		     (IMAGE_TABLE_BLOCKS - i) * sizeof(table->block[i])))
		return fail(fault, IMAGE_BAD_FIELD, lba,
			    "block table unused blocks", i);
	if (first + i == file->block_count && next != 0 && next != end_lba)
		return fail(fault, IMAGE_BAD_FIELD, lba,
			    "block table end of data", next);
	*next_lba = next;
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

const char *image_strerror(int err)
{
	switch (err) {
	case IMAGE_OK:
		return "no error";
	case IMAGE_READ:
		return "cannot be read";
	case IMAGE_BAD_MAGIC:
		return "is not there";
	case IMAGE_BAD_VERSION:
		return "is of another version";
	case IMAGE_OTHER_ID:
		return "belongs to another image";
	case IMAGE_BAD_SUM:
		return "does not match its checksum";
	case IMAGE_BAD_FIELD:
		return "is out of range";
	case IMAGE_BAD_DATA:
		return "does not decompress";
	default:
		return "unknown error";
	}
}
