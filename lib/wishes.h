/* SPDX-License-Identifier: 0BSD */
/*
 * wishes.h - what a kernel asks of the loader (struct boot_wishes): finds it in
 * the kernel's bytes and checks it. The same code judges the kernel's own
 * struct, in mkimage and in stage2, and the one that mkimage leaves in the
 * image with its options worked in.
 */
#ifndef STAGECOACH_WISHES_H
#define STAGECOACH_WISHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"  /* struct boot_wishes */

#define WISHES_ALIGN    8       /* of the struct's virtual address */
#define WISHES_MAX_SIZE 4096    /* bytes that a later version may have */

/* Every wish of this version. */
#define WISHES_KNOWN    (BOOT_WISH_STACK_SIZE | BOOT_WISH_PHYS_OFFSET | \
			 BOOT_WISH_VIDEO | WISHES_FLAGS)
/* Those that are a flag and nothing else. */
#define WISHES_FLAGS    (BOOT_WISH_KASLR | BOOT_WISH_VIDEO_MODES | \
			 BOOT_WISH_EDID | BOOT_WISH_GRAPHICS_ONLY)

enum wishes_err {
	WISHES_OK = 0,
	WISHES_BAD_FIELD = -1,  /* a field out of its range */
	WISHES_UNKNOWN = -2,    /* required, and not in WISHES_KNOWN; value: the
				   bits of these */
};

struct wishes_fault {
	const char *field;      /* the field by name, with a space before it */
	uint64_t value;         /* what stands there */
};

/* No wishes: the defaults. */
void wishes_none(struct boot_wishes *wishes);

/* Is the graphics card to be asked for anything? */
static inline bool wishes_take_video(const struct boot_wishes *wishes)
{
	return wishes->video != BOOT_VIDEO_ANY ||
	       wishes->flags & (BOOT_WISH_VIDEO_MODES | BOOT_WISH_EDID);
}

/*
 * Does it take more to grant these than every boot does anyway? What is needed
 * for that is no part of other images.
 */
static inline bool wishes_take_more(const struct boot_wishes *wishes)
{
	return wishes_take_video(wishes) || wishes->flags & BOOT_WISH_KASLR;
}

/*
 * Offset of the first magic in data[0, size), at a multiple of WISHES_ALIGN;
 * size if there is none. The struct behind it has to be checked. data has any
 * alignment itself, and starts at a multiple of WISHES_ALIGN in the kernel.
 */
/*@ requires \valid_read((uint8_t *)data + (0 .. size - 1));
  @ requires size <= OBJECT_MAX;
  @ assigns \nothing;
  @ exits \false;
  @ ensures meaning: \result == size || (\result % WISHES_ALIGN == 0 &&
  @         \result + 2 * sizeof(uint64_t) <= size);
  @*/
size_t wishes_find(const void *data, size_t size);

/*
 * Checks a struct of which room bytes are at hand, and copies what this
 * version knows of it to *wishes: size is sizeof(struct boot_wishes), required
 * is 0, flags and fields of later versions are gone. *wishes is only whole on
 * success. On WISHES_BAD_FIELD and WISHES_UNKNOWN *fault says which and what.
 */
int wishes_read(const void *data, size_t room, struct boot_wishes *wishes,
		struct wishes_fault *fault);

/*
 * Does a struct that wishes_read() has passed ask for anything that this
 * version does not know? room as there.
 */
/*@ requires sizeof(struct boot_wishes) <= room <= OBJECT_MAX;
  @ requires \valid_read((uint8_t *)data + (0 .. room - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
int wishes_are_newer(const void *data, size_t room);

#endif
