/* SPDX-License-Identifier: 0BSD */
/* wish.h - the kernel's own wishes, where they stand in it. */
#ifndef STAGE2_WISH_H
#define STAGE2_WISH_H

#include "kernel.h"

/*
 * Judges the struct boot_wishes at this offset of the kernel's file, once the
 * kernel is loaded. What the loader obeys is the image's, where mkimage has
 * worked its options in; this is to see that no other tool has left out what
 * the kernel cannot do without. Dies, naming the field.
 */
void wish_check(const struct kernel *kernel, uint64_t offset);

#endif
