// SPDX-License-Identifier: 0BSD
/*
 * fuzz_video.c - what a card and a monitor say: EDID, VBE's info block, its
 * list, its modes, and the choice among these. A mode that is accepted is one
 * that can be drawn to, and the choice is the best of those that will do.
 *
 * Input: wishes, the info block's fields; the modes, some bytes each; an EDID.
 */
#include "fuzz.h"

#include "edid.h"
#include "vbe.h"

#define MODES           6

static struct vbe_mode mode[MODES];

/* ---- EDID --------------------------------------------------------------- */

static void check_edid(const uint8_t *block, struct edid *edid)
{
	int err = edid_read(block, edid);
	uint8_t sum = 0;
	bool right;

	for (int i = 0; i < EDID_SIZE; i++)
		sum = (uint8_t)(sum + block[i]);
	right = memcmp(block, "\0\xff\xff\xff\xff\xff\xff\0", 8) == 0 &&
		sum == 0 && block[18] == 1;
	CHECK((err == EDID_OK) == right);
	CHECK((edid->width == 0) == (edid->height == 0));
	if (!right || edid->width == 0) {
		CHECK(edid->width == 0);
		return;
	}
	CHECK(edid->width == block[56] + 256 * (block[58] >> 4));
	CHECK(edid->height == block[59] + 256 * (block[61] >> 4));
}

static void get_edid(struct fuzz *f, struct edid *edid)
{
	uint8_t block[EDID_SIZE], sum = 0;
	uint8_t right = fuzz_u8(f);

	fuzz_bytes(f, block, sizeof(block));
	if (right & 1) {
		memcpy(block, "\0\xff\xff\xff\xff\xff\xff\0", 8);
		block[18] = 1;
	}
	for (int i = 0; i < EDID_SIZE - 1; i++)
		sum = (uint8_t)(sum + block[i]);
	if (right & 2)
		block[EDID_SIZE - 1] = (uint8_t)(0 - sum);
	check_edid(block, edid);
}

/* ---- modes -------------------------------------------------------------- */

static void check_channel(const struct boot_video_mode *m, uint8_t size,
			  uint8_t shift, uint64_t *taken)
{
	uint64_t mask = ((1ull << size) - 1) << shift;

	CHECK(size > 0 && size + shift <= m->bits_per_pixel);
	CHECK((*taken & mask) == 0);
	*taken |= mask;
}

static void check_mode(const struct vbe_mode *v, const struct vbe_info *info)
{
	const struct boot_video_mode *m = &v->mode;
	uint64_t taken = 0, size = (uint64_t)m->pitch * m->height;

	CHECK(m->width > 0 && m->height > 0);
	CHECK(m->width <= BOOT_VIDEO_SIDE_MAX &&
	      m->height <= BOOT_VIDEO_SIDE_MAX);
	CHECK(m->pitch >= m->width * ((m->bits_per_pixel + 7) / 8));
	CHECK(info->memory == 0 || size <= info->memory);
	CHECK(v->framebuffer >= 0x100000);
	CHECK(v->framebuffer + size <= 1ull << 32);
	check_channel(m, m->red_size, m->red_shift, &taken);
	check_channel(m, m->green_size, m->green_shift, &taken);
	check_channel(m, m->blue_size, m->blue_shift, &taken);
}

/* The usual mode of a card, with some bytes of the input over it. */
static void get_block(struct fuzz *f, uint8_t *block)
{
	static const uint8_t usual[60] = {
		[0] = 0x9b, [16] = 0, [17] = 0x10, [18] = 0, [19] = 4,
		[20] = 0, [21] = 3, [24] = 1, [25] = 32, [27] = 6,
		[31] = 8, [32] = 16, [33] = 8, [34] = 8, [35] = 8, [36] = 0,
		[43] = 0xfd, [50] = 0, [51] = 0x10, [54] = 8, [55] = 16,
		[56] = 8, [57] = 8, [58] = 8, [59] = 0,
	};
	uint8_t changes = fuzz_u8(f);

	memset(block, 0, VBE_MODE_SIZE);
	memcpy(block, usual, sizeof(usual));
	for (int i = 0; i < changes % 8; i++) {
		uint8_t at = fuzz_u8(f);

		block[at % 64] = fuzz_u8(f);
	}
}

