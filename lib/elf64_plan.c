// SPDX-License-Identifier: 0BSD
/*
 * elf64_plan.c - judges a kernel's program headers and plans its memory.
 *
 * Field names and values are those of the System V ABI, "Program Loading"
 * (gABI chapter 5). Each program header is judged by itself, then the kernel
 * as a whole.
 */
#include "elf64.h"

#include <string.h>

#include "elf64_bits.h"
#include "paging.h"     /* PAGE_4K, paging_canonical() */
#include "vspace.h"     /* VSPACE_PIE_LOW, VSPACE_PIE_HIGH */

/* More memory than this in one kernel is a mistake in its link script. */
#define MEMORY_LIMIT    (64ull << 30)

/* From VSPACE_PIE_HIGH to the end of the address space. */
#define PIE_ROOM        (0 - VSPACE_PIE_HIGH)

#define RIGHTS          (ELF64_R | ELF64_W | ELF64_X)

/* What the checks of the program headers are made with. */
struct job {
	const struct elf64_header *header;
	const struct elf64_phdr *phdrs;
	uint64_t file_size;
	struct elf64_plan *plan;
	struct elf64_fault *fault;
};

/*@ predicate good_job{L}(struct job *job) =
  @         \valid_read(job) && \valid(job->fault) && \valid(job->plan) &&
  @         \valid_read(job->header) && job->header->phnum <= ELF64_MAX_PHDRS &&
  @         \valid_read(job->phdrs + (0 .. job->header->phnum - 1)) &&
  @         \separated(job, job->fault, job->plan, job->header,
  @                    job->phdrs + (0 .. job->header->phnum - 1));
  @ // Of the segments taken so far.
  @ predicate good_so_far{L}(struct job *job) =
  @         ordered_segments(&job->plan->segment[0], job->plan->count) &&
  @         good_segments(&job->plan->segment[0], job->plan->count,
  @                       job->file_size, job->plan->pie);
  @*/

/* gABI: 0 and 1 both mean that there is no alignment. */
/*@ requires \valid_read(p);
  @ assigns \nothing;
  @ exits \false;
  @*/
__attribute__((noinline))
static uint64_t align_mask(const struct elf64_phdr *p)
{
	return p->align ? p->align - 1 : 0;
}

/*@ requires \valid_read(p);
  @ assigns \nothing;
  @ exits \false;
  @*/
static bool is_alignment(const struct elf64_phdr *p)
{
	return (p->align & align_mask(p)) == 0;
}

/* p_filesz, p_offset and p_align of a PT_LOAD. */
/*@ requires good_job(job) && \valid_read(p);
  @ requires \separated(p, job->fault);
  @ assigns job->fault->value[0 .. 2];
  @ exits \false;
  @ ensures \result == ELF64_OK ==>
  @         in_file(p->offset, p->filesz, job->file_size);
  @*/
static int check_file_part(const struct job *job, const struct elf64_phdr *p)
{
	struct elf64_fault *fault = job->fault;

	/* Pure .bss: some linkers leave any offset and alignment there. */
	if (p->filesz == 0)
		return ELF64_OK;
	if (!elf64_within(0, job->file_size, p->offset, p->filesz)) {
		fault->value[2] = job->file_size;
		return elf64_refuse(fault, ELF64_OUTSIDE_FILE, p->offset,
				    p->filesz);
	}
	if (!is_alignment(p))
		return elf64_refuse(fault, ELF64_ALIGNMENT, p->align, 0);
	if ((p->vaddr - p->offset) & align_mask(p)) {
		fault->value[2] = p->align;
		return elf64_refuse(fault, ELF64_CONGRUENCE, p->vaddr,
				    p->offset);
	}
	return ELF64_OK;
}

/* True if one address is in the lower half of all, the other in the upper. */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures \result == 0 <==> (a < ADDRESSES / 2 <==> b < ADDRESSES / 2);
  @*/
static inline bool in_two_halves(uint64_t a, uint64_t b)
{
	return (int64_t)(a ^ b) < 0;
}

