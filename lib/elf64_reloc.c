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

/* A table by what PT_DYNAMIC says of it: tags, and bytes of an entry. */
static const struct table {
	uint8_t vaddr;
	uint8_t size;
	uint8_t entry;          /* tells the entries' size or, for the PLT,
				   their kind, by its tag */
	uint8_t entry_size;
} tables[] = {
	{ DT_RELA, DT_RELASZ, DT_RELAENT, sizeof(struct rela) },
	{ DT_JMPREL, DT_PLTRELSZ, DT_PLTREL, sizeof(struct rela) },
	{ DT_RELR, DT_RELRSZ, DT_RELRENT, RELR_SIZE },
};

#define TABLES_END      (tables + sizeof(tables) / sizeof(*tables))

/* Memory, and the chunk that the last access was in: the next will be too. */
struct cursor {
	const struct elf64_memory *memory;
	size_t at;
};

enum pass { CHECK, APPLY };

struct job {
	const struct elf64_plan *plan;
	struct elf64_fault *fault;
	struct cursor source;   /* where the tables are read */
	struct cursor target;   /* where relocations are applied */
	uint64_t slide;
	enum pass pass;
	uint64_t dynamic[DT_KEPT];      /* by tag: what PT_DYNAMIC says */
};

/*@ // Chunks that lie anywhere in one memory, which is apart from all else.
  @ predicate good_chunks{L}(struct elf64_memory *m) =
  @         m->count <= OBJECT_MAX / sizeof(struct elf64_chunk) &&
  @         \valid_read(m->chunk + (0 .. m->count - 1)) &&
  @         any_kernel_size <= OBJECT_MAX &&
  @         \valid_read(any_kernel_memory + (0 .. any_kernel_size - 1)) &&
  @         \forall integer k; 0 <= k < m->count ==>
  @         m->chunk[k].vaddr + m->chunk[k].size <= ADDRESSES &&
  @         lies_in(m->chunk[k].data, m->chunk[k].size, any_kernel_memory,
  @                 any_kernel_size);
  @
  @ predicate good_cursor{L}(struct cursor *c) =
  @         \valid(c) && \valid_read(c->memory) && good_chunks(c->memory) &&
  @         (c->memory->count > 0 ==> c->at < c->memory->count) &&
  @         \separated(c, c->memory,
  @                    c->memory->chunk + (0 .. c->memory->count - 1),
  @                    any_kernel_memory + (0 .. any_kernel_size - 1));
  @
  @ // n bytes at p are what chunk k has for vaddr.
  @ predicate holds_chunk{L}(struct elf64_memory *m, integer k, uint8_t *p,
  @                         integer n, integer vaddr) =
  @         0 <= k < m->count && m->chunk[k].vaddr <= vaddr &&
  @         vaddr + n <= m->chunk[k].vaddr + m->chunk[k].size &&
  @         p == m->chunk[k].data + (vaddr - m->chunk[k].vaddr);
  @*/

/* Where vaddr is, and how many bytes from there on in *room; NULL: nowhere. */
/*@ requires good_cursor(c) && \valid(room) && \separated(room, c, c->memory,
  @         c->memory->chunk + (0 .. c->memory->count - 1));
  @ assigns c->at, *room;
  @ exits \false;
  @ ensures still: good_cursor(c);
  @ ensures meaning: \result != \null ==> *room >= 1 &&
  @         in_kernel(\result, *room);
  @ ensures where: \result != \null ==>
  @         holds_chunk(c->memory, c->at, \result, *room, vaddr);
  @*/