static size_t get_modes(struct fuzz *f, const struct vbe_info *info)
{
	uint8_t *block = malloc(VBE_MODE_SIZE);
	size_t count = 0;

	CHECK(block);
	for (uint16_t i = 0; i < MODES && f->left > 0; i++) {
		int err;

		get_block(f, block);
		err = vbe_read_mode(block, 0x100 + i, info, &mode[count]);
		CHECK(err <= 0 && err >= VBE_ADDRESS);
		if (err == VBE_OK) {
			check_mode(&mode[count], info);
			count++;
		}
	}
	free(block);
	return count;
}

/* ---- the choice --------------------------------------------------------- */

static bool will_do(const struct boot_video_mode *m,
		    const struct boot_wishes *w, const struct edid *edid)
{
	uint32_t width = edid->width ? edid->width : VBE_SAFE_WIDTH;
	uint32_t height = edid->width ? edid->height : VBE_SAFE_HEIGHT;

	if (w->bits_per_pixel != 0 && m->bits_per_pixel != w->bits_per_pixel)
		return false;
	switch (w->video) {
	case BOOT_VIDEO_EXACT:
		return m->width == w->width && m->height == w->height;
	case BOOT_VIDEO_BEST:
		return m->width <= width && m->height <= height;
	default:
		return m->width >= w->width && m->height >= w->height;
	}
}

static void check_choice(size_t count, const struct boot_wishes *w,
			 const struct edid *edid)
{
	int best = vbe_choose(mode, count, w, edid);

	CHECK(best >= -1 && best < (int)count);
	if (best >= 0)
		CHECK(will_do(&mode[best].mode, w, edid));
	for (size_t i = 0; i < count; i++) {
		const struct boot_video_mode *m = &mode[i].mode, *b;
		uint64_t area = (uint64_t)m->width * m->height, most;

		if (!will_do(m, w, edid))
			continue;
		CHECK(best >= 0);
		b = &mode[best].mode;
		most = (uint64_t)b->width * b->height;
		CHECK(w->video == BOOT_VIDEO_BEST ? area <= most :
						    area >= most);
		if (area == most)
			CHECK(m->bits_per_pixel <= b->bits_per_pixel);
	}
}

/* ---- info block and list ------------------------------------------------ */

static void get_info(struct fuzz *f, struct vbe_info *info)
{
	uint8_t block[VBE_INFO_SIZE] = "VESA";
	uint8_t right = fuzz_u8(f);
	int err;

	fuzz_bytes(f, block + 4, 16);
	if (right & 1)
		block[5] = (uint8_t)(2 + (right >> 1) % 2);
	if (right & 0x80)
		block[0] ^= 1;
	err = vbe_read_info(block, info);
	CHECK((err == VBE_OK) == (!(right & 0x80) && block[5] >= 2));
	if (err) {
		*info = (struct vbe_info){ .version = 0x300 };
		return;
	}
	CHECK(info->memory == (block[18] + 256u * block[19]) * 0x10000ull);
	CHECK(info->list < 0x110000);
}

static void check_list(struct fuzz *f)
{
	uint16_t number[8];
	size_t max = fuzz_u8(f) % (FUZZ_COUNT(number) + 1);
	size_t room = f->left < 40 ? f->left : 40;
	size_t count;

	FUZZ_FORBID(number + max, sizeof(number) - max * sizeof(*number));
	/* As a whole it lies in the input: a byte behind it would be seen. */
	count = vbe_copy_list(f->at + f->left - room, room, number, max);
	FUZZ_ALLOW(number, sizeof(number));
	CHECK(count <= max && count <= room / 2);
	for (size_t i = 0; i < count; i++) {
		CHECK(number[i] >= 0x100 && number[i] <= 0x3fff);
		for (size_t k = 0; k < i; k++)
			CHECK(number[i] != number[k]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t sides[] = { 0, 1, 640, 768, 1024, 65535 };
	struct fuzz f = { data, size };
	struct boot_wishes wishes = { 0 };
	struct vbe_info info;
	struct edid edid;
	size_t count;

	wishes.video = BOOT_VIDEO_EXACT + fuzz_u8(&f) % 3;
	wishes.width = sides[fuzz_u8(&f) % FUZZ_COUNT(sides)];
	wishes.height = sides[fuzz_u8(&f) % FUZZ_COUNT(sides)];
	wishes.bits_per_pixel = fuzz_u8(&f) % 9 * 4;
	get_info(&f, &info);
	count = get_modes(&f, &info);
	get_edid(&f, &edid);
	check_choice(count, &wishes, &edid);
	check_list(&f);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, 0, 64);
	seed[0] = (uint8_t)i;
	seed[1] = seed[2] = (uint8_t)i;
	seed[4] = 3;
	return i < 4 ? 60 : 0;
}
