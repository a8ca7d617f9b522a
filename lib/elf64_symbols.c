// SPDX-License-Identifier: 0BSD
/* elf64_symbols.c - names of functions, from an ELF file's symbol table. */
#include <stddef.h>

#include "elf64.h"
#include "elf64_bits.h"
#include "elf64_symbols.h"

#define ELF_MAGIC       0x464c457fu     /* 7Fh "ELF" */
#define CLASS_64        2
#define DATA_LITTLE     1
#define SHT_SYMTAB      2
#define SHT_STRTAB      3
#define STT_NOTYPE      0               /* low half of a symbol's info */
#define STT_FUNC        2
#define SHN_UNDEF       0
#define SHN_ABS         0xfff1          /* from here on no section's number */

struct elf64_shdr {
	uint32_t name;
	uint32_t type;
	uint64_t flags;
	uint64_t addr;
	uint64_t offset;
	uint64_t size;
	uint32_t link;          /* of a symbol table: section of its names */
	uint32_t info;
	uint64_t addralign;
	uint64_t entsize;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct elf64_shdr) == 64, "Elf64_Shdr");

struct elf64_sym {
	uint32_t name;          /* offset in the names */
	uint8_t info;
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct elf64_sym) == 24, "Elf64_Sym");

/*
 * What the file has, as a structure: so many bytes from there on are in it.
 */
/*@ requires \valid_read(file + (0 .. sizeof(struct elf64_ehdr) - 1));
  @ assigns \nothing;
  @ exits \false;
  @ ensures \valid_read(\result) && \result == (struct elf64_ehdr *)file;
  @*/
static inline const struct elf64_ehdr *header_at(const uint8_t *file)
{
	return (const void *)file;
}

/*@ requires \valid_read(p + (0 .. sizeof(struct elf64_shdr) - 1));
  @ assigns \nothing;
  @ exits \false;
  @ ensures \valid_read(\result) && \result == (struct elf64_shdr *)p;
  @*/
static inline const struct elf64_shdr *section_at(const uint8_t *p)
{
	return (const void *)p;
}

/*@ requires \valid_read(p + (0 .. sizeof(struct elf64_sym) - 1));
  @ assigns \nothing;
  @ exits \false;
  @ ensures \valid_read(\result) && \result == (struct elf64_sym *)p;
  @*/
static inline const struct elf64_sym *symbol_at(const uint8_t *p)
{
	return (const void *)p;
}

/* The section headers, NULL if the file has none or they lie outside it. */
/*@ requires \valid_read(file + (0 .. size - 1)) && size <= OBJECT_MAX;
  @ requires \valid(count) && \separated(count, file + (0 .. size - 1));
  @ assigns *count;
  @ exits \false;
  @ ensures \result == \null ==> *count == \old(*count);
  @ ensures \result != \null ==>
  @         lies_in((uint8_t *)\result, *count * sizeof(struct elf64_shdr),
  @                 file, size);
  @*/
static const uint8_t *sections(const uint8_t *file, uint64_t size,
			       uint16_t *count)
{
	const struct elf64_ehdr *e;

	if (size < sizeof(*e))
		return NULL;
	e = header_at(file);
	if (e->magic != ELF_MAGIC || e->class != CLASS_64 ||
	    e->data != DATA_LITTLE ||
	    e->shentsize != sizeof(struct elf64_shdr))
		return NULL;
	if (e->shoff > size ||
	    (size - e->shoff) / sizeof(struct elf64_shdr) < e->shnum)
		return NULL;
	*count = e->shnum;
	return file + e->shoff;
}

/* Section i of those. */
/*@ requires i <= UINT16_MAX && \valid_read(sections +
  @         (0 .. (i + 1) * sizeof(struct elf64_shdr) - 1));
  @ assigns \nothing;
  @ exits \false;
  @ ensures \valid_read(\result) && \result ==
  @         (struct elf64_shdr *)(sections + i * sizeof(struct elf64_shdr));
  @*/
static const struct elf64_shdr *section(const uint8_t *sections, uint64_t i)
{
	return section_at(sections + i * sizeof(struct elf64_shdr));
}

/*@ requires \valid_read(s);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result != 0 <==> s->offset + s->size <= size;
  @*/
static bool within(const struct elf64_shdr *s, uint64_t size)
{
	return s->offset <= size && s->size <= size - s->offset;
}

