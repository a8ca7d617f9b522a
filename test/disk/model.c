// SPDX-License-Identifier: 0BSD
/*
 * model.c - all that reads an image, on the host: flips every byte of its
 * first sectors and sees that none of them is used.
 *
 * usage: model IMAGE FIRST END bits|all
 *
 * Sectors [FIRST, END) are flipped, each byte to each of the 8 values that
 * differ in one bit, or to all 255 others. The order of the checks is that of stage1/mbr.asm, stage2/first.asm, entry.asm and files.c; the sums
 * themselves are lib/'s, which the loader shares. A flip has to be refused, by
 * a fault that names its sector or the block that it is in, unless it lies
 * where nothing is read. Sector 0 is not among them: nobody checks it before
 * it runs.
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
		err = image_read_file(&disk->image, &file[i], i, 0,
				      file[i].size, &buffers, &sink.sink,
				      fault);
		used += file[i].size;
	}
	return err ? err : (int64_t)used;
}

static struct {
	uint64_t flips, loader, named, harmless, missed;
} count;

/* One flip: what comes of it. good is the content without it. */
static void try_flip(struct disk *disk, uint64_t at, uint8_t *files,
		     const uint8_t *good, uint64_t size)
{
	struct image_fault fault = { 0 };
	uint64_t lba = at / SECTOR_SIZE;
	int64_t got;

	count.flips++;
	if (check_loader(disk)) {
		count.loader++;
		return;
	}
	got = read_files(disk, files, size, &fault);
	if (got < 0 && lba - fault.lba < IMAGE_BLOCK_SECTORS)
		count.named++;
	else if (got == (int64_t)size && memcmp(files, good, size) == 0)
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

int main(int argc, char **argv)
{
	struct disk disk = { .image = { .read = disk_read } };
	struct image_fault fault;
	uint64_t at, first, end, limit;
	uint8_t *good, *files;
	unsigned flip;
	bool only_bits;
	int64_t size;

	if (argc != 5) {
		fprintf(stderr, "usage: model IMAGE FIRST END bits|all\n");
		return 2;
	}
	load(&disk, argv[1]);
	first = strtoul(argv[2], NULL, 10) * SECTOR_SIZE;
	end = strtoul(argv[3], NULL, 10) * SECTOR_SIZE;
	only_bits = strcmp(argv[4], "bits") == 0;
	limit = disk.sectors * SECTOR_SIZE;
	good = allocate(limit);
	files = allocate(limit);
	size = read_files(&disk, good, limit, &fault);
	if (check_loader(&disk) || size < 0 ||
	    first < SECTOR_SIZE || end > disk.sectors * SECTOR_SIZE) {
		fprintf(stderr, "model: %s: not a good image of such "
			"sectors\n", argv[1]);
		return 2;
	}
	for (at = first; at < end; at++)
		for (flip = 1; flip <= UINT8_MAX; flip++) {
			if (only_bits && flip & (flip - 1))
				continue;
			disk.data[at] ^= flip;
			try_flip(&disk, at, files, good, (uint64_t)size);
			disk.data[at] ^= flip;
		}
	printf("model: %llu flips in sectors %llu to %llu: %llu refused as a "
	       "bad loader, %llu by name, %llu where nothing is read, %llu "
	       "missed\n", (unsigned long long)count.flips,
	       (unsigned long long)first / SECTOR_SIZE,
	       (unsigned long long)end / SECTOR_SIZE - 1,
	       (unsigned long long)count.loader,
	       (unsigned long long)count.named,
	       (unsigned long long)count.harmless,
	       (unsigned long long)count.missed);
	return count.missed > 0;
}
