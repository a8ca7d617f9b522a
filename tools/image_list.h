/* SPDX-License-Identifier: 0BSD */
/* image_list.h - prints what is in an image, and verifies all of it. */
#ifndef STAGECOACH_IMAGE_LIST_H
#define STAGECOACH_IMAGE_LIST_H

#include <stdint.h>

struct failure;

enum list_detail {
	LIST_FILES,
	LIST_BLOCKS,                    /* each block of each file as well */
};

/*
 * Lists the image that starts the file fd of size bytes on standard output.
 * Fails unless all of it is right: whatever the loader checks, every block's
 * content, and the image id, which covers each byte of the image.
 */
int image_list(int fd, const char *name, uint64_t size,
	       enum list_detail detail, struct failure *f);

/* The same for the file or block device of that name. */
int image_list_path(const char *path, enum list_detail detail,
		    struct failure *f);

#endif
