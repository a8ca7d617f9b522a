// SPDX-License-Identifier: 0BSD
/* test_wishes.c - what a kernel may wish for, and where it is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wishes.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* A field of its own value in a struct that is good otherwise. */
struct row {
	size_t offset, size;
	uint64_t value;
	int err;
	const char *field;
};

#define FIELD(name) offsetof(struct boot_wishes, name), \
	sizeof(((struct boot_wishes *)0)->name)
#define GOOD(name, value) { FIELD(name), value, WISHES_OK, "" }
#define BAD(name, value) { FIELD(name), value, WISHES_BAD_FIELD, " " #name }

static const struct row rows[] = {
	{ FIELD(magic[0]), 0, WISHES_BAD_FIELD, " magic" },
	{ FIELD(magic[1]), 0, WISHES_BAD_FIELD, " magic" },
	BAD(version, 0), BAD(version, 2),
	BAD(size, 0), BAD(size, 56), BAD(size, 60), BAD(size, 65),
	GOOD(size, 64), BAD(size, 72), BAD(size, 0xfffffff8),
	GOOD(required, WISHES_KNOWN),
	{ FIELD(required), 0x80, WISHES_UNKNOWN, " required" },
	{ FIELD(required), 0x80000001, WISHES_UNKNOWN, " required" },
	GOOD(flags, 0xffffffff),
	GOOD(stack_size, 0), BAD(stack_size, 1), BAD(stack_size, 0xf000),
	GOOD(stack_size, 0x10000), BAD(stack_size, 0x10001),
	GOOD(stack_size, 0x11000), GOOD(stack_size, 0x40000000),
	BAD(stack_size, 0x40001000), BAD(stack_size, 0xfffffffffffff000),
	GOOD(phys_offset, 0), GOOD(phys_offset, BOOT_PHYS_NONE),
	BAD(phys_offset, 2), BAD(phys_offset, 0x1000),
	BAD(phys_offset, 0x20000000), GOOD(phys_offset, 0x40000000),
	BAD(phys_offset, 0x40000001), GOOD(phys_offset, 0x7fffc0000000),
	BAD(phys_offset, 0x800000000000), BAD(phys_offset, 0xffff7fffc0000000),
	GOOD(phys_offset, 0xffff800000000000),
	GOOD(phys_offset, 0xffffffffc0000000),
	GOOD(video, BOOT_VIDEO_ANY), GOOD(video, BOOT_VIDEO_TEXT),
	GOOD(video, BOOT_VIDEO_BEST),
	{ FIELD(video), BOOT_VIDEO_EXACT, WISHES_BAD_FIELD, " width" },
	{ FIELD(video), BOOT_VIDEO_MINIMUM, WISHES_BAD_FIELD, " width" },
	BAD(video, 5), BAD(video, 0xffffffff),
	BAD(width, 1), BAD(height, 1), BAD(bits_per_pixel, 32),
	{ FIELD(reserved[0]), 1, WISHES_BAD_FIELD, " reserved" },
	{ FIELD(reserved[1]), 1, WISHES_BAD_FIELD, " reserved" },
	{ FIELD(reserved[2]), 0x8000, WISHES_BAD_FIELD, " reserved" },
};

static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct wishes_fault fault = { "", 0 };
		struct boot_wishes w, out;
		int err;

		wishes_none(&w);
		memcpy((uint8_t *)&w + row->offset, &row->value, row->size);
		err = wishes_read(&w, sizeof(w), &out, &fault);
		if (err != row->err || strcmp(fault.field, row->field) != 0)
			fail_msg("row %zu: %d,%s", i, err, fault.field);
		if (err == WISHES_BAD_FIELD && row->field[1] != 'w' &&
		    row->field[1] != 'm')
			assert_int_equal(fault.value, row->value);
		if (err == WISHES_UNKNOWN)
			assert_int_equal(fault.value,
					 row->value & ~WISHES_KNOWN);
	}
}