bool elf64_symbols_open(const void *file, uint64_t size,
			struct elf64_symbols *symbols)
{
	uint16_t count = 0, i;
	const uint8_t *all = sections(file, size, &count);
	const struct elf64_shdr *table, *names;

	*symbols = (struct elf64_symbols){ 0 };
	/*@ loop invariant i <= count;
	  @ loop assigns i;
	  @ loop variant count - i;
	  @*/
	for (i = 0; i < count && section(all, i)->type != SHT_SYMTAB; i++)
		;
	if (i == count)
		return false;
	table = section(all, i);
	if (!within(table, size) || table->link >= count ||
	    table->entsize != sizeof(struct elf64_sym))
		return false;
	names = section(all, table->link);
	if (names->type != SHT_STRTAB || !within(names, size))
		return false;

	symbols->symbol = (const uint8_t *)file + table->offset;
	symbols->count = table->size / sizeof(struct elf64_sym);
	symbols->names = (const char *)file + names->offset;
	symbols->names_size = names->size;
	return true;
}

/* A name, NULL if it does not end within the names. */
/*@ requires \valid_read(s) && good_symbols(s);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result == \null || ends_in_names(s, \result);
  @*/
static const char *name_at(const struct elf64_symbols *s, uint32_t offset)
{
	uint64_t i;

	/*@ loop invariant offset <= i;
	  @ loop assigns i;
	  @ loop variant s->names_size - i;
	  @*/
	for (i = offset; i < s->names_size; i++)
		if (s->names[i] == '\0')
			return s->names + offset;
	return NULL;
}

/*
 * True if a symbol is a function that reaches over the address. Functions
 * written in assembly may have no size: those reach on.
 */
/*@ requires \valid_read(s);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result != 0 ==> s->value <= address;
  @*/
static bool reaches(const struct elf64_sym *s, uint64_t address)
{
	return (s->info & 0xf) == STT_FUNC && s->section != SHN_UNDEF &&
	       s->value <= address &&
	       (s->size == 0 || address - s->value < s->size);
}

/*@ requires \valid_read(s);
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result != 0 ==> s->value <= address;
  @*/
static bool is_label(const struct elf64_sym *s, uint64_t address)
{
	return (s->info & 0xf) == STT_NOTYPE && s->name != 0 &&
	       s->section != SHN_UNDEF && s->section < SHN_ABS &&
	       s->value <= address;
}

/* The nearest symbol below an address that fits. */
/*@ requires \valid_read(symbols) && good_symbols(symbols) && \valid(offset);
  @ requires \separated(offset, symbols,
  @                     symbols->symbol + (0 .. symbols->count * 24 - 1),
  @                     symbols->names + (0 .. symbols->names_size - 1));
  @ requires fits == &reaches || fits == &is_label;
  @ assigns *offset;
  @ exits \false;
  @ ensures \result == \null || ends_in_names(symbols, \result);
  @ ensures \result != \null ==> *offset <= address;
  @*/
static const char *find(const struct elf64_symbols *symbols, uint64_t address,
			uint64_t *offset,
			bool (*fits)(const struct elf64_sym *, uint64_t))
{
	const struct elf64_sym *best = NULL;
	uint64_t i;

	/*@ loop invariant i <= symbols->count;
	  @ loop invariant best == \null || \valid_read(best);
	  @ loop invariant best != \null ==> best->value <= address;
	  @ loop assigns i, best;
	  @ loop variant symbols->count - i;
	  @*/
	for (i = 0; i < symbols->count; i++) {
		const struct elf64_sym *s =
			symbol_at(symbols->symbol + i * sizeof(*s));
		bool fit;

		//@ calls reaches, is_label;
		fit = fits(s, address);
		if (fit && (!best || s->value > best->value))
			best = s;
	}
	if (!best)
		return NULL;
	*offset = address - best->value;
	return name_at(symbols, best->name);
}

const char *elf64_symbols_find(const struct elf64_symbols *symbols,
			       uint64_t address, uint64_t *offset)
{
	return find(symbols, address, offset, reaches);
}

const char *elf64_symbols_label(const struct elf64_symbols *symbols,
				uint64_t address, uint64_t *offset)
{
	return find(symbols, address, offset, is_label);
}
