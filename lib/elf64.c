// SPDX-License-Identifier: 0BSD
/*
 * elf64.c - checks a kernel's ELF header, answers questions about its plan.
 *
 * Field names and values are those of the System V ABI, "Object Files" (gABI
 * chapter 4) and its x86-64 supplement.
 */
#include "elf64.h"

#include <string.h>

#include "elf64_bits.h"
#include "paging.h"     /* PAGE_4K */

#define ELF_MAGIC       0x464c457fu     /* 7F 'E' 'L' 'F' */
#define ELFCLASS64      2
#define ELFDATA2LSB     1
#define EV_CURRENT      1
#define ET_EXEC         2
#define ET_DYN          3
#define EM_X86_64       62

/*
 * The text for err in a list of them, each with a NUL behind it and one more
 * for what is no reason: a table of pointers or a switch would take as much
 * again as a third of the text.
 */
static const char *find_text(const char *list, int err)
{
	if (err <= ELF64_ERR_BASE || err > ELF64_ERR_END)
		err = ELF64_ERR_END;
	while (--err > ELF64_ERR_BASE)
		while (*list++ != 0)
			;
	return list;
}

const char *elf64_strerror(int err)
{
#define SENTENCE(name, sentence) sentence "\0"
	static const char sentences[] =
		ELF64_ERRORS(SENTENCE) "unknown error";
#undef SENTENCE

	return err == ELF64_OK ? "no error" : find_text(sentences, err);
}

const char *elf64_name(int err)
{
#define NAME(name, sentence) #name "\0"
	static const char names[] = ELF64_ERRORS(NAME) "UNKNOWN";
#undef NAME

	return find_text(names, err);
}

void elf64_no_fault(struct elf64_fault *fault)
{
	*fault = (struct elf64_fault){ .segment = -1 };
}

/* The fields that have one right value. */
#define FIELD(name, right, err) \
	{ offsetof(struct elf64_ehdr, name), \
	  sizeof(((struct elf64_ehdr *)0)->name), (err) - ELF64_ERR_BASE, \
	  right }
static const struct field {
	uint8_t offset;
	uint8_t size;
	uint8_t err;            /* less ELF64_ERR_BASE */
	uint32_t right;
} fields[] = {
	FIELD(magic, ELF_MAGIC, ELF64_NOT_ELF),
	FIELD(class, ELFCLASS64, ELF64_CLASS),
	FIELD(data, ELFDATA2LSB, ELF64_BYTE_ORDER),
	FIELD(ident_version, EV_CURRENT, ELF64_VERSION),
	FIELD(version, EV_CURRENT, ELF64_VERSION),
	FIELD(machine, EM_X86_64, ELF64_MACHINE),
	FIELD(ehsize, ELF64_HEADER_SIZE, ELF64_HEADER_BYTES),
};
#undef FIELD

/* The field's value in the 64 bytes of a header. */
/*@ requires \valid_read(f) && \valid_read(header + (0 .. 63));
  @ assigns \nothing;
  @ exits \false;
  @*/
static inline uint32_t field_value(const uint8_t *header,
				   const struct field *f)
{
	uint32_t value = 0;

	memcpy(&value, header + f->offset, f->size);
	return value;
}

/*@ requires \valid_read(header + (0 .. 63)) && \valid(fault);
  @ requires \separated(header + (0 .. 63), fault);
  @ assigns fault->value[0 .. 1];
  @ exits \false;
  @*/
static int check_fields(const uint8_t *header, struct elf64_fault *fault)
{
	const struct field *f = fields;

	/*@ loop invariant f == &fields[i];
	  @ loop invariant i <= sizeof(fields) / sizeof(*fields);
	  @ loop assigns i, f;
	  @ loop variant sizeof(fields) / sizeof(*fields) - i;
	  @*/
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++, f++) {
		uint32_t value = field_value(header, f);

		if (value != f->right)
			return elf64_refuse(fault, ELF64_ERR_BASE + f->err,
					    value, 0);
	}
	return ELF64_OK;
}

