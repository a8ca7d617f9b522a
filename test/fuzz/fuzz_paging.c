// SPDX-License-Identifier: 0BSD
/*
 * fuzz_paging.c - page tables: mappings in any order against a list of what
 * was mapped. A mapping is refused if and only if it meets another; every
 * other one is found by a walk, in the largest pages that fit.
 *
 * Input: what the CPU has, how many frames; mappings, until it ends.
 */
#include "fuzz.h"

#include "paging.h"

#define FRAMES          32
#define POOL_PHYS       0x7654321000ull
#define MAX_MAPPINGS    8

struct mapping {
	uint64_t vaddr, paddr, size, flags, largest;
};

static uint64_t pool[FRAMES][512];
static size_t used, most;

static uint64_t take_frame(void *ctx)
{
	(void)ctx;
	if (used == most)
		return 0;
	memset(pool[used], 0xa5, sizeof(pool[used]));
	return POOL_PHYS + used++ * PAGE_4K;
}

static bool meet(const struct mapping *a, const struct mapping *b)
{
	return a->vaddr - b->vaddr < b->size || b->vaddr - a->vaddr < a->size;
}

/*
 * The page that holds vaddr: the largest that lies in the mapping as a whole,
 * for both of its addresses.
 */
static uint64_t page_of(const struct mapping *m, uint64_t vaddr)
{
	uint64_t page = m->largest;

	for (; page > PAGE_4K; page /= 512) {
		uint64_t base = vaddr & ~(page - 1);

		if ((m->vaddr - m->paddr) % page == 0 && base >= m->vaddr &&
		    base - m->vaddr <= m->size - page && m->size >= page)
			return page;
	}
	return page;
}

/* What the CPU finds at an address (Intel SDM vol. 3, 4.5). */
struct walk {
	uint64_t paddr, flags, page_size;
};

static bool walk(const struct paging *pg, uint64_t vaddr, struct walk *w)
{
	uint64_t entry = pg->root;
	int shift = 48;

	w->flags = PTE_WRITE | PTE_USER;
	do {
		uint64_t frame = (entry & PTE_ADDR) - POOL_PHYS;

		shift -= 9;
		CHECK(frame / PAGE_4K < used);
		entry = pool[frame / PAGE_4K][vaddr >> shift & 511];
		if (!(entry & PTE_PRESENT))
			return false;
		w->flags = (w->flags & entry & (PTE_WRITE | PTE_USER)) |
			   ((w->flags | entry) & PTE_NX) |
			   (entry & (PTE_PCD | PTE_PWT));
	} while (shift > 12 && !(entry & PTE_LARGE));
	w->page_size = 1ull << shift;
	CHECK((entry & PTE_ADDR & (w->page_size - 1)) == 0);
	w->paddr = (entry & PTE_ADDR) + vaddr % w->page_size;
	return true;
}

static void check_byte(const struct paging *pg, const struct mapping *m,
		       uint64_t offset)
{
	uint64_t vaddr = m->vaddr + offset;
	struct walk w;

	CHECK(walk(pg, vaddr, &w));
	CHECK(w.paddr == m->paddr + offset);
	CHECK(w.flags == m->flags);
	CHECK(w.page_size == page_of(m, vaddr));
}

static bool is_mapped(const struct mapping *m, size_t n, uint64_t vaddr)
{
	for (size_t i = 0; i < n; i++)
		if (vaddr - m[i].vaddr < m[i].size)
			return true;
	return false;
}

static void check_all(const struct paging *pg, const struct mapping *m,
		      size_t n)
{
	struct walk w;

	for (size_t i = 0; i < n; i++) {
		uint64_t beside[2] = { m[i].vaddr - 1, m[i].vaddr + m[i].size };

		check_byte(pg, &m[i], 0);
		check_byte(pg, &m[i], m[i].size - 1);
		check_byte(pg, &m[i], m[i].size / 2);
		check_byte(pg, &m[i], (0 - m[i].vaddr) % PAGE_2M % m[i].size);
		for (int k = 0; k < 2; k++)
			if (!is_mapped(m, n, beside[k]))
				CHECK(!walk(pg, beside[k], &w));
	}
}

