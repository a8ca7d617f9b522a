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

/*
 * What a small kernel's page tables and boot_info take, at most. To take one
 * page out of the map costs as much as to take all.
 */
#define POOL_SIZE       (16 * PAGE_SIZE)

_Noreturn void memory_full(const struct memmap *map)
{
	die("the memory map has too many pieces: more than %llu",
	    (unsigned long long)map->max);
}

_Noreturn void memory_short(const char *what, uint64_t need, uint64_t have)
{
	die("not enough memory for %.60s: %llu KiB needed, %llu KiB are free",
	    what, (unsigned long long)need >> 10,
	    (unsigned long long)have >> 10);
}

void memory_set(struct memmap *map, uint64_t base, uint64_t end, uint32_t type)
{
	if (memmap_set(map, base, end, type))
		memory_full(map);
}

/* A frame for page tables; it holds anything. */
static uint64_t table_frame(void *ctx)
{
	return (uintptr_t)memory_alloc(ctx, PAGE_SIZE, "page tables");
}

/* For the tables that are in use. */
static uint64_t cleared_frame(void *ctx)
{
	uint64_t table = table_frame(ctx);

	memset(phys(table), 0, PAGE_SIZE);
	return table;
}

void memory_open(struct memory *m, uint64_t largest)
{
	m->own = (struct paging){
		.root = LOADER_TABLES, .frame = cleared_frame, .ctx = m,
		.largest = largest,
	};
}

struct paging memory_tables(struct memory *m, bool nx)
{
	struct paging pg = m->own;

	pg.root = cleared_frame(m);
	pg.frame = table_frame;
	pg.nx = nx;
	return pg;
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

/* All of it in one piece below high; false if there is none. */
static bool take_whole(struct memory *m, struct memmap_request *want,
		       uint64_t high, uint64_t *base)
{
	size_t i;

	for (i = 0; i < REGIONS; i++) {
		want->low = region[i].low;
		want->high = region[i].high;
		if (want->high <= high && !memmap_take(&m->map, want, base))
			return true;
	}
	return false;
}

void memory_back(struct memory *m, struct memory_pieces *p, uint64_t vaddr,
		 uint64_t size, uint32_t type, const char *what)
{
	struct memmap_request want = {
		.size = size, .align = size < PAGE_2M ? PAGE_4K : PAGE_2M,
		.type = type,
	};
	uint64_t base, taken;
	size_t i;

	for (;; want.align = PAGE_4K) {
		want.offset = vaddr & (want.align - 1);
		if (take_whole(m, &want, ALL, &base)) {
			memory_add(m, p, vaddr, size, base, what);
			return;
		}
		if (want.align == PAGE_4K)
			break;
	}
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
		memory_short(what, size, size - want.size);
}

NOINLINE
static void fill_pool(struct memory *m, uint64_t size, const char *what)
{
	struct memmap_request want = {
		.size = size < POOL_SIZE ? POOL_SIZE : size, .align = PAGE_4K,
		.type = BOOT_MEMORY_RECLAIMABLE,
	};

	while (!take_whole(m, &want, GIB_4, &m->pool)) {
		if (want.size == size)
			memory_short(what, size,
				     memmap_total(&m->map,
						  BOOT_MEMORY_USABLE));
		want.size = size;
	}
	m->pool_end = m->pool + want.size;
}

void *memory_alloc(struct memory *m, uint64_t size, const char *what)
{
	void *piece;

	if (size > m->pool_end - m->pool)
		fill_pool(m, size, what);
	piece = phys(m->pool);
	m->pool += size;
	return piece;
}

uint8_t *memory_find(const struct memory_pieces *p, uint64_t vaddr,
		     uint64_t size, uint64_t *room)
{
	const struct elf64_chunk *c;

	for (c = p->chunk; c < p->chunk + p->count; c++) {
		uint64_t into = vaddr - c->vaddr;

		if (into < c->size) {
			*room = c->size - into < size ? c->size - into : size;
			return c->data + into;
		}
	}
	return NULL;
}

void memory_clear(const struct memory_pieces *p, uint64_t vaddr,
		  uint64_t size)
{
	uint64_t room;
	uint8_t *at;

	for (; size > 0; size -= room, vaddr += room) {
		at = memory_find(p, vaddr, size, &room);
		memset(at, 0, room);
	}
}
