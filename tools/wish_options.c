// SPDX-License-Identifier: 0BSD
/* wish_options.c - wishes as mkimage's options, and as its listing. */
#include "host.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wish_options.h"
#include "wishes.h"

/* Is it a wish that the loader takes? */
static bool is_legal(const struct boot_wishes *value)
{
	struct boot_wishes wishes;
	struct wishes_fault fault;

	wishes_none(&wishes);
	wishes.stack_size = value->stack_size;
	wishes.phys_offset = value->phys_offset;
	wishes.video = value->video;
	wishes.width = value->width;
	wishes.height = value->height;
	wishes.bits_per_pixel = value->bits_per_pixel;
	return wishes_read(&wishes, sizeof(wishes), &wishes, &fault) ==
		WISHES_OK;
}

/* A number at *arg, moved past it. strtoull() alone takes signs and blanks. */
static bool get_number(const char **arg, int base, uint64_t *number)
{
	char *end;

	if (!isxdigit((unsigned char)**arg))
		return false;
	errno = 0;
	*number = strtoull(*arg, &end, base);
	if (errno != 0 || end == *arg)
		return false;
	*arg = end;
	return true;
}

/* 65536, 0x10000, 64K, 1M, 1G. */
static bool get_size(const char *arg, uint64_t *size)
{
	static const char units[] = "KMG";
	const char *unit;
	int shift = 0;

	if (!get_number(&arg, 0, size))
		return false;
	unit = *arg != '\0' ? strchr(units, *arg) : NULL;
	if (unit != NULL) {
		shift = 10 * (int)(unit - units + 1);
		arg++;
	}
	if (*arg != '\0' || *size > UINT64_MAX >> shift)
		return false;
	*size <<= shift;
	return true;
}

bool wish_set_stack_size(struct wish_options *w, const char *arg)
{
	uint64_t size = 0;

	w->given |= BOOT_WISH_STACK_SIZE;
	if (strcmp(arg, "default") != 0 &&
	    (!get_size(arg, &size) || size == 0))
		return false;
	w->value.stack_size = size;
	return is_legal(&w->value);
}

bool wish_set_phys_offset(struct wish_options *w, const char *arg)
{
	uint64_t address = 0;

	w->given |= BOOT_WISH_PHYS_OFFSET;
	if (strcmp(arg, "none") == 0)
		address = BOOT_PHYS_NONE;
	else if (strcmp(arg, "default") != 0 &&
		 (!get_number(&arg, 0, &address) || *arg != '\0' ||
		  address == 0 || address == BOOT_PHYS_NONE))
		return false;
	w->value.phys_offset = address;
	return is_legal(&w->value);
}

/* A number of 16 bits that is not 0. */
static bool get_pixels(const char **arg, uint16_t *pixels)
{
	uint64_t number;

	if (!get_number(arg, 10, &number) || number < 1 ||
	    number > UINT16_MAX)
		return false;
	*pixels = (uint16_t)number;
	return true;
}

static bool skip(const char **arg, const char *text)
{
	size_t size = strlen(text);

	if (strncmp(*arg, text, size) != 0)
		return false;
	*arg += size;
	return true;
}

/* WIDTHxHEIGHT or WIDTHxHEIGHTxBITS */
static bool get_mode(const char **arg, struct boot_wishes *v)
{
	return get_pixels(arg, &v->width) && skip(arg, "x") &&
	       get_pixels(arg, &v->height) &&
	       (!skip(arg, "x") || get_pixels(arg, &v->bits_per_pixel));
}

bool wish_set_video(struct wish_options *w, const char *arg)
{
	struct boot_wishes *v = &w->value;
	bool good = true;

	w->given |= BOOT_WISH_VIDEO;
	v->width = v->height = v->bits_per_pixel = 0;
	if (skip(&arg, "default")) {
		v->video = BOOT_VIDEO_ANY;
	} else if (skip(&arg, "text")) {
		v->video = BOOT_VIDEO_TEXT;
	} else if (skip(&arg, "best")) {
		v->video = BOOT_VIDEO_BEST;
		good = !skip(&arg, "x") || get_pixels(&arg, &v->bits_per_pixel);
	} else {
		v->video = skip(&arg, "min:") ? BOOT_VIDEO_MINIMUM :
			BOOT_VIDEO_EXACT;
		good = get_mode(&arg, v);
	}
	return good && *arg == '\0' && is_legal(v);
}

void wish_set_flag(struct wish_options *w, uint32_t flag, bool on)
{
	w->given |= flag;
	w->value.flags = (w->value.flags & ~flag) | (on ? flag : 0);
}

void wish_apply(const struct wish_options *w, struct boot_wishes *wishes)
{
	const struct boot_wishes *v = &w->value;
	uint32_t flags = w->given & WISHES_FLAGS;

	if (w->given & BOOT_WISH_STACK_SIZE)
		wishes->stack_size = v->stack_size;
	if (w->given & BOOT_WISH_PHYS_OFFSET)
		wishes->phys_offset = v->phys_offset;
	if (w->given & BOOT_WISH_VIDEO) {
		wishes->video = v->video;
		wishes->width = v->width;
		wishes->height = v->height;
		wishes->bits_per_pixel = v->bits_per_pixel;
	}
	wishes->flags = (wishes->flags & ~flags) | (v->flags & flags);
}

/* As --video takes it. */
static void print_video(const struct boot_wishes *w)
{
	if (w->video == BOOT_VIDEO_TEXT)
		printf("text");
	else if (w->video == BOOT_VIDEO_BEST)
		printf("best");
	else
		printf("%s%ux%u", w->video == BOOT_VIDEO_MINIMUM ? "min:" : "",
		       (unsigned)w->width, (unsigned)w->height);
	if (w->bits_per_pixel != 0)
		printf("x%u", (unsigned)w->bits_per_pixel);
}

void wish_print(const struct boot_wishes *w)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{ BOOT_WISH_GRAPHICS_ONLY, "graphics-only" },
		{ BOOT_WISH_KASLR, "kaslr" },
		{ BOOT_WISH_VIDEO_MODES, "video-modes" },
		{ BOOT_WISH_EDID, "edid" },
	};
	const char *before = "";

	if (w->stack_size != 0) {
		printf("stack-size %" PRIu64, w->stack_size);
		before = ", ";
	}
	if (w->phys_offset != 0) {
		printf("%sphys-offset ", before);
		if (w->phys_offset == BOOT_PHYS_NONE)
			printf("none");
		else
			printf("0x%" PRIx64, w->phys_offset);
		before = ", ";
	}
	if (w->video != BOOT_VIDEO_ANY) {
		printf("%svideo ", before);
		print_video(w);
		before = ", ";
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (w->flags & flags[i].flag) {
			printf("%s%s", before, flags[i].name);
			before = ", ";
		}
	if (*before == '\0')
		printf("none");
}
