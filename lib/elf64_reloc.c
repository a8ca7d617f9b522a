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

#include <string.h>

#include "elf64_bits.h"

/* An entry of PT_DYNAMIC is a tag and a value. */
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
#define DT_KEPT                 38      /* tags below have their value kept */
/* lld --pack-dyn-relocs=android */
#define DT_ANDROID_REL          0x6000000fu
#define DT_ANDROID_RELA         0x60000011u
#define DT_ANDROID_RELR         0x6fffe000u

#define R_X86_64_NONE           0
#define R_X86_64_RELATIVE       8

/* Elf64_Rela */
struct rela {
	uint64_t offset;
	uint64_t info;
	uint64_t addend;
};

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

/* Memory, and the chunk that the last access was in: the next will be too. */
struct cursor {
	const struct elf64_memory *memory;
	size_t at;
};

enum pass { CHECK, APPLY };

struct job {
	const struct elf64_plan *plan;
	struct cursor source;   /* where the tables are read */
	struct cursor target;   /* where relocations are applied */
	uint64_t dynamic[DT_KEPT];      /* by tag: what PT_DYNAMIC says */
	struct table table[TABLES];
	enum pass pass;
	uint64_t slide;
	struct elf64_fault *fault;
};

/* Where vaddr is, and how many bytes from there on in *room; NULL: nowhere. */
static uint8_t *locate(struct cursor *c, uint64_t vaddr, uint64_t *room)
{
	for (size_t n = c->memory->count; n > 0; n--) {
		const struct elf64_chunk *chunk = &c->memory->chunk[c->at];

		if (vaddr - chunk->vaddr < chunk->size) {
			*room = chunk->size - (vaddr - chunk->vaddr);
			return chunk->data + (vaddr - chunk->vaddr);
		}
		if (++c->at == c->memory->count)
			c->at = 0;
	}
	return NULL;
}

enum direction { READ, WRITE };

/* Reads or writes memory, in parts where frames do not adjoin. */
static bool access(struct cursor *c, uint64_t vaddr, void *data, uint64_t size,
		   enum direction direction)
{
	uint8_t *byte = data;
	uint64_t n;

	for (; size > 0; byte += n, vaddr += n, size -= n) {
		uint8_t *p = locate(c, vaddr, &n);

		if (!p)
			return false;
		if (n > size)
			n = size;
		if (direction == READ)
			memcpy(byte, p, n);
		else
			memcpy(p, byte, n);
	}
	return true;
}

static int refuse_table(const struct job *job, uint64_t vaddr, uint64_t size)
{
	return elf64_refuse(job->fault, ELF64_RELOC_TABLE_OUTSIDE, vaddr,
			    size);
}

/* Notes what one entry of PT_DYNAMIC says. */
static int take_dynamic(struct job *job, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_NEEDED:
		return elf64_refuse(job->fault, ELF64_NEEDED, 0, 0);
	case DT_REL:
	case DT_ANDROID_REL:
	case DT_ANDROID_RELA:
	case DT_ANDROID_RELR:
		return elf64_refuse(job->fault, ELF64_RELOC_TAG, tag, 0);
	default:
		if (tag < DT_KEPT)
			job->dynamic[tag] = value;
		return ELF64_OK;
	}
}

static int read_dynamic(struct job *job)
{
	uint64_t vaddr = job->plan->dynamic;
	uint64_t left = job->plan->dynamic_size;
	uint64_t entry[2];
	int err = ELF64_OK;

	job->dynamic[DT_RELA] = ABSENT;
	job->dynamic[DT_JMPREL] = ABSENT;
	job->dynamic[DT_RELR] = ABSENT;
	for (; left >= sizeof(entry) && err == ELF64_OK;
	     vaddr += sizeof(entry), left -= sizeof(entry)) {
		if (!access(&job->source, vaddr, entry, sizeof(entry), READ))
			return refuse_table(job, job->plan->dynamic,
					    job->plan->dynamic_size);
		if (entry[0] == DT_NULL)
			break;
		err = take_dynamic(job, entry[0], entry[1]);
	}
	return err;
}

/*
 * A table's place, and its entry size, which the tag gives. (For the PLT none
 * does: it follows from DT_PLTREL.)
 */
static int check_table(struct job *job, enum table_kind kind, uint64_t tag,
		       uint64_t entry, uint64_t expected)
{
	const struct table *t = &job->table[kind];

	if (t->size == 0)
		return ELF64_OK;
	if (entry != expected) {
		elf64_refuse(job->fault, ELF64_RELOC_ENTRY_BYTES, tag, entry);
		job->fault->value[2] = expected;
		return ELF64_RELOC_ENTRY_BYTES;
	}
	if (t->size % expected != 0)
		return elf64_refuse(job->fault, ELF64_RELOC_TABLE_BYTES,
				    t->size, expected);
	if (!elf64_find_file(job->plan, t->vaddr, t->size))
		return refuse_table(job, t->vaddr, t->size);
	return ELF64_OK;
}

