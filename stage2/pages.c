// SPDX-License-Identifier: 0BSD
/* pages.c - the page tables that the kernel starts with. */
#include "console.h"
#include "io.h"
#include "layout.h"
#include "pages.h"

#define MIB             0x100000ull
#define WRITE_COMBINING 0x80000000u     /* beside the ELF64_ rights */

/* Rights as in a program header (W^X as far as the kernel's have it). */
static void map(struct paging *pg, uint64_t vaddr, uint64_t paddr,
		uint64_t size, uint32_t rights, uint64_t largest)
{
	uint64_t flags = (rights & ELF64_W ? PTE_WRITE : 0) |
			 (rights & ELF64_X ? 0 : PTE_NX) |
			 (rights & WRITE_COMBINING ? PTE_WC : 0);

	if (paging_map(pg, vaddr, paddr, size, flags, largest))
		die("cannot map [0x%llx, 0x%llx): something is there already",
		    (unsigned long long)vaddr,
		    (unsigned long long)(vaddr + size));
}

static void map_kernel(struct paging *pg, const struct kernel *kernel)
{
	const struct elf64_run *run = kernel->run;
	const struct elf64_chunk *c = kernel->pieces.chunk;
	const struct elf64_chunk *end = c + kernel->pieces.count;

	for (; c < end; c++) {
		/* Every chunk was taken for one run; both are in order. */
		while (c->vaddr - run->vaddr >= run->size)
			run++;
		map(pg, c->vaddr + kernel->space.slide, (uintptr_t)c->data,
		    c->size, run->flags, PAGE_1G);
	}
}

/*
 * Hand-off, reporter and VGA memory, each at its own address. Only pages that
 * hold code are executable: what lies between it and the stubs is not mapped.
 */
static void map_fixed(struct paging *pg)
{
	const uint64_t stubs = RESIDENT_STUBS & -PAGE_4K;
	const uint64_t code_end = (resident_code_end() + PAGE_4K - 1) &
				  -PAGE_4K;

	map(pg, RESIDENT_TEXT, RESIDENT_TEXT, code_end - RESIDENT_TEXT,
	    ELF64_X, PAGE_4K);
	map(pg, stubs, stubs, PAGE_4K, ELF64_X, PAGE_4K);
	map(pg, RESIDENT_DATA, RESIDENT_DATA, RESIDENT_END - RESIDENT_DATA,
	    ELF64_W, PAGE_4K);
	map(pg, VGA_WINDOW, VGA_WINDOW, VGA_WINDOW_END - VGA_WINDOW,
	    ELF64_W, PAGE_4K);
}

/*
 * Physical [base, end) at offset. The first 2 MiB in small pages: its fixed
 * MTRRs differ in memory type, which a large page must not straddle (Intel
 * SDM vol. 3, 12.11.9).
 */
static void map_physical(struct paging *pg, uint64_t offset, uint64_t base,
			 uint64_t end)
{
	uint64_t small_end = end < PAGE_2M ? end : PAGE_2M;

	if (base < small_end) {
		map(pg, offset + base, base, small_end - base,
		    ELF64_W, PAGE_4K);
		base = small_end;
	}
	if (base < end)
		map(pg, offset + base, base, end - base, ELF64_W,
		    PAGE_1G);
}

/* The first range of RAM that reaches past `after`; NULL if there is none. */
static const struct boot_memory *next_ram(const struct memmap *m,
					  uint64_t after)
{
	size_t i;

	for (i = 0; i < m->count; i++)
		if (memmap_is_ram(m->range[i].type) && m->range[i].end > after)
			return &m->range[i];
	return NULL;
}

/*
 * All RAM, and the first MiB whatever it is; neighbours in one go. Goes by
 * addresses: every table that is made takes a frame and may move the ranges,
 * but RAM stays RAM.
 */
static void map_ram(struct paging *pg, uint64_t offset,
		    const struct memmap *m)
{
	const struct boot_memory *r;
	uint64_t base = 0, end = MIB;

	while ((r = next_ram(m, end)) != NULL) {
		if (r->base > end) {
			uint64_t next = r->base, next_end = r->end;

			map_physical(pg, offset, base, end);
			base = next;
			end = next_end;
		} else
			end = r->end;
	}
	map_physical(pg, offset, base, end);
}

uint64_t pages_build(struct boot *boot)
{
	struct paging pg = memory_tables(&boot->memory,
					 boot->cpu->features & CPU_HAS_NX);
	const struct elf64_chunk *c;

	map_kernel(&pg, boot->kernel);
	map_fixed(&pg);
	for (c = boot->window.chunk; c < boot->window.chunk + boot->window.count;
	     c++)
		map(&pg, c->vaddr, (uintptr_t)c->data, c->size,
		    ELF64_W, PAGE_1G);
	if (boot->video.pages_size != 0)
		map(&pg, boot->video.pages, boot->video.display.address_phys &
		    -(uint64_t)PAGE_SIZE, boot->video.pages_size,
		    ELF64_W | WRITE_COMBINING, PAGE_2M);
	if (boot->kernel->space.phys_offset != 0)
		map_ram(&pg, boot->kernel->space.phys_offset,
			&boot->memory.map);
	return pg.root;
}
