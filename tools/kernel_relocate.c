// SPDX-License-Identifier: 0BSD
/*
 * kernel_relocate.c - tries a position-independent kernel's relocations.
 *
 * The kernel is laid out as the loader will do it. It may have 64 GiB of .bss,
 * so memory is only reserved: the host gives a page when something is written
 * to it.
 */
#include "host.h"

#include <sys/mman.h>

#include <errno.h>
#include <string.h>

#include "failure.h"
#include "kernel.h"

/* macOS has the older name only; systems without the flag always reserve. */
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* Memory for a run of pages. */
static int reserve(const struct kernel *k, const struct elf64_run *run,
		   struct elf64_chunk *chunk, struct failure *f)
{
	size_t size = (size_t)run->size;
	void *data = MAP_FAILED;

	errno = ENOMEM;
	if (size == run->size)
		data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (data == MAP_FAILED)
		return fail(f, k->input.path, "no memory to try its "
			    "relocations: %s", strerror(errno));
	*chunk = (struct elf64_chunk){ run->vaddr, run->size, data };
	return 0;
}

static void release(struct elf64_chunk *chunk, size_t count)
{
	for (size_t i = 0; i < count; i++)
		munmap(chunk[i].data, (size_t)chunk[i].size);
}

/*
 * Puts what the segment has in the file into the part of it that chunk holds.
 * Ends are compared as distances, because a segment may end at 2^64.
 */
static int load(const struct kernel *k, const struct elf64_segment *s,
		const struct elf64_chunk *chunk, struct failure *f)
{
	uint64_t skip_file = 0;
	uint64_t skip_chunk = 0;
	uint64_t size;

	if (chunk->vaddr > s->vaddr)
		skip_file = chunk->vaddr - s->vaddr;
	else
		skip_chunk = s->vaddr - chunk->vaddr;
	if (skip_file >= s->filesz || skip_chunk >= chunk->size)
		return 0;
	size = s->filesz - skip_file;
	if (size > chunk->size - skip_chunk)
		size = chunk->size - skip_chunk;
	return input_read(&k->input, chunk->data + skip_chunk, (size_t)size,
			  s->offset + skip_file, f);
}

static int load_all(const struct kernel *k, const struct elf64_memory *memory,
		    struct failure *f)
{
	for (uint32_t i = 0; i < k->plan.count; i++)
		for (size_t j = 0; j < memory->count; j++)
			if (load(k, &k->plan.segment[i], &memory->chunk[j],
				 f) != 0)
				return -1;
	return 0;
}

static int try_in(const struct kernel *k, const struct elf64_memory *memory,
		  struct failure *f)
{
	struct elf64_fault fault = { .segment = -1 };
	int err;

	if (load_all(k, memory, f) != 0)
		return -1;
	err = elf64_relocate(&k->plan, memory, 0, &fault);
	return err == 0 ? 0 : kernel_refuse(k, err, &fault, f);
}

int kernel_try_relocations(const struct kernel *k, struct failure *f)
{
	struct elf64_run run[ELF64_MAX_RUNS];
	struct elf64_chunk chunk[ELF64_MAX_RUNS];
	struct elf64_memory memory = { .chunk = chunk };
	size_t count = elf64_runs(&k->plan, run);
	int err = 0;

	while (memory.count < count && err == 0) {
		err = reserve(k, &run[memory.count], &chunk[memory.count], f);
		if (err == 0)
			memory.count++;
	}
	if (err == 0)
		err = try_in(k, &memory, f);
	release(chunk, memory.count);
	return err;
}
