/* SPDX-License-Identifier: 0BSD */
/*
 * elf_build.h - for tests: two small kernels as bytes, named places in them to
 * patch, and a check of what every accepted plan keeps.
 */
#ifndef STAGECOACH_ELF_BUILD_H
#define STAGECOACH_ELF_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf64.h"

#define P31     0x80000000ull
#define P32M1   0xffffffffull
#define P63     0x8000000000000000ull
#define P64M1   0xffffffffffffffffull
#define LOW_END 0x800000000000ull       /* the hole of the address space */
#define HIGH    0xffff800000000000ull
#define GIB     0x40000000ull

#define OK      ELF64_OK
#define E(name) ELF64_##name

/* Places in the ELF header. */
#define EH_CLASS        4
#define EH_DATA         5
#define EH_IDENT_VERSION 6
#define EH_OSABI        7
#define EH_TYPE         16
#define EH_MACHINE      18
#define EH_VERSION      20
#define EH_ENTRY        24
#define EH_PHOFF        32
#define EH_SHOFF        40
#define EH_FLAGS        48
#define EH_EHSIZE       52
#define EH_PHENTSIZE    54
#define EH_PHNUM        56
#define EH_SHENTSIZE    58
#define EH_SHNUM        60
#define EH_SHSTRNDX     62

/* Places in program header i, where both kernels have it. */
#define PH(i)           (64 + 56 * (i))
#define PH_TYPE(i)      (PH(i) + 0)
#define PH_FLAGS(i)     (PH(i) + 4)
#define PH_OFFSET(i)    (PH(i) + 8)
#define PH_VADDR(i)     (PH(i) + 16)
#define PH_PADDR(i)     (PH(i) + 24)
#define PH_FILESZ(i)    (PH(i) + 32)
#define PH_MEMSZ(i)     (PH(i) + 40)
#define PH_ALIGN(i)     (PH(i) + 48)

enum { T_LOAD = 1, T_DYNAMIC = 2, T_INTERP = 3, T_NOTE = 4, T_TLS = 7 };
#define T_PROPERTY      0x6474e553u
#define T_STACK         0x6474e551u

static inline void elf_put(uint8_t *file, size_t at, unsigned width,
			   uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		file[at + i] = (uint8_t)(value >> 8 * i);
}

static inline void elf_put_phdr(uint8_t *file, int i, uint32_t type,
				uint32_t flags, uint64_t offset,
				uint64_t vaddr, uint64_t filesz,
				uint64_t memsz, uint64_t align)
{
	elf_put(file, PH_TYPE(i), 4, type);
	elf_put(file, PH_FLAGS(i), 4, flags);
	elf_put(file, PH_OFFSET(i), 8, offset);
	elf_put(file, PH_VADDR(i), 8, vaddr);
	elf_put(file, PH_FILESZ(i), 8, filesz);
	elf_put(file, PH_MEMSZ(i), 8, memsz);
	elf_put(file, PH_ALIGN(i), 8, align);
}

static inline void elf_put_header(uint8_t *file, uint16_t type, uint64_t entry,
				  uint16_t phnum)
{
	memcpy(file, "\177ELF\2\1\1", 7);
	elf_put(file, EH_TYPE, 2, type);
	elf_put(file, EH_MACHINE, 2, 62);
	elf_put(file, EH_VERSION, 4, 1);
	elf_put(file, EH_ENTRY, 8, entry);
	elf_put(file, EH_PHOFF, 8, 64);
	elf_put(file, EH_EHSIZE, 2, 64);
	elf_put(file, EH_PHENTSIZE, 2, 56);
	elf_put(file, EH_PHNUM, 2, phnum);
}

/*
 * An executable as ld makes it at 0x200000: text, rodata, data and .bss, a
 * program header that is not loaded. The file ends with data's last byte.
 */
#define EXEC_SIZE       0x3100
#define EXEC_ENTRY      0x200010
enum { TEXT, RODATA, DATA, STACK, EXEC_PHDRS };