static int read_video(uint32_t video, uint16_t width, uint16_t height,
		      uint16_t bits, struct wishes_fault *fault)
{
	struct boot_wishes w, out;

	wishes_none(&w);
	w.video = video;
	w.width = width;
	w.height = height;
	w.bits_per_pixel = bits;
	return wishes_read(&w, sizeof(w), &out, fault);
}

static void test_video(void **state)
{
	static const uint16_t bits[] = { 0, 15, 16, 24, 32 };
	struct wishes_fault fault;

	(void)state;
	for (uint32_t v = BOOT_VIDEO_ANY; v <= BOOT_VIDEO_MINIMUM; v++) {
		const int sides = v == BOOT_VIDEO_EXACT ||
			v == BOOT_VIDEO_MINIMUM;
		uint16_t side = sides ? 768 : 0;
		size_t b = 0;

		for (uint16_t n = 0; n < 100; n++) {
			int good = b < COUNT_OF(bits) && bits[b] == n;

			b += good;
			if (n != 0 && v < BOOT_VIDEO_EXACT)
				good = 0;
			assert_int_equal(read_video(v, side, side, n, &fault),
					 good ? 0 : WISHES_BAD_FIELD);
		}
		assert_int_equal(read_video(v, 1, 16384, 0, &fault),
				 sides ? 0 : WISHES_BAD_FIELD);
		assert_int_equal(read_video(v, 16384, 1, 0, &fault),
				 sides ? 0 : WISHES_BAD_FIELD);
		assert_int_equal(read_video(v, side, 16385, 0, &fault),
				 WISHES_BAD_FIELD);
		assert_string_equal(fault.field, " height");
		assert_int_equal(read_video(v, 65535, side, 0, &fault),
				 WISHES_BAD_FIELD);
		assert_string_equal(fault.field, " width");
	}
}

