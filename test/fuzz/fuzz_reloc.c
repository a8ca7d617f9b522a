// SPDX-License-Identifier: 0BSD
/*
 * fuzz_reloc.c - PT_DYNAMIC and its tables: verdict and relocated memory
 * against those of a second, simpler relocator, byte by byte.
 *
 * A kernel of two small segments, in several chunks. Input: where it lies,
 * where PT_DYNAMIC is, the slide, where chunks are cut; then what its words
 * are, four bytes each.
 */
#include "fuzz.h"

#include "elf64.h"

#define SEGMENTS        2
#define MEMORY_SIZE     0x200           /* of each */
#define FILE_SIZE_A     MEMORY_SIZE
#define FILE_SIZE_B     0x180
#define GAP             0x1000          /* from one to the next */
#define MAX_CHUNKS      6
#define WORD            8

/* The kernel's memory, by segment, as vaddr has it. */
struct image {
	uint8_t byte[SEGMENTS][MEMORY_SIZE];
};

static struct elf64_plan plan;

/* Where a byte is; NULL if it is in no segment. */
static uint8_t *at(struct image *m, uint64_t vaddr)
{
	for (uint32_t i = 0; i < plan.count; i++)
		if (vaddr - plan.segment[i].vaddr < plan.segment[i].memsz)
			return &m->byte[i][vaddr - plan.segment[i].vaddr];
	return NULL;
}

static uint64_t peek(struct image *m, uint64_t vaddr)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < WORD; i++)
		value |= (uint64_t)*at(m, vaddr + i) << 8 * i;
	return value;
}

static void poke(struct image *m, uint64_t vaddr, uint64_t value)
{
	for (unsigned i = 0; i < WORD; i++)
		*at(m, vaddr + i) = (uint8_t)(value >> 8 * i);
}

/* [vaddr, vaddr + size) lies in one segment, in its file bytes or at all. */
static bool inside(uint64_t vaddr, uint64_t size, bool file)
{
	for (uint32_t i = 0; i < plan.count; i++) {
		const struct elf64_segment *s = &plan.segment[i];
		uint64_t limit = file ? s->filesz : s->memsz;

		if (vaddr - s->vaddr < limit &&
		    size <= limit - (vaddr - s->vaddr))
			return true;
	}
	return false;
}

/* ---- the second relocator ----------------------------------------------- */

struct dynamic {
	uint64_t rela, rela_size, rela_entry;
	uint64_t plt, plt_size, plt_kind;
	uint64_t relr, relr_size, relr_entry;
};

static uint64_t *field(struct dynamic *d, uint64_t tag)
{
	switch (tag) {
	case 2:
		return &d->plt_size;
	case 7:
		return &d->rela;
	case 8:
		return &d->rela_size;
	case 9:
		return &d->rela_entry;
	case 20:
		return &d->plt_kind;
	case 23:
		return &d->plt;
	case 35:
		return &d->relr_size;
	case 36:
		return &d->relr;
	case 37:
		return &d->relr_entry;
	default:
		return NULL;
	}
}

static bool forbidden(uint64_t tag)
{
	return tag == 1 || tag == 17 || tag == 0x6000000f ||
	       tag == 0x60000011 || tag == 0x6fffe000;
}

static bool get_dynamic(struct image *m, struct dynamic *d)
{
	uint64_t left = plan.dynamic_size;

	/* Without an address: nowhere. */
	d->rela = d->plt = d->relr = UINT64_MAX;
	for (uint64_t v = plan.dynamic; left >= 16; v += 16, left -= 16) {
		uint64_t tag = peek(m, v);

		if (tag == 0)
			return true;
		if (forbidden(tag))
			return false;
		if (field(d, tag))
			*field(d, tag) = peek(m, v + 8);
	}
	return true;
}

static bool table_is_right(uint64_t vaddr, uint64_t size, uint64_t entry,
			   uint64_t expected)
{
	return size == 0 || (entry == expected && size % expected == 0 &&
			     inside(vaddr, size, true));
}

static bool meets(uint64_t word, uint64_t vaddr, uint64_t size)
{
	for (unsigned i = 0; i < WORD; i++)
		if (word + i - vaddr < size)
			return true;
	return false;
}

static bool target_is_right(const struct dynamic *d, uint64_t word)
{
	return inside(word, WORD, false) &&
	       !meets(word, d->rela, d->rela_size) &&
	       !meets(word, d->plt, d->plt_size) &&
	       !meets(word, d->relr, d->relr_size);
}