/* p_vaddr, p_memsz and p_flags of a PT_LOAD; p_memsz is not 0. */
/*@ requires good_job(job) && \valid_read(p) && p->memsz != 0;
  @ requires \separated(p, job->fault);
  @ assigns job->fault->value[0 .. 1];
  @ exits \false;
  @ ensures \result == ELF64_OK ==> in_memory(p->vaddr, p->memsz);
  @*/
static int check_memory_part(const struct job *job, const struct elf64_phdr *p)
{
	uint64_t last = p->vaddr + (p->memsz - 1);

	/* An end of exactly 2^64 is fine: the last byte does not wrap. */
	if (last < p->vaddr)
		return elf64_refuse(job->fault, ELF64_WRAPS, p->memsz,
				    p->vaddr);
	if (!paging_canonical(p->vaddr) || !paging_canonical(last) ||
	    in_two_halves(p->vaddr, last))
		return elf64_refuse(job->fault, ELF64_NOT_CANONICAL, p->memsz,
				    p->vaddr);
	if ((p->flags & RIGHTS) == 0)
		return elf64_refuse(job->fault, ELF64_NO_RIGHTS, p->flags, 0);
	return ELF64_OK;
}

/* A function of its own, for what the proof has to know of it. */
/*@ requires \valid(to) && \valid_read(from) && \separated(to, from);
  @ assigns *to;
  @ exits \false;
  @ ensures to->vaddr == from->vaddr && to->memsz == from->memsz &&
  @         to->offset == from->offset && to->filesz == from->filesz;
  @*/
static void copy_segment(struct elf64_segment *to,
			 const struct elf64_segment *from)
{
	*to = *from;
}

/* An alignment that is none does not matter where no file bytes are. */
/*@ requires \valid(s) && \valid_read(p) && \separated(s, p);
  @ assigns *s;
  @ exits \false;
  @ ensures s->vaddr == p->vaddr && s->memsz == p->memsz &&
  @         s->offset == p->offset && s->filesz == p->filesz;
  @*/
__attribute__((noinline))
static void fill_segment(struct elf64_segment *s, const struct elf64_phdr *p,
			 int i)
{
	s->vaddr = p->vaddr;
	s->memsz = p->memsz;
	s->offset = p->offset;
	s->filesz = p->filesz;
	s->align = is_alignment(p) ? align_mask(p) + 1 : 1;
	s->flags = p->flags & RIGHTS;
	s->index = (uint32_t)i;
}

/* Inserts a segment by vaddr among the first n. */
/*@ requires \valid(plan) && n < ELF64_MAX_PHDRS;
  @ requires \valid_read(p) && \separated(p, plan);
  @ requires ordered_segments(&plan->segment[0], n);
  @ assigns plan->segment[0 .. ELF64_MAX_PHDRS - 1];
  @ exits \false;
  @ ensures insert_order: ordered_segments(&plan->segment[0], n + 1);
  @ ensures insert_good: \forall integer file_size;
  @         good_segments{Pre}(&plan->segment[0], n, file_size, plan->pie) &&
  @         GOOD(p, 0, file_size, plan->pie) ==>
  @         good_segments(&plan->segment[0], n + 1, file_size, plan->pie);
  @*/
static void insert_segment(struct elf64_plan *plan, uint32_t n,
			   const struct elf64_phdr *p, int i)
{
	struct elf64_segment *s = plan->segment + n;

	/*@ ghost uint32_t at = n; */
	/*@ loop invariant at <= n && s == &plan->segment[at];
	  @ loop invariant p->vaddr == \at(p->vaddr,Pre);
	  @ loop invariant good: \forall integer file_size;
	  @         good_segments{Pre}(&plan->segment[0], n, file_size,
	  @                            plan->pie) ==>
	  @         \forall integer k; 0 <= k <= n && k != at ==>
	  @         GOOD(plan->segment, k, file_size, plan->pie);
	  @ loop invariant order: \forall integer k, j;
	  @         0 <= k < j <= n && k != at && j != at ==>
	  @         plan->segment[k].vaddr <= plan->segment[j].vaddr;
	  @ loop invariant above: \forall integer k; at < k <= n ==>
	  @         plan->segment[k].vaddr > \at(p->vaddr,Pre);
	  @ loop assigns at, s, plan->segment[0 .. ELF64_MAX_PHDRS - 1];
	  @ loop variant at;
	  @*/
	for (; s > plan->segment && s[-1].vaddr > p->vaddr; s--) {
		copy_segment(s, s - 1);
		/*@ ghost at--; */
	}
	/*@ assert p->vaddr == \at(p->vaddr,Pre) &&
	  @        p->memsz == \at(p->memsz,Pre) &&
	  @        p->offset == \at(p->offset,Pre) &&
	  @        p->filesz == \at(p->filesz,Pre); */
	fill_segment(s, p, i);
}