static inline uint8_t *elf_exec(void)
{
	uint8_t *file = calloc(1, EXEC_SIZE);

	if (!file)
		abort();
	elf_put_header(file, 2, EXEC_ENTRY, EXEC_PHDRS);
	elf_put_phdr(file, TEXT, T_LOAD, ELF64_R | ELF64_X, 0x1000, 0x200000,
		     0x800, 0x800, 0x1000);
	elf_put_phdr(file, RODATA, T_LOAD, ELF64_R, 0x2000, 0x201000,
		     0x400, 0x400, 0x1000);
	elf_put_phdr(file, DATA, T_LOAD, ELF64_R | ELF64_W, 0x3000, 0x202000,
		     0x100, 0x3000, 0x1000);
	elf_put_phdr(file, STACK, T_STACK, ELF64_R | ELF64_W, 0, 0, 0, 0, 16);
	return file;
}

/*
 * A static PIE as ld makes it, linked at 0: headers and tables, text, data
 * with PT_DYNAMIC. Program headers PIE_SPARE and above are PT_NULL.
 */
#define PIE_SIZE        0x3200
#define PIE_DYNAMIC_AT  0x3000          /* file offset and vaddr */
enum { PIE_HEADERS, PIE_TEXT, PIE_DATA, PIE_DYNAMIC, PIE_SPARE, PIE_SPARE2,
       PIE_PHDRS };

static inline uint8_t *elf_pie(void)
{
	uint8_t *file = calloc(1, PIE_SIZE);

	if (!file)
		abort();
	elf_put_header(file, 3, 0x1000, PIE_PHDRS);
	elf_put_phdr(file, PIE_HEADERS, T_LOAD, ELF64_R, 0, 0, 0x400, 0x400,
		     0x1000);
	elf_put_phdr(file, PIE_TEXT, T_LOAD, ELF64_R | ELF64_X, 0x1000, 0x1000,
		     0x800, 0x800, 0x1000);
	elf_put_phdr(file, PIE_DATA, T_LOAD, ELF64_R | ELF64_W, 0x3000, 0x3000,
		     0x200, 0x1800, 0x1000);
	elf_put_phdr(file, PIE_DYNAMIC, T_DYNAMIC, ELF64_R | ELF64_W, 0x3000,
		     PIE_DYNAMIC_AT, 0x100, 0x100, 8);
	return file;
}

/*
 * A kernel of either kind with several fields changed at once; what it is
 * and what elf64_parse() says of it.
 */
struct patch {
	unsigned at;
	unsigned width;
	uint64_t value;
};

struct shape {
	const char *name;
	enum { EXEC, PIE } base;
	int want;
	uint32_t notes;         /* expected when accepted */
	struct patch patch[10]; /* up to a width of 0 */
};

#define TYPE(i, v)      { PH_TYPE(i), 4, v }
#define FLAGS(i, v)     { PH_FLAGS(i), 4, v }
#define OFFSET(i, v)    { PH_OFFSET(i), 8, v }
#define VADDR(i, v)     { PH_VADDR(i), 8, v }
#define FILESZ(i, v)    { PH_FILESZ(i), 8, v }
#define MEMSZ(i, v)     { PH_MEMSZ(i), 8, v }
#define ALIGN(i, v)     { PH_ALIGN(i), 8, v }
#define ENTRY(v)        { EH_ENTRY, 8, v }
#define WHOLE(i, off, va, sz) OFFSET(i, off), VADDR(i, va), FILESZ(i, sz), \
			      MEMSZ(i, sz)

/* The file of a shape, to be freed; *size is its size. */
static inline uint8_t *elf_shape(const struct shape *s, uint64_t *size)
{
	uint8_t *file = s->base == EXEC ? elf_exec() : elf_pie();

	for (const struct patch *p = s->patch; p->width; p++)
		elf_put(file, p->at, p->width, p->value);
	*size = s->base == EXEC ? EXEC_SIZE : PIE_SIZE;
	return file;
}

