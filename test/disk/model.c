// SPDX-License-Identifier: 0BSD
/*
 * model.c - all that reads an image, on the host: flips every byte of its
 * first sectors, or mixes it with another image, and sees that nothing of that
 * is used.
 *
 * usage: model IMAGE FIRST END bits|all
 *        model IMAGE OLDER mixed TIMES
 *
 * Sectors [FIRST, END) are flipped, each byte to each of the 8 values that
 * differ in one bit, or to all 255 others. The order of the checks is that of
 * stage1/mbr.asm, stage2/first.asm, entry.asm and files.c; the sums themselves
 * are lib/'s, which the loader shares. A flip has to be refused, by a fault
 * that names its sector or the block that it is in, unless it lies where
 * nothing is read. Sector 0 is not among them: nobody checks it before it
 * runs.
 *
 * mixed: IMAGE is written over OLDER, which is as large, and the copy breaks
 * off before each of its sectors in turn; or, TIMES times, any sectors are
 * missing, as where a cache has not been written back. What is there then is
 * refused by name, or the files are those of one of the two.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_file.h"

struct disk {
	struct image_disk image;        /* first */
	uint8_t *data;
	uint64_t sectors;
};

struct sink {
	struct image_sink sink;         /* first */
	uint8_t *to;
};

static int disk_read(struct image_disk *image, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	const struct disk *disk = (const struct disk *)image;

	if (lba >= disk->sectors)
		return -1;
	*data = disk->data + lba * SECTOR_SIZE;
	*got = want < disk->sectors - lba ? want : disk->sectors - lba;
	return 0;
}

static uint8_t *place(struct image_sink *base, uint64_t offset, uint64_t size,
		      uint64_t *room)
{
	struct sink *sink = (struct sink *)base;

	*room = size;
	return sink->to + offset;
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL) {
		perror("model");
		exit(2);
	}
	return memory;
}

static uint32_t number(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* What stage1, first.asm and entry.asm check before the loader's C runs. */
static int check_loader(const struct disk *disk)
{
	const uint8_t *first = disk->data + STAGE2_LBA * SECTOR_SIZE;
	const struct stage2_header *header = (const void *)first;
	struct checksum rest = checksum_start();
	const uint8_t *behind;
	uint32_t early[2];

	if (image_sector_sum(first) != number(disk->data + MBR_SECTOR_SUM))
		return -1;
	image_early_sum(first + SECTOR_SIZE, header->early_sectors, early);
	if (memcmp(early, header->early_sum, sizeof(early)))
		return -1;
	behind = first + (1 + header->early_sectors) * SECTOR_SIZE;
	checksum_add(&rest, behind, (size_t)SECTOR_SIZE *
		     (header->stage2_sectors - 1 - header->early_sectors));
	return checksum_equal(rest, header->rest_sum) ? 0 : -1;
}

/*
 * What files.c does. Its content goes to files, of which there is room for
 * limit bytes; returns how many they have, or a negative enum image_err.
 */
static int64_t read_files(struct disk *disk, uint8_t *files, uint64_t limit,
			  struct image_fault *fault)
{
	static struct image_table table[TABLE_BUF_SECTORS];
	static uint8_t join[IMAGE_BLOCK_SIZE], scratch[IMAGE_BLOCK_SIZE];
	const struct image_buffers buffers = {
		.table = table, .table_count = TABLE_BUF_SECTORS,
		.join = join, .scratch = scratch,
	};
	const struct stage2_header *header =
		(const void *)(disk->data + STAGE2_LBA * SECTOR_SIZE);
	const struct image_super *super = (const void *)
		(disk->data + (uint64_t)header->super_lba * SECTOR_SIZE);
	const struct image_file *file;
	uint64_t used = 0;
	uint32_t i;
	int err;

	err = image_check_super(super, header->super_lba, header->image_id,
				fault);
	if (err)
		return err;
	file = (const void *)(disk->data +
			      (uint64_t)super->directory_lba * SECTOR_SIZE);
	err = image_check_directory(super, file, fault);
	disk->image.have_sectors = 0;
	for (i = 0; !err && i < super->file_count; i++) {
		struct sink sink = { { place }, files + used };

		if (file[i].size > limit - used)
			return IMAGE_BAD_FIELD;
		err = image_read_file(&disk->image, &file[i], 0, file[i].size,
				      &buffers, &sink.sink, fault);
		used += file[i].size;
	}
	return err ? err : (int64_t)used;
}

static struct {
	uint64_t tries, loader, named, harmless, missed;
} count;

/* All files of an image, one after the other. */
struct content {
	uint8_t *files;
	int64_t size;
};

static bool is_content(const struct content *content, const uint8_t *files,
		       int64_t size)
{
	return size == content->size &&
	       memcmp(files, content->files, (size_t)size) == 0;
}

/* One flip: what comes of it. good is the content without it. */
static void try_flip(struct disk *disk, uint64_t at, uint8_t *files,
		     const struct content *good)
{
	struct image_fault fault = { 0 };
	uint64_t lba = at / SECTOR_SIZE;
	int64_t got;

	count.tries++;
	if (check_loader(disk)) {
		count.loader++;
		return;
	}
	got = read_files(disk, files, (uint64_t)good->size, &fault);
	if (got < 0 && lba - fault.lba < IMAGE_BLOCK_SECTORS)
		count.named++;
	else if (is_content(good, files, got))
		count.harmless++;
	else {
		count.missed++;
		printf("model: byte %llu of sector %llu: not detected, or in "
		       "sector %llu (%lld)\n",
		       (unsigned long long)at % SECTOR_SIZE,
		       (unsigned long long)lba,
		       (unsigned long long)fault.lba, (long long)got);
	}
}

static void load(struct disk *disk, const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) ||
	    (size = ftell(file)) < 0) {
		perror(path);
		exit(2);
	}
	rewind(file);
	disk->sectors = (uint64_t)size / SECTOR_SIZE;
	disk->data = allocate(disk->sectors * SECTOR_SIZE);
	if (fread(disk->data, SECTOR_SIZE, disk->sectors, file) !=
	    disk->sectors) {
		perror(path);
		exit(2);
	}
	fclose(file);
}

