// SPDX-License-Identifier: 0BSD
/* kernel.c - the kernel and its modules, from the image into memory. */
#include <string.h>

#include "console.h"
#include "format.h"
#include "io.h"
#include "kernel.h"
#include "layout.h"

#define KERNEL_FILE     0       /* the kernel is the directory's first entry */
#define HEAD_SIZE       512     /* of most kernels: eight program headers */
/*
 * A kernel of so many bytes is read as a whole at once: to read the block of
 * its headers twice, as of all others, takes 1,500 instructions, to copy one
 * half of that.
 */
#define SMALL_SIZE      16384

/*
 * Only a damaged image, or one that another mkimage made, gets here: mkimage
 * says in a sentence what is wrong with a kernel, this just what it is called.
 */
static _Noreturn void refuse(int err, const struct elf64_fault *fault)
{
	const char *name = elf64_name(err);
	char where[32] = "";
	char words[32];
	size_t i;

	/* NOT_ELF in words: "not elf". */
	for (i = 0; i < sizeof(words) - 1 && name[i]; i++)
		words[i] = name[i] == '_' ? ' ' : (char)(name[i] | 0x20);
	words[i] = '\0';
	if (fault->segment >= 0)
		format(where, sizeof(where), "program header %d: ",
		       fault->segment);
	die("kernel: %s%s (0x%llx, 0x%llx, 0x%llx, 0x%llx): try mkimage KERNEL",
	    where, words, (unsigned long long)fault->value[0],
	    (unsigned long long)fault->value[1],
	    (unsigned long long)fault->value[2],
	    (unsigned long long)fault->value[3]);
}

void kernel_plan(struct kernel *kernel, struct files *files, uint64_t ram_end,
		 const struct boot_wishes *wishes, uint64_t random)
{
	static uint8_t room[ELF64_MAX_PHDRS * ELF64_PHDR_SIZE] NOT_CLEARED;
	uint64_t size = files->file[KERNEL_FILE].size;
	uint64_t head_size = size <= SMALL_SIZE ? size : HEAD_SIZE;
	uint8_t *head = size <= SMALL_SIZE ? phys(SCRATCH_BUF) : room;
	const uint8_t *phdrs = head;
	struct vspace_wishes place = {
		.phys_offset = wishes->phys_offset,
		.kaslr = wishes->flags & BOOT_WISH_KASLR, .random = random,
	};
	struct elf64_header header;
	struct elf64_fault fault;
	uint64_t table;
	int err;

	files_read_to(files, KERNEL_FILE, 0, head_size, head);
	err = elf64_check_header(head, head_size, size, &header, &fault);
	if (err)
		refuse(err, &fault);
	table = (uint64_t)header.phnum * ELF64_PHDR_SIZE;
	if (header.phoff <= head_size && head_size - header.phoff >= table)
		phdrs += header.phoff;
	else
		files_read_to(files, KERNEL_FILE, header.phoff,
			      header.phoff + table, head);
	err = elf64_make_plan(&header, phdrs, size, &kernel->plan, &fault);
	if (err)
		refuse(err, &fault);
	kernel->runs = elf64_runs(&kernel->plan, kernel->run);
	err = vspace_place(&kernel->plan, ram_end, &place, &kernel->space);
	if (err == VSPACE_KASLR)
		die("kernel: it cannot be moved (size 0x%llx): try mkimage "
		    "KERNEL", (unsigned long long)kernel->plan.span);
	if (err)
		die("kernel: no room in the address space for %llu MiB of "
		    "physical memory (wished at 0x%llx)",
		    (unsigned long long)ram_end >> 20,
		    (unsigned long long)wishes->phys_offset);
}

/*
 * A sink for the kernel's segments. Where the file bytes of two overlap, the
 * one that comes first in by_offset gets them from the disk.
 */
struct segment_sink {
	struct image_sink sink;
	const struct memory_pieces *pieces;
	const struct elf64_segment *by_offset[ELF64_MAX_PHDRS];
	uint32_t count;
	uint64_t end;                   /* of the file bytes of all */
};

static uint8_t *place_in_segment(struct image_sink *sink, uint64_t offset,
				 uint64_t size, uint64_t *room)
{
	const struct segment_sink *s = (const struct segment_sink *)sink;
	uint32_t i;

	*room = size;
	for (i = 0; i < s->count; i++) {
		const struct elf64_segment *seg = s->by_offset[i];
		uint64_t into = offset - seg->offset;

		if (offset < seg->offset) {     /* a gap before it */
			if (*room > seg->offset - offset)
				*room = seg->offset - offset;
			return NULL;
		}
		if (into >= seg->filesz)
			continue;
		if (size > seg->filesz - into)
			size = seg->filesz - into;
		return memory_find(s->pieces, seg->vaddr + into, size, room);
	}
	return NULL;
}

/* The segments that have file bytes, in the order of these. */
static void sort_segments(struct segment_sink *s, const struct elf64_plan *plan)
{
	const struct elf64_segment *seg = plan->segment;
	uint32_t at;

	s->count = 0;
	s->end = 0;
	for (; seg < plan->segment + plan->count; seg++) {
		if (seg->filesz == 0)
			continue;
		if (s->end < seg->offset + seg->filesz)
			s->end = seg->offset + seg->filesz;
		for (at = s->count++; at > 0 &&
		     s->by_offset[at - 1]->offset > seg->offset; at--)
			s->by_offset[at] = s->by_offset[at - 1];
		s->by_offset[at] = seg;
	}
}

