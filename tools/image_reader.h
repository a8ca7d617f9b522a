/* SPDX-License-Identifier: 0BSD */
/* image_reader.h - an image file as the disk that lib/image_file.c reads. */
#ifndef STAGECOACH_IMAGE_READER_H
#define STAGECOACH_IMAGE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "image_file.h"

struct failure;

struct image_reader {
	struct image_disk disk;         /* first: read() gets its address */
	int fd;
	const char *name;
	uint64_t sectors;               /* whole ones of the file */
	int error;                      /* errno of a failed read, or 0 */
	uint8_t data[IMAGE_BLOCK_SIZE];
};

void image_reader_init(struct image_reader *r, int fd, const char *name,
		       uint64_t size);

/* Reads sectors to data. */
int image_reader_get(struct image_reader *r, uint64_t lba, void *data,
		     size_t sectors, struct failure *f);

/* Fails with what lib/image_file.c, or the reader, found. */
int image_reader_fail(const struct image_reader *r, int err,
		      const struct image_fault *fault, struct failure *f);

#endif
