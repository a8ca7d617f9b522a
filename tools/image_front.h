/* SPDX-License-Identifier: 0BSD */
/*
 * image_front.h - the part of an image that leads to its files: stage1,
 * stage2, superblock, directory.
 */
#ifndef STAGECOACH_IMAGE_FRONT_H
#define STAGECOACH_IMAGE_FRONT_H

#include "image_layout.h"

struct failure;
struct output;

/* Refuses stages that are not what this program was written for. */
int image_check_stages(struct failure *f);

/*
 * Bytes of stage2 in an image of this kernel: without its end if neither the
 * kernel nor its wishes take more.
 */
size_t image_stage2_size(const struct boot_wishes *wishes,
			 const struct content *kernel);

/*
 * Writes the front of an image whose files are in place, and names it: this
 * is the last step.
 */
int image_write_front(struct output *out, const struct image_layout *l,
		      const struct content *contents,
		      const struct boot_wishes *wishes, struct failure *f);

#endif
