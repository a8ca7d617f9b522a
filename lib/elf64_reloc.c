// SPDX-License-Identifier: 0BSD
/*
 * elf64_reloc.c - checks and applies a kernel's relocations.
 *
 * Names and values are those of the System V ABI, "Dynamic Linking" (gABI
 * chapter 5, RELR included) and its x86-64 supplement. Two passes over the
 * same tables: the first only judges, the second only writes. No relocation
 * may change a table, so the second reads what the first has judged.
 */
#include "elf64.h"

#include "elf64_bits.h"

/* An entry of PT_DYNAMIC is a tag and a value. */
#define DYN_SIZE                16
#define DT_NULL                 0
#define DT_NEEDED               1
#define DT_PLTRELSZ             2
#define DT_RELA                 7
#define DT_RELASZ               8
#define DT_RELAENT              9
#define DT_REL                  17
#define DT_PLTREL               20
#define DT_JMPREL               23
#define DT_RELRSZ               35
#define DT_RELR                 36
#define DT_RELRENT              37
/* lld --pack-dyn-relocs=android */
#define DT_ANDROID_REL          0x6000000fu
#define DT_ANDROID_RELA         0x60000011u
#define DT_ANDROID_RELR         0x6fffe000u

/* Elf64_Rela */
#define RELA_SIZE               24
#define R_OFFSET                0
#define R_INFO                  8
#define R_ADDEND                16
#define R_X86_64_NONE           0
#define R_X86_64_RELATIVE       8

/* Elf64_Relr: an address, or a bitmap of the 63 words that follow. */
#define RELR_SIZE               8
#define RELR_BITS               63

#define WORD                    8       /* bytes that are relocated */

/* Where no segment has a byte to spare: stands for an absent address. */
#define ABSENT                  UINT64_MAX

struct table {
	uint64_t vaddr;
	uint64_t size;
};

enum table_kind { RELA, PLT, RELR, TABLES };

/* What PT_DYNAMIC says. */
struct dynamic {
	struct table table[TABLES];
	uint64_t rela_entry;
	uint64_t relr_entry;
	uint64_t plt_kind;      /* DT_RELA or DT_REL */
};

/* Memory, and the chunk that the last access was in: the next will be too. */
struct cursor {
	const struct elf64_memory *memory;
	size_t at;
};

enum pass { CHECK, APPLY };

struct job {
	const struct elf64_plan *plan;
	struct cursor table;    /* where the tables are read */
	struct cursor target;   /* where relocations are applied */
	const struct elf64_segment *segment;    /* of the last target */
	struct dynamic dynamic;
	enum pass pass;
	uint64_t slide;
	struct elf64_fault *fault;
};

/* The size bytes at vaddr if they lie in one chunk, else NULL. */
static uint8_t *locate(struct cursor *c, uint64_t vaddr, uint64_t size)
{
	const struct elf64_chunk *chunk = c->memory->chunk;

	if (c->at >= c->memory->count ||
	    !elf64_within(chunk[c->at].vaddr, chunk[c->at].size, vaddr, size))
		for (c->at = 0; c->at < c->memory->count; c->at++)
			if (elf64_within(chunk[c->at].vaddr,
					 chunk[c->at].size, vaddr, size))
				break;
	if (c->at >= c->memory->count)
		return NULL;
	return chunk[c->at].data + (vaddr - chunk[c->at].vaddr);
}

/* Reads a word, byte by byte where frames do not adjoin. */
static bool read_word(struct cursor *c, uint64_t vaddr, uint64_t *value)
{
	const uint8_t *p = locate(c, vaddr, WORD);

	if (p) {
		*value = elf64_get64(p);
		return true;
	}
	*value = 0;
	for (unsigned i = 0; i < WORD; i++) {
		p = locate(c, vaddr + i, 1);
		if (!p)
			return false;
		*value |= (uint64_t)*p << 8 * i;
	}
	return true;
}

static bool write_word(struct cursor *c, uint64_t vaddr, uint64_t value)
{
	uint8_t *p = locate(c, vaddr, WORD);

	if (p) {
		elf64_put64(p, value);
		return true;
	}
	for (unsigned i = 0; i < WORD; i++) {
		p = locate(c, vaddr + i, 1);
		if (!p)
			return false;
		*p = (uint8_t)(value >> 8 * i);
	}
	return true;
}

static int refuse_table(const struct job *job, const struct table *t)
{
	return elf64_refuse(job->fault, ELF64_RELOC_TABLE_OUTSIDE, -1,
			    t->vaddr, t->size);
}

