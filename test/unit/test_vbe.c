// SPDX-License-Identifier: 0BSD
/* test_vbe.c - video modes: which are to be trusted, and which is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vbe.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static void put(uint8_t *at, uint32_t value, size_t size)
{
	memcpy(at, &value, size);
}

static void test_info(void **state)
{
	uint8_t *b = malloc(VBE_INFO_SIZE + 1) ;
	uint8_t *block = b + 1;
	struct vbe_info info;

	(void)state;
	memset(b, 0, VBE_INFO_SIZE + 1);
	memcpy(block, "VESA", 4);
	put(block + 4, 0x0300, 2);
	put(block + 14, 0x0022, 2);
	put(block + 16, 0xc000, 2);
	put(block + 18, 256, 2);
	assert_int_equal(vbe_read_info(block, &info), VBE_OK);
	assert_int_equal(info.version, 0x300);
	assert_int_equal(info.list, 0xc0022);
	assert_int_equal(info.memory, 16 << 20);
	put(block + 14, 0xffffffff, 4);
	assert_int_equal(vbe_read_info(block, &info), VBE_OK);
	assert_int_equal(info.list, 0x10ffef);
	put(block + 4, 0x0200, 2);
	assert_int_equal(vbe_read_info(block, &info), VBE_OK);
	put(block + 4, 0x01ff, 2);
	assert_int_equal(vbe_read_info(block, &info), VBE_VERSION);
	put(block + 4, 0x0102, 2);
	assert_int_equal(vbe_read_info(block, &info), VBE_VERSION);
	memcpy(block, "VESB", 4);
	assert_int_equal(vbe_read_info(block, &info), VBE_SIGNATURE);
	memcpy(block, VBE_INFO_ASK, 4); /* nobody answered */
	assert_int_equal(vbe_read_info(block, &info), VBE_SIGNATURE);
	free(b);
}

/* Lists as bytes; nothing behind `room` is read. */
static void test_list(void **state)
{
	static const uint16_t list[] = { 0x100, 3, 0x118, 0x100, 0x8118,
		0x4118, 0x3fff, 0x118, 0xff, 0x81ff, 0x115, 0xffff, 0x144 };
	static const uint16_t want[] = { 0x100, 0x118, 0x3fff, 0x115 };
	static const uint16_t borders[] = { 0xff, 0x4000, VBE_NO_MODE };
	uint16_t number[VBE_MAX_MODES];

	(void)state;
	for (size_t room = 0; room <= sizeof(list); room++) {
		uint8_t *copy = malloc(room + 1);
		size_t n;

		memcpy(copy + 1, list, room);
		n = vbe_copy_list(copy + 1, room, number, VBE_MAX_MODES);
		assert_true(n <= COUNT_OF(want));
		assert_memory_equal(number, want, n * 2);
		if (room >= 22)
			assert_int_equal(n, COUNT_OF(want));
		free(copy);
	}
	assert_int_equal(vbe_copy_list(list, sizeof(list), number, 2), 2);
	assert_int_equal(vbe_copy_list(list, sizeof(list), number, 0), 0);
	assert_int_equal(vbe_copy_list(borders, sizeof(borders), number, 2),
			 0);
}

/* One without an end: as many as there may be, each of them once. */
static void test_endless_list(void **state)
{
	uint16_t *list = malloc(65536);
	uint16_t number[VBE_MAX_MODES];

	(void)state;
	for (size_t i = 0; i < 32768; i++)
		list[i] = (uint16_t)(0x100 + i % 7);
	assert_int_equal(vbe_copy_list(list, 65536, number, VBE_MAX_MODES), 7);
	for (size_t i = 0; i < 32768; i++)
		list[i] = (uint16_t)(0x100 + i % 0x3000);
	assert_int_equal(vbe_copy_list(list, 65536, number, VBE_MAX_MODES),
			 VBE_MAX_MODES);
	free(list);
}

/* 1024x768x32 at 0xfd000000, as QEMU and Bochs have it. */
static void make_mode(uint8_t *b)
{
	static const uint8_t masks[] = { 8, 16, 8, 8, 8, 0, 8, 24 };

	memset(b, 0, VBE_MODE_SIZE);
	put(b, 0x9b, 2);
	put(b + 16, 4096, 2);
	put(b + 18, 1024, 2);
	put(b + 20, 768, 2);
	b[24] = 1;
	b[25] = 32;
	b[27] = 6;
	memcpy(b + 31, masks, sizeof(masks));
	put(b + 40, 0xfd000000, 4);
	put(b + 50, 4096, 2);
	memcpy(b + 54, masks, sizeof(masks));
}

