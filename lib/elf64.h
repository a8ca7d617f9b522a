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
 * What can be wrong: one reason each, with its sentence. The conversions stand
 * for fault->value[0..3] in order. X(name, sentence) makes ELF64_name.
 *
 * The file and its ELF header:
 */
#define ELF64_HEADER_ERRORS(X) \
X(TOO_SMALL, \
  "only %llu bytes, too few for an ELF header") \
X(NOT_ELF, \
  "not an ELF file") \
X(CLASS, \
  "ELF class %llu, not 2 (64-bit): build with -m64") \
X(BYTE_ORDER, \
  "ELF data encoding %llu, not 1 (little-endian)") \
X(VERSION, \
  "ELF version %llu, not 1") \
X(TYPE, \
  "ELF type %llu, neither 2 (executable) nor 3 (position-independent): " \
  "link it first") \
X(MACHINE, \
  "ELF machine %llu, not 62 (x86-64)") \
X(HEADER_BYTES, \
  "ELF header of %llu bytes, not 64") \
X(PHDR_BYTES, \
  "program headers of %llu bytes each, not 56") \
X(NO_PHDRS, \
  "no program headers, so nothing to load") \
X(MANY_PHDRS, \
  "%llu program headers, more than %llu") \
X(PHDRS_LOW, \
  "program headers at file offset %llu, inside the ELF header") \
X(PHDRS_UNALIGNED, \
  "program headers at file offset 0x%llx, not a multiple of 8") \
X(PHDRS_OUTSIDE, \
  "program headers (file offset 0x%llx, %llu bytes) reach past the file's " \
  "end, %llu: is it truncated?")

/* One segment, or two that disagree: */
#define ELF64_SEGMENT_ERRORS(X) \
X(FILE_BYTES, \
  "0x%llx bytes in the file, but only 0x%llx in memory") \
X(OUTSIDE_FILE, \
  "file offset 0x%llx, 0x%llx bytes, reach past the file's end, 0x%llx: " \
  "is it truncated?") \
X(WRAPS, \
  "0x%llx bytes at 0x%llx reach past the end of the address space") \
X(NOT_CANONICAL, \
  "0x%llx bytes at 0x%llx touch addresses that are not canonical") \
X(RESERVED, \
  "[0x%llx, 0x%llx) overlaps the loader's [0x%llx, 0x%llx): link at " \
  "0x100000 or above, with ld's -z max-page-size=4096") \
X(MEMORY, \
  "the segments take 0x%llx bytes of memory, more than 0x%llx") \
X(OVERLAP, \
  "0x%llx bytes at 0x%llx overlap the segment at 0x%llx (program header " \
  "%llu)") \
X(ALIGNMENT, \
  "alignment 0x%llx is no power of two") \
X(CONGRUENCE, \
  "address 0x%llx and file offset 0x%llx differ modulo the alignment, " \
  "0x%llx") \
X(NO_RIGHTS, \
  "flags 0x%llx allow neither read, write nor execute") \
X(DUPLICATE, \
  "a second program header of type %llu") \
X(DYNAMIC_OUTSIDE, \
  "PT_DYNAMIC (0x%llx, 0x%llx bytes) is not within a loaded segment's file " \
  "bytes") \
X(TLS_OUTSIDE, \
  "PT_TLS (0x%llx, 0x%llx bytes) is not within a loaded segment's file " \
  "bytes")

/* The kernel as a whole: */
#define ELF64_PLAN_ERRORS(X) \
X(NOTHING, \
  "no PT_LOAD segment that is not empty, so nothing to load") \
X(NO_CODE, \
  "no segment is executable") \
X(NO_ENTRY, \
  "entry point 0: name one with ENTRY() in the link script or ld -e") \
X(ENTRY_NOT_CANONICAL, \
  "entry point 0x%llx is not a canonical address") \
X(ENTRY_OUTSIDE, \
  "entry point 0x%llx is in no segment") \
X(ENTRY_NOT_CODE, \
  "entry point 0x%llx is in a segment that is not executable") \
X(ENTRY_ZEROS, \
  "entry point 0x%llx is past the file bytes of its segment, in zeros") \