static int check_tables(struct job *job)
{
	const uint64_t *d = job->dynamic;
	int err;

	job->table[RELA] = (struct table){ d[DT_RELA], d[DT_RELASZ] };
	job->table[PLT] = (struct table){ d[DT_JMPREL], d[DT_PLTRELSZ] };
	job->table[RELR] = (struct table){ d[DT_RELR], d[DT_RELRSZ] };

	err = check_table(job, RELA, DT_RELAENT, d[DT_RELAENT],
			  sizeof(struct rela));
	if (err == ELF64_OK)
		err = check_table(job, RELR, DT_RELRENT, d[DT_RELRENT],
				  RELR_SIZE);
	if (err != ELF64_OK)
		return err;
	if (d[DT_PLTRELSZ] != 0 && d[DT_PLTREL] != DT_RELA)
		return elf64_refuse(job->fault, ELF64_RELOC_TAG, d[DT_PLTREL],
				    0);
	return check_table(job, PLT, DT_PLTREL, sizeof(struct rela),
			   sizeof(struct rela));
}

static int check_target(const struct job *job, uint64_t vaddr)
{
	const struct table *t;

	if (!elf64_find(job->plan, vaddr, WORD))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, vaddr, 0);
	for (t = job->table; t < job->table + TABLES; t++)
		if (t->size != 0 &&
		    (vaddr - t->vaddr < t->size || t->vaddr - vaddr < WORD))
			return elf64_refuse(job->fault, ELF64_RELOC_IN_TABLE,
					    vaddr, 0);
	return ELF64_OK;
}

/*
 * One word is to be addend, or what is there already, and the slide. Refused
 * in the second pass if the caller's memory lacks a part of a segment.
 */
static int relocate(struct job *job, uint64_t vaddr, const uint64_t *addend)
{
	uint64_t value;

	if (job->pass == CHECK)
		return check_target(job, vaddr);
	if (!access(&job->target, vaddr, &value, WORD, READ))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, vaddr, 0);
	value = (addend ? *addend : value) + job->slide;
	access(&job->target, vaddr, &value, WORD, WRITE);
	return ELF64_OK;
}

static int do_rela_table(struct job *job, enum table_kind kind)
{
	const struct table *t = &job->table[kind];
	int err = ELF64_OK;
	struct rela r;

	for (uint64_t at = 0; at < t->size && err == ELF64_OK;
	     at += sizeof(r)) {
		uint32_t type;

		if (!access(&job->source, t->vaddr + at, &r, sizeof(r), READ))
			return refuse_table(job, t->vaddr + at, sizeof(r));
		type = (uint32_t)r.info;
		if (type == R_X86_64_RELATIVE)
			err = relocate(job, r.offset, &r.addend);
		else if (type != R_X86_64_NONE)
			err = elf64_refuse(job->fault, ELF64_RELOC_TYPE, type,
					   r.offset);
	}
	return err;
}

static int do_relr_bitmap(struct job *job, uint64_t vaddr, uint64_t bits)
{
	int err = ELF64_OK;

	for (; bits != 0 && err == ELF64_OK; bits >>= 1, vaddr += WORD)
		if (bits & 1)
			err = relocate(job, vaddr, NULL);
	return err;
}

static int do_relr_table(struct job *job)
{
	const struct table *t = &job->table[RELR];
	uint64_t next = 0;      /* word that a bitmap's first bit is about */
	int err = ELF64_OK;

	for (uint64_t at = 0; at < t->size && err == ELF64_OK;
	     at += RELR_SIZE) {
		uint64_t entry;

		if (!access(&job->source, t->vaddr + at, &entry, sizeof(entry),
			    READ))
			return refuse_table(job, t->vaddr, t->size);
		if ((entry & 1) == 0) {
			/* RELR keeps its addends where they are relocated. */
			err = relocate(job, entry, NULL);
			next = entry + WORD;
		} else if (at == 0) {
			err = elf64_refuse(job->fault, ELF64_RELR_START, entry,
					   0);
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

	job->fault->segment = -1;
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
		.source = { memory, 0 },
		.fault = fault,
	};

	return check_all(&job);
}

int elf64_relocate(const struct elf64_plan *plan,
		   const struct elf64_memory *memory, uint64_t slide,
		   struct elf64_fault *fault)
{
	struct job job = {
		.plan = plan,
		.source = { memory, 0 },
		.target = { memory, 0 },
		.slide = slide,
		.fault = fault,
	};
	int err = check_all(&job);

	return err == ELF64_OK ? run_pass(&job, APPLY) : err;
}