/*@ requires good_job(job) && 0 <= i < job->header->phnum;
  @ requires p == job->phdrs + i && p->memsz != 0 && p->filesz <= p->memsz;
  @ requires job->plan->count <= i && good_so_far(job);
  @ assigns job->fault->value[0 .. 3], job->plan->count, job->plan->notes,
  @         job->plan->segment[0 .. ELF64_MAX_PHDRS - 1];
  @ exits \false;
  @ ensures \result == ELF64_OK ==>
  @         job->plan->count <= \old(job->plan->count) + 1;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @*/
static int take_load(const struct job *job, const struct elf64_phdr *p, int i)
{
	struct elf64_plan *plan = job->plan;
	const struct elf64_reserved *r;
	int err;

	err = check_file_part(job, p);
	if (err == ELF64_OK)
		err = check_memory_part(job, p);
	if (err != ELF64_OK)
		return err;

	/*@ assert ordered_segments(&plan->segment[0], plan->count); */
	/*@ assert good_segments(&plan->segment[0], plan->count, job->file_size,
	  @                      plan->pie); */
	r = plan->pie ? NULL : elf64_find_reserved(p->vaddr, p->memsz);
	if (r && elf64_is_dispensable(job->header, job->phdrs, p)) {
		plan->notes |= ELF64_NOTE_HEADERS;
		return ELF64_OK;
	}
	if (r) {
		job->fault->value[2] = r->base;
		job->fault->value[3] = r->end;
		return elf64_refuse(job->fault, ELF64_RESERVED, p->vaddr,
				    p->vaddr + p->memsz);
	}
	/*@ assert GOOD(p, 0, job->file_size, plan->pie); */
	insert_segment(plan, plan->count++, p, i);
	/*@ assert plan->count == \at(job->plan->count,Pre) + 1; */
	/*@ assert ordered_segments(&plan->segment[0], plan->count); */
	/*@ assert good_segments(&plan->segment[0], plan->count, job->file_size,
	  @                      plan->pie); */
	return ELF64_OK;
}

/*@ requires good_job(job) && \valid_read(p);
  @ assigns job->fault->value[0 .. 1], job->plan->dynamic,
  @         job->plan->dynamic_size;
  @ exits \false;
  @*/
static int take_dynamic(const struct job *job, const struct elf64_phdr *p)
{
	struct elf64_plan *plan = job->plan;

	if (plan->dynamic_size != 0)
		return elf64_refuse(job->fault, ELF64_DUPLICATE, p->type, 0);
	plan->dynamic = p->vaddr;
	plan->dynamic_size = p->memsz;
	return ELF64_OK;
}

/*@ requires good_job(job) && \valid_read(p);
  @ requires \separated(p, job->plan, job->fault);
  @ assigns job->fault->value[0 .. 1], job->plan->tls;
  @ exits \false;
  @*/
static int take_tls(const struct job *job, const struct elf64_phdr *p, int i)
{
	struct elf64_segment *tls = &job->plan->tls;

	if (tls->memsz != 0)
		return elf64_refuse(job->fault, ELF64_DUPLICATE, p->type, 0);
	if (!is_alignment(p))
		return elf64_refuse(job->fault, ELF64_ALIGNMENT, p->align, 0);
	fill_segment(tls, p, i);
	return ELF64_OK;
}

