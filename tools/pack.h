/* SPDX-License-Identifier: 0BSD */
/* pack.h - chooses how a block of a file is stored, and makes it so. */
#ifndef STAGECOACH_PACK_H
#define STAGECOACH_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"      /* IMAGE_BLOCK_SIZE, enum image_codec */

/*
 * What a compressed block has to save. Blocks of zeros take no room in any
 * mode.
 *
 * AUTO weighs reading against decoding. Sectors that need not be read save
 * the BIOS's time; the whole block has to be decoded for it. A BIOS reads
 * 5 to 30 MB/s and the decoder makes some 300 MB/s, a ratio of 10 and more,
 * so saving an eighth pays everywhere.
 */
enum pack_mode {
	PACK_AUTO,                      /* at least 1/8 of its sectors */
	PACK_ALWAYS,                    /* at least one sector */
	PACK_NEVER,
};

struct packer {
	enum pack_mode mode;
	void *fast, *thorough;          /* working memory of liblz4 */
	uint8_t data[IMAGE_BLOCK_SIZE];
};

/* A block as it goes to the disk. */
struct packed {
	enum image_codec codec;
	uint32_t stored_size;           /* as in struct image_block */
	const uint8_t *data;            /* whole sectors, fill included */
	uint32_t sectors;
};

/* NULL: no memory. packer_free() takes it back, and NULL as well. */
struct packer *packer_new(enum pack_mode mode);
void packer_free(struct packer *p);

/*
 * Packs the first size bytes (1 .. IMAGE_BLOCK_SIZE) of block, which are
 * followed by zeros to the end of their last sector. The result holds until
 * the next call, and as long as block stays.
 */
struct packed pack_block(struct packer *p,
			 const uint8_t block[IMAGE_BLOCK_SIZE], size_t size);

#endif
