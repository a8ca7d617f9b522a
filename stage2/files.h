/* SPDX-License-Identifier: 0BSD */
/* files.h - the files of the image: opens the image, loads a file to memory. */
#ifndef STAGE2_FILES_H
#define STAGE2_FILES_H

#include <stdint.h>

#include "disk.h"
#include "image_file.h"

struct files {
	struct disk *disk;
	const struct image_super *super;
	const uint8_t *directory;       /* super->directory_sectors sectors */
	const struct image_file *file;  /* super->file_count, the first of it */
	struct image_buffers buffers;
};

/*
 * Reads superblock and directory of the image that this stage2 belongs to.
 * Dies with a sentence that names the sector if they are not in order.
 */
void files_open(struct files *files, struct disk *disk);

/* The name of file `index`, NUL-terminated. */
const char *files_name(const struct files *files, uint32_t index);

/*
 * Brings bytes [from, to) of file `index` to where the sink wants them. Dies
 * with a sentence that names file and sector if that fails.
 */
void files_read(struct files *files, uint32_t index, uint64_t from,
		uint64_t to, struct image_sink *sink);

/* The same, of bytes that go to one buffer. */
void files_read_to(struct files *files, uint32_t index, uint64_t from,
		   uint64_t to, uint8_t *buffer);

#endif