/*@ requires good_job(job) && 0 <= i < job->header->phnum;
  @ requires job->plan->count <= i && good_so_far(job);
  @ assigns job->fault->value[0 .. 3], job->plan->count, job->plan->notes,
  @         job->plan->tls, job->plan->dynamic, job->plan->dynamic_size,
  @         job->plan->segment[0 .. ELF64_MAX_PHDRS - 1];
  @ exits \false;
  @ ensures \result == ELF64_OK ==>
  @         job->plan->count <= \old(job->plan->count) + 1;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @*/
static int take_phdr(const struct job *job, int i)
{
	const struct elf64_phdr *p = job->phdrs + i;

	/* GNU ld and link scripts with PHDRS leave empty ones of any kind. */
	if (p->memsz == 0)
		return ELF64_OK;
	switch (p->type) {
	case PT_LOAD:
	case PT_TLS:
		break;
	case PT_DYNAMIC:
		return take_dynamic(job, p);
	case PT_INTERP:
		job->plan->notes |= ELF64_NOTE_INTERP;
		return ELF64_OK;
	default:
		return ELF64_OK;
	}
	if (p->filesz > p->memsz)
		return elf64_refuse(job->fault, ELF64_FILE_BYTES, p->filesz,
				    p->memsz);
	return p->type == PT_LOAD ? take_load(job, p, i) : take_tls(job, p, i);
}

/* The segments are sorted: each may touch only the one before. */
/*@ requires good_job(job) && 0 < job->plan->count <= ELF64_MAX_PHDRS;
  @ requires good_so_far(job);
  @ assigns job->fault->value[0 .. 3], job->fault->segment;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @ ensures \result == ELF64_OK ==>
  @         disjoint_segments(&job->plan->segment[0], job->plan->count);
  @*/
static int check_neighbours(const struct job *job)
{
	const struct elf64_plan *plan = job->plan;
	const struct elf64_segment *a = plan->segment;
	const struct elf64_segment *b = a + 1;

	/*@ ghost uint32_t i = 1; */
	/*@ loop invariant a == &plan->segment[i - 1] && b == a + 1;
	  @ loop invariant 1 <= i <= plan->count;
	  @ loop invariant disjoint_segments(&plan->segment[0], i);
	  @ loop assigns i, a, b;
	  @ loop variant plan->count - i;
	  @*/
	for (; b < plan->segment + plan->count; a++, b++) {
		/*@ ghost i++; */
		if (b->vaddr - a->vaddr >= a->memsz)
			continue;
		job->fault->segment = (int)a->index;
		job->fault->value[2] = b->vaddr;
		job->fault->value[3] = b->index;
		return elf64_refuse(job->fault, ELF64_OVERLAP, a->memsz,
				    a->vaddr);
	}
	return ELF64_OK;
}

/* Rights and sizes of all segments together; fills in base, span, align. */
/*@ requires good_job(job) && good_so_far(job);
  @ requires 0 < job->plan->count <= ELF64_MAX_PHDRS;
  @ assigns job->fault->value[0 .. 1], job->plan->align, job->plan->base,
  @         job->plan->span;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @*/
static int sum_up(const struct job *job)
{
	struct elf64_plan *plan = job->plan;
	struct elf64_segment *s;
	uint64_t total = 0;     /* 64 times less than 2^48 cannot overflow */
	uint64_t last = 0;
	uint32_t rights = 0;

	plan->align = PAGE_4K;
	/*@ ghost uint32_t i = 0; */
	/*@ loop invariant i <= plan->count && s == &plan->segment[i];
	  @ loop assigns i, s, plan->align, total, last, rights;
	  @ loop variant plan->count - i;
	  @*/
	for (s = plan->segment; s < plan->segment + plan->count; s++) {
		/*@ ghost i++; */
		if (s->align > plan->align)
			plan->align = s->align;
		total += s->memsz;
		last = s->vaddr + (s->memsz - 1);
		rights |= s->flags;
	}
	if (total > MEMORY_LIMIT)
		return elf64_refuse(job->fault, ELF64_MEMORY, total,
				    MEMORY_LIMIT);
	if (!(rights & ELF64_X))
		return elf64_refuse(job->fault, ELF64_NO_CODE, 0, 0);
	plan->base = plan->segment[0].vaddr & ~(PAGE_4K - 1);
	plan->span = (last | (PAGE_4K - 1)) + 1 - plan->base;
	return ELF64_OK;
}

