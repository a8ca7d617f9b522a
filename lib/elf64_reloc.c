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

/* Tags of PT_DYNAMIC's entries. */
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

#define WORD                    8       /* bytes; so many are relocated */

/* Elf64_Dyn: a tag and a value. */
#define DYN_VALUE               WORD
#define DYN_SIZE                (2 * WORD)

/* Elf64_Rela: an address, a type (and a symbol, above it), an addend. */
#define RELA_INFO               WORD
#define RELA_ADDEND             (2 * WORD)
#define RELA_SIZE               (3 * WORD)

/* Elf64_Relr: an address, or a bitmap of the 63 words that follow. */
#define RELR_SIZE               WORD
#define RELR_BITS               63

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
	{ DT_RELA, DT_RELASZ, DT_RELAENT, RELA_SIZE },
	{ DT_JMPREL, DT_PLTRELSZ, DT_PLTREL, RELA_SIZE },
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

/*@ predicate good_cursor{L}(struct cursor *c) =
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
  @
  @ // Whole entries.
  @ predicate table_fits{L}(struct job *job, integer size,
  @                         integer entry_size) =
  @         job->dynamic[size] % entry_size == 0;
  @ predicate tables_fit{L}(struct job *job) =
  @         table_fits(job, DT_RELASZ, RELA_SIZE) &&
  @         table_fits(job, DT_PLTRELSZ, RELA_SIZE) &&
  @         table_fits(job, DT_RELRSZ, RELR_SIZE);
  @
  @ // A word that may be relocated: in a segment, and in no table.
  @ predicate clear_of{L}(struct job *job, integer vaddr, integer table,
  @                       integer size) =
  @         job->dynamic[size] == 0 ||
  @         job->dynamic[table] + job->dynamic[size] > ADDRESSES ||
  @         apart(vaddr, WORD, job->dynamic[table],
  @               job->dynamic[table] + job->dynamic[size]);
  @ predicate good_word{L}(struct job *job, integer vaddr) =
  @         in_a_segment(job->plan, vaddr, WORD) &&
  @         clear_of(job, vaddr, DT_RELA, DT_RELASZ) &&
  @         clear_of(job, vaddr, DT_JMPREL, DT_PLTRELSZ) &&
  @         clear_of(job, vaddr, DT_RELR, DT_RELRSZ);
  @*/
/* What stands in tables, which nobody writes to; Qed wants no predicate. */
#define IS_TABLE(t, at, bytes, kind, kind_bytes) \
	((t).vaddr == (at) && (t).size == (bytes) && (t).entry == (kind) && \
	 (t).entry_size == (kind_bytes))
#define GOOD_TABLES \
	(IS_TABLE(tables[0], DT_RELA, DT_RELASZ, DT_RELAENT, RELA_SIZE) && \
	 IS_TABLE(tables[1], DT_JMPREL, DT_PLTRELSZ, DT_PLTREL, RELA_SIZE) && \
	 IS_TABLE(tables[2], DT_RELR, DT_RELRSZ, DT_RELRENT, RELR_SIZE))
/* All that a job is about lies apart. */
#define PARTS(job) \
	(job), (job)->fault, (job)->plan, (job)->source.memory, \
	(job)->source.memory->chunk + \
	(0 .. (job)->source.memory->count - 1), \
	any_kernel_memory + (0 .. any_kernel_size - 1)
/*@ predicate good_job{L}(struct job *job) =
  @         \valid(job) && \valid(job->fault) && \valid_read(job->plan) &&
  @         job->plan->count <= ELF64_MAX_PHDRS && good_cursor(&job->source) &&
  @         (job->source.memory->count > 0 ==>
  @          job->target.at < job->source.memory->count) &&
  @         \separated(PARTS(job));
  @ // A pass that writes may.
  @ predicate good_target{L}(struct job *job, integer pass) =
  @         pass != CHECK ==>
  @         job->target.memory == job->source.memory &&
  @         \valid(any_kernel_memory + (0 .. any_kernel_size - 1)) &&
  @         \separated(&tables[0 .. 2],
  @                    any_kernel_memory + (0 .. any_kernel_size - 1));
  @*/
/* What the reading of tables changes, and what a pass may. */
#define READING(job)    (job)->source.at, (job)->fault->value[0 .. 1]
#define WRITING(job, pass) \
	(job)->target.at, any_kernel_memory \
	[0 .. ((pass) == CHECK ? 0 : any_kernel_size) - 1]
/* t goes over the tables, and has so many to go. */
#define AT_TABLES(t) \
	(t == &tables[0] || t == &tables[1] || t == &tables[2] || \
	 t == &tables[3])
#define TABLES_LEFT(t) \
	(t == &tables[0] ? 3 : t == &tables[1] ? 2 : t == &tables[2] ? 1 : 0)

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