/* Clear of the hole, so that it may be asked for. */
static bool is_allowed(const struct mapping *m)
{
	uint64_t last = m->vaddr + (m->size - 1);

	return m->size > 0 && last >= m->vaddr && paging_canonical(m->vaddr) &&
	       paging_canonical(last) && (int64_t)(m->vaddr ^ last) >= 0;
}

static struct mapping get_mapping(struct fuzz *f, const struct paging *pg)
{
	static const uint64_t where[] = {
		0, 0x40000000, 0x7fffc0000000, 0xffff800000000000,
		0xffffffff80000000, 0 - 0x40000000ull,
	};
	static const uint64_t largest[] = { PAGE_4K, PAGE_2M, PAGE_1G };
	uint8_t kind = fuzz_u8(f), how = fuzz_u8(f);
	struct mapping m = {
		.vaddr = where[kind % FUZZ_COUNT(where)],
		.size = (1 + fuzz_u16(f) % 700) * PAGE_4K,
		.flags = (how & 1 ? PTE_WRITE : 0) | (how & 2 ? PTE_NX : 0) |
			 (how & 4 ? PTE_PCD : 0) | (how & 8 ? PTE_PWT : 0),
		.largest = largest[(how >> 4) % 3],
	};

	m.vaddr += fuzz_u16(f) * PAGE_4K << (kind >> 6) * 3;
	m.paddr = fuzz_u16(f) * PAGE_4K << (kind >> 6) * 3;
	if (how & 0x40)                 /* so that large pages fit */
		m.paddr += (m.vaddr - m.paddr) % PAGE_2M;
	if (how & 0x80) {
		m.paddr += (m.vaddr - m.paddr) % PAGE_1G;
		m.size *= 64;
	}
	if (!is_allowed(&m))
		m.size = 0 - m.vaddr;   /* to the end of the address space */
	if (m.largest > pg->largest)
		m.largest = pg->largest;
	return m;
}

static bool meets_any(const struct mapping *m, size_t n,
		      const struct mapping *what)
{
	for (size_t i = 0; i < n; i++)
		if (meet(&m[i], what))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mapping m[MAX_MAPPINGS];
	struct fuzz f = { data, size };
	uint8_t cpu = fuzz_u8(&f);
	struct paging pg = {
		.window = (uintptr_t)pool - (uintptr_t)POOL_PHYS,
		.frame = take_frame, .nx = cpu & 1,
		.largest = cpu & 2 ? PAGE_1G : PAGE_2M,
	};

	used = 0;
	most = cpu & 4 ? 1 + fuzz_u8(&f) % FRAMES : FRAMES;
	pg.root = take_frame(NULL);
	memset(pool[0], 0, sizeof(pool[0]));
	for (size_t n = 0; n < MAX_MAPPINGS && f.left > 0; n++) {
		int err;

		m[n] = get_mapping(&f, &pg);
		if (!is_allowed(&m[n]))
			break;
		err = paging_map(&pg, m[n].vaddr, m[n].paddr, m[n].size,
				 m[n].flags, m[n].largest);
		CHECK(err == PAGING_OK || err == PAGING_TAKEN ||
		      (err == PAGING_NO_FRAME && used == most));
		CHECK((err == PAGING_TAKEN) <= meets_any(m, n, &m[n]));
		CHECK((err == PAGING_OK) <= !meets_any(m, n, &m[n]));
		if (err)
			break;
		if (!pg.nx)
			m[n].flags &= ~PTE_NX;
		check_all(&pg, m, n + 1);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const uint8_t kernel[] = {
		3, 4, 0x13, 4, 0, 0, 0, 0x00, 1, 4, 0x12, 4, 0, 5, 0, 5, 1,
		3, 0xd3, 0xff, 0x3f, 0, 0, 0, 0, 1, 0x21, 0, 1, 0xa0, 0,
		0xa0, 0,
	};

	memcpy(seed, kernel, sizeof(kernel));
	return i == 0 ? sizeof(kernel) : 0;
}
