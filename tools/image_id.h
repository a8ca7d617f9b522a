/* SPDX-License-Identifier: 0BSD */
/*
 * image_id.h - the number that names an image: a hash of all its sectors; and
 * the one that names the block table of a file.
 *
 * Taken as zero are the fields that hold the id or depend on it: MBR_DISK_ID
 * and MBR_SECTOR_SUM in sector 0; image_id in stage2's header; image_id and
 * sum in the superblock. The hash is the struct checksum of all sectors of
 * the image, from sector 0 to its end, folded into 64 bits by image_id_fold().
 * A table's tag is the same of its sectors, without the tags and sums in them.
 */
#ifndef STAGECOACH_IMAGE_ID_H
#define STAGECOACH_IMAGE_ID_H

#include <stdint.h>

#include "checksum.h"

struct image_table;

/* An id is never 0 in its low half: that is also a disk signature. */
uint64_t image_id_fold(struct checksum sum);

/*
 * The id of the image of disk_sectors sectors that starts the file fd, with
 * its superblock at super_lba. Returns 0, or -1 as fd_read() does.
 */
int image_id_compute(int fd, uint64_t disk_sectors, uint64_t super_lba,
		     uint64_t *id);

/*
 * Continues the sum that folds to a table's tag over its next sector, whose
 * own tag and sum are taken as 0.
 */
void image_tag_add(struct checksum *sum, const struct image_table *table);

#endif
