// SPDX-License-Identifier: 0BSD
/* kernel_wishes.c - finds and judges what a kernel asks of the loader. */
#include "host.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "kernel.h"
#include "vspace.h"
#include "wishes.h"

#define PIECE_SIZE      65536
/* A magic that begins at the last place of a piece reaches this far. */
#define OVERLAP         WISHES_ALIGN

static int judge(struct kernel *k, uint64_t offset, uint64_t room,
		 struct failure *f)
{
	_Alignas(8) uint8_t data[WISHES_MAX_SIZE];
	size_t size = room < sizeof(data) ? (size_t)room : sizeof(data);
	struct wishes_fault fault;
	int err;

	if (k->wish_offset != 0)
		return fail(f, k->input.path, "wishes at file offset 0x%" PRIx64
			    " and again at 0x%" PRIx64 ": one struct "
			    "boot_wishes is all there may be", k->wish_offset,
			    offset);
	k->wish_offset = offset;
	if (input_read(&k->input, data, size, offset, f) != 0)
		return -1;
	err = wishes_read(data, size, &k->wishes, &fault);
	if (err == WISHES_UNKNOWN)
		return fail(f, k->input.path, "wishes at file offset 0x%" PRIx64
			    ": 0x%" PRIx64 " is required and not known to "
			    "this version of Stagecoach", offset, fault.value);
	if (err != WISHES_OK)
		return fail(f, k->input.path, "wishes at file offset 0x%" PRIx64
			    ":%s is 0x%" PRIx64 ", which is out of range",
			    offset, fault.field, fault.value);
	k->wishes_newer = wishes_are_newer(data, size);
	return 0;
}

/* data: size bytes of segment s, from its byte at on. */
static int search_piece(struct kernel *k, const struct elf64_segment *s,
			uint64_t at, const uint8_t *data, size_t size,
			struct failure *f)
{
	size_t found = 0;

	while (found < size) {
		uint64_t offset;

		found += wishes_find(data + found, size - found);
		if (found == size)
			break;
		offset = s->offset + at + found;
		/* Segments can share bytes of the file. */
		if (offset != k->wish_offset &&
		    judge(k, offset, s->filesz - at - found, f) != 0)
			return -1;
		found += WISHES_ALIGN;
	}
	return 0;
}

static int search_segment(struct kernel *k, const struct elf64_segment *s,
			  uint8_t *data, struct failure *f)
{
	/* Alignment is a matter of addresses. */
	uint64_t at = (0 - s->vaddr) % WISHES_ALIGN;

	for (; at < s->filesz; at += PIECE_SIZE) {
		uint64_t left = s->filesz - at;
		size_t size = left < PIECE_SIZE + OVERLAP ? (size_t)left :
			PIECE_SIZE + OVERLAP;

		if (input_read(&k->input, data, size, s->offset + at, f) != 0 ||
		    search_piece(k, s, at, data, size, f) != 0)
			return -1;
	}
	return 0;
}

int kernel_find_wishes(struct kernel *k, struct failure *f)
{
	uint8_t *data = malloc(PIECE_SIZE + OVERLAP);
	int err = 0;

	wishes_none(&k->wishes);
	if (data == NULL)
		return fail(f, k->input.path, "no memory to look for wishes");
	for (uint32_t i = 0; i < k->plan.count && err == 0; i++)
		err = search_segment(k, &k->plan.segment[i], data, f);
	free(data);
	return err;
}

int kernel_check_wishes(const struct kernel *k,
			const struct boot_wishes *wishes, struct failure *f)
{
	const struct vspace_wishes w = {
		.phys_offset = wishes->phys_offset,
		.kaslr = (wishes->flags & BOOT_WISH_KASLR) != 0,
	};
	struct vspace v;

	/* Of the machine's memory only so much is known yet. */
	switch (vspace_place(&k->plan, 0x100000, &w, &v)) {
	case VSPACE_OK:
		return 0;
	case VSPACE_KASLR:
		return fail(f, k->input.path, "KASLR is for "
			    "position-independent kernels of less than 2 GiB: "
			    "link with -static-pie, or wish for none "
			    "(--no-kaslr)");
	case VSPACE_PHYS:
		return fail(f, k->input.path, "phys_offset 0x%" PRIx64 ": "
			    "physical memory would meet the kernel there",
			    wishes->phys_offset);
	default:
		return fail(f, k->input.path, "no room left in the address "
			    "space for physical memory");
	}
}
