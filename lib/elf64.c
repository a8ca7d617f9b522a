// SPDX-License-Identifier: 0BSD
/*
 * elf64.c - checks a kernel's ELF header, answers questions about its plan.
 *
 * Field names and values are those of the System V ABI, "Object Files" (gABI
 * chapter 4) and its x86-64 supplement.
 */
#include "elf64.h"

#include "elf64_bits.h"
#include "paging.h"     /* PAGE_4K */

/* Offsets in the ELF header. */
#define EI_CLASS        4
#define EI_DATA         5
#define EI_VERSION      6
#define E_TYPE          16
#define E_MACHINE       18
#define E_VERSION       20
#define E_ENTRY         24
#define E_PHOFF         32
#define E_EHSIZE        52
#define E_PHENTSIZE     54
#define E_PHNUM         56

#define ELF_MAGIC       0x464c457fu     /* 7F 'E' 'L' 'F' */
#define ELFCLASS64      2
#define ELFDATA2LSB     1
#define EV_CURRENT      1
#define ET_EXEC         2
#define ET_DYN          3
#define EM_X86_64       62

const char *elf64_strerror(int err)
{
	/* One string with a NUL after each: a table of pointers or a switch
	   would cost stage2 as much again as a third of the text. */
#define SENTENCE(name, sentence) sentence "\0"
	static const char sentences[] = ELF64_ERRORS(SENTENCE);
#undef SENTENCE
	const char *s = sentences;

	if (err == ELF64_OK)
		return "no error";
	if (err <= ELF64_ERR_BASE || err >= ELF64_ERR_END)
		return "unknown error";
	for (int i = ELF64_ERR_BASE + 1; i < err; i++)
		while (*s++ != 0)
			;
	return s;
}

/* The fields that say what kind of file this is. */
static int check_kind(const uint8_t *h, struct elf64_fault *fault)
{
	uint32_t version = elf64_get32(h + E_VERSION);
	uint16_t machine = elf64_get16(h + E_MACHINE);
	uint16_t type = elf64_get16(h + E_TYPE);

	if (elf64_get32(h) != ELF_MAGIC)
		return elf64_refuse(fault, ELF64_NOT_ELF, -1, 0, 0);
	if (h[EI_CLASS] != ELFCLASS64)
		return elf64_refuse(fault, ELF64_CLASS, -1, h[EI_CLASS], 0);
	if (h[EI_DATA] != ELFDATA2LSB)
		return elf64_refuse(fault, ELF64_BYTE_ORDER, -1, h[EI_DATA],
				    0);
	if (h[EI_VERSION] != EV_CURRENT)
		return elf64_refuse(fault, ELF64_VERSION, -1, h[EI_VERSION],
				    0);
	if (version != EV_CURRENT)
		return elf64_refuse(fault, ELF64_VERSION, -1, version, 0);
	if (machine != EM_X86_64)
		return elf64_refuse(fault, ELF64_MACHINE, -1, machine, 0);
	if (type != ET_EXEC && type != ET_DYN)
		return elf64_refuse(fault, ELF64_TYPE, -1, type, 0);
	return ELF64_OK;
}

/* The fields that say where the program headers are. */
static int check_table(const uint8_t *h, uint64_t file_size,
		       struct elf64_fault *fault)
{
	uint64_t phoff = elf64_get64(h + E_PHOFF);
	uint16_t ehsize = elf64_get16(h + E_EHSIZE);
	uint16_t phentsize = elf64_get16(h + E_PHENTSIZE);
	uint16_t phnum = elf64_get16(h + E_PHNUM);
	uint64_t size = (uint64_t)phnum * ELF64_PHDR_SIZE;

