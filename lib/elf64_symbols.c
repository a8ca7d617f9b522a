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

/* The section headers, NULL if the file has none or they lie outside it. */
static const struct elf64_shdr *sections(const uint8_t *file, uint64_t size,
					 uint16_t *count)
{
	const struct elf64_ehdr *e = (const void *)file;

	if (size < sizeof(*e) || e->magic != ELF_MAGIC ||
	    e->class != CLASS_64 || e->data != DATA_LITTLE ||
	    e->shentsize != sizeof(struct elf64_shdr))
		return NULL;
	if (e->shoff > size ||
	    (size - e->shoff) / sizeof(struct elf64_shdr) < e->shnum)
		return NULL;
	*count = e->shnum;
	return (const void *)(file + e->shoff);
}

static bool within(const struct elf64_shdr *s, uint64_t size)
{
	return s->offset <= size && s->size <= size - s->offset;
}

bool elf64_symbols_open(const void *file, uint64_t size,
			struct elf64_symbols *symbols)
{
	uint16_t count = 0, i;
	const struct elf64_shdr *s = sections(file, size, &count);
	const struct elf64_shdr *names;

	*symbols = (struct elf64_symbols){ 0 };
	for (i = 0; i < count && s[i].type != SHT_SYMTAB; i++)
		;
	if (i == count || !within(&s[i], size) || s[i].link >= count ||
	    s[i].entsize != sizeof(struct elf64_sym))
		return false;
	names = &s[s[i].link];
	if (names->type != SHT_STRTAB || !within(names, size))
		return false;

	symbols->symbol = (const uint8_t *)file + s[i].offset;
	symbols->count = s[i].size / sizeof(struct elf64_sym);
	symbols->names = (const char *)file + names->offset;
	symbols->names_size = names->size;
	return true;
}

/* A name, NULL if it does not end within the names. */
static const char *name_at(const struct elf64_symbols *s, uint32_t offset)
{
	uint64_t i;

	for (i = offset; i < s->names_size; i++)
		if (s->names[i] == '\0')
			return s->names + offset;
	return NULL;
}

/*
 * True if a symbol is a function that reaches over the address. Functions
 * written in assembly may have no size: those reach on.
 */
static bool reaches(const struct elf64_sym *s, uint64_t address)
{
	return (s->info & 0xf) == STT_FUNC && s->section != SHN_UNDEF &&
	       s->value <= address &&
	       (s->size == 0 || address - s->value < s->size);
}

static bool is_label(const struct elf64_sym *s, uint64_t address)
{
	return (s->info & 0xf) == STT_NOTYPE && s->name != 0 &&
	       s->section != SHN_UNDEF && s->section < SHN_ABS &&
	       s->value <= address;
}

/* The nearest symbol below an address that fits. */
static const char *find(const struct elf64_symbols *symbols, uint64_t address,
			uint64_t *offset,
			bool (*fits)(const struct elf64_sym *, uint64_t))
{
	const struct elf64_sym *s = (const void *)symbols->symbol;
	const struct elf64_sym *best = NULL;
	uint64_t i;

	for (i = 0; i < symbols->count; i++)
		if (fits(&s[i], address) &&
		    (!best || s[i].value > best->value))
			best = &s[i];
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
