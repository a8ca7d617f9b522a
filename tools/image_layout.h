/* SPDX-License-Identifier: 0BSD */
/*
 * image_layout.h - what lies where in the image. docs/image-format.md has the
 * picture.
 *
 *   stage1 | stage2 | superblock | directory | block tables | command line |
 *   kernel | modules | fill
 *
 * What is small comes first, so that the loader's first read can bring all of
 * it. All tables have their place before any data is known, as their sizes
 * follow from the files' sizes; data follow as they are packed.
 */
#ifndef STAGECOACH_IMAGE_LAYOUT_H
#define STAGECOACH_IMAGE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "image.h"

struct image_layout {
	uint32_t stage2_sectors;
	uint32_t super_lba;
	uint32_t directory_lba;
	uint32_t directory_sectors;
	size_t file_count;
	struct image_file file[IMAGE_MAX_FILES];        /* as on the disk */
	uint64_t next_lba;              /* where the next data go */
	uint64_t small_end;             /* end of all that is small */
	uint64_t disk_sectors;
};

/*
 * Places everything up to the tables. contents are in the directory's order;
 * their sizes and names are within the limits of image.h.
 */
void image_layout_begin(struct image_layout *l, size_t stage2_size,
			const struct content *contents, size_t count);

/* Rounds the image up, when all data have their place. */
void image_layout_end(struct image_layout *l);

/*
 * Sectors that stage1 and stage2's first sector bring before anything else:
 * what is small, and the kernel if all of it fits as well.
 */
uint16_t image_layout_loader_sectors(const struct image_layout *l);

/* LBA of the end of a file's data; 0 if it has none. */
uint64_t image_file_end(const struct image_file *file);

#endif
