// SPDX-License-Identifier: 0BSD
/*
 * fuzz_wishes.c - a kernel's wishes: the verdict against one by the words of
 * boot_info.h, and what is left of them once they are read.
 *
 * Input: what to put right; the bytes.
 */
#include "fuzz.h"

#include "wishes.h"

static const struct boot_wishes *view(const uint8_t *data)
{
	static struct boot_wishes w;

	memcpy(&w, data, sizeof(w));
	return &w;
}

static bool is_known(uint32_t bits)
{
	return (bits & ~0x7fu) == 0;
}

static bool video_is_right(const struct boot_wishes *w)
{
	bool sides = w->video == BOOT_VIDEO_EXACT ||
		     w->video == BOOT_VIDEO_MINIMUM;
	uint32_t most = sides ? BOOT_VIDEO_SIDE_MAX : 0;
	uint32_t least = sides ? 1 : 0;

	if (w->video > BOOT_VIDEO_MINIMUM || w->width < least ||
	    w->width > most || w->height < least || w->height > most)
		return false;
	switch (w->bits_per_pixel) {
	case 0:
		return true;
	case 15:
	case 16:
	case 24:
	case 32:
		return w->video != BOOT_VIDEO_ANY &&
		       w->video != BOOT_VIDEO_TEXT;
	default:
		return false;
	}
}

static bool is_right(const struct boot_wishes *w, size_t room)
{
	uint64_t top = w->phys_offset >> 47;

	return w->magic[0] == BOOT_WISHES_MAGIC &&
	       w->magic[1] == BOOT_WISHES_MAGIC2 && w->version == 1 &&
	       w->size >= 64 && w->size <= 4096 && w->size % 8 == 0 &&
	       w->size <= room && is_known(w->required) &&
	       (w->stack_size == 0 ||
		(w->stack_size >= BOOT_STACK_MIN &&
		 w->stack_size <= BOOT_STACK_MAX &&
		 w->stack_size % 4096 == 0)) &&
	       (w->phys_offset == BOOT_PHYS_NONE ||
		(w->phys_offset % BOOT_PHYS_ALIGN == 0 &&
		 (top == 0 || top == 0x1ffff))) &&
	       (w->reserved[0] | w->reserved[1] | w->reserved[2]) == 0 &&
	       video_is_right(w);
}

/* What is asked for that this version does not know. */
static bool has_more(const struct boot_wishes *w, const uint8_t *data)
{
	for (size_t i = sizeof(*w); i < w->size; i++)
		if (data[i] != 0)
			return true;
	return (w->flags & ~0x78u) != 0;
}

static void check_read(const uint8_t *data, size_t room)
{
	struct wishes_fault fault = { NULL, 0 };
	struct boot_wishes got;
	const struct boot_wishes *w;
	int err = wishes_read(data, room, &got, &fault);

	if (err) {
		CHECK(err == WISHES_BAD_FIELD || err == WISHES_UNKNOWN);
		CHECK(fault.field && fault.field[0] == ' ');
	}
	if (room < sizeof(*w)) {
		CHECK(err == WISHES_BAD_FIELD);
		return;
	}
	w = view(data);
	CHECK((err == WISHES_OK) == is_right(w, room));
	if (err)
		return;
	CHECK(got.size == sizeof(got) && got.required == 0);
	CHECK(got.flags == (w->flags & 0x78));
	CHECK(memcmp(&got.stack_size, &w->stack_size, sizeof(got) -
		     offsetof(struct boot_wishes, stack_size)) == 0);
	CHECK((wishes_are_newer(data, room) != 0) == has_more(w, data));
	/* Once read it is in order, and asks for nothing new. */
	CHECK(wishes_read(&got, sizeof(got), &got, &fault) == WISHES_OK);
	CHECK(!wishes_are_newer(&got, sizeof(got)));
}

static void check_find(const uint8_t *data, size_t size)
{
	const uint64_t magic[] = { BOOT_WISHES_MAGIC, BOOT_WISHES_MAGIC2 };
	size_t expected = size;

	for (size_t at = 0; at + 16 <= size && expected == size; at += 8)
		if (memcmp(data + at, magic, 16) == 0)
			expected = at;
	CHECK(wishes_find(data, size) == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t right = fuzz_u8(&f), at = fuzz_u8(&f);
	size_t room = f.left < 300 ? f.left : 300;
	uint8_t *copy = malloc(room + 1);
	struct boot_wishes none;

	CHECK(copy);
	fuzz_bytes(&f, copy, room);
	wishes_none(&none);
	/* The head of it, and of the fields some as if not wished. */
	for (size_t i = 0; i < 8; i++)
		if ((right >> i & 1) && room >= sizeof(none))
			memcpy(copy + i * 8, (uint8_t *)&none + i * 8, 8);
	check_read(copy, room);
	if ((right & 0x80) && room >= 16u + at)
		memcpy(copy + at, &none, 16);
	check_find(copy, room);
	free(copy);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	struct boot_wishes w;

	wishes_none(&w);
	w.video = (uint32_t)i;
	w.width = w.height = i == 2 || i == 4 ? 800 : 0;
	w.flags = (uint32_t)i << 3;
	seed[0] = seed[1] = 0;
	memcpy(seed + 2, &w, sizeof(w));
	return i < 5 ? 2 + sizeof(w) : 0;
}