X(NO_DYNAMIC, \
  "position-independent but no PT_DYNAMIC: link static (-no-pie, " \
  "relocation-model=static) or keep it in PHDRS") \
X(PIE_LARGE, \
  "position-independent but reaches from 0x%llx to 0x%llx, more than 0x%llx " \
  "bytes: link at a fixed address") \
X(PIE_ALIGNMENT, \
  "position-independent and aligned to 0x%llx, more than 0x%llx: " \
  "link at a fixed address")

/* Its relocations: */
#define ELF64_RELOC_ERRORS(X) \
X(NEEDED, \
  "needs a shared library (DT_NEEDED): link with -nostdlib -static") \
X(RELOC_TAG, \
  "relocations of a kind (dynamic tag 0x%llx) that is not RELA or RELR") \
X(RELOC_ENTRY_BYTES, \
  "relocation entries (dynamic tag %llu) of %llu bytes, not %llu") \
X(RELOC_TABLE_BYTES, \
  "relocation table of %llu bytes, no multiple of %llu") \
X(RELOC_TABLE_OUTSIDE, \
  "relocation table (0x%llx, 0x%llx bytes) is not within a loaded segment's " \
  "file bytes") \
X(RELOC_TYPE, \
  "relocation of type %llu at 0x%llx, only 8 (RELATIVE) is known: undefined " \
  "symbol? Link with -static-pie or -no-pie") \
X(RELOC_OUTSIDE, \
  "relocation at 0x%llx is in no segment") \
X(RELOC_IN_TABLE, \
  "relocation at 0x%llx would change a relocation table") \
X(RELR_START, \
  "RELR table begins with a bitmap, 0x%llx")

#define ELF64_ERRORS(X) \
	ELF64_HEADER_ERRORS(X) ELF64_SEGMENT_ERRORS(X) \
	ELF64_PLAN_ERRORS(X) ELF64_RELOC_ERRORS(X)

#define ELF64_MAX_SENTENCE      199     /* characters, numbers put in */

#define ELF64_ENUMERATOR(name, sentence) ELF64_##name,
enum elf64_err {
	ELF64_OK = 0,
	ELF64_ERR_BASE = -100,  /* no reason; counts up to the last one, < 0 */
	ELF64_ERRORS(ELF64_ENUMERATOR)
	ELF64_ERR_END
};
#undef ELF64_ENUMERATOR

_Static_assert(ELF64_ERR_END <= 0, "every reason is negative");

/*
 * The numbers behind an error. Those that its sentence does not use are 0, but
 * for NOT_ELF's first, which is what stands there in its place.
 */
struct elf64_fault {
	int segment;            /* program header it is about, for the caller
				   to name before the sentence; -1 if none */
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

/* What is odd but accepted; mkimage tells its user. */
#define ELF64_NOTE_INTERP       1u      /* PT_INTERP ignored */
#define ELF64_NOTE_HEADERS      2u      /* a segment of mere headers or notes
					   dropped, its place is the loader's */
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
	uint64_t base;          /* lowest vaddr, rounded down to a page */
	uint64_t span;          /* bytes from base to the highest end, rounded
				   up to a page; base + span may be 2^64 (0) */
	uint64_t align;         /* largest segment alignment, >= 4096 */
	struct elf64_segment tls;       /* PT_TLS: the template of thread-local
					   storage; memsz 0: none */
	uint64_t dynamic;       /* PT_DYNAMIC's vaddr and size, 0, 0 if none */
	uint64_t dynamic_size;
	uint32_t notes;         /* ELF64_NOTE_* */
	uint32_t shared_a, shared_b, wx_segment;        /* phdr indices */
	bool pie;
	uint32_t count;
	/* Sorted by vaddr, disjoint, none empty. */
	struct elf64_segment segment[ELF64_MAX_PHDRS];
};

