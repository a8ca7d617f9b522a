// SPDX-License-Identifier: 0BSD
/* vbe.c - judges a card's video modes, and chooses one. */
#include "vbe.h"

#include <stdbool.h>
#include <string.h>

#define MIB             0x100000u
#define ADDRESS_END     0x100000000     /* of a base register of 32 bits */

/* The info block */
#define INFO_SIGNATURE  "VESA"
#define INFO_VERSION    4
#define INFO_LIST       14      /* offset, then segment */
#define INFO_BLOCKS     18      /* of video memory, 64 KiB each */

/* A mode's block */
#define MODE_ATTRIBUTES 0
#define MODE_PITCH      16
#define MODE_WIDTH      18
#define MODE_HEIGHT     20
#define MODE_PLANES     24
#define MODE_BITS       25
#define MODE_MODEL      27
#define MODE_MASKS      31      /* size, position of red, green, blue */
#define MODE_ADDRESS    40
#define MODE_PITCH_3    50      /* VBE 3.0: in linear modes, this */
#define MODE_MASKS_3    54      /* and these */

/* Supported by the hardware, graphics, with a linear framebuffer. */
#define ATTRIBUTES      0x91
#define DIRECT_COLOUR   6

static uint16_t word(const uint8_t *block, size_t at)
{
	return (uint16_t)(block[at] | block[at + 1] << 8);
}

static uint32_t dword(const uint8_t *block, size_t at)
{
	return word(block, at) | (uint32_t)word(block, at + 2) << 16;
}

int vbe_read_info(const void *block, struct vbe_info *info)
{
	const uint8_t *b = block;

	if (memcmp(b, INFO_SIGNATURE, sizeof(INFO_SIGNATURE) - 1) != 0)
		return VBE_SIGNATURE;
	info->version = word(b, INFO_VERSION);
	if (info->version < 0x200)
		return VBE_VERSION;
	info->list = word(b, INFO_LIST) + word(b, INFO_LIST + 2) * 16u;
	info->memory = word(b, INFO_BLOCKS) * 0x10000ull;
	return VBE_OK;
}

size_t vbe_copy_list(const void *list, size_t room, uint16_t *number,
		     size_t max)
{
	const uint8_t *b = list;
	size_t count = 0, at, i;

	for (at = 0; room - at >= 2 && count < max; at += 2) {
		uint16_t n = word(b, at);

		if (n == VBE_NO_MODE)
			break;
		if (n < 0x100 || n > 0x3fff)
			continue;
		for (i = 0; i < count && number[i] != n; i++)
			;
		if (i == count)
			number[count++] = n;
	}
	return count;
}

/* Takes over the three channels; false if they overlap or leave the pixel. */
static bool read_masks(const uint8_t *b, struct boot_video_mode *mode)
{
	uint32_t taken = 0;
	int i;

	for (i = 0; i < 6; i += 2) {
		unsigned size = b[i], shift = b[i + 1];
		uint32_t mask;

		if (size < 1 || size > 16 ||
		    shift + size > mode->bits_per_pixel)
			return false;
		mask = ((1u << size) - 1) << shift;
		if (taken & mask)
			return false;
		taken |= mask;
	}
	memcpy(&mode->red_size, b, 6);
	return true;
}

_Static_assert(offsetof(struct boot_video_mode, blue_shift) ==
	       offsetof(struct boot_video_mode, red_size) + 5,
	       "the channels lie as in the block");

static bool is_side(uint32_t side)
{
	return side - 1 < BOOT_VIDEO_SIDE_MAX;
}

static bool is_depth(uint8_t bits)
{
	return bits == 15 || bits == 16 || bits == 24 || bits == 32;
}

int vbe_read_mode(const void *block, uint16_t number,
		  const struct vbe_info *info, struct vbe_mode *mode)
{
	const uint8_t *b = block;
	struct boot_video_mode *m = &mode->mode;
	size_t masks = MODE_MASKS;
	uint64_t size;

	*mode = (struct vbe_mode){
		.mode = {
			.width = word(b, MODE_WIDTH),
			.height = word(b, MODE_HEIGHT),
			.pitch = word(b, MODE_PITCH),
			.mode = number,
			.bits_per_pixel = b[MODE_BITS],
		},
		.framebuffer = dword(b, MODE_ADDRESS),
	};
	if ((~word(b, MODE_ATTRIBUTES) & ATTRIBUTES) != 0)
		return VBE_ATTRIBUTES;
	if (b[MODE_MODEL] != DIRECT_COLOUR || b[MODE_PLANES] != 1)
		return VBE_MODEL;
	if (!is_depth(m->bits_per_pixel))
		return VBE_DEPTH;
	if (!is_side(m->width) || !is_side(m->height))
		return VBE_SIZE;
	/* Some that say 3.0 leave the fields of 3.0 empty. */
	if (info->version >= 0x300) {
		if (word(b, MODE_PITCH_3) != 0)
			m->pitch = word(b, MODE_PITCH_3);
		if (b[MODE_MASKS_3] != 0)
			masks = MODE_MASKS_3;
	}
	if (m->pitch < m->width * ((m->bits_per_pixel + 7u) / 8))
		return VBE_PITCH;
	size = (uint64_t)m->pitch * m->height;
	if (info->memory != 0 && size > info->memory)
		return VBE_MEMORY;
	if (!read_masks(b + masks, m))
		return VBE_MASKS;
	if (mode->framebuffer < MIB || mode->framebuffer > ADDRESS_END - size)
		return VBE_ADDRESS;
	return VBE_OK;
}

/* What will do: modes from least to most, both included. */
struct bounds {
	uint32_t least_width, least_height;
	uint32_t most_width, most_height;
	bool largest;
};

static void set_bounds(struct bounds *b, const struct boot_wishes *wishes,
		       const struct edid *edid)
{
	*b = (struct bounds){
		wishes->width, wishes->height, ~0u, ~0u,
		wishes->video == BOOT_VIDEO_BEST,
	};
	if (wishes->video == BOOT_VIDEO_EXACT) {
		b->most_width = wishes->width;
		b->most_height = wishes->height;
	} else if (b->largest) {
		b->least_width = b->least_height = 0;
		b->most_width = edid->width ? edid->width : VBE_SAFE_WIDTH;
		b->most_height = edid->width ? edid->height : VBE_SAFE_HEIGHT;
	}
}

static bool will_do(const struct boot_video_mode *m, const struct bounds *b,
		    uint16_t bits)
{
	return m->width >= b->least_width && m->width <= b->most_width &&
	       m->height >= b->least_height && m->height <= b->most_height &&
	       (bits == 0 || m->bits_per_pixel == bits);
}

static bool is_better(const struct boot_video_mode *m,
		      const struct boot_video_mode *than, bool largest)
{
	uint64_t area = (uint64_t)m->width * m->height;
	uint64_t other = (uint64_t)than->width * than->height;

	if (area != other)
		return (area > other) == largest;
	return m->bits_per_pixel > than->bits_per_pixel;
}

int vbe_choose(const struct vbe_mode *mode, size_t count,
	       const struct boot_wishes *wishes, const struct edid *edid)
{
	struct bounds bounds;
	int best = -1;
	size_t i;

	set_bounds(&bounds, wishes, edid);
	for (i = 0; i < count; i++)
		if (will_do(&mode[i].mode, &bounds, wishes->bits_per_pixel) &&
		    (best < 0 || is_better(&mode[i].mode, &mode[best].mode,
					   bounds.largest)))
			best = (int)i;
	return best;
}
