/* SPDX-License-Identifier: 0BSD */
/* boot.h - one boot: what its steps (main.c) learn and leave for the next. */
#ifndef STAGE2_BOOT_H
#define STAGE2_BOOT_H

#include <stdint.h>

#include "boot_info.h"
#include "clock.h"
#include "cpu.h"
#include "disk.h"
#include "e820.h"
#include "files.h"
#include "kernel.h"
#include "log.h"
#include "memory.h"
#include "vbe.h"

/* What video.c leaves; all 0 if it was not asked. */
struct video {
	struct vbe_mode *mode;          /* what the card offers: count modes */
	size_t count;
	const uint8_t *edid;            /* EDID_SIZE bytes, or NULL */
	struct boot_display display;    /* as the kernel will see it; type 0: no
					   mode was set */
	uint64_t pages;                 /* its pages, virtual; and their size */
	uint64_t pages_size;
};

/*
 * Small things first: what lies beyond 127 bytes costs longer instructions.
 * So does an address that the compiler knows, which is why main() is given
 * its only object by entry.asm.
 */
struct boot {
	const struct cpu_facts *cpu;
	struct kernel *kernel;
	const struct boot_wishes *wishes;       /* the image's */
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
	uint64_t stamps[BOOT_STAMP_COUNT];
	struct clock_sample start;              /* with the first stamp */
	struct log log;
	struct video video;
	struct loaded_file elf;                 /* size 0: not carried */
	struct loaded_file *module;             /* module_count of them */
	uint32_t module_count;
};

/*
 * Reserves room for size bytes in the window; the page behind it stays
 * unmapped. Returns its page-aligned address.
 */
uint64_t boot_window(struct boot *boot, uint64_t size);

#endif