/* The fields that say what kind of file this is, where its table is. */
/*@ requires \valid_read(h) && \valid(fault) && \separated(h, fault);
  @ assigns fault->value[0 .. 2];
  @ exits \false;
  @ ensures \result == ELF64_OK ==> 1 <= h->phnum <= ELF64_MAX_PHDRS &&
  @         within(ELF64_HEADER_SIZE, file_size - ELF64_HEADER_SIZE,
  @                h->phoff, h->phnum * ELF64_PHDR_SIZE);
  @*/
static int check_header(const struct elf64_ehdr *h, uint64_t file_size,
			struct elf64_fault *fault)
{
	uint64_t size = (uint64_t)h->phnum * ELF64_PHDR_SIZE;

	if (h->type != ET_EXEC && h->type != ET_DYN)
		return elf64_refuse(fault, ELF64_TYPE, h->type, 0);
	if (h->phnum == 0)
		return elf64_refuse(fault, ELF64_NO_PHDRS, 0, 0);
	if (h->phentsize != ELF64_PHDR_SIZE)
		return elf64_refuse(fault, ELF64_PHDR_BYTES, h->phentsize, 0);
	/* Covers PN_XNUM (FFFFh), which says that the number is elsewhere. */
	if (h->phnum > ELF64_MAX_PHDRS)
		return elf64_refuse(fault, ELF64_MANY_PHDRS, h->phnum,
				    ELF64_MAX_PHDRS);
	if (h->phoff < ELF64_HEADER_SIZE)
		return elf64_refuse(fault, ELF64_PHDRS_LOW, h->phoff, 0);
	if (!elf64_within(0, file_size, h->phoff, size)) {
		fault->value[2] = file_size;
		return elf64_refuse(fault, ELF64_PHDRS_OUTSIDE, h->phoff,
				    size);
	}
	if (h->phoff % 8 != 0)
		return elf64_refuse(fault, ELF64_PHDRS_UNALIGNED, h->phoff, 0);
	return ELF64_OK;
}

int elf64_check_header(const void *data, size_t size, uint64_t file_size,
		       struct elf64_header *header, struct elf64_fault *fault)
{
	const struct elf64_ehdr *h = data;
	uint64_t have = size < file_size ? size : file_size;
	int err;

	elf64_no_fault(fault);
	if (have < ELF64_HEADER_SIZE)
		return elf64_refuse(fault, ELF64_TOO_SMALL, have, 0);
	err = check_fields(data, fault);
	if (err == ELF64_OK)
		err = check_header(h, file_size, fault);
	if (err != ELF64_OK)
		return err;

	header->entry = h->entry;
	header->phoff = h->phoff;
	header->phnum = h->phnum;
	header->pie = h->type == ET_DYN;
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
	err = elf64_make_plan(&header, (const uint8_t *)file + header.phoff,
			      file_size, plan, fault);
	if (err == ELF64_OK)
		elf64_note_rights(plan);
	return err;
}

const struct elf64_segment *elf64_find(const struct elf64_plan *plan,
				       uint64_t vaddr, uint64_t size)
{
	const struct elf64_segment *s;

	/*@ loop invariant s == &plan->segment[0] + (s - &plan->segment[0]);
	  @ loop invariant \base_addr(s) == \base_addr(&plan->segment[0]);
	  @ loop invariant 0 <= s - &plan->segment[0] <= plan->count;
	  @ loop assigns s;
	  @ loop variant plan->count - (s - &plan->segment[0]);
	  @*/
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
/*@ requires \valid(run + (0 .. ELF64_MAX_RUNS - 1)) && n < ELF64_MAX_RUNS;
  @ assigns run[0 .. ELF64_MAX_RUNS - 1];
  @ exits \false;
  @ ensures n <= \result <= n + 1;
  @ ensures count != 0 ==> \result > 0;
  @*/
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
	/*@ loop invariant i <= plan->count && n <= 2 * i;
	  @ loop invariant next > 0 ==> n > 0;
	  @ loop assigns i, n, next, run[0 .. ELF64_MAX_RUNS - 1];
	  @ loop variant plan->count - i;
	  @*/
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
