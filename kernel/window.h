/* SPDX-License-Identifier: 0BSD */
/*
 * window.h - a look at physical memory that the loader has not mapped: what is
 * not RAM, such as the ACPI tables of many a BIOS.
 */
#ifndef STAGECOACH_KERNEL_WINDOW_H
#define STAGECOACH_KERNEL_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"

#define WINDOW_SIZE     0x400000        /* bytes, from a multiple of half */

/*
 * Maps size bytes at phys, read-only, and returns where; the next call takes
 * that away. NULL if it is more than half a window, or there is no room for
 * one: the kernel's tables have to be the loader's, with phys_offset.
 */
const void *window_open(const struct boot_info *info, uint64_t phys,
			size_t size);

#endif
