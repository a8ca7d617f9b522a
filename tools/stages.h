/* SPDX-License-Identifier: 0BSD */
/*
 * stages.h - the loader itself, as mkimage carries it: build/stage1.bin and
 * build/stage2.bin. embed.sh makes the source file that defines these.
 */
#ifndef STAGECOACH_STAGES_H
#define STAGECOACH_STAGES_H

#include <stddef.h>

extern const unsigned char stage1_bin[];
extern const size_t stage1_bin_size;
extern const unsigned char stage2_bin[];
extern const size_t stage2_bin_size;

#endif
