/* SPDX-License-Identifier: 0BSD */
/* wish_options.h - wishes as mkimage's options, and as its listing. */
#ifndef STAGECOACH_WISH_OPTIONS_H
#define STAGECOACH_WISH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot_info.h"  /* struct boot_wishes */

struct wish_options {
	uint32_t given;                 /* BOOT_WISH_*: these have a value */
	struct boot_wishes value;
};

/*
 * The arguments of --stack-size, --phys-offset and --video. false: no such
 * value.
 */
bool wish_set_stack_size(struct wish_options *w, const char *arg);
bool wish_set_phys_offset(struct wish_options *w, const char *arg);
bool wish_set_video(struct wish_options *w, const char *arg);

/* --FLAG or --no-FLAG; flag is its BOOT_WISH_*. */
void wish_set_flag(struct wish_options *w, uint32_t flag, bool on);

/* Puts the options in the place of the kernel's wishes. */
void wish_apply(const struct wish_options *w, struct boot_wishes *wishes);

/* Prints what differs from the defaults, or "none". */
void wish_print(const struct boot_wishes *wishes);

#endif