/*@ // Segments that make_plan() lets through: each in one half of the address
  @ // space, its bytes in the file, clear of what is reserved if it has to be,
  @ // each behind the one before.
  @ predicate good_segments{L}(struct elf64_segment *s, integer n,
  @                            integer file_size, integer pie) =
  @         \forall integer i; 0 <= i < n ==> GOOD(s, i, file_size, pie);
  @ predicate ordered_segments{L}(struct elf64_segment *s, integer n) =
  @         \forall integer i, j; 0 <= i < j < n ==>
  @         s[i].vaddr <= s[j].vaddr;
  @ predicate disjoint_segments{L}(struct elf64_segment *s, integer n) =
  @         \forall integer i, j; 0 <= i < j < n ==>
  @         s[i].vaddr + s[i].memsz <= s[j].vaddr;
  @ // Those of a plan, whatever the size of the file.
  @ predicate good_plan{L}(struct elf64_plan *plan) =
  @         plan->count <= ELF64_MAX_PHDRS &&
  @         (\forall integer i; 0 <= i < plan->count ==>
  @          in_memory(plan->segment[i].vaddr, plan->segment[i].memsz) &&
  @          plan->segment[i].filesz <= plan->segment[i].memsz);
  @ predicate in_a_segment{L}(struct elf64_plan *plan, integer vaddr,
  @                           integer size) =
  @         \exists integer i; 0 <= i < plan->count &&
  @         within(plan->segment[i].vaddr, plan->segment[i].memsz, vaddr,
  @                size);
  @ // size bytes at vaddr are all from the file.
  @ predicate in_file_bytes{L}(struct elf64_plan *plan, integer vaddr,
  @                            integer size) =
  @         \exists integer i; 0 <= i < plan->count &&
  @         within(plan->segment[i].vaddr, plan->segment[i].filesz, vaddr,
  @                size);
  @*/

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
/*@ requires \valid_read((uint8_t *)data + (0 .. size - 1));
  @ requires \valid(header) && \valid(fault);
  @ requires \separated((uint8_t *)data + (0 .. size - 1), header, fault);
  @ assigns *header, *fault;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> 1 <= header->phnum <= ELF64_MAX_PHDRS &&
  @         within(ELF64_HEADER_SIZE, file_size - ELF64_HEADER_SIZE,
  @                header->phoff, header->phnum * ELF64_PHDR_SIZE);
  @*/
int elf64_check_header(const void *data, size_t size, uint64_t file_size,
		       struct elf64_header *header, struct elf64_fault *fault);

/*
 * Checks the program headers (phdrs: header->phnum * ELF64_PHDR_SIZE bytes,
 * any alignment) and makes the plan. *plan is only whole on success.
 */
/*@ requires \valid_read(header) && 1 <= header->phnum <= ELF64_MAX_PHDRS;
  @ requires \valid_read((uint8_t *)phdrs +
  @                      (0 .. header->phnum * ELF64_PHDR_SIZE - 1));
  @ requires \valid(plan) && \valid(fault);
  @ requires \separated(plan, fault, header, (uint8_t *)phdrs +
  @                     (0 .. header->phnum * ELF64_PHDR_SIZE - 1));
  @ assigns *plan, *fault;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_plan(plan);
  @*/
int elf64_make_plan(const struct elf64_header *header, const void *phdrs,
		    uint64_t file_size, struct elf64_plan *plan,
		    struct elf64_fault *fault);

/*
 * Adds to the plan's notes what the rights of its segments are worth a word
 * about: ELF64_NOTE_SHARED_PAGE, ELF64_NOTE_WX, of each the first.
 */
/*@ requires \valid(plan) && plan->count <= ELF64_MAX_PHDRS;
  @ assigns plan->notes, plan->shared_a, plan->shared_b, plan->wx_segment;
  @ exits \false;
  @*/
void elf64_note_rights(struct elf64_plan *plan);

/* All three, for a caller that holds the whole file. */
/*@ requires \valid_read((uint8_t *)file + (0 .. file_size - 1));
  @ requires \valid(plan) && \valid(fault);
  @ requires \separated(plan, fault, (uint8_t *)file + (0 .. file_size - 1));
  @ assigns *plan, *fault;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_plan(plan);
  @*/
int elf64_parse(const void *file, uint64_t file_size,
		struct elf64_plan *plan, struct elf64_fault *fault);

/* Pages [vaddr, vaddr + size) with the same rights. */
struct elf64_run {
	uint64_t vaddr;         /* as linked, page-aligned */
	uint64_t size;          /* whole pages, > 0; may end at 2^64 */
	uint32_t flags;         /* a page that segments share has the union */
};

