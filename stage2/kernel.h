/* SPDX-License-Identifier: 0BSD */
/* kernel.h - the kernel and its modules, from the image into memory. */
#ifndef STAGE2_KERNEL_H
#define STAGE2_KERNEL_H

#include <stdint.h>

#include "boot_info.h"          /* struct boot_wishes */
#include "elf64.h"
#include "files.h"
#include "memory.h"
#include "vspace.h"

struct kernel {
	struct vspace space;
	struct memory_pieces pieces;            /* at link addresses */
	size_t runs;
	struct elf64_plan plan;
	struct elf64_run run[ELF64_MAX_RUNS];   /* pages, at link addresses */
};

/* A file that is handed over as it is: module, command line, raw ELF. */
struct loaded_file {
	uint32_t index;         /* in the directory */
	uint64_t vaddr;         /* page-aligned */
	uint64_t size;          /* bytes */
};

/*
 * Reads the kernel's headers and judges them: fills kernel->plan, run and
 * space. ram_end is how much physical memory will be mapped; random is what
 * decides the place, where that is wished. Dies with the reason if it cannot be
 * loaded.
 */
void kernel_plan(struct kernel *kernel, struct files *files,
		 uint64_t ram_end, const struct boot_wishes *wishes,
		 uint64_t random);

/*
 * Takes frames, reads the segments into them, clears the rest, relocates. No
 * file is read between kernel_plan() and this.
 */
void kernel_load(struct kernel *kernel, struct files *files,
		 struct memory *memory);

/*
 * Loads a whole file to file->vaddr on, zeros to the end of its last page,
 * and adds its memory to *pieces.
 */
void kernel_load_file(struct loaded_file *file, struct files *files,
		      struct memory *memory, struct memory_pieces *pieces);

#endif