/* A word at any address. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

/*@ requires \valid_read(from + (0 .. WORD - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
static inline uint64_t get_word(const uint8_t *from)
{
	return *(const word *)from;
}

/*@ requires \valid(to + (0 .. WORD - 1));
  @ assigns to[0 .. WORD - 1];
  @ exits \false;
  @*/
static inline void put_word(uint8_t *to, uint64_t value)
{
	*(word *)to = value;
}

enum direction { READ, WRITE };

/* Reads or writes memory, in parts where frames do not adjoin. */
/*@ requires good_cursor(c) && size <= OBJECT_MAX;
  @ requires \valid(data + (0 .. size - 1));
  @ requires \separated(data + (0 .. size - 1), c, c->memory,
  @                     c->memory->chunk + (0 .. c->memory->count - 1),
  @                     any_kernel_memory + (0 .. any_kernel_size - 1));
  @ requires direction != READ ==>
  @         \valid(any_kernel_memory + (0 .. any_kernel_size - 1));
  @ assigns c->at, data[0 .. (direction == READ ? size : 0) - 1],
  @         any_kernel_memory
  @         [0 .. (direction == READ ? 0 : any_kernel_size) - 1];
  @ exits \false;
  @ ensures still: good_cursor(c);
  @*/
static bool access(struct cursor *c, uint64_t vaddr, uint8_t *data,
		   uint64_t size, enum direction direction)
{
	uint64_t n;

	/*@ loop invariant still: good_cursor(c);
	  @ loop invariant size <= \at(size,Pre);
	  @ loop invariant data == \at(data,Pre) + (\at(size,Pre) - size);
	  @ loop assigns data, vaddr, size, n, c->at,
	  @         \at(data,Pre)
	  @         [0 .. (direction == READ ? \at(size,Pre) : 0) - 1],
	  @         any_kernel_memory
	  @         [0 .. (direction == READ ? 0 : any_kernel_size) - 1];
	  @ loop variant size;
	  @*/
	for (; size > 0; data += n, vaddr += n, size -= n) {
		uint8_t *p = locate(c, vaddr, &n);

		if (!p)
			return false;
		if (n > size)
			n = size;
		if (direction == READ)
			memcpy(data, p, n);
		else
			memcpy(p, data, n);
	}
	return true;
}

/*@ requires \valid_read(job) && \valid(job->fault);
  @ assigns job->fault->value[0 .. 1];
  @ exits \false;
  @ ensures \result == ELF64_RELOC_TABLE_OUTSIDE;
  @*/
static int refuse_table(const struct job *job, uint64_t vaddr, uint64_t size)
{
	return elf64_refuse(job->fault, ELF64_RELOC_TABLE_OUTSIDE, vaddr,
			    size);
}

/* Reads an entry of a table. */
/*@ requires good_job(job) && size <= OBJECT_MAX;
  @ requires \valid(entry + (0 .. size - 1));
  @ requires \separated(entry + (0 .. size - 1), PARTS(job));
  @ assigns entry[0 .. size - 1], READING(job);
  @ exits \false;
  @ ensures still: good_job(job);
  @ ensures fit: tables_fit{Pre}(job) ==> tables_fit(job);
  @*/
static int read_entry(struct job *job, uint64_t vaddr, uint8_t *entry,
		      uint64_t size)
{
	return access(&job->source, vaddr, entry, size, READ) ?
		ELF64_OK : refuse_table(job, vaddr, size);
}

/* Notes what one entry of PT_DYNAMIC says. */
/*@ requires good_job(job);
  @ assigns job->dynamic[0 .. DT_KEPT - 1], job->fault->value[0 .. 1];
  @ exits \false;
  @ ensures still: good_job(job);
  @*/
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

/*@ requires good_job(job) && GOOD_TABLES;
  @ assigns job->dynamic[0 .. DT_KEPT - 1], READING(job);
  @ exits \false;
  @ ensures still: good_job(job);
  @*/