static void test_mode(void **state)
{
	const struct vbe_info info = { 0x300, 0, 16 << 20 };
	uint8_t b[VBE_MODE_SIZE];
	struct vbe_mode mode;
	const struct boot_video_mode want = {
		.width = 1024, .height = 768, .pitch = 4096, .mode = 0x118,
		.bits_per_pixel = 32, .red_size = 8, .red_shift = 16,
		.green_size = 8, .green_shift = 8, .blue_size = 8,
	};

	(void)state;
	make_mode(b);
	assert_int_equal(vbe_read_mode(b, 0x118, &info, &mode), 0);
	assert_memory_equal(&mode.mode, &want, sizeof(want));
	assert_int_equal(mode.framebuffer, 0xfd000000);
}

/* A number put into the block, and the verdict. */
static const struct {
	size_t offset, size;
	uint32_t value;
	int err;
} mode_rows[] = {
	{ 0, 2, 0x91, VBE_OK },
	{ 0, 2, 0x90, VBE_ATTRIBUTES }, /* not supported */
	{ 0, 2, 0x8b, VBE_ATTRIBUTES }, /* text */
	{ 0, 2, 0x1b, VBE_ATTRIBUTES }, /* not linear */
	{ 27, 1, 4, VBE_MODEL },
	{ 27, 1, 0, VBE_MODEL },
	{ 24, 1, 4, VBE_MODEL },
	{ 25, 1, 8, VBE_DEPTH },
	{ 25, 1, 0, VBE_DEPTH },
	{ 25, 1, 64, VBE_DEPTH },
	{ 18, 2, 0, VBE_SIZE },
	{ 20, 2, 0, VBE_SIZE },
	{ 18, 2, 16385, VBE_SIZE },
	{ 20, 2, 0xffff, VBE_SIZE },
	{ 50, 2, 4095, VBE_PITCH },     /* a lie about the pitch */
	{ 50, 2, 1024, VBE_PITCH },
	{ 50, 2, 4097, VBE_OK },
	{ 50, 2, 0xffff, VBE_MEMORY },
	{ 18, 2, 1025, VBE_PITCH },
	{ 54, 1, 17, VBE_MASKS },
	{ 55, 1, 25, VBE_MASKS },       /* leaves the pixel */
	{ 55, 1, 0xff, VBE_MASKS },
	{ 55, 1, 15, VBE_MASKS },       /* overlaps */
	{ 56, 1, 0, VBE_MASKS },
	{ 40, 4, 0, VBE_ADDRESS },
	{ 40, 4, 0xa0000, VBE_ADDRESS },
	{ 40, 4, 0xfffff, VBE_ADDRESS },
	{ 40, 4, 0x100000, VBE_OK },
	{ 40, 4, 0xffd00000, VBE_OK },  /* 3 MiB below 4 GiB */
	{ 40, 4, 0xffd00001, VBE_ADDRESS },
	{ 40, 4, 0xfffff000, VBE_ADDRESS },
	{ 40, 4, 0xffffffff, VBE_ADDRESS },
};

static void test_bad_modes(void **state)
{
	const struct vbe_info info = { 0x300, 0, 16 << 20 };
	uint8_t b[VBE_MODE_SIZE];
	struct vbe_mode mode;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(mode_rows); i++) {
		int err;

		make_mode(b);
		put(b + mode_rows[i].offset, mode_rows[i].value,
		    mode_rows[i].size);
		err = vbe_read_mode(b, 0x118, &info, &mode);
		if (err != mode_rows[i].err)
			fail_msg("row %zu: %d", i, err);
	}
	/* All the memory there is, and a byte less. */
	make_mode(b);
	assert_int_equal(vbe_read_mode(b, 1, &(struct vbe_info){ 0x300, 0,
				       4096 * 768 }, &mode), VBE_OK);
	assert_int_equal(vbe_read_mode(b, 1, &(struct vbe_info){ 0x300, 0,
				       4096 * 768 - 1 }, &mode),
			 VBE_MEMORY);
}

