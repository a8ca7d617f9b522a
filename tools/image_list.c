// SPDX-License-Identifier: 0BSD
/*
 * image_list.c - prints what is in an image, and verifies all of it, with the
 * loader's own checks (lib/image_file.c) wherever it has them.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "image_id.h"
#include "image_list.h"
#include "image_list_file.h"
#include "image_reader.h"
#include "input.h"      /* file_kind */
#include "mbr.h"
#include "text.h"
#include "wish_options.h"

struct list {
	struct image_reader reader;
	uint8_t mbr[SECTOR_SIZE];
	uint8_t stage2[LOADER_MAX_SECTORS * SECTOR_SIZE];
	struct stage2_header header;
	struct image_super super;
	_Alignas(8) uint8_t directory[IMAGE_MAX_DIRECTORY];
};

static uint16_t get_u16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t get_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* One sum of the front of the image: is it right? */
static int expect(const struct list *l, bool right, uint64_t lba,
		  const char *what, struct failure *f)
{
	return right ? 0 : fail(f, l->reader.name, "%s at sector %" PRIu64
				" is wrong", what, lba);
}

static int read_stages(struct list *l, struct failure *f)
{
	struct image_fault fault;
	int err;

	if (image_reader_get(&l->reader, 0, l->mbr, 1, f) != 0)
		return -1;
	if (get_u16(l->mbr + MBR_SIGNATURE) != MBR_MAGIC)
		return fail(f, l->reader.name, "is not a boot disk: sector 0 "
			    "does not end in 55 AA");
	if (image_reader_get(&l->reader, STAGE2_LBA, l->stage2, 1, f) != 0)
		return -1;
	memcpy(&l->header, l->stage2, sizeof(l->header));
	err = image_check_header(&l->header, &fault);
	if (err != IMAGE_OK)
		return image_reader_fail(&l->reader, err, &fault, f);
	return image_reader_get(&l->reader, STAGE2_LBA, l->stage2,
				l->header.stage2_sectors, f);
}

static int check_stages(const struct list *l, struct failure *f)
{
	const struct stage2_header *h = &l->header;
	const uint8_t *early = l->stage2 + SECTOR_SIZE;
	size_t early_size = (size_t)h->early_sectors * SECTOR_SIZE;
	size_t rest_sectors = h->stage2_sectors - 1u - h->early_sectors;
	struct checksum rest = checksum_start();
	uint32_t sum[2];

	if (expect(l, get_u32(l->mbr + MBR_SECTOR_SUM) ==
		   image_sector_sum(l->stage2), 0,
		   "the sum of stage2's first sector", f) != 0 ||
	    expect(l, get_u16(l->mbr + MBR_FIRST_READ) ==
		   mbr_first_read(h->loader_sectors), 0,
		   "the size of the first read", f) != 0 ||
	    expect(l, get_u32(l->mbr + MBR_DISK_ID) == (uint32_t)h->image_id,
		   0, "the disk id", f) != 0)
		return -1;
	image_early_sum(early, h->early_sectors, sum);
	if (expect(l, memcmp(sum, h->early_sum, sizeof(sum)) == 0, STAGE2_LBA,
		   "the sum of stage2's real-mode part", f) != 0)
		return -1;
	checksum_add(&rest, early + early_size, rest_sectors * SECTOR_SIZE);
	return expect(l, checksum_equal(rest, h->rest_sum), STAGE2_LBA,
		      "the sum of stage2's second part", f);
}

static int read_super(struct list *l, struct failure *f)
{
	struct image_reader *r = &l->reader;
	struct image_fault fault;
	int err;

	if (image_reader_get(r, l->header.super_lba, &l->super, 1, f) != 0)
		return -1;
	err = image_check_super(&l->super, l->header.super_lba,
				l->header.image_id, &fault);
	if (err != IMAGE_OK)
		return image_reader_fail(r, err, &fault, f);
	if (r->sectors < l->super.disk_sectors)
		return fail(f, r->name, "is cut off: %" PRIu64 " sectors of %"
			    PRIu64, r->sectors, l->super.disk_sectors);
	if (image_reader_get(r, l->super.directory_lba, l->directory,
			     l->super.directory_sectors, f) != 0)
		return -1;
	err = image_check_directory(&l->super, l->directory, &fault);
	return err == IMAGE_OK ? 0 : image_reader_fail(r, err, &fault, f);
}