/* A disk with its content, which has to be good. */
static void open_good(struct disk *disk, struct content *content,
		      const char *path)
{
	struct image_fault fault;

	*disk = (struct disk){ .image = { .read = disk_read } };
	load(disk, path);
	content->files = allocate(disk->sectors * SECTOR_SIZE);
	content->size = read_files(disk, content->files,
				   disk->sectors * SECTOR_SIZE, &fault);
	if (check_loader(disk) || content->size < 0) {
		fprintf(stderr, "model: %s: not a good image\n", path);
		exit(2);
	}
}

static void flip_all(const char *path, uint64_t first, uint64_t end,
		     bool only_bits)
{
	struct content good;
	struct disk disk;
	uint8_t *files;
	unsigned flip;
	uint64_t at;

	open_good(&disk, &good, path);
	files = allocate(disk.sectors * SECTOR_SIZE);
	if (first < 1 || end > disk.sectors) {
		fprintf(stderr, "model: %s: no such sectors\n", path);
		exit(2);
	}
	for (at = first * SECTOR_SIZE; at < end * SECTOR_SIZE; at++)
		for (flip = 1; flip <= UINT8_MAX; flip++) {
			if (only_bits && flip & (flip - 1))
				continue;
			disk.data[at] ^= flip;
			try_flip(&disk, at, files, &good);
			disk.data[at] ^= flip;
		}
	printf("model: %llu flips in sectors %llu to %llu",
	       (unsigned long long)count.tries, (unsigned long long)first,
	       (unsigned long long)end - 1);
}

/* ---- two images, mixed --------------------------------------------------- */

struct pair {
	struct disk newer, older, mixed;
	struct content newer_content, older_content;
	uint8_t *files;
};

/* Is a disk with sectors of both refused, or one of the two? */
static void try_mix(struct pair *pair, const char *how, uint64_t number)
{
	struct disk *disk = &pair->mixed;
	struct image_fault fault = { 0 };
	int64_t got;

	count.tries++;
	if (check_loader(disk)) {
		count.loader++;
		return;
	}
	got = read_files(disk, pair->files, disk->sectors * SECTOR_SIZE,
			 &fault);
	if (got < 0 && fault.lba > 0)
		count.named++;
	else if (is_content(&pair->newer_content, pair->files, got) ||
		 is_content(&pair->older_content, pair->files, got))
		count.harmless++;
	else {
		count.missed++;
		printf("model: %s %llu: not detected (%lld)\n", how,
		       (unsigned long long)number, (long long)got);
	}
}

static void take_sector(struct pair *pair, uint64_t lba,
			const struct disk *from)
{
	memcpy(pair->mixed.data + lba * SECTOR_SIZE,
	       from->data + lba * SECTOR_SIZE, SECTOR_SIZE);
}

/* One sector in period of the one, all others of the other. */
static void mix_at_random(struct pair *pair, uint64_t period,
			  const struct disk *one, const struct disk *other)
{
	static uint32_t random = 1;
	uint64_t lba;

	for (lba = 0; lba < pair->mixed.sectors; lba++) {
		random = random * 1664525 + 1013904223;
		take_sector(pair, lba, (random >> 8) % period == 0 ?
			    one : other);
	}
}

static void mix_all(const char *newer, const char *older, uint64_t times)
{
	struct pair pair;
	uint64_t i;

	open_good(&pair.newer, &pair.newer_content, newer);
	open_good(&pair.older, &pair.older_content, older);
	open_good(&pair.mixed, &pair.older_content, older);
	if (pair.newer.sectors != pair.older.sectors) {
		fprintf(stderr, "model: %s: not as large as %s\n", newer,
			older);
		exit(2);
	}
	pair.files = allocate(pair.mixed.sectors * SECTOR_SIZE);
	for (i = 0; i < pair.mixed.sectors; i++) {
		take_sector(&pair, i, &pair.newer);
		try_mix(&pair, "copy broken off behind sector", i);
	}
	for (i = 0; i < times; i++) {
		const uint64_t period = 2 + i % 100;

		if (i & 1)
			mix_at_random(&pair, period, &pair.newer, &pair.older);
		else
			mix_at_random(&pair, period, &pair.older, &pair.newer);
		try_mix(&pair, "mixture", i);
	}
	printf("model: %llu mixtures", (unsigned long long)count.tries);
}

int main(int argc, char **argv)
{
	const char *harmless = "where nothing is read";

	if (argc == 5 && strcmp(argv[3], "mixed") == 0) {
		harmless = "with all files of one of the two";
		mix_all(argv[1], argv[2], strtoul(argv[4], NULL, 10));
	} else if (argc == 5) {
		flip_all(argv[1], strtoul(argv[2], NULL, 10),
			 strtoul(argv[3], NULL, 10),
			 strcmp(argv[4], "bits") == 0);
	} else {
		fprintf(stderr, "usage: model IMAGE FIRST END bits|all\n"
			"       model IMAGE OLDER mixed TIMES\n");
		return 2;
	}
	printf(": %llu refused as a bad loader, %llu by name, %llu %s, %llu "
	       "missed\n", (unsigned long long)count.loader,
	       (unsigned long long)count.named,
	       (unsigned long long)count.harmless, harmless,
	       (unsigned long long)count.missed);
	return count.missed > 0;
}