/* Channels of each depth: what lies within the pixel, and apart. */
static const struct {
	uint8_t bits;
	uint8_t masks[8];       /* size, position of red, green, blue, rest */
	int err;
} depth_rows[] = {
	{ 14, { 4, 8, 4, 4, 4, 0, 2, 12 }, VBE_DEPTH },
	{ 15, { 5, 10, 5, 5, 5, 0, 1, 15 }, VBE_OK },
	{ 16, { 5, 11, 6, 5, 5, 0, 0, 0 }, VBE_OK },
	{ 17, { 5, 11, 6, 5, 5, 0, 1, 16 }, VBE_DEPTH },
	{ 23, { 7, 16, 8, 8, 8, 0, 0, 0 }, VBE_DEPTH },
	{ 24, { 8, 16, 8, 8, 8, 0, 0, 0 }, VBE_OK },
	{ 25, { 8, 16, 8, 8, 8, 0, 1, 24 }, VBE_DEPTH },
	{ 31, { 8, 16, 8, 8, 8, 0, 7, 24 }, VBE_DEPTH },
	/* up to the last bit, down to one bit, as many as there may be */
	{ 32, { 8, 24, 8, 16, 8, 8, 8, 0 }, VBE_OK },
	{ 32, { 8, 25, 8, 16, 8, 8, 8, 0 }, VBE_MASKS },
	{ 32, { 1, 31, 1, 1, 1, 0, 8, 8 }, VBE_OK },
	{ 32, { 16, 16, 8, 8, 8, 0, 0, 0 }, VBE_OK },
	{ 32, { 17, 15, 7, 8, 8, 0, 0, 0 }, VBE_MASKS },
	/* each two of them overlap by a bit */
	{ 32, { 8, 15, 8, 8, 8, 0, 0, 0 }, VBE_MASKS },
	{ 32, { 8, 16, 8, 8, 9, 0, 0, 0 }, VBE_MASKS },
	{ 32, { 8, 7, 8, 16, 8, 0, 0, 0 }, VBE_MASKS },
	/* whatever is said of the rest */
	{ 32, { 8, 16, 8, 8, 8, 0, 255, 255 }, VBE_OK },
};

static void test_depths(void **state)
{
	const struct vbe_info info = { 0x300, 0, 16 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(depth_rows); i++) {
		uint8_t b[VBE_MODE_SIZE];
		struct vbe_mode mode;
		int err;

		make_mode(b);
		b[25] = depth_rows[i].bits;
		memcpy(b + 54, depth_rows[i].masks, 8);
		err = vbe_read_mode(b, 0x118, &info, &mode);
		if (err != depth_rows[i].err)
			fail_msg("row %zu: %d", i, err);
		if (err == VBE_OK)
			assert_memory_equal(&mode.mode.red_size,
					    depth_rows[i].masks, 6);
	}
}

/* The fields of VBE 2.0 count where the others are not there. */
static void test_versions(void **state)
{
	const struct vbe_info v2 = { 0x2ff, 0, 0 }, v3 = { 0x300, 0, 0 };
	uint8_t b[VBE_MODE_SIZE];
	struct vbe_mode mode;

	(void)state;
	make_mode(b);
	put(b + 16, 8192, 2);
	b[32] = 0;                      /* red and blue the other way round */
	b[36] = 16;
	assert_int_equal(vbe_read_mode(b, 1, &v3, &mode), 0);
	assert_int_equal(mode.mode.pitch, 4096);
	assert_int_equal(mode.mode.red_shift, 16);
	assert_int_equal(vbe_read_mode(b, 1, &v2, &mode), 0);
	assert_int_equal(mode.mode.pitch, 8192);
	assert_int_equal(mode.mode.red_shift, 0);
	memset(b + 50, 0, 12);
	assert_int_equal(vbe_read_mode(b, 1, &v3, &mode), 0);
	assert_int_equal(mode.mode.pitch, 8192);
	assert_int_equal(mode.mode.red_shift, 0);
}

/* Whatever is in the block: no mode that would be drawn beside its memory. */
static void test_noise(void **state)
{
	uint64_t r = 0x9e3779b97f4a7c15;
	unsigned good = 0;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		uint8_t b[VBE_MODE_SIZE];
		struct vbe_info info = { i & 1 ? 0x300 : 0x200, 0, 64 << 20 };
		struct vbe_mode mode;
		const struct boot_video_mode *m = &mode.mode;

		make_mode(b);
		for (int k = 0; k < 1 + i % 4; k++) {
			r ^= r << 13;
			r ^= r >> 7;
			r ^= r << 17;
			b[r % 62] = (uint8_t)(r >> 32);
		}
		if (vbe_read_mode(b, 0x118, &info, &mode) != 0)
			continue;
		good++;
		assert_true(m->width >= 1 && m->height >= 1);
		assert_true(m->pitch * 8ull >=
			    (uint64_t)m->width * m->bits_per_pixel);
		assert_true((uint64_t)m->pitch * m->height <= info.memory);
		assert_true(mode.framebuffer >= 0x100000);
		assert_true(m->red_size + m->red_shift <= m->bits_per_pixel);
	}
	assert_true(good > 1000);
}

