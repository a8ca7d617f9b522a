// SPDX-License-Identifier: 0BSD
/* symbols.c - which function of the kernel an address is in. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "elf64.h"
#include "elf64_bits.h" /* struct elf64_ehdr */
#include "fd_io.h"
#include "symbols.h"
#include "vspace.h"

#define SHT_SYMTAB      2
#define STT_NOTYPE      0
#define STT_FUNC        2
#define SHN_UNDEF       0
#define SHN_ABS         0xfff1
#define AT_A_TIME       128             /* symbols a read */

struct section {
	uint32_t name;
	uint32_t type;
	uint64_t flags;
	uint64_t addr;
	uint64_t offset;
	uint64_t size;
	uint32_t link;
	uint32_t info;
	uint64_t addralign;
	uint64_t entsize;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct section) == 64, "Elf64_Shdr");

struct symbol {
	uint32_t name;
	uint8_t info;
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct symbol) == 24, "Elf64_Sym");

static bool is_code(const struct symbol *s)
{
	unsigned type = s->info & 0xf;

	return (type == STT_FUNC || type == STT_NOTYPE) && s->name != 0 &&
	       s->section != SHN_UNDEF && s->section < SHN_ABS;
}

/*
 * How well a symbol names an address: 3 a function that it lies in, 2 a
 * function without a size below it, 1 a label below it, as assemblers and link
 * scripts make them, 0 not at all.
 */
static int rank(const struct symbol *s, uint64_t address)
{
	if (!is_code(s) || s->value > address)
		return 0;
	if (s->size > 0)
		return address - s->value < s->size ? 3 : 0;
	return (s->info & 0xf) == STT_FUNC ? 2 : 1;
}

static bool is_better(const struct symbol *s, const struct symbol *best,
		      uint64_t address)
{
	int new = rank(s, address), old = rank(best, address);

	return new > old || (new == old && new > 0 && s->value > best->value);
}

static bool read_section(int fd, const struct elf64_ehdr *header,
			 uint32_t index, struct section *section)
{
	uint64_t at = header->shoff + (uint64_t)index * sizeof(*section);

	return header->shentsize == sizeof(*section) &&
	       index < header->shnum && at >= header->shoff &&
	       at <= INT64_MAX - sizeof(*section) &&
	       fd_read(fd, section, sizeof(*section), at) == 0;
}

static bool find_table(int fd, const struct elf64_ehdr *header,
		       struct section *symbols, struct section *names)
{
	for (uint32_t i = 0; i < header->shnum; i++)
		if (read_section(fd, header, i, symbols) &&
		    symbols->type == SHT_SYMTAB)
			return read_section(fd, header, symbols->link, names);
	return false;
}

/* The symbol that names the address best; rank() of it may be 0. */
static struct symbol find_symbol(int fd, const struct section *table,
				 uint64_t address)
{
	struct symbol best = { 0 }, some[AT_A_TIME];
	uint64_t left = table->size / sizeof(some[0]);
	uint64_t at = table->offset;

	while (left > 0) {
		size_t n = left < AT_A_TIME ? (size_t)left : AT_A_TIME;

		if (at > INT64_MAX - sizeof(some) ||
		    fd_read(fd, some, n * sizeof(some[0]), at) != 0)
			break;
		for (size_t i = 0; i < n; i++)
			if (is_better(&some[i], &best, address))
				best = some[i];
		at += n * sizeof(some[0]);
		left -= n;
	}
	return best;
}

/* Its name; cut off where the buffer, or the table, ends. */
static void read_name(int fd, const struct section *names, uint32_t name,
		      char *text, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++) {
		uint64_t at = (uint64_t)name + i;

		if (at >= names->size ||
		    names->offset > INT64_MAX - names->size ||
		    fd_read(fd, &text[i], 1, names->offset + at) != 0 ||
		    text[i] == '\0')
			break;
	}
	text[i] = '\0';
}

/* "function+0x12" for an address as linked; false if nothing is known. */
static bool describe_linked(int fd, const struct elf64_ehdr *header,
			    uint64_t address, char *text, size_t size)
{
	struct section table, names;
	struct symbol symbol;
	char name[256];

	if (!find_table(fd, header, &table, &names))
		return false;
	symbol = find_symbol(fd, &table, address);
	if (rank(&symbol, address) == 0)
		return false;
	read_name(fd, &names, symbol.name, name, sizeof(name));
	snprintf(text, size, "%s+0x%llx", name,
		 (unsigned long long)(address - symbol.value));
	return name[0] != '\0';
}

/* Reads the headers, by the loader's own rules; says where it puts things. */
static bool read_plan(int fd, struct elf64_ehdr *header,
		      struct elf64_plan *plan, uint64_t *slide)
{
	uint8_t phdrs[ELF64_MAX_PHDRS * ELF64_PHDR_SIZE];
	struct elf64_fault fault;
	struct elf64_header where;
	struct vspace space;
	off_t end = lseek(fd, 0, SEEK_END);

	if (end < 0 || fd_read(fd, header, sizeof(*header), 0) != 0 ||
	    elf64_check_header(header, sizeof(*header), (uint64_t)end, &where,
			       &fault) != 0 ||
	    fd_read(fd, phdrs, where.phnum * ELF64_PHDR_SIZE,
		    where.phoff) != 0 ||
	    elf64_make_plan(&where, phdrs, (uint64_t)end, plan, &fault) != 0 ||
	    vspace_place(plan, 0, &space) != 0)
		return false;
	*slide = space.slide;
	return true;
}

void symbols_describe(const char *kernel, uint64_t address, char *text,
		      size_t size)
{
	int fd = open(kernel, O_RDONLY | O_CLOEXEC);
	struct elf64_ehdr header;
	struct elf64_plan plan;
	unsigned long long number = address;
	uint64_t slide;
	char name[300];

	if (fd < 0 || !read_plan(fd, &header, &plan, &slide))
		snprintf(text, size, "0x%llx", number);
	else if (elf64_find(&plan, address - slide, 1) == NULL)
		snprintf(text, size, "0x%llx, outside the kernel", number);
	else if (describe_linked(fd, &header, address - slide, name,
				 sizeof(name)))
		snprintf(text, size, "0x%llx in %s", number, name);
	else
		snprintf(text, size, "0x%llx", number);
	if (fd >= 0)
		close(fd);
}
