/* SPDX-License-Identifier: 0BSD */
/*
 * vspace.h - decides where in the kernel's address space the loader's own
 * things go: the map of physical memory and the window with boot_info,
 * modules and stack. Works in slots of 512 GiB (one PML4 entry each).
 */
#ifndef STAGECOACH_VSPACE_H
#define STAGECOACH_VSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "elf64.h"      /* struct elf64_plan */

#define VSPACE_DEFAULT_PHYS_OFFSET      0xffff800000000000ull
#define VSPACE_PIE_LOW                  0x100000ull
/*
 * As much physical memory, in bits of its addresses, has room in the top half
 * beside any kernel in one piece at either end of it: 64 TiB. What a BIOS
 * reports beyond that is an error of its own.
 */
#define VSPACE_RAM_BITS                 46
#define VSPACE_PIE_HIGH                 0xffffffff80000000ull

enum vspace_err {
	VSPACE_OK = 0,
	VSPACE_FULL = -1,       /* no free slots left in the top half */
	VSPACE_PHYS = -2,       /* physical memory does not fit where the kernel
				   wishes it: it would meet the kernel, or
				   reach past the end of an address half */
	VSPACE_KASLR = -3,      /* the kernel is not position-independent, or
				   too large for the place that this needs */
};

/* What the kernel wishes. All 0: the defaults. */
struct vspace_wishes {
	uint64_t phys_offset;   /* as in struct boot_wishes */
	bool kaslr;             /* move a position-independent kernel by */
	uint64_t random;        /* what this decides: any 64 bits of which
				   enough cannot be foretold */
};

struct vspace {
	uint64_t slide;         /* add to every link-time address */
	uint64_t phys_offset;   /* where physical address 0 is mapped; 0: as
				   wished, it is not */
	uint64_t window;        /* a slot of its own: first address */
};

/*
 * Places a kernel whose fixed mappings elf64_make_plan() has judged, with
 * ram_end bytes of physical memory to map. A position-independent kernel
 * linked at 1 MiB or above stays where it is linked, any other goes to
 * VSPACE_PIE_HIGH, keeping its addresses modulo its alignment. phys_offset is
 * what the kernel wishes (wishes_read() has passed it), else the default, or
 * the next free slots where the kernel lies there; the window is the highest
 * slot then free. The last slot of all is left to kernels. *v is only written
 * on success.
 *
 * With KASLR any position-independent kernel goes to one of all the places
 * from VSPACE_PIE_HIGH up to the last page of the address space, which stays
 * free, that keep its addresses modulo its alignment; each is as likely as the
 * others.
 */
int vspace_place(const struct elf64_plan *plan, uint64_t ram_end,
		 const struct vspace_wishes *wishes, struct vspace *v);

#endif