static const struct vbe_mode card[] = {
	{ { .width = 640, .height = 480, .bits_per_pixel = 16 }, 0 },
	{ { .width = 640, .height = 480, .bits_per_pixel = 32 }, 0 },
	{ { .width = 1024, .height = 768, .bits_per_pixel = 24 }, 0 },
	{ { .width = 1024, .height = 768, .bits_per_pixel = 32 }, 0 },
	{ { .width = 800, .height = 600, .bits_per_pixel = 32 }, 0 },
	{ { .width = 1920, .height = 1080, .bits_per_pixel = 32 }, 0 },
	{ { .width = 2560, .height = 1600, .bits_per_pixel = 32 }, 0 },
	{ { .width = 1920, .height = 1080, .bits_per_pixel = 16 }, 0 },
	{ { .width = 1600, .height = 1200, .bits_per_pixel = 32 }, 0 },
};

static const struct {
	uint32_t video;
	uint16_t width, height, bits;
	struct edid edid;
	int want;
} choices[] = {
	{ BOOT_VIDEO_EXACT, 1024, 768, 0, { 0, 0 }, 3 },
	{ BOOT_VIDEO_EXACT, 1024, 768, 24, { 0, 0 }, 2 },
	{ BOOT_VIDEO_EXACT, 1024, 768, 16, { 0, 0 }, -1 },
	{ BOOT_VIDEO_EXACT, 1024, 767, 0, { 1920, 1080 }, -1 },
	{ BOOT_VIDEO_EXACT, 640, 480, 16, { 1920, 1080 }, 0 },
	{ BOOT_VIDEO_MINIMUM, 1, 1, 0, { 0, 0 }, 1 },
	{ BOOT_VIDEO_MINIMUM, 641, 1, 0, { 0, 0 }, 4 },
	{ BOOT_VIDEO_MINIMUM, 1, 769, 0, { 0, 0 }, 8 },
	{ BOOT_VIDEO_MINIMUM, 1601, 1, 0, { 0, 0 }, 5 },
	{ BOOT_VIDEO_MINIMUM, 1, 1, 24, { 0, 0 }, 2 },
	{ BOOT_VIDEO_MINIMUM, 2561, 1, 0, { 0, 0 }, -1 },
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 1920, 1080 }, 5 },
	{ BOOT_VIDEO_BEST, 0, 0, 16, { 1920, 1080 }, 7 },
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 1920, 1200 }, 5 },
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 1680, 1200 }, 8 },
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 4095, 4095 }, 6 },
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 0, 0 }, 3 },      /* no monitor */
	{ BOOT_VIDEO_BEST, 0, 0, 0, { 320, 200 }, -1 },
};

static void test_choices(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		const struct boot_wishes wishes = {
			.video = choices[i].video, .width = choices[i].width,
			.height = choices[i].height,
			.bits_per_pixel = choices[i].bits,
		};
		int got = vbe_choose(card, COUNT_OF(card), &wishes,
				     &choices[i].edid);

		if (got != choices[i].want)
			fail_msg("row %zu: %d", i, got);
		assert_int_equal(vbe_choose(card, 0, &wishes,
					    &choices[i].edid), -1);
	}
}

/* The first may be the best; of equals it is. One pixel is better than none. */
static void test_first(void **state)
{
	const struct vbe_mode dot = { { .width = 1, .height = 1,
					.bits_per_pixel = 32 }, 0 };
	const struct vbe_mode falling[] = { card[3], card[2], card[1] };
	const struct vbe_mode equal[] = { card[3], card[3], card[3] };
	const struct boot_wishes wishes = { .video = BOOT_VIDEO_BEST };
	const struct edid edid = { 1920, 1080 };

	(void)state;
	assert_int_equal(vbe_choose(&dot, 1, &wishes, &edid), 0);
	assert_int_equal(vbe_choose(falling, 3, &wishes, &edid), 0);
	assert_int_equal(vbe_choose(equal, 3, &wishes, &edid), 0);
}

/* A mode that fails is taken out, and the next best comes, to the end. */
static void test_next_best(void **state)
{
	static const int order[] = { 5, 7, 3, 2, 4, 1, 0, -1 };
	const struct boot_wishes wishes = { .video = BOOT_VIDEO_BEST };
	const struct edid edid = { 1920, 1080 };
	struct vbe_mode left[COUNT_OF(card)];
	size_t count = COUNT_OF(card);

	(void)state;
	memcpy(left, card, sizeof(card));
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		int got = vbe_choose(left, count, &wishes, &edid);

		if (got < 0) {
			assert_int_equal(order[i], -1);
			continue;
		}
		assert_memory_equal(&left[got], &card[order[i]],
				    sizeof(card[0]));
		left[got] = left[--count];
	}
	assert_int_equal(count, 2);     /* higher than the monitor */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_endless_list),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_bad_modes),
		cmocka_unit_test(test_depths),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_next_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
