// SPDX-License-Identifier: 0BSD
/* kernel.c - judges the kernel and says which of its bytes are carried. */
#include "host.h"

#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "kernel.h"

#define MAX_KERNEL (4ull << 30)

int kernel_refuse(const struct kernel *k, int err,
		  const struct elf64_fault *fault, struct failure *f)
{
	const uint64_t *v = fault->value;
	char sentence[sizeof(f->reason)];

	snprintf(sentence, sizeof(sentence), elf64_strerror(err),
		 (unsigned long long)v[0], (unsigned long long)v[1],
		 (unsigned long long)v[2], (unsigned long long)v[3]);
	if (fault->segment < 0)
		return fail(f, k->input.path, "%s", sentence);
	return fail(f, k->input.path, "program header %d: %s",
		    fault->segment, sentence);
}

/* Reads both headers and makes the plan. */
static int make_plan(struct kernel *k, struct failure *f)
{
	uint64_t size = k->input.size;
	size_t have = size < ELF64_HEADER_SIZE ? (size_t)size :
		ELF64_HEADER_SIZE;
	struct elf64_fault fault = { .segment = -1 };
	int err;

	if (input_read(&k->input, k->ehdr, have, 0, f) != 0)
		return -1;
	err = elf64_check_header(k->ehdr, have, size, &k->header, &fault);
	if (err != 0)
		return kernel_refuse(k, err, &fault, f);

	if (input_read(&k->input, k->phdrs,
		       (size_t)k->header.phnum * ELF64_PHDR_SIZE,
		       k->header.phoff, f) != 0)
		return -1;
	err = elf64_make_plan(&k->header, k->phdrs, size, &k->plan, &fault);
	if (err != 0)
		return kernel_refuse(k, err, &fault, f);
	elf64_note_rights(&k->plan);
	return 0;
}

/* Would the loader take the kernel's first size bytes for the kernel? */
static bool is_enough(const struct kernel *k, uint64_t size)
{
	struct elf64_header header;
	struct elf64_plan plan;
	struct elf64_fault fault;

	return elf64_check_header(k->ehdr, sizeof(k->ehdr), size, &header,
				  &fault) == 0 &&
		elf64_make_plan(&header, k->phdrs, size, &plan, &fault) == 0;
}

static void keep(struct kernel *k, uint64_t from, uint64_t size)
{
	k->keep[k->keep_count++] = (struct file_range){ from, from + size };
	if (from + size > k->size)
		k->size = from + size;
}

/* What the loader reads: headers and segments; or everything. */
static void choose_ranges(struct kernel *k)
{
	if (k->whole) {
		keep(k, 0, k->input.size);
		return;
	}
	keep(k, 0, ELF64_HEADER_SIZE);
	keep(k, k->header.phoff, (uint64_t)k->header.phnum * ELF64_PHDR_SIZE);
	for (uint32_t i = 0; i < k->plan.count; i++)
		if (k->plan.segment[i].filesz > 0)
			keep(k, k->plan.segment[i].offset,
			     k->plan.segment[i].filesz);
	/* A segment that is not loaded can reach further than all that are,
	   and has to lie inside the file nevertheless. */
	if (!is_enough(k, k->size))
		k->size = k->input.size;
}

int kernel_open(struct kernel *k, const char *path, bool whole,
		struct failure *f)
{
	*k = (struct kernel){ .whole = whole };
	if (input_open(&k->input, path, f) != 0)
		return -1;
	if (k->input.size == 0)
		return fail(f, path, "is empty");
	if (k->input.size > MAX_KERNEL)
		return fail(f, path, "is larger than 4 GiB");
	if (make_plan(k, f) != 0)
		return -1;
	if (kernel_check_relocations(k, f) != 0 ||
	    kernel_find_wishes(k, f) != 0)
		return -1;
	choose_ranges(k);
	return 0;
}

void kernel_notes(const struct kernel *k)
{
	const struct elf64_plan *plan = &k->plan;
	const char *path = k->input.path;

	if (plan->notes & ELF64_NOTE_INTERP)
		note(path, "asks for a dynamic linker (PT_INTERP): there is "
		     "none, loaded without");
	if (plan->notes & ELF64_NOTE_HEADERS)
		note(path, "a segment that holds only ELF headers lies where "
		     "the loader does: left out");
	if (plan->notes & ELF64_NOTE_SHARED_PAGE)
		note(path, "program headers %u and %u share a page and differ "
		     "in rights: that page gets the rights of both",
		     (unsigned)plan->shared_a, (unsigned)plan->shared_b);
	if (plan->notes & ELF64_NOTE_WX)
		note(path, "program header %u is writable and executable",
		     (unsigned)plan->wx_segment);
	if (k->wishes_newer)
		note(path, "some of its wishes are newer than this version of "
		     "Stagecoach: ignored, as they are not required");
}

static int read_kept(const struct content *c, void *data, size_t size,
		     uint64_t offset, struct failure *f)
{
	const struct kernel *k = c->source;
	uint8_t *to = data;

	memset(to, 0, size);
	for (size_t i = 0; i < k->keep_count; i++) {
		uint64_t from = k->keep[i].from;
		uint64_t end = k->keep[i].to;

		if (from < offset)
			from = offset;
		if (end > offset + size)
			end = offset + size;
		if (from < end &&
		    input_read(&k->input, to + (from - offset),
			       (size_t)(end - from), from, f) != 0)
			return -1;
	}
	return 0;
}

struct content kernel_content(const struct kernel *k)
{
	struct content c = {
		.type = IMAGE_KERNEL,
		.flags = k->whole ? IMAGE_FILE_SYMBOLS : 0,
		.size = k->size,
		.wish_offset = k->wish_offset,
		.takes_more = k->whole || k->wish_offset != 0 ||
			      k->plan.dynamic_size != 0,
		.read = read_kept,
		.source = k,
	};

	c.name = path_base(k->input.path, &c.name_size);
	return c;
}

void kernel_close(struct kernel *k)
{
	input_close(&k->input);
}
