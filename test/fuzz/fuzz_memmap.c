// SPDX-License-Identifier: 0BSD
/*
 * fuzz_memmap.c - raw E820 entries to a map, then frames taken from it and
 * ranges set: every answer against one that looks at single pages.
 *
 * Input: address_end, low_end, storage, how many entries; these; then
 * operations, until it ends.
 */
#include "fuzz.h"

#include "layout.h"     /* PAGE_SIZE */
#include "memmap.h"

#define MAX_ENTRIES     20
#define MAX_RANGES      (2 * MAX_ENTRIES + 2)
#define MAX_OPERATIONS  12
#define MIB             0x100000ull
#define PAGE            ((uint64_t)PAGE_SIZE)

static struct e820_entry entry[MAX_ENTRIES];
static size_t entries;
static uint64_t address_end, low_end;

/* Stricter is larger. */
static int strictness(uint32_t type)
{
	switch (type) {
	case 0:
		return 0;
	case BOOT_MEMORY_USABLE:
		return 1;
	case BOOT_MEMORY_ACPI:
		return 2;
	case BOOT_MEMORY_NVS:
		return 3;
	case BOOT_MEMORY_BAD:
		return 5;
	default:
		return 4;
	}
}

/* 0 where there is no range. */
static uint32_t type_at(const struct memmap *m, uint64_t address)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->range[i].base <= address && address < m->range[i].end)
			return m->range[i].type;
	return 0;
}

/* What an entry says of the page at an address, 0: nothing. */
static uint32_t entry_says(const struct e820_entry *e, uint64_t page)
{
	unsigned __int128 end = (unsigned __int128)e->base + e->size;
	bool known = e->type >= 1 && e->type <= 5;

	if (end > address_end)
		end = address_end;
	if (!(e->attributes & 1) || e->base >= end)
		return 0;
	if (e->type == BOOT_MEMORY_USABLE)      /* all of the page */
		return page >= e->base && page + PAGE <= end ? e->type : 0;
	if (page + PAGE <= e->base || page >= end)
		return 0;
	return known ? e->type : BOOT_MEMORY_RESERVED;
}

static uint32_t entries_say(uint64_t page)
{
	uint32_t type = 0;

	for (size_t i = 0; i < entries; i++) {
		uint32_t says = entry_says(&entry[i], page);

		if (strictness(says) > strictness(type))
			type = says;
	}
	if (type == BOOT_MEMORY_USABLE &&
	    (page == 0 || (page < MIB && page >= low_end / PAGE * PAGE)))
		type = BOOT_MEMORY_RESERVED;
	return type;
}

/* Nothing changes but at these: so to look there is to look everywhere. */
static size_t edges(uint64_t *edge)
{
	size_t n = 0;

	edge[n++] = 0;
	edge[n++] = low_end;
	edge[n++] = MIB;
	edge[n++] = address_end;
	for (size_t i = 0; i < entries; i++) {
		edge[n++] = entry[i].base;
		edge[n++] = entry[i].base + entry[i].size;
	}
	return n;
}

static void check_map(const struct memmap *m)
{
	uint64_t edge[4 + 2 * MAX_ENTRIES];
	size_t n = edges(edge);

	CHECK(memmap_check(m));
	for (size_t i = 0; i < m->count; i++)
		CHECK(m->range[i].end <= address_end);
	for (size_t i = 0; i < n; i++)
		for (int k = -1; k <= 1; k++) {
			uint64_t page = (edge[i] / PAGE + (uint64_t)k) * PAGE;

			CHECK(page >= address_end ||
			      type_at(m, page) == entries_say(page));
		}
}

static void check_sums(const struct memmap *m)
{
	uint64_t total = 0, ram_end = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct boot_memory *r = &m->range[i];

		if (r->type == BOOT_MEMORY_USABLE)
			total += r->end - r->base;
		if (memmap_is_ram(r->type))
			ram_end = r->end;
	}
	CHECK(memmap_total(m, BOOT_MEMORY_USABLE) == total);
	CHECK(memmap_ram_end(m) == ram_end);
}

