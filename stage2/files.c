// SPDX-License-Identifier: 0BSD
/* files.c - the files of the image: opens the image, loads a file to memory. */
#include <string.h>

#include "console.h"
#include "files.h"
#include "io.h"
#include "layout.h"

/*
 * Names of modules can be longer than a message: their start will do. The
 * command line is the file without a name.
 */
static _Noreturn void fail(const struct files *files, const char *whose,
			   int err, const struct image_fault *fault)
{
	if (*whose == '\0')
		whose = "command line";
	if (err == IMAGE_READ)
		die("%.60s: cannot read sector %llu of drive %02x: BIOS status "
		    "%02x", whose, (unsigned long long)files->disk->bad_lba,
		    files->disk->facts.drive, files->disk->status);
	die("%.60s: %s%s at sector %llu of drive %02x: %s (%llu)", whose,
	    fault->what, fault->field, (unsigned long long)fault->lba,
	    files->disk->facts.drive, image_strerror(err),
	    (unsigned long long)fault->value);
}

/* Whole sectors, as many pieces as the disk needs, to one place. */
static void read_sectors(struct files *files, uint64_t lba, uint64_t count,
			 void *to)
{
	struct image_disk *disk = &files->disk->image;
	struct image_fault fault = { .lba = lba };
	const uint8_t *data;
	uint8_t *at = to;
	uint64_t got;

	while (count > 0) {
		if (disk->read(disk, lba, count, &data, &got))
			fail(files, "image", IMAGE_READ, &fault);
		memcpy(at, data, got * SECTOR_SIZE);
		at += got * SECTOR_SIZE;
		lba += got;
		count -= got;
	}
}

void files_open(struct files *files, struct disk *disk)
{
	static struct image_super super NOT_CLEARED;
	static uint8_t directory[IMAGE_MAX_DIRECTORY]
		NOT_CLEARED __attribute__((aligned(8)));
	const struct stage2_header *header = phys(STAGE2_ADDR);
	struct image_fault fault;
	int err;

	*files = (struct files){
		.disk = disk, .super = &super, .directory = directory,
		.file = (const struct image_file *)directory,
		.buffers = { .table = phys(TABLE_BUF),
			     .table_count = TABLE_BUF_SECTORS,
			     .join = phys(JOIN_BUF),
			     .scratch = phys(SCRATCH_BUF) },
	};
	/* stage1 has summed the header. */
	read_sectors(files, header->super_lba, 1, &super);
	err = image_check_super(&super, header->super_lba, header->image_id,
				&fault);
	if (err)
		fail(files, "image", err, &fault);
	read_sectors(files, super.directory_lba, super.directory_sectors,
		     directory);
	err = image_check_directory(&super, directory, &fault);
	if (err)
		fail(files, "image", err, &fault);
}

const char *files_name(const struct files *files, uint32_t index)
{
	return (const char *)files->directory + files->file[index].name_offset;
}

void files_read(struct files *files, uint32_t index, uint64_t from,
		uint64_t to, struct image_sink *sink)
{
	struct image_fault fault;
	const struct image_file *file = &files->file[index];
	struct progress *progress = &files->disk->progress;
	int err;

	progress_begin(progress, files_name(files, index), file->data_lba,
		       file->data_sectors);
	err = image_read_file(&files->disk->image, file, from, to,
			      &files->buffers, sink, &fault);
	if (err)
		fail(files, files_name(files, index), err, &fault);
	progress_end(progress);
}

/* A sink for bytes that go to one buffer. */
struct buffer_sink {
	struct image_sink sink;
	uint8_t *start;                 /* offset 0 of the file would be here */
};

static uint8_t *place_in_buffer(struct image_sink *sink, uint64_t offset,
				uint64_t size, uint64_t *room)
{
	*room = size;
	return ((struct buffer_sink *)sink)->start + offset;
}

void files_read_to(struct files *files, uint32_t index, uint64_t from,
		   uint64_t to, uint8_t *buffer)
{
	struct buffer_sink sink = {
		{ place_in_buffer }, phys((uintptr_t)buffer - from),
	};

	files_read(files, index, from, to, &sink.sink);
}