static bool do_rela(struct image *m, const struct dynamic *d, uint64_t vaddr,
		    uint64_t size, uint64_t slide)
{
	for (; size > 0; vaddr += 24, size -= 24) {
		uint64_t word = peek(m, vaddr);
		uint32_t type = (uint32_t)peek(m, vaddr + 8);

		if (type == 0)
			continue;
		if (type != 8 || !target_is_right(d, word))
			return false;
		poke(m, word, peek(m, vaddr + 16) + slide);
	}
	return true;
}

static bool do_relr(struct image *m, const struct dynamic *d, uint64_t slide)
{
	uint64_t word = 0;

	for (uint64_t i = 0; i < d->relr_size; i += WORD) {
		uint64_t entry = peek(m, d->relr + i);
		uint64_t bits = entry >> 1;

		if ((entry & 1) == 0) {
			bits = 1;
			word = entry;
		} else if (i == 0) {
			return false;
		}
		for (unsigned k = 0; k < 63; k++) {
			if (!(bits >> k & 1))
				continue;
			if (!target_is_right(d, word + k * WORD))
				return false;
			poke(m, word + k * WORD,
			     peek(m, word + k * WORD) + slide);
		}
		word += (entry & 1 ? 63 : 1) * WORD;
	}
	return true;
}

/* Relocates m; false if it is to be refused, and m is then good for nothing. */
static bool relocate(struct image *m, uint64_t slide)
{
	struct dynamic d = { 0 };

	return get_dynamic(m, &d) &&
	       table_is_right(d.rela, d.rela_size, d.rela_entry, 24) &&
	       table_is_right(d.relr, d.relr_size, d.relr_entry, 8) &&
	       (d.plt_size == 0 || d.plt_kind == 7) &&
	       table_is_right(d.plt, d.plt_size, 24, 24) &&
	       do_rela(m, &d, d.rela, d.rela_size, slide) &&
	       do_rela(m, &d, d.plt, d.plt_size, slide) &&
	       do_relr(m, &d, slide);
}

/* ---- the memory that lib/ gets ------------------------------------------ */

static uint8_t arena[MAX_CHUNKS][2 * MEMORY_SIZE];

struct chunks {
	struct elf64_chunk chunk[MAX_CHUNKS];
	struct elf64_memory memory;
};

static void add_chunk(struct chunks *c, uint64_t vaddr, uint64_t size)
{
	uint8_t *data = arena[c->memory.count];

	if (size == 0)
		return;
	FUZZ_ALLOW(data, size);
	c->chunk[c->memory.count++] = (struct elf64_chunk){ vaddr, size, data };
}

/* Each segment in three pieces at most; of its file bytes only, or all. */
static void make_chunks(struct chunks *c, bool file, const uint8_t cut[4])
{
	FUZZ_FORBID(arena, sizeof(arena));
	c->memory = (struct elf64_memory){ c->chunk, 0 };
	for (uint32_t i = 0; i < plan.count; i++) {
		const struct elf64_segment *s = &plan.segment[i];
		uint64_t size = file ? s->filesz : s->memsz;
		uint64_t a = cut[2 * i], b = a + cut[2 * i + 1];

		if (a > size)
			a = size;
		if (b > size)
			b = size;
		add_chunk(c, s->vaddr, a);
		add_chunk(c, s->vaddr + a, b - a);
		add_chunk(c, s->vaddr + b, size - b);
	}
}

static void copy_chunks(const struct chunks *c, struct image *m, bool in)
{
	for (size_t i = 0; i < c->memory.count; i++) {
		const struct elf64_chunk *chunk = &c->chunk[i];
		uint8_t *byte = at(m, chunk->vaddr);

		if (in)
			memcpy(chunk->data, byte, chunk->size);
		else
			memcpy(byte, chunk->data, chunk->size);
	}
}

static int check_file_part(struct image *m, const uint8_t cut[4])
{
	struct elf64_fault fault = { .segment = 0 };
	struct chunks c;
	int err;

	make_chunks(&c, true, cut);
	copy_chunks(&c, m, true);
	err = elf64_check_relocations(&plan, &c.memory, &fault);
	CHECK(fault.segment == -1);
	return err;
}

