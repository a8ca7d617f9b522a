/* SPDX-License-Identifier: 0BSD */
/*
 * paging.h - builds and walks 4-level page tables (Intel SDM vol. 3, 4.5).
 */
#ifndef STAGECOACH_PAGING_H
#define STAGECOACH_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTE_PRESENT     0x1ull
#define PTE_WRITE       0x2ull
#define PTE_USER        0x4ull
#define PTE_PWT         0x8ull
#define PTE_PCD         0x10ull
#define PTE_LARGE       0x80ull         /* PDE, PDPTE: maps 2 MiB, 1 GiB */
#define PTE_PAT_4K      0x80ull         /* in a PTE */
#define PTE_PAT_LARGE   0x1000ull       /* in a large PDE, PDPTE */
#define PTE_NX          0x8000000000000000ull
/* Memory type 5 of the PAT, where a kernel of ours finds write-combining. */
#define PTE_WC          (PTE_PAT_LARGE | PTE_PWT)
#define PTE_ADDR        0x000ffffffffff000ull

#define PAGE_4K         0x1000ull
#define PAGE_2M         0x200000ull
#define PAGE_1G         0x40000000ull
#define PML4_SLOT       0x8000000000ull         /* 512 GiB */

enum paging_err {
	PAGING_OK = 0,
	PAGING_NO_FRAME = -1,   /* frame() had none left */
	PAGING_TAKEN = -2,      /* something is mapped there already */
};

/* A set of tables under construction. All fields are the caller's. */
struct paging {
	uint64_t root;          /* physical address of the PML4, zeroed */
	uintptr_t window;       /* physical address 0 as the caller sees it:
				   tables are read and written at
				   window + physical address */
	uint64_t (*frame)(void *ctx);   /* a 4 KiB frame for a table, or 0;
					   zeroed if the CPU is using these
					   tables, else it holds anything */
	void *ctx;
	uint64_t largest;       /* PAGE_1G where the CPU has them, else
				   PAGE_2M */
	bool nx;                /* EFER.NXE will be set; if not, PTE_NX is
				   dropped */
	/* For a walk through tables that may be anything: can this physical
	   address be read at the window? NULL: all of them. */
	bool (*readable)(const struct paging *pg, uint64_t phys);
};

/*
 * Maps [vaddr, vaddr + size) to [paddr, paddr + size), all page-aligned,
 * vaddr canonical, not across the hole; vaddr + size may be 2^64. flags:
 * PTE_WRITE, PTE_NX, PTE_PWT, PTE_PCD, PTE_PAT_LARGE (for pages of any size:
 * 4 KiB ones have that bit elsewhere). Uses the largest pages that fit, none
 * larger than largest (PAGE_4K, PAGE_2M or PAGE_1G; also bounded by
 * pg->largest). Upper tables are writable and executable: the last level
 * decides. Nothing is for user mode.
 *
 * What is mapped already is never changed nor split: PAGING_TAKEN. After an
 * error part of the range may be mapped, and the tables are only good to be
 * thrown away.
 */
int paging_map(struct paging *pg, uint64_t vaddr, uint64_t paddr,
	       uint64_t size, uint64_t flags, uint64_t largest);

/* What a virtual address is mapped to. */
struct paging_walk {
	uint64_t paddr;         /* of the very address */
	uint64_t flags;         /* rights along the way: PTE_WRITE and PTE_USER
				   only if every level has them, PTE_NX if any
				   has it; other bits of the last level */
	uint64_t page_size;     /* PAGE_4K, PAGE_2M or PAGE_1G */
};

/*
 * Looks an address up as the CPU does, in tables that anybody has made. False
 * if it is not mapped or not canonical, or a table on the way not readable.
 */
bool paging_walk(const struct paging *pg, uint64_t vaddr,
		 struct paging_walk *walk);

/* True if bits 63 to 47 are all equal. */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures \result != 0 <==> canonical(vaddr);
  @*/
static inline bool paging_canonical(uint64_t vaddr)
{
	return (uint64_t)((int64_t)vaddr >> 47) + 1 < 2;
}

#endif
