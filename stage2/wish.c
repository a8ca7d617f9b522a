// SPDX-License-Identifier: 0BSD
/* wish.c - the kernel's own wishes, where they stand in it. */
#include <string.h>

#include "console.h"
#include "wish.h"
#include "wishes.h"

/* The segment whose file bytes hold this one; NULL if there is none. */
static const struct elf64_segment *segment_at(const struct elf64_plan *plan,
					      uint64_t offset)
{
	uint32_t i;

	for (i = 0; i < plan->count; i++)
		if (offset - plan->segment[i].offset < plan->segment[i].filesz)
			return &plan->segment[i];
	return NULL;
}

void wish_check(const struct kernel *kernel, uint64_t offset)
{
	const struct elf64_segment *s = segment_at(&kernel->plan, offset);
	struct wishes_fault fault = { " offset", offset };
	struct boot_wishes copy, wishes;
	uint64_t vaddr, left, room;
	size_t i;

	if (s != NULL) {
		left = s->filesz - (offset - s->offset);
		vaddr = s->vaddr + (offset - s->offset);
		/* Its pages need not adjoin, so in words that do not cross. */
		for (i = 0; vaddr % WISHES_ALIGN == 0 && i < sizeof(copy) &&
		     i < left; i += WISHES_ALIGN)
			memcpy((uint8_t *)&copy + i,
			       memory_find(&kernel->pieces, vaddr + i,
					   WISHES_ALIGN, &room), WISHES_ALIGN);
		if (i > 0 && !wishes_read(&copy, left, &wishes, &fault))
			return;
	}
	die("kernel: its wishes:%s is 0x%llx: try mkimage KERNEL",
	    fault.field, (unsigned long long)fault.value);
}
