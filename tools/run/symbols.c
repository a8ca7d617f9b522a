// SPDX-License-Identifier: 0BSD
/* symbols.c - which function of the kernel an address is in. */
#include "host.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf64.h"
#include "elf64_symbols.h"
#include "fd_io.h"
#include "symbols.h"
#include "vspace.h"
#include "wishes.h"

/* A kernel's file, whole. */
struct file {
	uint8_t *data;
	size_t size;
};

/* Read, not mapped: whoever rebuilds the kernel cuts it off under our feet. */
static bool read_file(const char *path, struct file *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (end > 0) {
		file->size = (size_t)end;
		file->data = malloc(file->size);
	}
	if (file->data != NULL && fd_read(fd, file->data, file->size, 0) != 0) {
		free(file->data);
		file->data = NULL;
	}
	if (fd >= 0)
		close(fd);
	return file->data != NULL;
}

/* "function+0x12" for an address as linked; false if nothing is known. */
static bool describe_linked(const struct file *file, uint64_t address,
			    char *text, size_t size)
{
	struct elf64_symbols symbols;
	uint64_t offset;
	const char *name;

	if (!elf64_symbols_open(file->data, file->size, &symbols))
		return false;
	name = elf64_symbols_find(&symbols, address, &offset);
	if (name == NULL)
		name = elf64_symbols_label(&symbols, address, &offset);
	if (name == NULL || name[0] == '\0')
		return false;
	snprintf(text, size, "%.255s+0x%llx", name,
		 (unsigned long long)offset);
	return true;
}

/* Judges the headers by the loader's own rules; says where it puts things. */
static bool make_plan(const struct file *file, struct elf64_plan *plan,
		      uint64_t *slide)
{
	struct elf64_fault fault;
	const struct vspace_wishes none = { 0 };
	struct elf64_header header;
	struct vspace space;

	if (elf64_check_header(file->data, file->size, file->size, &header,
			       &fault) != 0 ||
	    elf64_make_plan(&header, file->data + header.phoff, file->size,
			    plan, &fault) != 0 ||
	    vspace_place(plan, 0, &none, &space) != 0)
		return false;
	*slide = space.slide;
	return true;
}

static bool wishes_kaslr(const struct file *file, const struct elf64_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t skip = (0 - s->vaddr) % WISHES_ALIGN;
		struct wishes_fault fault;
		struct boot_wishes wishes;
		size_t room, found;

		if (s->filesz <= skip)
			continue;
		room = s->filesz - skip;
		found = wishes_find(file->data + s->offset + skip, room);
		if (found < room &&
		    wishes_read(file->data + s->offset + skip + found,
				room - found, &wishes, &fault) == 0)
			return wishes.flags & BOOT_WISH_KASLR;
	}
	return false;
}

bool symbols_are_moved(const char *kernel)
{
	struct file file = { 0 };
	struct elf64_plan plan;
	uint64_t slide;
	bool moved = read_file(kernel, &file) &&
		     make_plan(&file, &plan, &slide) &&
		     wishes_kaslr(&file, &plan);

	free(file.data);
	return moved;
}

/*
 * Where KASLR has put the kernel: in the loader's tables nothing else is mapped
 * that high. Lines of `info mem`: "START-END SIZE RIGHTS", in hexadecimal.
 */
static bool find_slide(const char *mappings, const struct elf64_plan *plan,
		       uint64_t *slide)
{
	uint64_t base = 0, end = 0;

	for (const char *line = mappings; line != NULL;
	     line = strchr(line, '\n')) {
		char *behind;
		uint64_t from, to;

		line += strspn(line, "\r\n");
		from = strtoull(line, &behind, 16);
		if (*behind != '-')
			break;
		to = strtoull(behind + 1, NULL, 16);
		if (from < VSPACE_PIE_HIGH)
			continue;
		if (base == 0)
			base = from;
		end = to;
	}
	*slide = base - plan->base;
	return base != 0 && end == base + plan->span;
}

void symbols_describe(const char *kernel, const char *mappings,
		      uint64_t address, char *text, size_t size)
{
	struct file file = { 0 };
	struct elf64_plan plan;
	unsigned long long number = address;
	uint64_t slide;
	char name[300];

	if (!read_file(kernel, &file) || !make_plan(&file, &plan, &slide) ||
	    (wishes_kaslr(&file, &plan) &&
	     !find_slide(mappings, &plan, &slide)))
		snprintf(text, size, "0x%llx", number);
	else if (elf64_find(&plan, address - slide, 1) == NULL)
		snprintf(text, size, "0x%llx, outside the kernel", number);
	else if (describe_linked(&file, address - slide, name, sizeof(name)))
		snprintf(text, size, "0x%llx in %s", number, name);
	else
		snprintf(text, size, "0x%llx", number);
	free(file.data);
}
