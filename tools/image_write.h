/* SPDX-License-Identifier: 0BSD */
/* image_write.h - writes a whole image. */
#ifndef STAGECOACH_IMAGE_WRITE_H
#define STAGECOACH_IMAGE_WRITE_H

#include <stddef.h>

#include "content.h"
#include "pack.h"       /* enum pack_mode */

struct failure;
struct output;

/*
 * Writes an image of these files: the kernel first, then the command line if
 * there is one, then the modules. wishes are as the loader is to obey them.
 */
int image_write(struct output *out, const struct content *contents,
		size_t count, const struct boot_wishes *wishes,
		enum pack_mode mode, struct failure *f);

#endif
