/* SPDX-License-Identifier: 0BSD */
/* pack.h - chooses how a block of a file is stored, and makes it so. */
#ifndef STAGECOACH_PACK_H
#define STAGECOACH_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"      /* IMAGE_BLOCK_SIZE, enum image_codec */

/*
 * AUTO weighs reading against decoding, for a BIOS that reads
 * PACK_READ_SPEED: a SATA disk's, or a virtual machine's. The loader's decoder
 * takes PACK_SEQUENCE_NS for each sequence of LZ4 and PACK_KIB_NS for each KiB
 * it writes, on a CPU of 2 GHz: measured on an EPYC, 3.4 and 140, fitted over
 * 281 blocks of a program, and taken as if that had run at 3.5 GHz. Programs
 * have a sequence to 18 bytes, so there compression has to save a sixteenth of
 * the sectors; text that repeats costs next to nothing. A USB stick is several
 * times slower and gains by every block that passes. An emulated CPU is the
 * one that may lose: docs/performance.md says how much.
 *
 * A block of zeros takes no room in any mode.
 */
enum pack_mode {
	PACK_AUTO,                      /* where it makes the boot faster */
	PACK_ALWAYS,                    /* where it saves a sector */
	PACK_NEVER,
};

#define PACK_READ_SPEED         100000000       /* bytes in a second */
#define PACK_SEQUENCE_NS        6
#define PACK_KIB_NS             250

/* What liblz4 works with. One thread at a time uses it. */
struct packer {
	enum pack_mode mode;
	void *fast, *thorough;
};

/* One block on its way to the disk. */
struct packed {
	/* The caller's: what is to be packed, zeros behind it to the end. */
	uint8_t block[IMAGE_BLOCK_SIZE];
	size_t size;                    /* 1 .. IMAGE_BLOCK_SIZE */

	/* pack_block()'s: as it goes to the disk. */
	enum image_codec codec;
	uint32_t stored_size;           /* as in struct image_block */
	uint32_t sectors;
	const uint8_t *data;            /* whole sectors: block, or room */
	struct checksum sum;            /* over these */
	uint8_t room[IMAGE_BLOCK_SIZE];
};

/* Opens *p, which packer_close() closes; also when there was no memory: -1. */
int packer_open(struct packer *p, enum pack_mode mode);
void packer_close(struct packer *p);

/* Packs a block. The result depends on mode, block and size alone. */
void pack_block(const struct packer *p, struct packed *packed);

/*
 * The sequences that a decoder of these bytes does: [in, in + size), an LZ4
 * block that is right, as liblz4's are.
 */
uint32_t pack_count_sequences(const uint8_t *in, size_t size);

#endif