/* Notes what one entry of PT_DYNAMIC says. */
static int take_dynamic(struct job *job, uint64_t tag, uint64_t value)
{
	struct dynamic *d = &job->dynamic;

	switch (tag) {
	case DT_RELA: d->table[RELA].vaddr = value; break;
	case DT_RELASZ: d->table[RELA].size = value; break;
	case DT_RELAENT: d->rela_entry = value; break;
	case DT_JMPREL: d->table[PLT].vaddr = value; break;
	case DT_PLTRELSZ: d->table[PLT].size = value; break;
	case DT_PLTREL: d->plt_kind = value; break;
	case DT_RELR: d->table[RELR].vaddr = value; break;
	case DT_RELRSZ: d->table[RELR].size = value; break;
	case DT_RELRENT: d->relr_entry = value; break;
	case DT_NEEDED:
		return elf64_refuse(job->fault, ELF64_NEEDED, -1, 0, 0);
	case DT_REL:
	case DT_ANDROID_REL:
	case DT_ANDROID_RELA:
	case DT_ANDROID_RELR:
		return elf64_refuse(job->fault, ELF64_RELOC_TAG, -1, tag, 0);
	default:
		break;
	}
	return ELF64_OK;
}

static int read_dynamic(struct job *job)
{
	const struct table all = { job->plan->dynamic,
				   job->plan->dynamic_size };
	int err = ELF64_OK;

	for (int i = 0; i < TABLES; i++)
		job->dynamic.table[i] = (struct table){ ABSENT, 0 };
	job->dynamic.rela_entry = 0;
	job->dynamic.relr_entry = 0;
	job->dynamic.plt_kind = 0;

	for (uint64_t at = 0; all.size - at >= DYN_SIZE && err == ELF64_OK;
	     at += DYN_SIZE) {
		uint64_t tag, value;

		if (!read_word(&job->table, all.vaddr + at, &tag) ||
		    !read_word(&job->table, all.vaddr + at + WORD, &value))
			return refuse_table(job, &all);
		if (tag == DT_NULL)
			break;
		err = take_dynamic(job, tag, value);
	}
	return err;
}

/* A table's entry size, as the tag that gives it says, and its place. */
static int check_table(const struct job *job, enum table_kind kind,
		       uint64_t tag, uint64_t entry, uint64_t expected)
{
	const struct table *t = &job->dynamic.table[kind];

	if (t->size == 0)
		return ELF64_OK;
	if (entry != expected) {
		elf64_refuse(job->fault, ELF64_RELOC_ENTRY_BYTES, -1, tag,
			     entry);
		job->fault->value[2] = expected;
		return ELF64_RELOC_ENTRY_BYTES;
	}
	if (t->size % expected != 0)
		return elf64_refuse(job->fault, ELF64_RELOC_TABLE_BYTES, -1,
				    t->size, expected);
	if (!elf64_find_file(job->plan, t->vaddr, t->size))
		return refuse_table(job, t);
	return ELF64_OK;
}

static int check_tables(const struct job *job)
{
	const struct dynamic *d = &job->dynamic;
	int err;

	err = check_table(job, RELA, DT_RELAENT, d->rela_entry, RELA_SIZE);
	if (err != ELF64_OK)
		return err;
	err = check_table(job, RELR, DT_RELRENT, d->relr_entry, RELR_SIZE);
	if (err != ELF64_OK)
		return err;
	/* No tag gives the PLT's entry size: it follows from DT_PLTREL. */
	if (d->table[PLT].size != 0 && d->plt_kind != DT_RELA)
		return elf64_refuse(job->fault, ELF64_RELOC_TAG, -1,
				    d->plt_kind, 0);
	return check_table(job, PLT, DT_PLTREL, RELA_SIZE, RELA_SIZE);
}

static int check_target(struct job *job, uint64_t vaddr)
{
	const struct elf64_segment *s = job->segment;

	if (!s || !elf64_within(s->vaddr, s->memsz, vaddr, WORD))
		s = elf64_find(job->plan, vaddr, WORD);
	if (!s)
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, -1,
				    vaddr, 0);
	job->segment = s;

	for (int i = 0; i < TABLES; i++) {
		const struct table *t = &job->dynamic.table[i];

		if (t->size != 0 &&
		    (vaddr - t->vaddr < t->size || t->vaddr - vaddr < WORD))
			return elf64_refuse(job->fault, ELF64_RELOC_IN_TABLE,
					    -1, vaddr, 0);
	}
	return ELF64_OK;
}