/*@ requires good_job(job) && good_so_far(job);
  @ requires job->plan->count <= ELF64_MAX_PHDRS;
  @ assigns job->fault->value[0 .. 1], job->fault->segment;
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @ ensures \result == ELF64_OK &&
  @         disjoint_segments{Pre}(&job->plan->segment[0], job->plan->count) ==>
  @         disjoint_segments(&job->plan->segment[0], job->plan->count);
  @ ensures \result == ELF64_OK ==>
  @         in_file_bytes(job->plan, job->plan->entry, 1);
  @*/
static int check_entry(const struct job *job)
{
	const struct elf64_plan *plan = job->plan;
	const struct elf64_segment *s = elf64_find(plan, plan->entry, 1);
	int err;

	if (!s)
		err = paging_canonical(plan->entry) ?
			ELF64_ENTRY_OUTSIDE : ELF64_ENTRY_NOT_CANONICAL;
	else if (!(s->flags & ELF64_X))
		err = ELF64_ENTRY_NOT_CODE;
	else if (plan->entry - s->vaddr >= s->filesz)
		err = ELF64_ENTRY_ZEROS;
	else
		return ELF64_OK;
	if (s)
		job->fault->segment = (int)s->index;
	/* What linkers write when nothing is named as the entry. */
	if (plan->entry == 0)
		err = ELF64_NO_ENTRY;
	return elf64_refuse(job->fault, err, plan->entry, 0);
}

/* PT_DYNAMIC and PT_TLS are read from memory that the file fills. */
/*@ requires good_job(job) && good_so_far(job);
  @ requires job->plan->count <= ELF64_MAX_PHDRS;
  @ assigns job->fault->value[0 .. 1];
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @ ensures \result == ELF64_OK &&
  @         disjoint_segments{Pre}(&job->plan->segment[0], job->plan->count) ==>
  @         disjoint_segments(&job->plan->segment[0], job->plan->count);
  @ ensures \result == ELF64_OK ==> job->plan->dynamic_size == 0 ||
  @         in_file_bytes(job->plan, job->plan->dynamic,
  @                       job->plan->dynamic_size);
  @ ensures \result == ELF64_OK ==> job->plan->tls.filesz == 0 ||
  @         in_file_bytes(job->plan, job->plan->tls.vaddr,
  @                       job->plan->tls.filesz);
  @*/
static int check_tables(const struct job *job)
{
	const struct elf64_plan *plan = job->plan;

	if (plan->dynamic_size != 0 &&
	    !elf64_find_file(plan, plan->dynamic, plan->dynamic_size))
		return elf64_refuse(job->fault, ELF64_DYNAMIC_OUTSIDE,
				    plan->dynamic, plan->dynamic_size);
	/* Without file bytes (.tbss alone) there is no template to read. */
	if (plan->tls.filesz != 0 &&
	    !elf64_find_file(plan, plan->tls.vaddr, plan->tls.filesz))
		return elf64_refuse(job->fault, ELF64_TLS_OUTSIDE,
				    plan->tls.vaddr, plan->tls.filesz);
	return ELF64_OK;
}

/*
 * A position-independent kernel that moves has to fit where vspace_place()
 * moves it: to VSPACE_PIE_HIGH, keeping its addresses modulo the alignment.
 */
/*@ requires good_job(job) && good_so_far(job);
  @ assigns job->fault->value[0 .. 2];
  @ exits \false;
  @ ensures \result == ELF64_OK ==> good_so_far(job);
  @ ensures \result == ELF64_OK &&
  @         disjoint_segments{Pre}(&job->plan->segment[0], job->plan->count) ==>
  @         disjoint_segments(&job->plan->segment[0], job->plan->count);
  @*/