static uint8_t *locate(struct cursor *c, uint64_t vaddr, uint64_t *room)
{
	/*@ loop invariant still: good_cursor(c);
	  @ loop invariant n <= c->memory->count;
	  @ loop assigns n, c->at;
	  @ loop variant n;
	  @*/
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
/*@ requires good_cursor(c) && size <= OBJECT_MAX;
  @ requires \valid((uint8_t *)data + (0 .. size - 1));
  @ requires \separated((uint8_t *)data + (0 .. size - 1), c, c->memory,
  @                     c->memory->chunk + (0 .. c->memory->count - 1),
  @                     any_kernel_memory + (0 .. any_kernel_size - 1));
  @ requires direction != READ ==>
  @         \valid(any_kernel_memory + (0 .. any_kernel_size - 1));
  @ assigns c->at, ((uint8_t *)data)[0 .. size - 1],
  @         any_kernel_memory[0 .. any_kernel_size - 1];
  @ exits \false;
  @ ensures still: good_cursor(c);
  @*/
static bool access(struct cursor *c, uint64_t vaddr, void *data, uint64_t size,
		   enum direction direction)
{
	uint8_t *byte = data;
	uint64_t n;

	/*@ loop invariant still: good_cursor(c);
	  @ loop invariant size <= \at(size,Pre);
	  @ loop invariant byte == (uint8_t *)data + (\at(size,Pre) - size);
	  @ loop assigns byte, vaddr, size, n, c->at,
	  @         ((uint8_t *)data)[0 .. \at(size,Pre) - 1],
	  @         any_kernel_memory[0 .. any_kernel_size - 1];
	  @ loop variant size;
	  @*/
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

/* Reads an entry of a table. */
static int read_entry(struct job *job, uint64_t vaddr, void *entry,
		      uint64_t size)
{
	return access(&job->source, vaddr, entry, size, READ) ?
		ELF64_OK : refuse_table(job, vaddr, size);
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
	const struct table *t;
	uint64_t entry[2];

	for (t = tables; t < TABLES_END; t++)
		job->dynamic[t->vaddr] = ABSENT;
	for (; left >= sizeof(entry);
	     vaddr += sizeof(entry), left -= sizeof(entry)) {
		int err = read_entry(job, vaddr, entry, sizeof(entry));

		if (err == ELF64_OK && entry[0] == DT_NULL)
			break;
		if (err == ELF64_OK)
			err = take_dynamic(job, entry[0], entry[1]);
		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

/* A table's place and the size of its entries. */
static int check_table(const struct job *job, const struct table *t)
{
	uint64_t vaddr = job->dynamic[t->vaddr];
	uint64_t size = job->dynamic[t->size];
	uint64_t entry = job->dynamic[t->entry];

	if (size == 0)
		return ELF64_OK;
	if (t->entry == DT_PLTREL) {
		if (entry != DT_RELA)
			return elf64_refuse(job->fault, ELF64_RELOC_TAG,
					    entry, 0);
	} else if (entry != t->entry_size) {
		job->fault->value[2] = t->entry_size;
		return elf64_refuse(job->fault, ELF64_RELOC_ENTRY_BYTES,
				    t->entry, entry);
	}
	if (size % t->entry_size != 0)
		return elf64_refuse(job->fault, ELF64_RELOC_TABLE_BYTES,
				    size, t->entry_size);
	if (!elf64_find_file(job->plan, vaddr, size))
		return refuse_table(job, vaddr, size);
	return ELF64_OK;
}

static int check_target(const struct job *job, uint64_t vaddr)
{
	const struct table *t;

	if (!elf64_find(job->plan, vaddr, WORD))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, vaddr, 0);
	for (t = tables; t < TABLES_END; t++) {
		uint64_t start = job->dynamic[t->vaddr];
		uint64_t size = job->dynamic[t->size];

		if (size != 0 &&
		    (vaddr - start < size || start - vaddr < WORD))
			return elf64_refuse(job->fault, ELF64_RELOC_IN_TABLE,
					    vaddr, 0);
	}
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

static int do_rela(struct job *job, const struct rela *r)
{
	uint32_t type = (uint32_t)r->info;

	if (type == R_X86_64_RELATIVE)
		return relocate(job, r->offset, &r->addend);
	if (type != R_X86_64_NONE)
		return elf64_refuse(job->fault, ELF64_RELOC_TYPE, type,
				    r->offset);
	return ELF64_OK;
}

/*
 * RELR keeps its addends where they are relocated. *next is the word that a
 * bitmap's first bit is about.
 */
static int do_relr(struct job *job, uint64_t entry, uint64_t *next)
{
	uint64_t vaddr = *next;
	int err = ELF64_OK;

	if ((entry & 1) == 0) {
		*next = entry + WORD;
		return relocate(job, entry, NULL);
	}
	if (vaddr == ABSENT)
		return elf64_refuse(job->fault, ELF64_RELR_START, entry, 0);
	*next += RELR_BITS * WORD;
	while ((entry >>= 1) != 0 && err == ELF64_OK) {
		if (entry & 1)
			err = relocate(job, vaddr, NULL);
		vaddr += WORD;
	}
	return err;
}

static int do_table(struct job *job, const struct table *t)
{
	uint64_t vaddr = job->dynamic[t->vaddr];
	uint64_t left = job->dynamic[t->size];
	uint64_t next = ABSENT;
	struct rela r;          /* or the first word of it, for RELR */

	for (; left > 0; vaddr += t->entry_size, left -= t->entry_size) {
		int err = read_entry(job, vaddr, &r, t->entry_size);

		if (err == ELF64_OK)
			err = t->vaddr == DT_RELR ?
				do_relr(job, r.offset, &next) :
				do_rela(job, &r);
		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

static int run_pass(struct job *job, enum pass pass)
{
	const struct table *t;

	job->pass = pass;
	for (t = tables; t < TABLES_END; t++) {
		int err = do_table(job, t);

		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

/* Everything but the writing; leaves *job ready for it. */
static int check_all(struct job *job)
{
	const struct table *t;
	int err;

	elf64_no_fault(job->fault);
	err = read_dynamic(job);
	if (err != ELF64_OK)
		return err;
	for (t = tables; t < TABLES_END; t++) {
		err = check_table(job, t);
		if (err != ELF64_OK)
			return err;
	}
	return run_pass(job, CHECK);
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
