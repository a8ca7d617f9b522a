/* SPDX-License-Identifier: 0BSD */
/*
 * image.h - the on-disk format, version 1: what mkimage writes and what the
 * loader reads. docs/image-format.md explains it with figures.
 *
 *   sector 0                stage1, partition table
 *   sector 1 ..             stage2; its first sector holds stage2_header
 *   header.super_lba        superblock
 *   super.directory_lba ..  directory: file entries, then their names
 *   file.table_lba ..       block table of each file
 *   file.data_lba ..        stored blocks of each file
 *   up to super.disk_sectors: zero padding
 *
 * All numbers are little-endian, all structures packed by construction (each
 * field naturally aligned). LBAs count 512-byte sectors from the start of the
 * image. Everything here comes from a disk and is checked before use
 * (lib/image.h).
 */
#ifndef STAGECOACH_IMAGE_H
#define STAGECOACH_IMAGE_H

#include <stdint.h>

#include "boot_info.h"  /* struct boot_wishes */
#include "checksum.h"   /* struct checksum: two 64-bit sums */
#include "layout.h"     /* SECTOR_SIZE, HDR_* */

#define IMAGE_VERSION           1
#define IMAGE_BLOCK_SIZE        65536   /* bytes of file a block stands for */
#define IMAGE_BLOCK_SECTORS     128
#define IMAGE_MAX_FILES         80      /* kernel, command line, modules */
#define IMAGE_MAX_MODULES       64
#define IMAGE_MAX_NAME          255     /* bytes, without the NUL */
#define IMAGE_MAX_CMDLINE       65535   /* bytes, without the NUL */
#define IMAGE_MAX_DIRECTORY     32768   /* bytes, whole sectors */
#define IMAGE_MAX_FILE          (1ull << 40)
#define IMAGE_MIN_SIZE          (1024 * 1024)
#define IMAGE_CYLINDER_SECTORS  (16 * 63)       /* what Bochs wants whole */

/*
 * Start of stage2's first sector (STAGE2_LBA). The build fills in the jump,
 * the magic, early_sectors and plain_sectors; mkimage the rest.
 */
struct stage2_header {
	uint8_t jump[4];                /* to the code behind the header */
	uint32_t magic;                 /* STAGE2_MAGIC */
	uint16_t loader_sectors;        /* sectors from STAGE2_LBA to bring before
					   anything else; >= stage2_sectors, at
					   most LOADER_MAX_SECTORS */
	uint16_t stage2_sectors;        /* of these, stage2 itself */
	uint16_t early_sectors;         /* of these, after the first, what real
					   mode runs and sums before it does */
	uint16_t plain_sectors;         /* of stage2_sectors, those that every
					   kernel needs: all, or all but the
					   end */
	uint32_t super_lba;
	uint32_t reserved;              /* 0 */
	uint64_t image_id;              /* same as in the superblock */
	uint32_t early_sum[2];          /* image_early_sum() over sectors 2 to
					   1 + early_sectors of the disk */
	struct checksum rest_sum;       /* over the rest of stage2's sectors */
};

#define IMAGE_SUPER_MAGIC       "STAGECOACH IMAGE"      /* 16 bytes, no NUL */

/* One sector. Found through stage2_header.super_lba. */
struct image_super {
	uint8_t magic[16];              /* IMAGE_SUPER_MAGIC */
	uint32_t version;               /* IMAGE_VERSION */
	uint32_t block_size;            /* IMAGE_BLOCK_SIZE */
	uint64_t image_id;              /* hash of the image, never 0 in its low
					   half, which is also the MBR's disk
					   signature */
	uint64_t disk_sectors;          /* the whole image */
	uint32_t directory_lba;
	uint32_t directory_sectors;     /* at most IMAGE_MAX_DIRECTORY */
	uint32_t file_count;            /* entries at the directory's start */
	uint32_t flags;                 /* none defined: 0 */
	struct checksum directory_sum;  /* over all the directory's sectors */
	struct boot_wishes wishes;      /* what the loader is to do: the
					   kernel's, with mkimage's options
					   worked in, nothing required, nothing
					   of later versions */
	uint8_t reserved[360];          /* 0 */
	struct checksum sum;            /* over the 496 bytes before */
};

