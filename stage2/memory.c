// SPDX-License-Identifier: 0BSD
/* memory.c - takes frames out of the memory map and makes them reachable. */
#include <string.h>

#include "console.h"
#include "io.h"
#include "layout.h"
#include "memory.h"

#define MIB             0x100000ull
#define GIB_4           0x100000000ull
#define ALL             UINT64_MAX

/*
 * Where to look, in this order. High memory needs page tables to be reached;
 * low memory is what old code in a kernel may want for itself.
 */
static const struct {
	uint64_t low, high;
} region[] = {
	{ MIB, GIB_4 },
	{ GIB_4, ALL },
	{ LOW_FREE, MIB },
};

#define REGIONS (sizeof(region) / sizeof(region[0]))

#define TABLES_AT_ONCE  8       /* to take one costs as much as to take all */

/* A cleared frame for anyone's page tables. */
static uint64_t table_frame(void *ctx)
{
	struct memory *m = ctx;
	uint64_t table;

	if (m->tables == m->tables_end) {
		m->tables = (uintptr_t)
			memory_alloc(m, TABLES_AT_ONCE * PAGE_SIZE,
				     "page tables");
		m->tables_end = m->tables + TABLES_AT_ONCE * PAGE_SIZE;
	}
	table = m->tables;
	m->tables += PAGE_SIZE;
	return table;
}

void memory_open(struct memory *m, uint64_t largest)
{
	m->own = (struct paging){
		.root = LOADER_TABLES, .frame = table_frame, .ctx = m,
		.largest = largest,
	};
}

struct paging memory_tables(struct memory *m, bool nx)
{
	return (struct paging){
		.root = table_frame(m), .frame = table_frame, .ctx = m,
		.largest = m->own.largest, .nx = nx,
	};
}

/*
 * Maps the GiB of every frame above 4 GiB to itself. The one error that can
 * come is PAGING_TAKEN: this has been done for a frame before, of all the GiB.
 * (Where there is no memory for a table, table_frame() does not return.)
 */
static void reach(struct memory *m, uint64_t base, uint64_t size)
{
	uint64_t gib;

	if (base + size <= GIB_4)
		return;
	for (gib = base & -PAGE_1G; gib < base + size; gib += PAGE_1G)
		(void)paging_map(&m->own, gib, gib, PAGE_1G, PTE_WRITE,
				 PAGE_1G);
}

void memory_add(struct memory *m, struct memory_pieces *p, uint64_t vaddr,
		uint64_t size, uint64_t base, const char *what)
{
	if (p->count == MEMORY_MAX_CHUNKS)
		die("%.60s: memory is in more than %u pieces", what,
		    MEMORY_MAX_CHUNKS);
	reach(m, base, size);
	p->chunk[p->count++] = (struct elf64_chunk){
		.vaddr = vaddr, .size = size, .data = phys(base),
	};
}

/* All of it in one piece, at an address that suits pages of align bytes. */
static bool back_whole(struct memory *m, struct memory_pieces *p,
		       uint64_t vaddr, uint64_t size, uint64_t align,
		       uint32_t type, const char *what)
{
	struct memmap_request want = {
		.size = size, .align = align, .offset = vaddr & (align - 1),
		.type = type,
	};
	uint64_t base;
	size_t i;

	for (i = 0; i < REGIONS; i++) {
		want.low = region[i].low;
		want.high = region[i].high;
		if (memmap_take(&m->map, &want, &base))
			continue;
		memory_add(m, p, vaddr, size, base, what);
		return true;
	}
	return false;
}

void memory_back(struct memory *m, struct memory_pieces *p, uint64_t vaddr,
		 uint64_t size, uint32_t type, const char *what)
{
	struct memmap_request want = {
		.size = size, .align = PAGE_4K, .type = type,
	};
	uint64_t base, taken;
	size_t i;

	if (size >= PAGE_2M &&
	    back_whole(m, p, vaddr, size, PAGE_2M, type, what))
		return;
	if (back_whole(m, p, vaddr, size, PAGE_4K, type, what))
		return;
	for (i = 0; i < REGIONS; i++) {
		want.low = region[i].low;
		want.high = region[i].high;
		while (!memmap_take_some(&m->map, &want, &base, &taken)) {
			memory_add(m, p, vaddr, taken, base, what);
			vaddr += taken;
			want.size -= taken;
		}
	}
	if (want.size > 0)
		die("%.60s: %llu KiB of memory needed, %llu KiB are free",
		    what, (unsigned long long)size >> 10,
		    (unsigned long long)(size - want.size) >> 10);
}

void *memory_alloc(struct memory *m, uint64_t size, const char *what)
{
	struct memmap_request want = {
		.size = size, .align = PAGE_4K, .low = MIB, .high = GIB_4,
		.type = BOOT_MEMORY_RECLAIMABLE,
	};
	uint64_t base;
	int err = memmap_take(&m->map, &want, &base);

	if (err) {
		want.low = LOW_FREE;
		err = memmap_take(&m->map, &want, &base);
	}
	if (err)
		die("%s: %llu KiB of memory needed, %llu KiB are free", what,
		    (unsigned long long)size >> 10,
		    (unsigned long long)
		    memmap_total(&m->map, BOOT_MEMORY_USABLE) >> 10);
	return memset(phys(base), 0, size);
}

uint8_t *memory_find(const struct memory_pieces *p, uint64_t vaddr,
		     uint64_t *room)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		const struct elf64_chunk *c = &p->chunk[i];

		if (vaddr - c->vaddr < c->size) {
			*room = c->size - (vaddr - c->vaddr);
			return c->data + (vaddr - c->vaddr);
		}
	}
	return NULL;
}

void memory_clear(const struct memory_pieces *p, uint64_t vaddr,
		  uint64_t size)
{
	uint64_t room;
	uint8_t *at;

	while (size > 0) {
		at = memory_find(p, vaddr, &room);
		if (room > size)
			room = size;
		memset(at, 0, room);
		vaddr += room;
		size -= room;
	}
}
