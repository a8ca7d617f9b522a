// SPDX-License-Identifier: 0BSD
/* kernel.c - the kernel and its modules, from the image into memory. */
#include <string.h>

#include "console.h"
#include "format.h"
#include "io.h"
#include "kernel.h"
#include "layout.h"

#define KERNEL_FILE     0       /* the kernel is the directory's first entry */
#define HEAD_SIZE       (ELF64_HEADER_SIZE + ELF64_MAX_PHDRS * ELF64_PHDR_SIZE)

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

/* A sink for a range of a file that goes to one buffer. */
struct buffer_sink {
	struct image_sink sink;
	uint8_t *buffer;
	uint64_t from;
};

static uint8_t *place_in_buffer(struct image_sink *sink, uint64_t offset,
				uint64_t size, uint64_t *room)
{
	struct buffer_sink *b = (struct buffer_sink *)sink;

	*room = size;
	return b->buffer + (offset - b->from);
}

static void read_range(struct files *files, uint64_t from, uint64_t size,
		       uint8_t *buffer)
{
	struct buffer_sink b = {
		.sink = { place_in_buffer }, .buffer = buffer, .from = from,
	};

	files_read(files, KERNEL_FILE, from, from + size, &b.sink);
}

void kernel_plan(struct kernel *kernel, struct files *files, uint64_t ram_end)
{
	static uint8_t head[HEAD_SIZE] NOT_CLEARED;
	const uint8_t *phdrs = head;
	uint64_t size = files->file[KERNEL_FILE].size;
	uint64_t head_size = size < HEAD_SIZE ? size : HEAD_SIZE;
	struct vspace_wishes wishes = { 0 };
	struct elf64_header header;
	struct elf64_fault fault;
	uint64_t table;
	int err;

	read_range(files, 0, head_size, head);
	err = elf64_check_header(head, head_size, size, &header, &fault);
	if (err)
		refuse(err, &fault);
	table = (uint64_t)header.phnum * ELF64_PHDR_SIZE;
	if (header.phoff <= head_size && head_size - header.phoff >= table)
		phdrs += header.phoff;
	else
		read_range(files, header.phoff, table, head);
	err = elf64_make_plan(&header, phdrs, size, &kernel->plan, &fault);
	if (err)
		refuse(err, &fault);
	kernel->runs = elf64_runs(&kernel->plan, kernel->run);
	if (vspace_place(&kernel->plan, ram_end, &wishes, &kernel->space))
		die("kernel: no room left in the address space for %llu MiB "
		    "of physical memory", (unsigned long long)ram_end >> 20);
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
};

static uint8_t *place_in_segment(struct image_sink *sink, uint64_t offset,
				 uint64_t size, uint64_t *room)
{
	const struct segment_sink *s = (const struct segment_sink *)sink;
	uint32_t i;

	*room = size;
	for (i = 0; i < s->count; i++) {
		const struct elf64_segment *seg = s->by_offset[i];
		uint64_t into = offset - seg->offset, piece;
		uint8_t *at;

		if (offset < seg->offset) {     /* a gap before it */
			if (*room > seg->offset - offset)
				*room = seg->offset - offset;
			return NULL;
		}
		if (into >= seg->filesz)
			continue;
		at = memory_find(s->pieces, seg->vaddr + into, &piece);
		if (*room > piece)
			*room = piece;
		if (*room > seg->filesz - into)
			*room = seg->filesz - into;
		return at;
	}
	return NULL;
}

/* The segments that have file bytes, in the order of these. */
static void sort_segments(struct segment_sink *s, const struct elf64_plan *plan)
{
	uint32_t i, at;

	for (i = 0; i < plan->count; i++) {
		const struct elf64_segment *seg = &plan->segment[i];

		if (seg->filesz == 0)
			continue;
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
	uint64_t to_room, from_room, n;
	uint8_t *dst, *src;

	for (; size > 0; size -= n, to += n, from += n) {
		dst = memory_find(p, to, &to_room);
		src = memory_find(p, from, &from_room);
		n = to_room < from_room ? to_room : from_room;
		n = n < size ? n : size;
		memcpy(dst, src, n);
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
	uint64_t at = 0, end = 0;
	size_t i;
	uint32_t s = 0;

	for (i = 0; i < kernel->runs; i++) {
		const struct elf64_run *run = &kernel->run[i];

		if (i == 0 || run->vaddr != end)
			at = run->vaddr;
		end = run->vaddr + run->size;
		/* Segments that begin in this run; ends may be 2^64 = 0. */
		for (; s < kernel->plan.count &&
		     kernel->plan.segment[s].vaddr - run->vaddr < run->size;
		     s++) {
			const struct elf64_segment *seg =
				&kernel->plan.segment[s];

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
	struct segment_sink sink = {
		.sink = { place_in_segment }, .pieces = &kernel->pieces,
	};
	const struct elf64_segment *last;
	struct elf64_memory bytes;
	struct elf64_fault fault;
	uint64_t end = 0;
	uint32_t i;
	size_t r;
	int err;

	for (r = 0; r < kernel->runs; r++)
		memory_back(memory, &kernel->pieces, kernel->run[r].vaddr,
			    kernel->run[r].size, BOOT_MEMORY_KERNEL, "kernel");
	clear_rest(kernel);
	sort_segments(&sink, &kernel->plan);
	for (i = 0; i < sink.count; i++) {
		last = sink.by_offset[i];
		if (last->offset + last->filesz > end)
			end = last->offset + last->filesz;
	}
	if (sink.count > 0)
		files_read(files, KERNEL_FILE, sink.by_offset[0]->offset, end,
			   &sink.sink);
	share_bytes(&sink);

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
	uint8_t *at = memory_find(f->pieces, f->vaddr + offset, room);

	if (*room > size)
		*room = size;
	return at;
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