/*
 * The segment whose memory, or whose bytes from the file, hold
 * [vaddr, vaddr + size). NULL if none does.
 */
/*@ requires \valid_read(plan) && plan->count <= ELF64_MAX_PHDRS;
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result != \null ==> \exists integer i; 0 <= i < plan->count &&
  @         \result == &plan->segment[0] + i;
  @ ensures \result != \null && good_plan(plan) && size != 0 ==>
  @         within(\result->vaddr, \result->memsz, vaddr, size);
  @*/
const struct elf64_segment *elf64_find(const struct elf64_plan *plan,
				       uint64_t vaddr, uint64_t size);
/*@ requires \valid_read(plan) && plan->count <= ELF64_MAX_PHDRS;
  @ assigns \nothing;
  @ exits \false;
  @ ensures \result != \null ==> \exists integer i; 0 <= i < plan->count &&
  @         \result == &plan->segment[0] + i;
  @ ensures \result != \null && good_plan(plan) && size != 0 ==>
  @         within(\result->vaddr, \result->filesz, vaddr, size);
  @*/
const struct elf64_segment *elf64_find_file(const struct elf64_plan *plan,
					    uint64_t vaddr, uint64_t size);

/*
 * Cuts the plan's pages into runs of equal rights, sorted, disjoint, covering
 * every page of every segment and no other. Returns how many (at most
 * ELF64_MAX_RUNS).
 */
/*@ requires \valid_read(plan) && good_plan(plan);
  @ requires \valid(run + (0 .. ELF64_MAX_RUNS - 1));
  @ requires \separated(plan, run + (0 .. ELF64_MAX_RUNS - 1));
  @ assigns run[0 .. ELF64_MAX_RUNS - 1];
  @ exits \false;
  @ ensures \result <= ELF64_MAX_RUNS;
  @*/
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
  @*/

/*
 * Judges what PT_DYNAMIC asks for: R_X86_64_NONE, R_X86_64_RELATIVE and RELR
 * in the kernel's segments are fine; DT_NEEDED and everything else is refused,
 * in executables that are not position-independent too. Needs in memory only
 * what the file holds of each segment: mkimage's chunks point into the file.
 */
/*@ requires \valid_read(plan) && good_plan(plan);
  @ requires \valid_read(memory) && good_chunks(memory) && \valid(fault);
  @ requires \separated(fault, plan, memory,
  @                     memory->chunk + (0 .. memory->count - 1),
  @                     any_kernel_memory + (0 .. any_kernel_size - 1));
  @ assigns *fault;
  @ exits \false;
  @*/
int elf64_check_relocations(const struct elf64_plan *plan,
			    const struct elf64_memory *memory,
			    struct elf64_fault *fault);

/*
 * Checks as above, then applies the relocations of a kernel that will run
 * slide bytes above its link address. Nothing is written if anything is
 * refused. The plan's segments are all in place in memory, zeroed .bss
 * included. For every plan; does nothing without PT_DYNAMIC.
 */
/*@ requires \valid_read(plan) && good_plan(plan);
  @ requires \valid_read(memory) && good_chunks(memory) && \valid(fault);
  @ requires \valid(any_kernel_memory + (0 .. any_kernel_size - 1));
  @ requires \separated(fault, plan, memory,
  @                     memory->chunk + (0 .. memory->count - 1),
  @                     any_kernel_memory + (0 .. any_kernel_size - 1));
  @ assigns *fault, any_kernel_memory[0 .. any_kernel_size - 1];
  @ exits \false;
  @*/
int elf64_relocate(const struct elf64_plan *plan,
		   const struct elf64_memory *memory, uint64_t slide,
		   struct elf64_fault *fault);

/*
 * The reason's sentence, without a full stop; meant for format() or printf()
 * with fault->value[0..3] as unsigned long long. Never NULL.
 */
const char *elf64_strerror(int err);

/*
 * The reason's name alone, "NOT_ELF" for ELF64_NOT_ELF. For the loader, which
 * has to be small, and refuses only what mkimage has not seen.
 */
const char *elf64_name(int err);

#endif