/* ---- operations --------------------------------------------------------- */

/* Every page of [base, end) is of that type. */
static bool all_of_type(const struct memmap *m, uint64_t base, uint64_t end,
			uint32_t type)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->range[i].type == type && m->range[i].base <= base &&
		    end <= m->range[i].end)
			return true;
	return false;
}

/* now is before, but that [base, end) has the type. */
static void check_change(const struct memmap *before, const struct memmap *now,
			 uint64_t base, uint64_t end, uint32_t type)
{
	CHECK(memmap_check(now));
	CHECK(all_of_type(now, base, end, type));
	for (size_t i = 0; i < before->count; i++) {
		const struct boot_memory *r = &before->range[i];
		uint64_t at[4] = { r->base, r->end - PAGE, base - PAGE, end };

		for (size_t k = 0; k < FUZZ_COUNT(at); k++)
			CHECK((at[k] >= base && at[k] < end) ||
			      type_at(now, at[k]) == type_at(before, at[k]));
	}
	CHECK(now->count <= before->count + 2);
}

static void check_same(const struct memmap *before, const struct memmap *now)
{
	CHECK(now->count == before->count);
	CHECK(memcmp(now->range, before->range,
		     now->count * sizeof(*now->range)) == 0);
}

/* The most that a request could get in one piece. */
static uint64_t best_place(const struct memmap *m,
			   const struct memmap_request *r)
{
	uint64_t best = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct boot_memory *range = &m->range[i];
		uint64_t base = range->base > r->low ? range->base : r->low;
		uint64_t end = range->end < r->high ? range->end : r->high;

		if (range->type != BOOT_MEMORY_USABLE)
			continue;
		while (base < end && (base - r->offset) % r->align != 0)
			base += PAGE - base % PAGE;
		if (base < end && (end - base) / PAGE * PAGE > best)
			best = (end - base) / PAGE * PAGE;
	}
	return best;
}

static void check_taken(const struct memmap *before, const struct memmap *now,
			const struct memmap_request *r, uint64_t base,
			uint64_t size)
{
	CHECK(size > 0 && size % PAGE == 0);
	CHECK(base >= r->low && base < r->high && size <= r->high - base);
	CHECK((base - r->offset) % r->align == 0);
	CHECK(all_of_type(before, base, base + size, BOOT_MEMORY_USABLE));
	check_change(before, now, base, base + size, r->type);
}

static struct memmap_request get_request(struct fuzz *f)
{
	uint8_t shift = fuzz_u8(f);
	struct memmap_request r = {
		.size = fuzz_u16(f) * PAGE,
		.align = PAGE << shift % 11,
		.low = (uint64_t)fuzz_u16(f) << (10 + shift / 16),
		.type = BOOT_MEMORY_KERNEL,
	};
	uint16_t high = fuzz_u16(f);

	r.offset = fuzz_u16(f) * PAGE & (r.align - 1);
	r.high = high == 0 ? UINT64_MAX : (uint64_t)high << (10 + shift / 16);
	return r;
}

static void do_take(struct fuzz *f, const struct memmap *before,
		    struct memmap *m)
{
	struct memmap_request r = get_request(f);
	uint64_t best = best_place(m, &r), base = 0;
	int err = memmap_take(m, &r, &base);

	if (err == MEMMAP_OK) {
		check_taken(before, m, &r, base, r.size);
		return;
	}
	check_same(before, m);
	if (err == MEMMAP_NO_SPACE)
		CHECK(r.size == 0 || best < r.size);
	else
		CHECK(err == MEMMAP_FULL && m->count + 2 > m->max);
}

static void do_take_some(struct fuzz *f, const struct memmap *before,
			 struct memmap *m)
{
	struct memmap_request r = get_request(f);
	uint64_t best = best_place(m, &r), base = 0, taken;
	int err = memmap_take_some(m, &r, &base, &taken);

