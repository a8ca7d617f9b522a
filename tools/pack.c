// SPDX-License-Identifier: 0BSD
/* pack.c - chooses how a block of a file is stored, and makes it so. */
#include "host.h"

#include <lz4.h>
#include <lz4hc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

/*
 * On 64 MiB of programs: level 6 takes 0.9 s and leaves 47.0 %, level 9 takes
 * 1.3 s and leaves 46.9 %, level 12 takes 4.8 s and leaves 46.8 %.
 */
#define HC_LEVEL 6

struct packer *packer_new(enum pack_mode mode)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->mode = mode;
	p->fast = malloc((size_t)LZ4_sizeofState());
	p->thorough = malloc((size_t)LZ4_sizeofStateHC());
	if (p->fast == NULL || p->thorough == NULL) {
		packer_free(p);
		return NULL;
	}
	return p;
}

void packer_free(struct packer *p)
{
	if (p == NULL)
		return;
	free(p->fast);
	free(p->thorough);
	free(p);
}

static uint32_t sectors_of(size_t size)
{
	return (uint32_t)((size + SECTOR_SIZE - 1) / SECTOR_SIZE);
}

static bool is_zero(const uint8_t *data, size_t size)
{
	return data[0] == 0 && memcmp(data, data + 1, size - 1) == 0;
}

/* How many sectors a compressed block may have to be worth it. */
static uint32_t worthwhile(enum pack_mode mode, uint32_t sectors)
{
	switch (mode) {
	case PACK_AUTO:
		return sectors - (sectors + 7) / 8;
	case PACK_ALWAYS:
		return sectors - 1;
	case PACK_NEVER:
		break;
	}
	return 0;
}

/* Compresses into p->data. Returns the size, 0 if it exceeds limit. */
static size_t compress(struct packer *p, const uint8_t *block, size_t size,
		       size_t limit)
{
	const char *in = (const char *)block;
	char *out = (char *)p->data;
	int got;

	/* The thorough search is slowest, 70 MB/s, on what does not compress
	   at all. The fast one tells in no time. */
	if (LZ4_compress_fast_extState(p->fast, in, out, (int)size,
				       (int)size - 1, 1) == 0)
		return 0;
	got = LZ4_compress_HC_extStateHC(p->thorough, in, out, (int)size,
					 (int)limit, HC_LEVEL);
	return got > 0 ? (size_t)got : 0;
}

struct packed pack_block(struct packer *p,
			 const uint8_t block[IMAGE_BLOCK_SIZE], size_t size)
{
	struct packed packed = {
		.codec = IMAGE_STORED,
		.stored_size = (uint32_t)size,
		.data = block,
		.sectors = sectors_of(size),
	};
	size_t limit = (size_t)worthwhile(p->mode, packed.sectors) *
		SECTOR_SIZE;
	size_t got;

	if (is_zero(block, size))
		return (struct packed){ .codec = IMAGE_ZERO, .data = block };
	if (limit == 0)
		return packed;
	got = compress(p, block, size, limit);
	if (got == 0)
		return packed;
	packed = (struct packed){
		.codec = IMAGE_LZ4,
		.stored_size = (uint32_t)got,
		.data = p->data,
		.sectors = sectors_of(got),
	};
	memset(p->data + got, 0, packed.sectors * SECTOR_SIZE - got);
	return packed;
}