static int check_pie(const struct job *job)
{
	const struct elf64_plan *plan = job->plan;
	uint64_t start = plan->base & (0 - plan->align);
	uint64_t last = plan->base + (plan->span - 1);

	if (plan->dynamic_size == 0)
		return elf64_refuse(job->fault, ELF64_NO_DYNAMIC, 0, 0);
	if (plan->base >= VSPACE_PIE_LOW)
		return ELF64_OK;
	if (plan->align > PIE_ROOM)
		return elf64_refuse(job->fault, ELF64_PIE_ALIGNMENT,
				    plan->align, PIE_ROOM);
	if (last - start >= PIE_ROOM) {
		job->fault->value[2] = PIE_ROOM;
		return elf64_refuse(job->fault, ELF64_PIE_LARGE, start, last);
	}
	return ELF64_OK;
}

/* Not the segments, which are most of it and written before read. */
/*@ requires \valid(plan);
  @ assigns plan->entry, plan->base, plan->span, plan->align, plan->tls,
  @         plan->dynamic, plan->dynamic_size, plan->notes, plan->shared_a,
  @         plan->shared_b, plan->wx_segment, plan->pie, plan->count;
  @ exits \false;
  @ ensures plan->count == 0 && plan->dynamic_size == 0 &&
  @         plan->tls.memsz == 0 && plan->tls.filesz == 0 &&
  @         plan->notes == 0;
  @*/
static void clear_plan(struct elf64_plan *plan)
{
	memset(plan, 0, offsetof(struct elf64_plan, segment));
}

int elf64_make_plan(const struct elf64_header *header, const void *phdrs,
		    uint64_t file_size, struct elf64_plan *plan,
		    struct elf64_fault *fault)
{
	const struct job job = { header, phdrs, file_size, plan, fault };
	int err = ELF64_OK;

	elf64_no_fault(fault);
	clear_plan(plan);
	plan->entry = header->entry;
	plan->pie = header->pie;
	/*@ loop invariant 0 <= i <= header->phnum;
	  @ loop invariant plan->count <= i && good_so_far(&job);
	  @ loop assigns i, err, *fault, plan->count, plan->notes, plan->tls,
	  @         plan->dynamic, plan->dynamic_size,
	  @         plan->segment[0 .. ELF64_MAX_PHDRS - 1];
	  @ loop variant header->phnum - i;
	  @*/
	for (int i = 0; i < header->phnum; i++) {
		fault->segment = i;
		err = take_phdr(&job, i);
		if (err != ELF64_OK)
			return err;
	}
	fault->segment = -1;
	if (plan->count == 0)
		err = elf64_refuse(fault, ELF64_NOTHING, 0, 0);
	if (err == ELF64_OK)
		err = sum_up(&job);
	if (err == ELF64_OK)
		err = check_neighbours(&job);
	if (err == ELF64_OK)
		err = check_entry(&job);
	if (err == ELF64_OK)
		err = check_tables(&job);
	if (err == ELF64_OK && plan->pie)
		err = check_pie(&job);
	return err;
}

void elf64_note_rights(struct elf64_plan *plan)
{
	/*@ loop invariant i <= plan->count;
	  @ loop assigns i, plan->notes, plan->shared_a, plan->shared_b,
	  @         plan->wx_segment;
	  @ loop variant i;
	  @*/
	for (uint32_t i = plan->count; i > 0; i--) {
		const struct elf64_segment *b = &plan->segment[i - 1];
		const struct elf64_segment *a = i > 1 ? b - 1 : b;

		if ((b->flags & ELF64_W) && (b->flags & ELF64_X)) {
			plan->notes |= ELF64_NOTE_WX;
			plan->wx_segment = b->index;
		}
		if (i > 1 && a->flags != b->flags &&
		    (a->vaddr + (a->memsz - 1)) / PAGE_4K ==
		    b->vaddr / PAGE_4K) {
			plan->notes |= ELF64_NOTE_SHARED_PAGE;
			plan->shared_a = a->index;
			plan->shared_b = b->index;
		}
	}
}
