// SPDX-License-Identifier: 0BSD
/*
 * test_memmap.c - the memory map and its making from E820: rows of input and
 * result, and random maps against a model with one type to a page.
 */
#include "memmap_drawing.h"
#include "vspace.h"

static void test_check(void **state)
{
	static const struct {
		struct boot_memory range[2];
		size_t count;
		size_t max;
		int good;
	} rows[] = {
		{ { { 0, 0, 0, 0 } }, 0, 0, 1 },
		{ { { 0, 0x1000, 1, 0 } }, 1, 1, 1 },
		{ { { 0, 0x1000, 1, 0 } }, 1, 0, 0 },
		{ { { 0x800, 0x2000, 1, 0 } }, 1, 2, 0 },
		{ { { 0, 0x1001, 1, 0 } }, 1, 2, 0 },
		{ { { 0, 0x1000, 1, 1 } }, 1, 2, 0 },
		{ { { 0x1000, 0x1000, 1, 0 } }, 1, 2, 0 },
		{ { { 0x2000, 0x1000, 1, 0 } }, 1, 2, 0 },
		{ { { 0, 0x1000, 1, 0 }, { 0x1000, 0x2000, 2, 0 } }, 2, 2, 1 },
		{ { { 0, 0x1000, 1, 0 }, { 0x2000, 0x3000, 1, 0 } }, 2, 2, 1 },
		{ { { 0, 0x1000, 1, 0 }, { 0x1000, 0x2000, 1, 0 } }, 2, 2, 0 },
		{ { { 0, 0x2000, 1, 0 }, { 0x1000, 0x3000, 2, 0 } }, 2, 2, 0 },
		{ { { 0x1000, 0x2000, 1, 0 }, { 0, 0x1000, 2, 0 } }, 2, 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct boot_memory storage[2];
		struct memmap m = { storage, rows[i].count, rows[i].max };

		memcpy(storage, rows[i].range, sizeof(storage));
		if (!memmap_check(&m) != !rows[i].good)
			fail_msg("row %zu", i);
	}
}

static void test_set(void **state)
{
	static const struct {
		const char *before;
		const char *set;        /* the new range; '.' elsewhere */
		const char *after;
	} rows[] = {
		/* into nothing, beside others, in a gap */
		{ "........", "..UU....", "..UU...." },
		{ "......RR", "UU......", "UU....RR" },
		{ "RR......", "......UU", "RR....UU" },
		{ "RR....RR", "...U....", "RR.U..RR" },
		/* adjoining: joined if equal, apart if not */
		{ "RR......", "..R.....", "RRR....." },
		{ "RR......", "..U.....", "RRU....." },
		{ "...RR...", "..R.....", "..RRR..." },
		{ "...RR...", "..U.....", "..URR..." },
		{ "RR...RR.", "..RRR...", "RRRRRRR." },
		{ "RR...UU.", "..RRR...", "RRRRRUU." },
		{ "RR...UU.", "..UUU...", "RRUUUUU." },
		{ "RR...UU.", "..AAA...", "RRAAAUU." },
		/* inside, with the borders shared or not */
		{ "RRRRRRRR", "..UU....", "RRUURRRR" },
		{ "RRRRRRRR", "UU......", "UURRRRRR" },
		{ "RRRRRRRR", "......UU", "RRRRRRUU" },
		{ "RRRRRRRR", "UUUUUUUU", "UUUUUUUU" },
		{ "RRRRRRRR", "..RR....", "RRRRRRRR" },
		/* over several */
		{ "RRUUAANN", "BBBBBBBB", "BBBBBBBB" },
		{ "RRUUAANN", ".BBBBBB.", "RBBBBBBN" },
		{ "RRUUAARR", ".RRRRRR.", "RRRRRRRR" },
		{ "RRUUAARR", "..RRRR..", "RRRRRRRR" },
		{ "RR.U.ARR", ".BBBBB..", "RBBBBBRR" },
		{ "R.U.A.NB", "..UUU...", "R.UUU.NB" },
		{ "RRUUAANN", "...A....", "RRUAAANN" },
		{ "RRUUAANN", "....U...", "RRUUUANN" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct boot_memory storage[8];
		struct memmap m = { storage, 0, COUNT(storage) };
		struct boot_memory r;

		undraw(&m, rows[i].set);
		r = storage[0];
		undraw(&m, rows[i].before);
		print_message("%s + %s\n", rows[i].before, rows[i].set);
		assert_int_equal(memmap_set(&m, r.base, r.end, r.type), 0);
		assert_drawing(&m, rows[i].after);
	}
}

/* The last page that a range can have: its end is the last page's border. */
static void test_set_highest(void **state)
{
	const uint64_t top = ~(uint64_t)0 - (PAGE_SIZE - 1);
	struct boot_memory storage[4];
	struct memmap m = { storage, 0, COUNT(storage) };

	(void)state;
	assert_int_equal(memmap_set(&m, 0, top, BOOT_MEMORY_RESERVED), 0);
	assert_int_equal(memmap_set(&m, top - PAGE_SIZE, top,
				    BOOT_MEMORY_USABLE), 0);
	assert_true(memmap_check(&m));
	assert_int_equal(m.count, 2);
	assert_int_equal(memmap_total(&m, BOOT_MEMORY_USABLE), PAGE_SIZE);
	assert_int_equal(memmap_total(&m, BOOT_MEMORY_RESERVED),
			 top - PAGE_SIZE);
	assert_int_equal(memmap_ram_end(&m), top);
}

/* Random sets: the model's content, and full exactly when the model is. */
static void test_set_random(void **state)
{
	static const char types[] = "URA";

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		struct boot_memory storage[8], before[8];
		struct memmap m = { storage, 0, 1 + random_below(8) };
		char model[SMALL_PAGES + 1], next[SMALL_PAGES + 1];

		memset(model, '.', SMALL_PAGES);
		model[SMALL_PAGES] = '\0';
		for (size_t step = 0; step < 30; step++) {
			size_t base = random_below(SMALL_PAGES);
			size_t size = 1 + random_below(SMALL_PAGES - base);
			char letter = types[random_below(3)];
			size_t count = m.count;
			int err;

			if (random_below(2))
				size = 1 + size % 4;
			if (size > SMALL_PAGES - base)
				size = SMALL_PAGES - base;
			memcpy(next, model, sizeof(next));
			memset(next + base, letter, size);
			memcpy(before, storage, count * sizeof(*before));
			err = memmap_set(&m, base * PAGE_SIZE,
					 (base + size) * PAGE_SIZE,
					 type_of(letter));
			if (ranges(next) > m.max) {
				assert_int_equal(err, MEMMAP_FULL);
				assert_int_equal(m.count, count);
				assert_memory_equal(before, storage,
						    count * sizeof(*before));
				continue;
			}
			assert_int_equal(err, MEMMAP_OK);
			memcpy(model, next, sizeof(model));
			assert_drawing(&m, model);
		}
	}
}

/* Rows of E820 tables. Attributes are 1 unless the row is about them. */
static const struct e820_row {
	const char *what;
	struct e820_entry entry[8];
	size_t count;
	uint64_t address_end;
	uint64_t low_end;
	struct boot_memory expected[8];
} e820_rows[] = {
	{ "nothing", { { 0, 0, 0, 0 } }, 0, 1ull << 36, 0x9f000,
	  { { 0, 0, 0, 0 } } },
	{ "an emulated PC with 128 MiB, and its entry far above", {
		{ 0, 0x9fc00, 1, 1 }, { 0x9fc00, 0x400, 2, 1 },
		{ 0xf0000, 0x10000, 2, 1 }, { MIB, 0x7ee0000, 1, 1 },
		{ 0x7fe0000, 0x20000, 2, 1 }, { 0xfffc0000, 0x40000, 2, 1 },
		{ 0xfd00000000, 0x300000000, 2, 1 } },
	  7, 1ull << 40, 0x9fc00, {
		{ 0, 0x1000, 2, 0 }, { 0x1000, 0x9f000, 1, 0 },
		{ 0x9f000, 0xa0000, 2, 0 }, { 0xf0000, MIB, 2, 0 },
		{ MIB, 0x7fe0000, 1, 0 }, { 0x7fe0000, 0x8000000, 2, 0 },
		{ 0xfffc0000, 0x100000000, 2, 0 },
		{ 0xfd00000000, 0x10000000000, 2, 0 } } },
	{ "beyond what the CPU addresses: clipped, dropped", {
		{ 0x100000000, 0x200000000, 1, 1 },
		{ 0x200000000, 0x1000, 2, 1 },
		{ 0x1ffffff000, 0x1000, 3, 1 } },
	  3, 0x200000000, 0x9f000, { { 0x100000000, 0x200000000, 1, 0 } } },
	{ "ACPI tables where a kernel has no room: dropped, clipped", {
		{ MIB, 0x1000, 1, 1 }, { 100ull << 40, 0x1000, 3, 1 },
		{ (1ull << VSPACE_RAM_BITS) - 0x1000, 0x2000, 4, 1 } },
	  3, 1ull << VSPACE_RAM_BITS, 0x9f000, {
		{ MIB, MIB + 0x1000, 1, 0 },
		{ (1ull << VSPACE_RAM_BITS) - 0x1000, 1ull << VSPACE_RAM_BITS,
		  4, 0 } } },
	{ "an end past 2^64", {
		{ 0x200000, 0xffffffffffffffff, 1, 1 },
		{ 0xfffffffffffff000, 0x2000, 2, 1 } },
	  2, 1ull << 52, 0x9f000, { { 0x200000, 1ull << 52, 1, 0 } } },
	{ "an end past 2^64, reserved and unaligned", {
		{ 0x200800, 0xffffffffffffffff, 2, 1 } },
	  1, 1ull << 52, 0x9f000, { { 0x200000, 1ull << 52, 2, 0 } } },
	{ "size 0, of either kind, at 0 too", {
		{ 0x200000, 0, 1, 1 }, { 0x200800, 0, 2, 1 }, { 0, 0, 2, 1 } },
	  3, 1ull << 36, 0x9f000, { { 0, 0, 0, 0 } } },
	{ "attribute bit 0 clear, whatever the others", {
		{ 0x200000, 0x1000, 1, 0 }, { 0x300000, 0x1000, 2, 0xfffe },
		{ 0x400000, 0x1000, 1, 0xffff } },
	  3, 1ull << 36, 0x9f000, { { 0x400000, 0x401000, 1, 0 } } },
	{ "the five known types, out of order", {
		{ 0x205000, 0x1000, 5, 1 }, { 0x203000, 0x1000, 3, 1 },
		{ 0x202000, 0x1000, 2, 1 }, { 0x204000, 0x1000, 4, 1 },
		{ 0x201000, 0x1000, 1, 1 } },
	  5, 1ull << 36, 0x9f000, {
		{ 0x201000, 0x202000, 1, 0 }, { 0x202000, 0x203000, 2, 0 },
		{ 0x203000, 0x204000, 3, 0 }, { 0x204000, 0x205000, 4, 0 },
		{ 0x205000, 0x206000, 5, 0 } } },
	{ "unknown types are reserved, not ours of the same number", {
		{ 0x201000, 0x1000, 0, 1 }, { 0x203000, 0x1000, 6, 1 },
		{ 0x205000, 0x1000, 7, 1 }, { 0x207000, 0x1000, 8, 1 },
		{ 0x209000, 0x1000, 12, 1 }, { 0x20b000, 0x1000, 14, 1 },
		{ 0x20d000, 0x1000, 0x80000000, 1 },
		{ 0x20f000, 0x1000, 0xffffffff, 1 } },
	  8, 1ull << 36, 0x9f000, {
		{ 0x201000, 0x202000, 2, 0 }, { 0x203000, 0x204000, 2, 0 },
		{ 0x205000, 0x206000, 2, 0 }, { 0x207000, 0x208000, 2, 0 },
		{ 0x209000, 0x20a000, 2, 0 }, { 0x20b000, 0x20c000, 2, 0 },
		{ 0x20d000, 0x20e000, 2, 0 }, { 0x20f000, 0x210000, 2, 0 } } },
	{ "usable inward, others outward", {
		{ 0x200001, 0x2ffe, 1, 1 }, { 0x300fff, 2, 3, 1 },
		{ 0x400001, 0xffe, 1, 1 }, { 0x500001, 1, 4, 1 } },
	  4, 1ull << 36, 0x9f000, {
		{ 0x201000, 0x202000, 1, 0 }, { 0x300000, 0x302000, 3, 0 },
		{ 0x500000, 0x501000, 4, 0 } } },
	{ "a page that is partly reserved is not usable", {
		{ 0x200000, 0x1800, 1, 1 }, { 0x201800, 0x800, 2, 1 },
		{ 0x202000, 0x1000, 1, 1 } },
	  3, 1ull << 36, 0x9f000, {
		{ 0x200000, 0x201000, 1, 0 }, { 0x201000, 0x202000, 2, 0 },
		{ 0x202000, 0x203000, 1, 0 } } },
	{ "overlap: the order of strictness, not of appearance", {
		{ 0x200000, 0x2000, 5, 1 }, { 0x201000, 0x2000, 2, 1 },
		{ 0x202000, 0x2000, 4, 1 }, { 0x203000, 0x2000, 3, 1 },
		{ 0x204000, 0x2000, 1, 1 } },
	  5, 1ull << 36, 0x9f000, {
		{ 0x200000, 0x202000, 5, 0 }, { 0x202000, 0x203000, 2, 0 },
		{ 0x203000, 0x204000, 4, 0 }, { 0x204000, 0x205000, 3, 0 },
		{ 0x205000, 0x206000, 1, 0 } } },
	{ "usable that begins inside reserved and ends beyond it", {
		{ 0x3000000, 0x1000000, 1, 1 }, { MIB, 0x1f00000, 1, 1 },
		{ 0x2800000, 0x1000000, 2, 1 } },
	  3, 1ull << 36, 0x9f000, {
		{ MIB, 0x2000000, 1, 0 }, { 0x2800000, 0x3800000, 2, 0 },
		{ 0x3800000, 0x4000000, 1, 0 } } },
	{ "a hole inside one usable entry, twins and neighbours joined", {
		{ 0x200000, 0x10000, 1, 1 }, { 0x200000, 0x10000, 1, 1 },
		{ 0x210000, 0x10000, 1, 1 }, { 0x208000, 0x1000, 2, 1 },
		{ 0x209000, 0x1000, 2, 1 } },
	  5, 1ull << 36, 0x9f000, {
		{ 0x200000, 0x208000, 1, 0 }, { 0x208000, 0x20a000, 2, 0 },
		{ 0x20a000, 0x220000, 1, 0 } } },
	{ "one usable entry through page 0, video memory and ROMs", {
		{ 0, 0x200000, 1, 1 } },
	  1, 1ull << 36, 0x9fbff, {
		{ 0, 0x1000, 2, 0 }, { 0x1000, 0x9f000, 1, 0 },
		{ 0x9f000, MIB, 2, 0 }, { MIB, 0x200000, 1, 0 } } },
	{ "low memory: only usable becomes reserved", {
		{ 0, 0x1000, 3, 1 }, { 0x90000, 0x10000, 1, 1 },
		{ 0xa0000, 0x10000, 4, 1 }, { 0xc0000, 0x1000, 5, 1 },
		{ 0xd0000, 0x40000, 1, 1 } },
	  5, 1ull << 36, 0x98000, {
		{ 0, 0x1000, 3, 0 }, { 0x90000, 0x98000, 1, 0 },
		{ 0x98000, 0xa0000, 2, 0 }, { 0xa0000, 0xb0000, 4, 0 },
		{ 0xc0000, 0xc1000, 5, 0 }, { 0xd0000, MIB, 2, 0 },
		{ MIB, 0x110000, 1, 0 } } },
	{ "no low memory at all", { { 0, 0x200000, 1, 1 } },
	  1, 1ull << 36, 0,
	  { { 0, MIB, 2, 0 }, { MIB, 0x200000, 1, 0 } } },
	{ "low_end at 1 MiB and above reserves nothing more", {
		{ 0x1000, 0x300000, 1, 1 } },
	  1, 1ull << 36, 0x200000, { { 0x1000, 0x301000, 1, 0 } } },
};

static void test_e820(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(e820_rows); i++) {
		const struct e820_row *row = &e820_rows[i];
		struct boot_memory storage[18] = { { 1, 2, 3, 4 } };
		struct memmap m = { storage, 1, COUNT(storage) };
		size_t count = 0;

		print_message("%s\n", row->what);
		assert_int_equal(memmap_from_e820(&m, row->entry, row->count,
						  row->address_end,
						  row->low_end), 0);
		assert_true(memmap_check(&m));
		while (count < COUNT(row->expected) &&
		       row->expected[count].end != 0)
			count++;
		assert_int_equal(m.count, count);
		assert_memory_equal(storage, row->expected,
				    count * sizeof(*storage));
	}
}