/* True if the numbers that the reason's sentence has no place for are 0. */
static inline bool elf_check_fault(int err, const struct elf64_fault *fault)
{
	size_t used = err == ELF64_NOT_ELF;     /* it has one all the same */

	for (const char *s = elf64_strerror(err); (s = strchr(s, '%')); s++)
		used++;
	for (size_t i = used; i < 4; i++)
		if (fault->value[i] != 0)
			return false;
	return true;
}

/* Union of the rights of all segments that have bytes in a page. */
static inline uint32_t elf_page_rights(const struct elf64_plan *plan,
				       uint64_t page)
{
	uint32_t rights = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];

		if (s->vaddr / 4096 <= page &&
		    page <= (s->vaddr + (s->memsz - 1)) / 4096)
			rights |= s->flags;
	}
	return rights;
}

/* What each run keeps: rights of its ends, order, no equal neighbours. */
static inline bool elf_check_runs(const struct elf64_plan *plan)
{
	struct elf64_run run[ELF64_MAX_RUNS];
	size_t n = elf64_runs(plan, run);
	uint64_t pages = 0;
	uint64_t next = 0;

	if (n == 0 || n > ELF64_MAX_RUNS)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t first = run[i].vaddr / 4096;
		uint64_t end = first + run[i].size / 4096;

		if (run[i].vaddr % 4096 || run[i].size % 4096 ||
		    run[i].size == 0 || (i > 0 && first < next))
			return false;
		if (i > 0 && first == next && run[i].flags == run[i - 1].flags)
			return false;
		if (run[i].flags != elf_page_rights(plan, first) ||
		    run[i].flags != elf_page_rights(plan, end - 1))
			return false;
		next = end;
		pages += run[i].size / 4096;
	}
	/* As many pages as the segments have, shared ones counted once. */
	next = 0;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t first = s->vaddr / 4096;

		if (i > 0 && first < next)
			first = next;
		next = (s->vaddr + (s->memsz - 1)) / 4096 + 1;
		pages -= next - first;
	}
	return pages == 0;
}

static inline bool elf_check_segment(const struct elf64_plan *plan, uint32_t i,
				     uint64_t file_size)
{
	const struct elf64_segment *s = &plan->segment[i];
	uint64_t last = s->vaddr + (s->memsz - 1);

	if (s->memsz == 0 || last < s->vaddr || s->filesz > s->memsz)
		return false;
	if ((s->vaddr < 1ull << 47) != (last < 1ull << 47) ||
	    (s->vaddr >= 1ull << 47 && s->vaddr < 0 - (1ull << 47)))
		return false;
	if (s->filesz > 0 && (s->offset > file_size ||
			      file_size - s->offset < s->filesz))
		return false;
	if (s->align == 0 || (s->align & (s->align - 1)) ||
	    s->align > plan->align || s->flags == 0 || s->flags > 7)
		return false;
	if (!plan->pie && (s->vaddr < 0x20000 ||
			   (s->vaddr < 0xc0000 && last >= 0xa0000)))
		return false;
	return i == 0 || plan->segment[i - 1].vaddr +
			 (plan->segment[i - 1].memsz - 1) < s->vaddr;
}

/* True if an accepted plan keeps what elf64.h says of it. */
static inline bool elf_check_plan(const struct elf64_plan *plan,
				  uint64_t file_size)
{
	const struct elf64_segment *s = plan->segment;
	uint64_t total = 0;
	bool entry = false;

	if (plan->count == 0 || plan->count > ELF64_MAX_PHDRS)
		return false;
	for (uint32_t i = 0; i < plan->count; i++) {
		if (!elf_check_segment(plan, i, file_size))
			return false;
		total += s[i].memsz;
		if ((s[i].flags & ELF64_X) && plan->entry >= s[i].vaddr &&
		    plan->entry - s[i].vaddr < s[i].filesz)
			entry = true;
	}
	if (!entry || total > 64ull << 30 || plan->align < 4096)
		return false;
	s += plan->count - 1;
	if (plan->base != plan->segment[0].vaddr / 4096 * 4096 ||
	    plan->base + plan->span !=
	    ((s->vaddr + (s->memsz - 1)) / 4096 + 1) * 4096)
		return false;
	return elf_check_runs(plan);
}

#endif