/* Copies size bytes between two places of the kernel's memory. */
static void copy(const struct memory_pieces *p, uint64_t to, uint64_t from,
		 uint64_t size)
{
	uint64_t room, n;
	uint8_t *dst, *src;

	for (; size > 0; size -= n, to += n, from += n) {
		dst = memory_find(p, to, size, &room);
		src = memory_find(p, from, room, &n);
		memcpy(dst, src, n);
	}
}

/* Copies to the segments what lies in memory as a whole. */
static void spread(struct segment_sink *s, const uint8_t *file)
{
	uint64_t at, room;
	uint8_t *to;

	for (at = s->by_offset[0]->offset; at < s->end; at += room) {
		to = place_in_segment(&s->sink, at, s->end - at, &room);
		if (to != NULL)
			memcpy(to, file + at, room);
	}
}

/* File bytes that several segments want were read for the first only. */
static void share_bytes(const struct segment_sink *s)
{
	uint32_t i, j;

	for (i = 1; i < s->count; i++) {
		const struct elf64_segment *late = s->by_offset[i];
		uint64_t late_end = late->offset + late->filesz;

		for (j = 0; j < i; j++) {
			const struct elf64_segment *early = s->by_offset[j];
			uint64_t end = early->offset + early->filesz;

			if (end <= late->offset)
				continue;
			end = end < late_end ? end : late_end;
			copy(s->pieces, late->vaddr,
			     early->vaddr + (late->offset - early->offset),
			     end - late->offset);
		}
	}
}

/* Clears all of the kernel's pages that no file bytes go to. */
static void clear_rest(const struct kernel *kernel)
{
	const struct elf64_segment *seg = kernel->plan.segment;
	const struct elf64_segment *seg_end = seg + kernel->plan.count;
	const struct elf64_run *run = kernel->run;
	uint64_t at = 0, end = 1;               /* no run begins there */

	for (; run < kernel->run + kernel->runs; run++) {
		if (run->vaddr != end)
			at = run->vaddr;
		end = run->vaddr + run->size;
		/* Segments that begin in this run; ends may be 2^64 = 0. */
		for (; seg < seg_end && seg->vaddr - run->vaddr < run->size;
		     seg++) {
			memory_clear(&kernel->pieces, at, seg->vaddr - at);
			at = seg->vaddr + seg->filesz;
		}
		/* What the last one leaves, if it does not reach further. */
		if (at - run->vaddr < run->size) {
			memory_clear(&kernel->pieces, at, end - at);
			at = end;
		}
	}
}

void kernel_load(struct kernel *kernel, struct files *files,
		 struct memory *memory)
{
	struct segment_sink sink;       /* to clear it: 140 instructions */
	const struct elf64_run *run;
	struct elf64_memory bytes;
	struct elf64_fault fault;
	int err;

	for (run = kernel->run; run < kernel->run + kernel->runs; run++)
		memory_back(memory, &kernel->pieces, run->vaddr, run->size,
			    BOOT_MEMORY_KERNEL, "kernel");
	clear_rest(kernel);
	sink.sink.place = place_in_segment;
	sink.pieces = &kernel->pieces;
	sort_segments(&sink, &kernel->plan);
	if (sink.count > 0 && files->file[KERNEL_FILE].size <= SMALL_SIZE)
		spread(&sink, phys(SCRATCH_BUF));
	else if (sink.count > 0)
		files_read(files, KERNEL_FILE, sink.by_offset[0]->offset,
			   sink.end, &sink.sink);
	share_bytes(&sink);

	if (kernel->plan.dynamic_size == 0)
		return;
	bytes = (struct elf64_memory){
		.chunk = kernel->pieces.chunk, .count = kernel->pieces.count,
	};
	err = elf64_relocate(&kernel->plan, &bytes, kernel->space.slide,
			     &fault);
	if (err)
		refuse(err, &fault);
}

/* A sink for a file that goes to memory of its own. */
struct file_sink {
	struct image_sink sink;
	const struct memory_pieces *pieces;
	uint64_t vaddr;
};

static uint8_t *place_in_file(struct image_sink *sink, uint64_t offset,
			      uint64_t size, uint64_t *room)
{
	const struct file_sink *f = (const struct file_sink *)sink;

	return memory_find(f->pieces, f->vaddr + offset, size, room);
}

void kernel_load_file(struct loaded_file *file, struct files *files,
		      struct memory *memory, struct memory_pieces *pieces)
{
	struct file_sink sink = {
		.sink = { place_in_file }, .pieces = pieces,
		.vaddr = file->vaddr,
	};
	uint64_t pages = (file->size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);

	if (file->size == 0)
		return;
	memory_back(memory, pieces, file->vaddr, pages, BOOT_MEMORY_KERNEL,
		    files_name(files, file->index));
	files_read(files, file->index, 0, file->size, &sink.sink);
	memory_clear(pieces, file->vaddr + file->size, pages - file->size);
}
