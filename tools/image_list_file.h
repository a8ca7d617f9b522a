/* SPDX-License-Identifier: 0BSD */
/* image_list_file.h - prints and verifies one file of an image. */
#ifndef STAGECOACH_IMAGE_LIST_FILE_H
#define STAGECOACH_IMAGE_LIST_FILE_H

#include <stdint.h>

#include "image.h"
#include "image_list.h" /* enum list_detail */

struct failure;
struct image_reader;
struct image_lister;

/* NULL: no memory. free() takes it back. */
struct image_lister *image_lister_new(struct image_reader *reader,
				      enum list_detail detail,
				      struct failure *f);

/*
 * Prints a line about a file (and one for each block), and reads all of it
 * the way the loader does. Its entry has been checked.
 */
int image_lister_file(struct image_lister *l, const struct image_file *file,
		      const char *name, struct failure *f);

#endif
