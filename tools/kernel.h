/* SPDX-License-Identifier: 0BSD */
/* kernel.h - judges the kernel and says which of its bytes are carried. */
#ifndef STAGECOACH_KERNEL_H
#define STAGECOACH_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"  /* struct boot_wishes */
#include "content.h"
#include "elf64.h"
#include "input.h"

struct failure;

/* [from, to) of the file. */
struct file_range {
	uint64_t from;
	uint64_t to;
};

/* Both headers and the segments. */
#define KERNEL_MAX_RANGES (2 + ELF64_MAX_PHDRS)

struct kernel {
	struct input input;
	uint8_t ehdr[ELF64_HEADER_SIZE];
	uint8_t phdrs[ELF64_MAX_PHDRS * ELF64_PHDR_SIZE];
	struct elf64_header header;
	struct elf64_plan plan;
	bool whole;                     /* every byte is carried */
	uint64_t size;                  /* of what is carried, from the file's
					   start; every byte keeps its offset */
	struct file_range keep[KERNEL_MAX_RANGES];
	size_t keep_count;              /* the rest is carried as zeros */
	uint64_t wish_offset;           /* of its wishes in the file; 0: none */
	struct boot_wishes wishes;      /* the defaults, if none */
	bool wishes_newer;              /* not all of them are known here */
};

/*
 * Opens and judges a kernel, relocations included: after success the loader
 * can refuse it only for what the machine lacks. kernel_close() follows in any
 * case.
 */
int kernel_open(struct kernel *k, const char *path, bool whole,
		struct failure *f);

/* What is odd about it, to stderr. */
void kernel_notes(const struct kernel *k);

/* Its place in the image; k stays where it is. */
struct content kernel_content(const struct kernel *k);

void kernel_close(struct kernel *k);

/*
 * Judges every relocation by the code that will apply them. Part of
 * kernel_open().
 */
int kernel_check_relocations(const struct kernel *k, struct failure *f);

/*
 * Finds what it asks of the loader in the segments' bytes and judges that.
 * Part of kernel_open().
 */
int kernel_find_wishes(struct kernel *k, struct failure *f);

/*
 * Refuses wishes (its own, with options worked in) that are not to be had with
 * this kernel on any machine.
 */
int kernel_check_wishes(const struct kernel *k,
			const struct boot_wishes *wishes, struct failure *f);

/* Fails with lib/elf64's reason. */
int kernel_refuse(const struct kernel *k, int err,
		  const struct elf64_fault *fault, struct failure *f);

#endif
