/* SPDX-License-Identifier: 0BSD */
/*
 * elf64.h - judges an ELF64 kernel and says what goes where in its address
 * space. The same code runs in mkimage and in stage2: what one accepts, the
 * other loads. No ELF field is looked at anywhere else.
 *
 * In three steps, because the loader reads a file from the disk piece by
 * piece: the header tells where the program headers are; these give the plan;
 * a position-independent kernel is relocated once its bytes are in place.
 */
#ifndef STAGECOACH_ELF64_H
#define STAGECOACH_ELF64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF64_HEADER_SIZE       64
#define ELF64_PHDR_SIZE         56
#define ELF64_MAX_PHDRS         64
#define ELF64_MAX_RUNS          (2 * ELF64_MAX_PHDRS)

/*
 * What can be wrong, one reason each. elf64_strerror() has the sentences;
 * struct elf64_fault the numbers.
 */
enum elf64_err {
	ELF64_OK = 0,
	ELF64_TOO_SMALL = -1,
	/* the rest is listed in elf64.c's table: add here and there */
};

/* The numbers behind an error. Which are set, the sentence says. */
struct elf64_fault {
	int segment;            /* program header index, -1 if none */
	uint64_t value[4];
};

/* p_flags of a segment, as in the ELF specification. */
#define ELF64_X         1u
#define ELF64_W         2u
#define ELF64_R         4u

/* One non-empty PT_LOAD. Memory [vaddr, vaddr + memsz), may end at 2^64. */
struct elf64_segment {
	uint64_t vaddr;         /* as linked */
	uint64_t memsz;         /* bytes in memory, > 0 */
	uint64_t offset;        /* in the file; meaningless if filesz is 0 */
	uint64_t filesz;        /* bytes from the file; the rest is zero */
	uint64_t align;         /* power of two, >= 1 */
	uint32_t flags;         /* ELF64_R | W | X */
	uint32_t index;         /* of its program header */
};

/* PT_TLS: the template of thread-local storage. memsz 0: none. */
struct elf64_tls {
	uint64_t vaddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

/* What is odd but accepted; mkimage tells its user. */
#define ELF64_NOTE_INTERP       1u      /* PT_INTERP ignored */
#define ELF64_NOTE_HEADERS      2u      /* a segment of mere headers dropped */
#define ELF64_NOTE_SHARED_PAGE  4u      /* segments with other rights share a
					   page: shared_a, shared_b */
#define ELF64_NOTE_WX           8u      /* a segment is writable and
					   executable: wx_segment */

/* Where the header says the program headers are. */
struct elf64_header {
	uint64_t entry;
	uint64_t phoff;
	uint16_t phnum;         /* 1 .. ELF64_MAX_PHDRS */
	bool pie;               /* ET_DYN */
};

struct elf64_plan {
	uint64_t entry;         /* as linked */
	bool pie;
	uint32_t count;
	/* Sorted by vaddr, disjoint, none empty. */
	struct elf64_segment segment[ELF64_MAX_PHDRS];
	uint64_t base;          /* lowest vaddr, rounded down to a page */
	uint64_t span;          /* bytes from base to the highest end, rounded
				   up to a page; base + span may be 2^64 (0) */
	uint64_t align;         /* largest segment alignment, >= 4096 */
	struct elf64_tls tls;
	uint64_t dynamic;       /* PT_DYNAMIC's vaddr and size, 0, 0 if none */
	uint64_t dynamic_size;
	uint32_t notes;         /* ELF64_NOTE_* */
	uint32_t shared_a, shared_b, wx_segment;        /* phdr indices */
};

/*
 * A fixed mapping of the loader that a kernel which is not
 * position-independent must leave alone, [base, end) of virtual addresses.
 */
struct elf64_reserved {
	uint64_t base;
	uint64_t end;
};

/* The loader's own: elf64_reserved[0 .. elf64_reserved_count). */
extern const struct elf64_reserved elf64_reserved[];
extern const size_t elf64_reserved_count;

/*
 * Checks the ELF header: data is the file's first ELF64_HEADER_SIZE bytes
 * (size tells how many there are), file_size the whole file's. Fills *header.
 * Returns 0 or an enum elf64_err, and then *fault.
 */
int elf64_check_header(const void *data, size_t size, uint64_t file_size,
		       struct elf64_header *header, struct elf64_fault *fault);

/*
 * Checks the program headers (phdrs: header->phnum * ELF64_PHDR_SIZE bytes,
 * any alignment) and makes the plan. *plan is only whole on success.
 */
int elf64_make_plan(const struct elf64_header *header, const void *phdrs,
		    uint64_t file_size, struct elf64_plan *plan,
		    struct elf64_fault *fault);

/* Both, for a caller that holds the whole file. */
int elf64_parse(const void *file, uint64_t file_size,
		struct elf64_plan *plan, struct elf64_fault *fault);

/* Pages [vaddr, vaddr + size) with the same rights. */
struct elf64_run {
	uint64_t vaddr;         /* as linked, page-aligned */
	uint64_t size;          /* whole pages, > 0; may end at 2^64 */
	uint32_t flags;         /* a page that segments share has the union */
};

/*
 * Cuts the plan's pages into runs of equal rights, sorted, disjoint, covering
 * every page of every segment and no other. Returns how many (at most
 * ELF64_MAX_RUNS).
 */
size_t elf64_runs(const struct elf64_plan *plan,
		  struct elf64_run run[ELF64_MAX_RUNS]);

/*
 * A kernel's memory while it is being loaded: chunks of caller-owned memory
 * that stand for link-time addresses. Sorted by vaddr, disjoint.
 */
struct elf64_chunk {
	uint64_t vaddr;
	uint64_t size;
	uint8_t *data;
};

struct elf64_memory {
	const struct elf64_chunk *chunk;
	size_t count;
};

/*
 * Applies all relocations of a position-independent kernel that will run
 * slide bytes above its link address: R_X86_64_NONE, R_X86_64_RELATIVE and
 * RELR. Everything else, and DT_NEEDED, is refused before anything is
 * written; so is a relocation outside the kernel's segments. The plan's
 * segments are all in place in memory (zeroed .bss included).
 * Call only if plan->pie.
 */
int elf64_relocate(const struct elf64_plan *plan,
		   const struct elf64_memory *memory, uint64_t slide,
		   struct elf64_fault *fault);

/*
 * The reason as a phrase without a full stop, e.g. "segment overlaps another";
 * may hold up to four %-conversions ("0x%llx" or "%llu") that stand for
 * fault->value[0..3] in order, and is meant for format() or printf().
 */
const char *elf64_strerror(int err);

#endif