/* What asks for more than every boot does, each alone. */
static void test_take(void **state)
{
	static const struct {
		uint32_t flags, video;
		bool takes_video, takes_more;
	} taking[] = {
		{ 0, BOOT_VIDEO_ANY, false, false },
		{ BOOT_WISH_GRAPHICS_ONLY, BOOT_VIDEO_ANY, false, false },
		{ BOOT_WISH_KASLR, BOOT_VIDEO_ANY, false, true },
		{ BOOT_WISH_VIDEO_MODES, BOOT_VIDEO_ANY, true, true },
		{ BOOT_WISH_EDID, BOOT_VIDEO_ANY, true, true },
		{ 0, BOOT_VIDEO_TEXT, true, true },
		{ 0, BOOT_VIDEO_BEST, true, true },
		{ BOOT_WISH_KASLR, BOOT_VIDEO_BEST, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(taking); i++) {
		struct boot_wishes w;

		wishes_none(&w);
		w.flags = taking[i].flags;
		w.video = taking[i].video;
		assert_int_equal(wishes_take_video(&w), taking[i].takes_video);
		assert_int_equal(wishes_take_more(&w), taking[i].takes_more);
	}
}

/* A kernel of a later version: larger, with flags that are not known. */
static void test_newer(void **state)
{
	struct {
		struct boot_wishes w;
		uint64_t later[2];
	} k = { .later = { 0, 0 } };
	struct boot_wishes out, want;
	struct wishes_fault fault;

	(void)state;
	wishes_none(&k.w);
	k.w.size = sizeof(k);
	k.w.stack_size = 0x20000;
	k.w.flags = BOOT_WISH_KASLR;
	k.w.required = BOOT_WISH_STACK_SIZE;
	assert_int_equal(wishes_read(&k, sizeof(k), &out, &fault), 0);
	assert_false(wishes_are_newer(&k, sizeof(k)));

	k.later[1] = 1ull << 63;
	assert_int_equal(wishes_read(&k, sizeof(k), &out, &fault), 0);
	assert_true(wishes_are_newer(&k, sizeof(k)));
	k.later[1] = 0;
	k.w.flags |= 0x80000000;
	assert_int_equal(wishes_read(&k, sizeof(k), &out, &fault), 0);
	assert_true(wishes_are_newer(&k, sizeof(k)));

	wishes_none(&want);
	want.stack_size = 0x20000;
	want.flags = BOOT_WISH_KASLR;
	assert_memory_equal(&out, &want, sizeof(out));

	/* More than is there. */
	assert_int_equal(wishes_read(&k, sizeof(k) - 1, &out, &fault),
			 WISHES_BAD_FIELD);
	assert_string_equal(fault.field, " size");
	/* A flag's bit with a meaning of its own elsewhere is no flag. */
	k.w.flags = BOOT_WISH_STACK_SIZE;
	assert_true(wishes_are_newer(&k, sizeof(k)));
	/* What lies behind the struct is not the struct's. */
	k.w.flags = 0;
	k.w.size = sizeof(k.w);
	k.later[0] = 1;
	assert_false(wishes_are_newer(&k, sizeof(k)));
	k.w.size = sizeof(k.w) + 8;
	assert_true(wishes_are_newer(&k, sizeof(k)));
	/* Nor what lies behind all there is, whatever it says. */
	k.later[0] = 0;
	k.w.size = WISHES_MAX_SIZE;
	assert_false(wishes_are_newer(&k, sizeof(k)));
}

/* As large as a later version may be, and larger. */
static void test_largest(void **state)
{
	struct {
		struct boot_wishes w;
		uint8_t later[WISHES_MAX_SIZE];
	} k = { .later = { 0 } };
	struct boot_wishes out;
	struct wishes_fault fault;

	(void)state;
	wishes_none(&k.w);
	k.w.size = WISHES_MAX_SIZE;
	assert_int_equal(wishes_read(&k, sizeof(k), &out, &fault), 0);
	k.w.size = WISHES_MAX_SIZE + WISHES_ALIGN;
	assert_int_equal(wishes_read(&k, sizeof(k), &out, &fault),
			 WISHES_BAD_FIELD);
	assert_string_equal(fault.field, " size");
}

/* At any alignment, and never a byte behind what is there. */
static void test_room(void **state)
{
	struct boot_wishes w, out;
	struct wishes_fault fault;

	(void)state;
	wishes_none(&w);
	for (size_t room = 0; room <= sizeof(w); room++) {
		uint8_t *copy = malloc(room + 1);

		memcpy(copy + 1, &w, room);
		assert_int_equal(wishes_read(copy + 1, room, &out, &fault),
				 room < sizeof(w) ? WISHES_BAD_FIELD : 0);
		if (room < sizeof(w))
			assert_string_equal(fault.field, " room");
		free(copy);
	}
}

static void test_find(void **state)
{
	uint8_t *data = malloc(101);
	struct boot_wishes w;

	(void)state;
	wishes_none(&w);
	for (size_t at = 0; at <= 100; at++) {
		size_t size = 100 - at < 16 ? 100 - at : 16;
		uint8_t *bytes = data + 1;      /* itself not aligned */

		memset(bytes, 0x42, 100);
		memcpy(bytes + at, &w, size);
		assert_int_equal(wishes_find(bytes, 100),
				 at % 8 == 0 && size == 16 ? at : 100);
		/* As the last bytes of all */
		if (size == 16)
			assert_int_equal(wishes_find(bytes, at + 16),
					 at % 8 == 0 ? at : at + 16);
		assert_int_equal(wishes_find(bytes, 15), 15);
		assert_int_equal(wishes_find(bytes, 0), 0);
	}
	/* Half of it is none. */
	memset(data, 0, 101);
	memcpy(data + 8, &w, 8);
	assert_int_equal(wishes_find(data, 100), 100);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_video),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
