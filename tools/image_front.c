// SPDX-License-Identifier: 0BSD
/* image_front.c - the part of an image that leads to its files. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "image_file.h" /* image_early_sum, image_sector_sum */
#include "image_front.h"
#include "image_id.h"
#include "mbr.h"
#include "output.h"
#include "stages.h"
#include "wishes.h"

/* Sector 0 and stage2, as they will lie on the disk. */
struct loader {
	uint8_t mbr[SECTOR_SIZE];
	uint8_t stage2[STAGE2_MAX];
};

static void put_u16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put_u32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

int image_check_stages(struct failure *f)
{
	struct stage2_header header;
	size_t sectors = (stage2_bin_size + SECTOR_SIZE - 1) / SECTOR_SIZE;

	if (stage1_bin_size != SECTOR_SIZE ||
	    stage1_bin[MBR_SIGNATURE] != (MBR_MAGIC & 0xff) ||
	    stage1_bin[MBR_SIGNATURE + 1] != MBR_MAGIC >> 8)
		return fail(f, "stage1", "this mkimage was built with a "
			    "stage1 that is no boot sector");
	if (stage2_bin_size < sizeof(header) || stage2_bin_size > STAGE2_MAX ||
	    sectors + 1 > LOADER_MAX_SECTORS)
		return fail(f, "stage2", "this mkimage was built with a "
			    "stage2 of %zu bytes, which has no place in memory",
			    stage2_bin_size);
	memcpy(&header, stage2_bin, sizeof(header));
	if (header.magic != STAGE2_MAGIC || header.early_sectors < 1 ||
	    header.early_sectors >= header.plain_sectors ||
	    header.plain_sectors > sectors)
		return fail(f, "stage2", "this mkimage was built with a "
			    "stage2 that has no proper header");
	return 0;
}

size_t image_stage2_size(const struct boot_wishes *wishes,
			 const struct content *kernel)
{
	struct stage2_header header;

	memcpy(&header, stage2_bin, sizeof(header));
	if (kernel->takes_more || wishes_take_more(wishes))
		return stage2_bin_size;
	return (size_t)header.plain_sectors * SECTOR_SIZE;
}

static int write_directory(struct output *out, const struct image_layout *l,
			   const struct content *contents,
			   struct checksum *sum, struct failure *f)
{
	size_t size = (size_t)l->directory_sectors * SECTOR_SIZE;
	uint8_t *directory = calloc(1, size);
	int err;

	if (directory == NULL)
		return fail(f, out->path, "%s", strerror(ENOMEM));
	memcpy(directory, l->file, l->file_count * sizeof(l->file[0]));
	for (size_t i = 0; i < l->file_count; i++)
		memcpy(directory + l->file[i].name_offset, contents[i].name,
		       contents[i].name_size);
	*sum = checksum_start();
	checksum_add(sum, directory, size);
	err = output_write(out, directory, size,
			   (uint64_t)l->directory_lba * SECTOR_SIZE, f);
	free(directory);
	return err;
}

static int write_super(struct output *out, const struct image_layout *l,
		       struct image_super *super, struct failure *f)
{
	super->sum = checksum_start();
	checksum_add(&super->sum, super, offsetof(struct image_super, sum));
	return output_write(out, super, sizeof(*super),
			    (uint64_t)l->super_lba * SECTOR_SIZE, f);
}

/* stage2 with its header filled in; the id is 0 at first. */
static void fill_stage2(struct loader *loader, const struct image_layout *l,
			uint64_t id)
{
	struct stage2_header header;
	const uint8_t *early = loader->stage2 + SECTOR_SIZE;
	size_t size = (size_t)l->stage2_sectors * SECTOR_SIZE;
	const uint8_t *rest;
	size_t rest_sectors;

	memcpy(loader->stage2, stage2_bin,
	       stage2_bin_size < size ? stage2_bin_size : size);
	memcpy(&header, loader->stage2, sizeof(header));
	header.loader_sectors = image_layout_loader_sectors(l);
	header.stage2_sectors = (uint16_t)l->stage2_sectors;
	header.super_lba = l->super_lba;
	header.image_id = id;
	image_early_sum(early, header.early_sectors, header.early_sum);
	rest = early + (size_t)header.early_sectors * SECTOR_SIZE;
	rest_sectors = l->stage2_sectors - 1 - header.early_sectors;
	header.rest_sum = checksum_start();
	checksum_add(&header.rest_sum, rest, rest_sectors * SECTOR_SIZE);
	memcpy(loader->stage2, &header, sizeof(header));
}

/* stage1 with its numbers; stage2 is filled in. */
static void fill_mbr(struct loader *loader, const struct image_layout *l,
		     uint64_t id)
{
	uint8_t *mbr = loader->mbr;

	memcpy(mbr, stage1_bin, SECTOR_SIZE);
	put_u16(mbr + MBR_FIRST_READ,
		mbr_first_read(image_layout_loader_sectors(l)));
	put_u32(mbr + MBR_SECTOR_SUM, image_sector_sum(loader->stage2));
	put_u32(mbr + MBR_DISK_ID, (uint32_t)id);
	mbr_partition_table(l->disk_sectors, mbr + MBR_PARTITIONS);
}

static int write_loader(struct output *out, const struct image_layout *l,
			uint64_t id, struct failure *f)
{
	struct loader loader = { .mbr = { 0 } };

	fill_stage2(&loader, l, id);
	fill_mbr(&loader, l, id);
	if (output_write(out, loader.mbr, SECTOR_SIZE, 0, f) != 0)
		return -1;
	return output_write(out, loader.stage2,
			    (size_t)l->stage2_sectors * SECTOR_SIZE,
			    STAGE2_LBA * SECTOR_SIZE, f);
}

int image_write_front(struct output *out, const struct image_layout *l,
		      const struct content *contents,
		      const struct boot_wishes *wishes, struct failure *f)
{
	struct image_super super = {
		.version = IMAGE_VERSION,
		.block_size = IMAGE_BLOCK_SIZE,
		.disk_sectors = l->disk_sectors,
		.directory_lba = l->directory_lba,
		.directory_sectors = l->directory_sectors,
		.file_count = (uint32_t)l->file_count,
		.wishes = *wishes,
	};

	memcpy(super.magic, IMAGE_SUPER_MAGIC, sizeof(super.magic));
	if (write_directory(out, l, contents, &super.directory_sum, f) != 0 ||
	    write_super(out, l, &super, f) != 0 ||
	    write_loader(out, l, 0, f) != 0)
		return -1;

	/* Everything is in place but the id, which hashes all of it. */
	if (image_id_compute(out->fd, l->disk_sectors, l->super_lba,
			     &super.image_id) != 0)
		return fail(f, out->path, "%s", strerror(errno));
	if (write_super(out, l, &super, f) != 0)
		return -1;
	return write_loader(out, l, super.image_id, f);
}
