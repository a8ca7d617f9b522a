/* SPDX-License-Identifier: 0BSD */
/*
 * fuzz_arguments.h - a command line of mkimage's: options whose values are
 * right, or whatever the input says.
 */
#ifndef STAGECOACH_FUZZ_ARGUMENTS_H
#define STAGECOACH_FUZZ_ARGUMENTS_H

#include <stdio.h>

#include "fuzz.h"

/* Which options fuzz_wishes() gives values to. */
#define FUZZ_STACK      1
#define FUZZ_PHYS       2
#define FUZZ_VIDEO      4
#define FUZZ_ASKS       8               /* options without a value */

#define FUZZ_TEXT_SIZE  200
#define FUZZ_OPTION     600

static struct {
	const char *argument[32];
	char text[8][FUZZ_OPTION];      /* of those that are made here */
	int count, texts;
	bool free;              /* one of them is whatever the input says */
} fuzz_line;

static inline void fuzz_add(const char *argument)
{
	fuzz_line.argument[fuzz_line.count++] = argument;
	fuzz_line.argument[fuzz_line.count] = NULL;
}

/* OPTION and a value: one of those that are right, or any text. */
static inline void fuzz_add_value(struct fuzz *f, const char *option,
				  const char *const *right, size_t count)
{
	char *to = fuzz_line.text[fuzz_line.texts++], text[FUZZ_TEXT_SIZE] = "";
	uint8_t which = fuzz_u8(f);

	if (which >= count) {
		fuzz_bytes(f, text, which % (FUZZ_TEXT_SIZE - 1));
		fuzz_line.free = true;
	}
	snprintf(to, FUZZ_OPTION, "%s%s", option,
		 which < count ? right[which] : text);
	fuzz_add(to);
}

static inline void fuzz_wishes(struct fuzz *f, uint8_t more)
{
	static const char *const size[] = {
		"64K", "65536", "1M", "16M", "1G", "default", "68K", "0x20000",
	};
	static const char *const phys[] = {
		"none", "default", "0xffff800000000000", "0xffffc00040000000",
		"0x4000000000", "0x40000000", "0xffffffff40000000",
		"0xffffffff80000000",
	};
	static const char *const video[] = {
		"text", "default", "best", "bestx16", "640x480", "min:800x600",
		"1920x1080x32", "16384x16384x24", "min:1x1x15",
	};
	static const char *const asks[] = {
		"--graphics-only", "--kaslr", "--video-modes", "--edid",
		"--no-graphics-only", "--no-kaslr", "--no-video-modes",
		"--no-edid",
	};

	if (more & FUZZ_STACK)
		fuzz_add_value(f, "--stack-size=", size, FUZZ_COUNT(size));
	if (more & FUZZ_PHYS)
		fuzz_add_value(f, "--phys-offset=", phys, FUZZ_COUNT(phys));
	if (more & FUZZ_VIDEO)
		fuzz_add_value(f, "--video=", video, FUZZ_COUNT(video));
	if (more & FUZZ_ASKS) {
		uint8_t which = fuzz_u8(f);

		for (unsigned i = 0; i < FUZZ_COUNT(asks); i++)
			if (which >> i & 1)
				fuzz_add(asks[i]);
	}
}

#endif
