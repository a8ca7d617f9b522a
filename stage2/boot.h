/* SPDX-License-Identifier: 0BSD */
/* boot.h - one boot: what its steps (main.c) learn and leave for the next. */
#ifndef STAGE2_BOOT_H
#define STAGE2_BOOT_H

#include <stdint.h>

#include "boot_info.h"
#include "cpu.h"
#include "disk.h"
#include "e820.h"
#include "files.h"
#include "kernel.h"
#include "memory.h"

/* Small things first: what lies beyond 127 bytes costs longer instructions. */
struct boot {
	const struct cpu_facts *cpu;
	struct kernel *kernel;
	struct memory_pieces window;            /* what lies in the window:
						   vspace.h chose its slot */
	uint64_t window_next;                   /* first free address there */
	uint64_t stack_base, stack_top;
	uint64_t info;                          /* virtual */
	struct boot_info *info_bytes;           /* the same, for the loader */
	struct boot_memory *memory_copy;        /* where its map will go */
	struct files files;
	struct memory memory;
	struct e820_facts e820;
	struct disk disk;
	struct boot_disk disk_facts;
	uint64_t stamps[BOOT_STAMP_COUNT];
	struct loaded_file elf;                 /* size 0: not carried */
	uint32_t module_count;
	struct loaded_file module[IMAGE_MAX_MODULES];
};

/*
 * Reserves room for size bytes in the window; the page behind it stays
 * unmapped. Returns its page-aligned address.
 */
uint64_t boot_window(struct boot *boot, uint64_t size);

#endif