	if (ehsize != ELF64_HEADER_SIZE)
		return elf64_refuse(fault, ELF64_HEADER_BYTES, -1, ehsize, 0);
	if (phnum == 0)
		return elf64_refuse(fault, ELF64_NO_PHDRS, -1, 0, 0);
	if (phentsize != ELF64_PHDR_SIZE)
		return elf64_refuse(fault, ELF64_PHDR_BYTES, -1, phentsize, 0);
	/* Covers PN_XNUM (FFFFh), which says that the number is elsewhere. */
	if (phnum > ELF64_MAX_PHDRS)
		return elf64_refuse(fault, ELF64_MANY_PHDRS, -1, phnum,
				    ELF64_MAX_PHDRS);
	if (phoff < ELF64_HEADER_SIZE)
		return elf64_refuse(fault, ELF64_PHDRS_LOW, -1, phoff, 0);
	if (!elf64_within(0, file_size, phoff, size)) {
		elf64_refuse(fault, ELF64_PHDRS_OUTSIDE, -1, phoff, size);
		fault->value[2] = file_size;
		return ELF64_PHDRS_OUTSIDE;
	}
	if (phoff % 8 != 0)
		return elf64_refuse(fault, ELF64_PHDRS_UNALIGNED, -1, phoff,
				    0);
	return ELF64_OK;
}

int elf64_check_header(const void *data, size_t size, uint64_t file_size,
		       struct elf64_header *header, struct elf64_fault *fault)
{
	const uint8_t *h = data;
	uint64_t have = size < file_size ? size : file_size;
	int err;

	if (have < ELF64_HEADER_SIZE)
		return elf64_refuse(fault, ELF64_TOO_SMALL, -1, have, 0);
	err = check_kind(h, fault);
	if (err != ELF64_OK)
		return err;
	err = check_table(h, file_size, fault);
	if (err != ELF64_OK)
		return err;

	header->entry = elf64_get64(h + E_ENTRY);
	header->phoff = elf64_get64(h + E_PHOFF);
	header->phnum = elf64_get16(h + E_PHNUM);
	header->pie = elf64_get16(h + E_TYPE) == ET_DYN;
	return ELF64_OK;
}

int elf64_parse(const void *file, uint64_t file_size,
		struct elf64_plan *plan, struct elf64_fault *fault)
{
	size_t size = file_size < ELF64_HEADER_SIZE ? (size_t)file_size :
						      ELF64_HEADER_SIZE;
	struct elf64_header header;
	int err;

	err = elf64_check_header(file, size, file_size, &header, fault);
	if (err != ELF64_OK)
		return err;
	return elf64_make_plan(&header, (const uint8_t *)file + header.phoff,
			       file_size, plan, fault);
}

const struct elf64_segment *elf64_find(const struct elf64_plan *plan,
				       uint64_t vaddr, uint64_t size)
{
	const struct elf64_segment *s;

	for (s = plan->segment; s < plan->segment + plan->count; s++)
		if (elf64_within(s->vaddr, s->memsz, vaddr, size))
			return s;
	return NULL;
}

const struct elf64_segment *elf64_find_file(const struct elf64_plan *plan,
					    uint64_t vaddr, uint64_t size)
{
	const struct elf64_segment *s = elf64_find(plan, vaddr, size);

	if (s && !elf64_within(s->vaddr, s->filesz, vaddr, size))
		return NULL;
	return s;
}

/* Appends count pages to n runs, to the last one where it can grow. */
static size_t append_pages(struct elf64_run *run, size_t n, uint64_t page,
			   uint64_t count, uint32_t flags)
{
	if (count == 0)
		return n;
	if (n > 0 && run[n - 1].flags == flags &&
	    run[n - 1].vaddr + run[n - 1].size == page * PAGE_4K) {
		run[n - 1].size += count * PAGE_4K;
		return n;
	}
	run[n].vaddr = page * PAGE_4K;
	run[n].size = count * PAGE_4K;
	run[n].flags = flags;
	return n + 1;
}

size_t elf64_runs(const struct elf64_plan *plan,
		  struct elf64_run run[ELF64_MAX_RUNS])
{
	size_t n = 0;
	uint64_t next = 0;      /* number of the page after those done */

	/* By page number, which cannot wrap where an end is 2^64. */
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t first = s->vaddr / PAGE_4K;
		uint64_t end = (s->vaddr + (s->memsz - 1)) / PAGE_4K + 1;

		/* It begins in the page where the one before ended. */
		if (first < next) {
			uint32_t both = run[n - 1].flags | s->flags;

			run[n - 1].size -= PAGE_4K;
			if (run[n - 1].size == 0)
				n--;
			n = append_pages(run, n, first, 1, both);
			first = next;
		}
		n = append_pages(run, n, first, end - first, s->flags);
		next = end;
	}
	return n;
}