static int check_partition_table(const struct list *l, struct failure *f)
{
	uint8_t table[MBR_TABLE_SIZE];

	mbr_partition_table(l->super.disk_sectors, table);
	return expect(l, memcmp(table, l->mbr + MBR_PARTITIONS,
				sizeof(table)) == 0, 0,
		      "the partition table", f);
}

static void print_front(const struct list *l)
{
	const struct stage2_header *h = &l->header;
	const struct image_super *s = &l->super;
	unsigned early_end = STAGE2_LBA + 1 + h->early_sectors;

	text_print(stdout, l->reader.name, strlen(l->reader.name));
	printf(": Stagecoach image, format %" PRIu32 ", id %016" PRIx64 "\n",
	       s->version, s->image_id);
	printf("  disk        %" PRIu64 " sectors, %" PRIu64 " bytes\n",
	       s->disk_sectors, s->disk_sectors * SECTOR_SIZE);
	printf("  stage1      [0, 1), disk id %08" PRIx32 ", first read %u "
	       "sectors\n", get_u32(l->mbr + MBR_DISK_ID),
	       (unsigned)get_u16(l->mbr + MBR_FIRST_READ));
	printf("  partition   [%d, %" PRIu64 "), active, type %02x\n",
	       STAGE2_LBA, s->disk_sectors,
	       (unsigned)l->mbr[MBR_PARTITIONS + 4]);
	printf("  stage2      [%d, %d), of it in real mode [%d, %u); reads "
	       "[%d, %d) at once\n", STAGE2_LBA,
	       STAGE2_LBA + h->stage2_sectors, STAGE2_LBA, early_end,
	       STAGE2_LBA, STAGE2_LBA + h->loader_sectors);
	printf("  superblock  [%" PRIu32 ", %" PRIu32 ")\n", h->super_lba,
	       h->super_lba + 1);
	printf("  directory   [%" PRIu32 ", %" PRIu64 "), %" PRIu32
	       " files\n", s->directory_lba,
	       (uint64_t)s->directory_lba + s->directory_sectors,
	       s->file_count);
	printf("  wishes      ");
	wish_print(&s->wishes);
	putchar('\n');
}

static int list_files(struct list *l, enum list_detail detail,
		      struct failure *f)
{
	struct image_lister *lister = image_lister_new(&l->reader, detail, f);
	int err = lister == NULL ? -1 : 0;

	for (uint32_t i = 0; i < l->super.file_count && err == 0; i++) {
		struct image_file file;

		memcpy(&file, l->directory + i * sizeof(file), sizeof(file));
		err = image_lister_file(lister, &file, (const char *)
					l->directory + file.name_offset, f);
	}
	free(lister);
	return err;
}

/* Whatever no sum covers, down to the fill at the end. */
static int check_id(const struct list *l, struct failure *f)
{
	uint64_t id;

	if (image_id_compute(l->reader.fd, l->super.disk_sectors,
			     l->header.super_lba, &id) != 0)
		return fail(f, l->reader.name, "%s", strerror(errno));
	if (id != l->super.image_id)
		return fail(f, l->reader.name, "the image id is %016" PRIx64
			    ", but the content's is %016" PRIx64 ": something "
			    "that no sum covers was changed",
			    l->super.image_id, id);
	return 0;
}

int image_list(int fd, const char *name, uint64_t size,
	       enum list_detail detail, struct failure *f)
{
	struct list *l = calloc(1, sizeof(*l));
	int err = -1;

	if (l == NULL)
		return fail(f, name, "%s", strerror(ENOMEM));
	image_reader_init(&l->reader, fd, name, size);
	if (read_stages(l, f) == 0 && check_stages(l, f) == 0 &&
	    read_super(l, f) == 0 && check_partition_table(l, f) == 0) {
		print_front(l);
		err = list_files(l, detail, f);
	}
	if (err == 0)
		err = check_id(l, f);
	if (err == 0)
		err = text_flush(f);
	free(l);
	return err;
}

int image_list_path(const char *path, enum list_detail detail,
		    struct failure *f)
{
	struct stat st;
	off_t end;
	int fd, err;

	if (stat(path, &st) != 0)
		return fail(f, path, "%s", strerror(errno));
	if (!S_ISBLK(st.st_mode) && file_kind(st.st_mode) != NULL)
		return fail(f, path, "%s; an image is a file or a disk",
			    file_kind(st.st_mode));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(f, path, "%s", strerror(errno));
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		err = fail(f, path, "%s", strerror(errno));
	else
		err = image_list(fd, path, (uint64_t)end, detail, f);
	close(fd);
	return err;
}