enum image_file_type {
	IMAGE_KERNEL = 1,               /* exactly one, the first entry */
	IMAGE_CMDLINE = 2,              /* at most one; text, no NUL stored */
	IMAGE_MODULE = 3,               /* in the order of -m */
};

/*
 * The kernel was carried whole (mkimage --symbols): hand the raw ELF over.
 * Only the kernel's entry may have it.
 */
#define IMAGE_FILE_SYMBOLS      1u

/* A file of the image; the directory begins with file_count of these. */
struct image_file {
	uint32_t type;                  /* enum image_file_type */
	uint32_t flags;                 /* IMAGE_FILE_* */
	uint64_t size;                  /* bytes, as the kernel will see it */
	uint32_t block_count;           /* size / IMAGE_BLOCK_SIZE, rounded up */
	uint32_t table_lba;             /* ceil(block_count /
					   IMAGE_TABLE_BLOCKS) sectors; 0 if
					   block_count is 0 */
	uint64_t data_lba;              /* stored blocks, in order, without gaps;
					   0 if data_sectors is 0 */
	uint64_t data_sectors;
	uint32_t name_offset;           /* of the name, from the directory's
					   start; a NUL follows the name */
	uint32_t name_size;             /* bytes without the NUL */
	uint64_t wish_offset;           /* kernel: where in the file its wish
					   struct boot_wishes lies; 0 = none */
	uint64_t table_tag;             /* hash of its block table, which each
					   sector of that repeats; 0 if
					   block_count is 0 */
};

enum image_codec {
	IMAGE_ZERO = 0,                 /* no sectors; the block is all zero */
	IMAGE_STORED = 1,
	IMAGE_LZ4 = 2,                  /* one LZ4 block (no frame) */
};

/*
 * One block: IMAGE_BLOCK_SIZE bytes of the file (the last may be shorter).
 * Its stored bytes begin a sector; zeros fill up the last one.
 */
struct image_block {
	uint64_t lba;                   /* first sector; 0 for IMAGE_ZERO */
	uint32_t stored_size;           /* bytes on disk: 0 for IMAGE_ZERO, the
					   block's own size for IMAGE_STORED,
					   less than that for IMAGE_LZ4 */
	uint32_t codec;                 /* enum image_codec */
	struct checksum sum;            /* over its sectors, fill included */
};

#define IMAGE_TABLE_BLOCKS      15      /* blocks to a table sector */

/*
 * One sector of a file's block table. Unused blocks at the end are 0. The tag
 * is the sum over all of the file's table sectors in order, tags and sums in
 * them taken as 0, folded to 64 bits like the image id: so a table of another
 * image is told from ours, though its own sum is right.
 */
struct image_table {
	struct image_block block[IMAGE_TABLE_BLOCKS];
	uint64_t first_block;           /* index of block[0] in the file */
	uint64_t tag;                   /* the file's table_tag */
	struct checksum sum;            /* over the 496 bytes before */
};

_Static_assert(sizeof(struct stage2_header) == HDR_SIZE,
	       "HDR_SIZE in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, magic) ==
	       HDR_MAGIC, "HDR_MAGIC in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, loader_sectors) ==
	       HDR_LOADER_SECTORS, "HDR_LOADER_SECTORS in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, stage2_sectors) ==
	       HDR_STAGE2_SECTORS, "HDR_STAGE2_SECTORS in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, early_sectors) ==
	       HDR_EARLY_SECTORS, "HDR_EARLY_SECTORS in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, super_lba) ==
	       HDR_SUPER_LBA, "HDR_SUPER_LBA in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, image_id) ==
	       HDR_IMAGE_ID, "HDR_IMAGE_ID in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, early_sum) ==
	       HDR_EARLY_SUM, "HDR_EARLY_SUM in layout.h");
_Static_assert(__builtin_offsetof(struct stage2_header, rest_sum) ==
	       HDR_REST_SUM, "HDR_REST_SUM in layout.h");
_Static_assert(sizeof(struct image_super) == SECTOR_SIZE, "superblock");
_Static_assert(sizeof(struct image_file) == 64, "file entry");
_Static_assert(sizeof(struct image_block) == 32, "block entry");
_Static_assert(sizeof(struct image_table) == SECTOR_SIZE, "table sector");

#endif
