/* SPDX-License-Identifier: 0BSD */
/* content.h - a file as it will lie in the image, wherever it comes from. */
#ifndef STAGECOACH_CONTENT_H
#define STAGECOACH_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"      /* enum image_file_type */

struct failure;

struct content {
	enum image_file_type type;
	uint32_t flags;                 /* IMAGE_FILE_* */
	const char *name;               /* not terminated */
	size_t name_size;
	uint64_t size;
	uint64_t wish_offset;           /* as in struct image_file */
	bool takes_more;                /* of stage2 than every kernel does */
	/* Brings size bytes at offset, all of them inside the file. */
	int (*read)(const struct content *c, void *data, size_t size,
		    uint64_t offset, struct failure *f);
	const void *source;             /* for read() */
};

#endif