/* The storage that the header calls enough is enough, one less is not. */
static void test_e820_full(void **state)
{
	static const struct e820_entry all = { 0, 0x200000, 1, 1 };
	static const struct e820_entry low = { 0, 0x90000, 1, 1 };
	struct boot_memory storage[4];

	(void)state;
	for (size_t max = 0; max <= 2; max++) {
		struct memmap m = { storage, 0, max };

		assert_int_equal(memmap_from_e820(&m, &low, 1, GIB, 0x9f000),
				 max == 2 ? MEMMAP_OK : MEMMAP_FULL);
	}
	for (size_t max = 0; max <= 4; max++) {
		struct memmap m = { storage, 0, max };

		assert_int_equal(memmap_from_e820(&m, &all, 1, GIB, 0x9f000),
				 max == 4 ? MEMMAP_OK : MEMMAP_FULL);
	}
}

/* More entries than any firmware has, in falling order. */
static void test_e820_many(void **state)
{
	static struct e820_entry entry[600];
	static struct boot_memory storage[600];
	struct memmap m = { storage, 0, COUNT(storage) };

	(void)state;
	for (size_t i = 0; i < COUNT(entry); i++)
		entry[COUNT(entry) - 1 - i] = (struct e820_entry){
			MIB + i * 0x2000, 0x1000, 1, 1 };
	assert_int_equal(memmap_from_e820(&m, entry, COUNT(entry), GIB, 0), 0);
	assert_true(memmap_check(&m));
	assert_int_equal(m.count, COUNT(entry));
	assert_int_equal(memmap_total(&m, BOOT_MEMORY_USABLE),
			 COUNT(entry) * PAGE_SIZE);
	m.max--;
	assert_int_equal(memmap_from_e820(&m, entry, COUNT(entry), GIB, 0),
			 MEMMAP_FULL);
}