static void run(struct image *m, uint64_t slide, const uint8_t cut[4])
{
	static struct image expected, after;
	struct elf64_fault fault;
	struct chunks c;
	bool right;
	int err, file_err;

	expected = *m;
	right = relocate(&expected, slide);
	file_err = check_file_part(m, cut);
	make_chunks(&c, false, cut);
	copy_chunks(&c, m, true);
	err = elf64_relocate(&plan, &c.memory, slide, &fault);
	/* What mkimage accepts, which has no .bss, stage2 does. */
	CHECK(err == file_err);
	CHECK((err == ELF64_OK) == right);
	copy_chunks(&c, &after, false);
	CHECK(memcmp(&after, err ? m : &expected, sizeof(after)) == 0);
	FUZZ_ALLOW(arena, sizeof(arena));
}

/* ---- from the input ----------------------------------------------------- */

static void make_plan(struct fuzz *f)
{
	static const uint64_t base[] = {
		0x1000, 0x400000, 0xffffffff80000000,
		0 - (uint64_t)GAP - MEMORY_SIZE,        /* up to 2^64 */
	};
	uint8_t where = fuzz_u8(f);
	uint64_t vaddr = base[where % FUZZ_COUNT(base)];
	uint64_t offset = fuzz_u8(f) * 2u;
	uint64_t room;

	plan = (struct elf64_plan){ .pie = true, .count = SEGMENTS };
	plan.segment[0] = (struct elf64_segment){
		.vaddr = vaddr, .memsz = MEMORY_SIZE, .filesz = FILE_SIZE_A,
		.flags = ELF64_R | ELF64_X,
	};
	plan.segment[1] = (struct elf64_segment){
		.vaddr = vaddr + GAP, .memsz = MEMORY_SIZE,
		.filesz = FILE_SIZE_B, .flags = ELF64_R | ELF64_W,
	};
	room = FILE_SIZE_A;
	plan.dynamic = vaddr;
	if (where & 0x80) {
		plan.dynamic += GAP;
		room = FILE_SIZE_B;
	}
	plan.dynamic += offset % room;
	plan.dynamic_size = fuzz_u8(f);
	if (plan.dynamic_size > room - offset % room)
		plan.dynamic_size = room - offset % room;
}

/* One word: a tag, an address, a small number, or anything. */
static uint64_t get_word(struct fuzz *f, uint8_t kind)
{
	static const uint64_t tag[] = {
		0, 1, 2, 7, 8, 9, 17, 20, 23, 35, 36, 37, 38, 0x6000000f,
		0x60000011, 0x6fffe000,
	};
	uint16_t number = fuzz_u16(f);

	switch (kind % 4) {
	case 0:
		return number;
	case 1:
		return tag[number % FUZZ_COUNT(tag)];
	case 2:
		return plan.segment[0].vaddr + number;
	default:
		return fuzz_u64(f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image m;
	struct fuzz f = { data, size };
	uint64_t slide;
	uint8_t cut[4];

	make_plan(&f);
	slide = fuzz_u64(&f);
	fuzz_bytes(&f, cut, sizeof(cut));
	memset(&m, 0, sizeof(m));
	while (f.left > 0) {
		uint8_t place = fuzz_u8(&f);
		uint8_t kind = fuzz_u8(&f);
		uint64_t word = get_word(&f, kind);
		size_t offset = place % (MEMORY_SIZE / WORD) * WORD;

		memcpy(&m.byte[kind >> 7][offset], &word, sizeof(word));
	}
	run(&m, slide, cut);
	return 0;
}

/* RELA at 80h of the first segment, RELR at C0h, PT_DYNAMIC at its start. */
size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const uint8_t tables[] = {
		0, 0, 0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0x44, 0x20, 0x0c, 0xff,
		/* word, kind, value: RELA, RELASZ, RELAENT */
		0, 1, 3, 0,     1, 2, 0x80, 0,
		2, 1, 4, 0,     3, 0, 48, 0,
		4, 1, 5, 0,     5, 0, 24, 0,
		/* RELR, RELRSZ, RELRENT */
		6, 1, 10, 0,    7, 2, 0xc0, 0,
		8, 1, 9, 0,     9, 0, 16, 0,
		10, 1, 11, 0,   11, 0, 8, 0,
		/* two of RELA: to words of both segments */
		16, 2, 0x00, 0x10,      17, 0, 8, 0,    18, 2, 0x34, 0x12,
		19, 2, 0x00, 0x01,      20, 0, 8, 0,    21, 0, 0x12, 0,
		/* an address and a bitmap */
		24, 2, 0x40, 0x10,      25, 0, 0x07, 0,
	};

	memcpy(seed, tables, sizeof(tables));
	return i == 0 ? sizeof(tables) : 0;
}