static int read_dynamic(struct job *job)
{
	uint64_t vaddr = job->plan->dynamic;
	uint64_t left = job->plan->dynamic_size;
	const struct table *t;
	uint8_t entry[DYN_SIZE];

	/*@ loop invariant place: AT_TABLES(t);
	  @ loop invariant GOOD_TABLES;
	  @ loop invariant still: good_job(job);
	  @ loop assigns t, job->dynamic[0 .. DT_KEPT - 1];
	  @ loop variant TABLES_LEFT(t);
	  @*/
	for (t = tables; t < TABLES_END; t++)
		job->dynamic[t->vaddr] = ABSENT;
	/*@ loop invariant still: good_job(job);
	  @ loop assigns vaddr, left, entry[0 .. DYN_SIZE - 1],
	  @         job->dynamic[0 .. DT_KEPT - 1], READING(job);
	  @ loop variant left;
	  @*/
	for (; left >= sizeof(entry);
	     vaddr += sizeof(entry), left -= sizeof(entry)) {
		int err = read_entry(job, vaddr, entry, sizeof(entry));

		if (err == ELF64_OK && get_word(entry) == DT_NULL)
			break;
		if (err == ELF64_OK)
			err = take_dynamic(job, get_word(entry),
					   get_word(entry + DYN_VALUE));
		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

/* A table's place and the size of its entries. */
/*@ requires good_job(job) && GOOD_TABLES && AT_TABLES(t) && t != &tables[3];
  @ assigns job->fault->value[0 .. 2];
  @ exits \false;
  @ ensures still: good_job(job);
  @ ensures \result == ELF64_OK ==>
  @         table_fits(job, t->size, t->entry_size);
  @ ensures \result == ELF64_OK && good_plan(job->plan) &&
  @         job->dynamic[t->size] != 0 ==>
  @         in_file_bytes(job->plan, job->dynamic[t->vaddr],
  @                       job->dynamic[t->size]);
  @*/
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

/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ assigns job->fault->value[0 .. 1];
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures \result == ELF64_OK && good_plan(job->plan) ==>
  @         good_word(job, vaddr);
  @*/
static int check_target(const struct job *job, uint64_t vaddr)
{
	const struct table *t;

	if (!elf64_find(job->plan, vaddr, WORD))
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, vaddr, 0);
	/*@ loop invariant place: AT_TABLES(t);
	  @ loop invariant t > &tables[0] ==>
	  @         clear_of(job, vaddr, DT_RELA, DT_RELASZ);
	  @ loop invariant t > &tables[1] ==>
	  @         clear_of(job, vaddr, DT_JMPREL, DT_PLTRELSZ);
	  @ loop invariant t > &tables[2] ==>
	  @         clear_of(job, vaddr, DT_RELR, DT_RELRSZ);
	  @ loop assigns t;
	  @ loop variant TABLES_LEFT(t);
	  @*/
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
/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ requires good_target(job, job->pass);
  @ requires addend == \null || \valid_read(addend + (0 .. WORD - 1));
  @ assigns job->fault->value[0 .. 1], WRITING(job, job->pass);
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures still: GOOD_TABLES;
  @ ensures \result == ELF64_OK && job->pass == CHECK &&
  @         good_plan(job->plan) ==> good_word(job, vaddr);
  @*/
static int relocate(struct job *job, uint64_t vaddr, const uint8_t *addend)
{
	uint8_t value[WORD];

	if (job->pass == CHECK)
		return check_target(job, vaddr);
	if (!access(&job->target, vaddr, value, WORD, READ)) {
		/*@ assert job: good_job(job); */
		/*@ assert fit: tables_fit(job); */
		/*@ assert still: GOOD_TABLES; */
		return elf64_refuse(job->fault, ELF64_RELOC_OUTSIDE, vaddr, 0);
	}
	put_word(value, get_word(addend ? addend : value) + job->slide);
	/*@ assert job: good_job(job); */
	/*@ assert fit: tables_fit(job); */
	/*@ assert still: GOOD_TABLES; */
	access(&job->target, vaddr, value, WORD, WRITE);
	/*@ assert job: good_job(job); */
	/*@ assert fit: tables_fit(job); */
	return ELF64_OK;
}

/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ requires good_target(job, job->pass);
  @ requires \valid_read(rela + (0 .. RELA_SIZE - 1));
  @ assigns job->fault->value[0 .. 1], WRITING(job, job->pass);
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures still: GOOD_TABLES;
  @*/
static int do_rela(struct job *job, const uint8_t *rela)
{
	uint32_t type = (uint32_t)get_word(rela + RELA_INFO);

	if (type == R_X86_64_RELATIVE)
		return relocate(job, get_word(rela), rela + RELA_ADDEND);
	if (type != R_X86_64_NONE)
		return elf64_refuse(job->fault, ELF64_RELOC_TYPE, type,
				    get_word(rela));
	return ELF64_OK;
}

/*
 * RELR keeps its addends where they are relocated. *next is the word that a
 * bitmap's first bit is about.
 */
/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ requires good_target(job, job->pass);
  @ requires \valid(next) && \separated(next, PARTS(job));
  @ assigns *next, job->fault->value[0 .. 1], WRITING(job, job->pass);
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures still: GOOD_TABLES;
  @*/
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
	/*@ loop invariant job: good_job(job);
	  @ loop invariant fit: tables_fit(job);
	  @ loop invariant still: GOOD_TABLES;
	  @ loop assigns entry, vaddr, err, job->fault->value[0 .. 1],
	  @         WRITING(job, job->pass);
	  @ loop variant entry;
	  @*/
	while ((entry >>= 1) != 0 && err == ELF64_OK) {
		if (entry & 1)
			err = relocate(job, vaddr, NULL);
		vaddr += WORD;
	}
	return err;
}

/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ requires good_target(job, job->pass);
  @ requires AT_TABLES(t) && t != &tables[3];
  @ assigns READING(job), WRITING(job, job->pass);
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures still: GOOD_TABLES;
  @*/
static int do_table(struct job *job, const struct table *t)
{
	uint64_t vaddr = job->dynamic[t->vaddr];
	uint64_t left = job->dynamic[t->size];
	uint64_t next = ABSENT;
	uint8_t entry[RELA_SIZE];       /* RELR has a word of it */

	/*@ loop invariant still: good_job(job) && tables_fit(job) && GOOD_TABLES;
	  @ loop invariant t != &tables[2] ==> left % RELA_SIZE == 0;
	  @ loop invariant t == &tables[2] ==> left % RELR_SIZE == 0;
	  @ loop assigns vaddr, left, next, entry[0 .. RELA_SIZE - 1],
	  @         READING(job), WRITING(job, job->pass);
	  @ loop variant left;
	  @*/
	for (; left > 0; vaddr += t->entry_size, left -= t->entry_size) {
		int err = read_entry(job, vaddr, entry, t->entry_size);

		if (err == ELF64_OK)
			err = t->vaddr == DT_RELR ?
				do_relr(job, get_word(entry), &next) :
				do_rela(job, entry);
		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

/*@ requires good_job(job) && tables_fit(job) && GOOD_TABLES;
  @ requires good_target(job, pass);
  @ assigns job->pass, READING(job), WRITING(job, pass);
  @ exits \false;
  @ ensures job: good_job(job);
  @ ensures fit: tables_fit(job);
  @ ensures still: GOOD_TABLES;
  @*/
static int run_pass(struct job *job, enum pass pass)
{
	const struct table *t;

	job->pass = pass;
	/*@ loop invariant place: AT_TABLES(t);
	  @ loop invariant job: good_job(job);
	  @ loop invariant fit: tables_fit(job);
	  @ loop invariant still: GOOD_TABLES;
	  @ loop assigns t, READING(job), WRITING(job, pass);
	  @ loop variant TABLES_LEFT(t);
	  @*/
	for (t = tables; t < TABLES_END; t++) {
		/*@ assert here: t == &tables[0] || t == &tables[1] ||
		  @         t == &tables[2]; */
		/*@ assert next: t == &tables[0] ==> t + 1 == &tables[1]; */
		/*@ assert next: t == &tables[1] ==> t + 1 == &tables[2]; */
		/*@ assert next: t == &tables[2] ==> t + 1 == &tables[3]; */
		int err = do_table(job, t);

		if (err != ELF64_OK)
			return err;
	}
	return ELF64_OK;
}

/* Everything but the writing; leaves *job ready for it. */
/*@ requires good_job(job) && GOOD_TABLES && good_target(job, CHECK);
  @ assigns job->pass, job->dynamic[0 .. DT_KEPT - 1], job->source.at,
  @         job->target.at, *job->fault;
  @ exits \false;
  @ ensures still: good_job(job);
  @ ensures \result == ELF64_OK ==> tables_fit(job);
  @*/
static int check_all(struct job *job)
{
	const struct table *t;
	int err;

	elf64_no_fault(job->fault);
	err = read_dynamic(job);
	if (err != ELF64_OK)
		return err;
	/*@ loop invariant place: AT_TABLES(t);
	  @ loop invariant GOOD_TABLES;
	  @ loop invariant still: good_job(job);
	  @ loop invariant t > &tables[0] ==>
	  @         table_fits(job, DT_RELASZ, RELA_SIZE);
	  @ loop invariant t > &tables[1] ==>
	  @         table_fits(job, DT_PLTRELSZ, RELA_SIZE);
	  @ loop invariant t > &tables[2] ==>
	  @         table_fits(job, DT_RELRSZ, RELR_SIZE);
	  @ loop assigns t, err, job->fault->value[0 .. 2];
	  @ loop variant TABLES_LEFT(t);
	  @*/
	for (t = tables; t < TABLES_END; t++) {
		/*@ assert here: t == &tables[0] || t == &tables[1] ||
		  @         t == &tables[2]; */
		/*@ assert next: t == &tables[0] ==> t + 1 == &tables[1]; */
		/*@ assert next: t == &tables[1] ==> t + 1 == &tables[2]; */
		/*@ assert next: t == &tables[2] ==> t + 1 == &tables[3]; */
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

/*@ requires \separated(&tables[0 .. 2],
  @                     any_kernel_memory + (0 .. any_kernel_size - 1));
  @*/
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