	CHECK(taken == (best < r.size ? best : r.size));
	if (err == MEMMAP_OK) {
		check_taken(before, m, &r, base, taken);
		return;
	}
	check_same(before, m);
	if (err == MEMMAP_NO_SPACE)
		CHECK(taken == 0);
	else
		CHECK(err == MEMMAP_FULL && m->count + 2 > m->max);
}

static void do_set(struct fuzz *f, const struct memmap *before,
		   struct memmap *m)
{
	uint32_t type = 1 + fuzz_u8(f) % 8;
	uint64_t base = fuzz_u16(f) * PAGE;
	uint64_t end = base + (1 + fuzz_u16(f)) * PAGE;

	if (memmap_set(m, base, end, type) == MEMMAP_OK) {
		check_change(before, m, base, end, type);
	} else {
		check_same(before, m);
		CHECK(m->count + 2 > m->max);
	}
}

static void do_operations(struct fuzz *f, struct memmap *m)
{
	static struct boot_memory copy[MAX_RANGES];
	struct memmap before = { .range = copy, .max = MAX_RANGES };

	for (int i = 0; i < MAX_OPERATIONS && f->left > 0; i++) {
		memcpy(copy, m->range, m->count * sizeof(*copy));
		before.count = m->count;
		switch (fuzz_u8(f) % 3) {
		case 0:
			do_take(f, &before, m);
			break;
		case 1:
			do_take_some(f, &before, m);
			break;
		default:
			do_set(f, &before, m);
		}
		check_sums(m);
	}
}

/*
 * An entry as a BIOS has it, or in fewer bytes: in KiB, so that entries meet
 * and pages are shared.
 */
static struct e820_entry get_entry(struct fuzz *f)
{
	struct e820_entry e = { .attributes = 1 };
	uint8_t kind = fuzz_u8(f);

	if (kind & 0x80) {
		fuzz_bytes(f, &e, sizeof(e));
		return e;
	}
	e.type = kind & 7;
	e.base = (uint64_t)fuzz_u16(f) << 10;
	e.size = (uint64_t)fuzz_u16(f) << 10;
	if (kind & 0x08)                /* near the end of what the CPU has */
		e.base += address_end - (32 * MIB);
	if (kind & 0x10)
		e.size = 0 - e.size;
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_memory range[MAX_RANGES];
	struct memmap m = { .range = range };
	struct fuzz f = { data, size };
	int err;

	address_end = 1ull << (32 + fuzz_u8(&f) % 21);
	low_end = fuzz_u8(&f) << 12;
	low_end |= fuzz_u8(&f);
	m.max = fuzz_u8(&f);
	entries = fuzz_u8(&f) % (MAX_ENTRIES + 1);
	if (m.max > MAX_RANGES)
		m.max = MAX_RANGES;
	for (size_t i = 0; i < entries; i++)
		entry[i] = get_entry(&f);
	FUZZ_FORBID(range + m.max, (MAX_RANGES - m.max) * sizeof(*range));
	err = memmap_from_e820(&m, entry, entries, address_end, low_end);
	CHECK(err == MEMMAP_OK ||
	      (err == MEMMAP_FULL && m.max < 2 * entries + 2));
	if (err == MEMMAP_OK) {
		check_map(&m);
		check_sums(&m);
		do_operations(&f, &m);
	}
	FUZZ_ALLOW(range, sizeof(range));
	return 0;
}

/* As SeaBIOS tells it of a machine with 128 MiB; an entry in KiB a row. */
size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const uint8_t pc[] = {
		8, 0x9f, 0, 255, 5,
		1, 0, 0, 0x7f, 2,       2, 0x7f, 2, 1, 0,
		2, 0xc0, 3, 0x40, 0,    1, 0, 4, 0, 0xf0,
		2, 0, 0xff, 0, 1,
		0, 4, 16, 0, 0, 4, 0, 0, 0, 0,
		1, 9, 0, 8, 0, 0, 0, 0, 0, 0,
		2, 4, 1, 0, 8, 0,
	};

	memcpy(seed, pc, sizeof(pc));
	return i == 0 ? sizeof(pc) : 0;
}