/* Refusals here mean a caller whose memory lacks a part of a segment. */
static int write_target(struct job *job, uint64_t vaddr, uint64_t value)
{
	if (!write_word(&job->target, vaddr, value))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, -1,
				    vaddr, 0);
	return ELF64_OK;
}

static int do_rela(struct job *job, uint64_t vaddr)
{
	uint64_t offset, info, addend;
	uint32_t type;

	if (!read_word(&job->table, vaddr + R_OFFSET, &offset) ||
	    !read_word(&job->table, vaddr + R_INFO, &info) ||
	    !read_word(&job->table, vaddr + R_ADDEND, &addend))
		return refuse_table(job, &(struct table){ vaddr, RELA_SIZE });
	type = (uint32_t)info;
	if (type == R_X86_64_NONE)
		return ELF64_OK;
	if (type != R_X86_64_RELATIVE)
		return elf64_refuse(job->fault, ELF64_RELOC_TYPE, -1, type,
				    offset);
	if (job->pass == CHECK)
		return check_target(job, offset);
	return write_target(job, offset, addend + job->slide);
}

static int do_rela_table(struct job *job, enum table_kind kind)
{
	const struct table *t = &job->dynamic.table[kind];
	int err = ELF64_OK;

	for (uint64_t at = 0; at < t->size && err == ELF64_OK; at += RELA_SIZE)
		err = do_rela(job, t->vaddr + at);
	return err;
}

/* RELR keeps its addends where they are relocated. */
static int do_relr(struct job *job, uint64_t vaddr)
{
	uint64_t addend;

	if (job->pass == CHECK)
		return check_target(job, vaddr);
	if (!read_word(&job->target, vaddr, &addend))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, -1,
				    vaddr, 0);
	return write_target(job, vaddr, addend + job->slide);
}

static int do_relr_bitmap(struct job *job, uint64_t vaddr, uint64_t bits)
{
	int err = ELF64_OK;

	for (; bits != 0 && err == ELF64_OK; bits >>= 1, vaddr += WORD)
		if (bits & 1)
			err = do_relr(job, vaddr);
	return err;
}

static int do_relr_table(struct job *job)
{
	const struct table *t = &job->dynamic.table[RELR];
	uint64_t next = 0;      /* word that a bitmap's first bit is about */
	int err = ELF64_OK;

	for (uint64_t at = 0; at < t->size && err == ELF64_OK;
	     at += RELR_SIZE) {
		uint64_t entry;

		if (!read_word(&job->table, t->vaddr + at, &entry))
			return refuse_table(job, t);
		if ((entry & 1) == 0) {
			err = do_relr(job, entry);
			next = entry + WORD;
		} else if (at == 0) {
			err = elf64_refuse(job->fault, ELF64_RELR_START, -1,
					   entry, 0);
		} else {
			err = do_relr_bitmap(job, next, entry >> 1);
			next += RELR_BITS * WORD;
		}
	}
	return err;
}

static int run_pass(struct job *job, enum pass pass)
{
	int err;

	job->pass = pass;
	err = do_rela_table(job, RELA);
	if (err == ELF64_OK)
		err = do_rela_table(job, PLT);
	if (err == ELF64_OK)
		err = do_relr_table(job);
	return err;
}

/* Everything but the writing; leaves *job ready for it. */
static int check_all(struct job *job)
{
	int err;

	err = read_dynamic(job);
	if (err == ELF64_OK)
		err = check_tables(job);
	if (err == ELF64_OK)
		err = run_pass(job, CHECK);
	return err;
}

int elf64_check_relocations(const struct elf64_plan *plan,
			    const struct elf64_memory *memory,
			    struct elf64_fault *fault)
{
	struct job job = {
		.plan = plan,
		.table = { memory, 0 },
		.fault = fault,
	};

	return plan->dynamic_size == 0 ? ELF64_OK : check_all(&job);
}

int elf64_relocate(const struct elf64_plan *plan,
		   const struct elf64_memory *memory, uint64_t slide,
		   struct elf64_fault *fault)
{
	struct job job = {
		.plan = plan,
		.table = { memory, 0 },
		.target = { memory, 0 },
		.slide = slide,
		.fault = fault,
	};
	int err;

	if (plan->dynamic_size == 0)
		return ELF64_OK;
	err = check_all(&job);
	return err == ELF64_OK ? run_pass(&job, APPLY) : err;
}