/* What one entry does to the model: the stricter type stays. */
static void model_entry(char *model, size_t pages, const struct e820_entry *e)
{
	static const char strictness[] = ".UANRB";
	uint64_t room = UINT64_MAX - e->base;
	uint64_t end = e->base + (e->size < room ? e->size : room);
	char letter = e->type >= 1 && e->type <= 5 ? letters[e->type] : 'R';

	if (e->size == 0 || !(e->attributes & 1))
		return;
	for (size_t i = 0; i < pages; i++) {
		uint64_t first = i * PAGE_SIZE, last = first + PAGE_SIZE - 1;
		int touched = e->base <= last && end > first;
		int covered = e->base <= first && end > last;

		if (letter == 'U' ? !covered : !touched)
			continue;
		if (strchr(strictness, letter) > strchr(strictness, model[i]))
			model[i] = letter;
	}
}

static struct e820_entry random_entry(void)
{
	static const uint32_t types[] = {
		1, 1, 1, 1, 2, 2, 3, 4, 5, 0, 6, 7, 12, 0x80000000, 0xffffffff,
	};
	struct e820_entry e = {
		.base = random_below(DRAWING_PAGES * PAGE_SIZE + 0x8000),
		.size = random_below(DRAWING_PAGES * PAGE_SIZE),
		.type = types[random_below(COUNT(types))],
		.attributes = (uint32_t)random_below(16) | 1,
	};

