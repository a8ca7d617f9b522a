// SPDX-License-Identifier: 0BSD
/* wishes.c - finds and checks a kernel's wishes. */
#include "wishes.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(sizeof(struct boot_wishes) % WISHES_ALIGN == 0,
	       "the first version's size is a legal one");

/*
 * Neither this nor the next function has the magic as such: in a kernel that
 * contains them it would be found.
 */
void wishes_none(struct boot_wishes *wishes)
{
	uint64_t second = BOOT_WISHES_MAGIC2;

	/* Or the compiler might keep both halves side by side. */
	__asm__("" : "+r"(second));
	*wishes = (struct boot_wishes){
		.magic = { BOOT_WISHES_MAGIC, second },
		.version = BOOT_WISHES_VERSION,
		.size = sizeof(*wishes),
	};
}

/*@ requires \valid_read((uint8_t *)data + (0 .. 2 * sizeof(uint64_t) - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool is_magic(const void *data)
{
	uint64_t magic[2];

	memcpy(magic, data, sizeof(magic));
	return magic[0] == BOOT_WISHES_MAGIC && magic[1] == BOOT_WISHES_MAGIC2;
}

size_t wishes_find(const void *data, size_t size)
{
	const uint8_t *byte = data;
	size_t at;

	/*@ loop invariant at <= size && at % WISHES_ALIGN == 0;
	  @ loop assigns at;
	  @ loop variant size - at;
	  @*/
	for (at = 0; size - at >= 2 * sizeof(uint64_t); at += WISHES_ALIGN)
		if (is_magic(byte + at))
			return at;
	return size;
}

static int bad(struct wishes_fault *fault, const char *field, uint64_t value)
{
	fault->field = field;
	fault->value = value;
	return WISHES_BAD_FIELD;
}

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static bool is_phys_offset(uint64_t address)
{
	return address == BOOT_PHYS_NONE ||
	       (address % BOOT_PHYS_ALIGN == 0 && is_canonical(address));
}

static bool is_stack_size(uint64_t size)
{
	return size == 0 || (size >= BOOT_STACK_MIN &&
			     size <= BOOT_STACK_MAX && size % 4096 == 0);
}

/* A side that the kind of wish goes without is 0. */
static bool is_side(uint16_t side, bool wanted)
{
	return wanted ? side >= 1 && side <= BOOT_VIDEO_SIDE_MAX : side == 0;
}

static bool is_depth(uint16_t bits, bool wanted)
{
	return bits == 0 || (wanted && (bits == 15 || bits == 16 ||
					bits == 24 || bits == 32));
}

static int check_video(const struct boot_wishes *w, struct wishes_fault *fault)
{
	const bool sides = w->video == BOOT_VIDEO_EXACT ||
			   w->video == BOOT_VIDEO_MINIMUM;

	if (w->video > BOOT_VIDEO_MINIMUM)
		return bad(fault, " video", w->video);
	if (!is_side(w->width, sides))
		return bad(fault, " width", w->width);
	if (!is_side(w->height, sides))
		return bad(fault, " height", w->height);
	if (!is_depth(w->bits_per_pixel, w->video >= BOOT_VIDEO_EXACT))
		return bad(fault, " bits_per_pixel", w->bits_per_pixel);
	return WISHES_OK;
}

static int check_fields(const struct boot_wishes *w,
			struct wishes_fault *fault)
{
	if (!is_stack_size(w->stack_size))
		return bad(fault, " stack_size", w->stack_size);
	if (!is_phys_offset(w->phys_offset))
		return bad(fault, " phys_offset", w->phys_offset);
	if ((w->reserved[0] | w->reserved[1] | w->reserved[2]) != 0)
		return bad(fault, " reserved",
			   w->reserved[0] | w->reserved[1] | w->reserved[2]);
	return check_video(w, fault);
}

/* What this version knows of a struct that has any alignment. */
/*@ requires \valid_read((uint8_t *)data + (0 .. sizeof(*wishes) - 1));
  @ requires \valid(wishes);
  @ requires \separated((uint8_t *)data + (0 .. sizeof(*wishes) - 1), wishes);
  @ assigns *wishes;
  @ exits \false;
  @*/
static inline void copy_known(struct boot_wishes *wishes, const void *data)
{
	memcpy(wishes, data, sizeof(*wishes));
}

int wishes_read(const void *data, size_t room, struct boot_wishes *wishes,
		struct wishes_fault *fault)
{
	struct boot_wishes *w = wishes;

	if (room < sizeof(*w))
		return bad(fault, " room", room);
	copy_known(w, data);
	if (!is_magic(w))
		return bad(fault, " magic", w->magic[0]);
	/* Before all else: another version may have other fields. */
	if (w->version != BOOT_WISHES_VERSION)
		return bad(fault, " version", w->version);
	if (w->size < sizeof(*w) || w->size > WISHES_MAX_SIZE ||
	    w->size % WISHES_ALIGN != 0 || w->size > room)
		return bad(fault, " size", w->size);
	if ((w->required & ~WISHES_KNOWN) != 0) {
		bad(fault, " required", w->required & ~WISHES_KNOWN);
		return WISHES_UNKNOWN;
	}
	w->size = sizeof(*w);
	w->required = 0;
	w->flags &= WISHES_FLAGS;
	return check_fields(w, fault);
}

int wishes_are_newer(const void *data, size_t room)
{
	const uint8_t *byte = data;
	struct boot_wishes w;
	size_t i;

	copy_known(&w, data);
	if ((w.flags & ~WISHES_FLAGS) != 0)
		return true;
	/*@ loop invariant sizeof(w) <= i;
	  @ loop assigns i;
	  @ loop variant room - i;
	  @*/
	for (i = sizeof(w); i < w.size && i < room; i++)
		if (byte[i] != 0)
			return true;
	return false;
}