	if (random_below(2))
		e.size %= 0x20000;
	if (random_below(2)) {
		e.base &= ~(uint64_t)(PAGE_SIZE - 1);
		e.size &= ~(uint64_t)(PAGE_SIZE - 1);
	}
	if (random_below(16) == 0)
		e.size = 0 - random_below(DRAWING_PAGES * PAGE_SIZE);
	if (random_below(16) == 0)
		e.attributes &= ~1u;
	return e;
}

static void test_e820_random(void **state)
{
	(void)state;
	for (size_t round = 0; round < 4000; round++) {
		struct e820_entry entry[12];
		struct boot_memory storage[2 * COUNT(entry) + 2];
		size_t count = random_below(COUNT(entry) + 1);
		struct memmap m = { storage, 0, 2 * count + 2 };
		size_t pages = DRAWING_PAGES >> random_below(4);
		uint64_t low_end = random_below(0x120000);
		char model[DRAWING_PAGES + 1];

		memset(model, '.', pages);
		model[pages] = '\0';
		for (size_t i = 0; i < count; i++) {
			entry[i] = random_entry();
			model_entry(model, pages, &entry[i]);
		}
		for (size_t i = 0; i < pages && i < 256; i++)
			if (model[i] == 'U' &&
			    (i == 0 || (i + 1) * PAGE_SIZE > low_end))
				model[i] = 'R';
		assert_int_equal(memmap_from_e820(&m, entry, count,
						  pages * PAGE_SIZE, low_end),
				 0);
		assert_drawing(&m, model);
	}
}

static void test_ram(void **state)
{
	static const char picture[] = "URANBKLFUU.RB..F";
	struct boot_memory storage[16];
	struct memmap m = { storage, 0, COUNT(storage) };

	(void)state;
	for (uint32_t type = 0; type < 16; type++) {
		const char *ram = type < COUNT(letters) - 1 ?
				  strchr("UANKL", letters[type]) : NULL;

		assert_int_equal(!memmap_is_ram(type), ram == NULL);
	}
	assert_int_equal(memmap_ram_end(&m), 0);
	undraw(&m, picture);
	assert_int_equal(memmap_ram_end(&m), 10 * PAGE_SIZE);
	assert_int_equal(memmap_total(&m, BOOT_MEMORY_USABLE), 3 * PAGE_SIZE);
	assert_int_equal(memmap_total(&m, BOOT_MEMORY_BAD), 2 * PAGE_SIZE);
	assert_int_equal(memmap_total(&m, 99), 0);
	undraw(&m, "RBF");
	assert_int_equal(memmap_ram_end(&m), 0);
	undraw(&m, "URB");
	assert_int_equal(memmap_ram_end(&m), PAGE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_highest),
		cmocka_unit_test(test_set_random),
		cmocka_unit_test(test_e820),
		cmocka_unit_test(test_e820_full),
		cmocka_unit_test(test_e820_many),
		cmocka_unit_test(test_e820_random),
		cmocka_unit_test(test_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
