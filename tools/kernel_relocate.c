// SPDX-License-Identifier: 0BSD
/* kernel_relocate.c - judges a kernel's relocations. */
#include "host.h"

#include <stdlib.h>

#include "failure.h"
#include "kernel.h"

/* What the file holds of a segment. */
static int load(const struct kernel *k, const struct elf64_segment *s,
		struct elf64_chunk *chunk, struct failure *f)
{
	uint8_t *data = malloc((size_t)s->filesz);

	if (data == NULL)
		return fail(f, k->input.path, "no memory to judge its "
			    "relocations");
	*chunk = (struct elf64_chunk){ s->vaddr, s->filesz, data };
	return input_read(&k->input, data, (size_t)s->filesz, s->offset, f);
}

int kernel_check_relocations(const struct kernel *k, struct failure *f)
{
	struct elf64_chunk chunk[ELF64_MAX_PHDRS] = { { 0, 0, NULL } };
	struct elf64_memory memory = { .chunk = chunk };
	struct elf64_fault fault = { .segment = -1 };
	int err = 0;

	if (k->plan.dynamic_size == 0)
		return 0;
	for (uint32_t i = 0; i < k->plan.count && err == 0; i++)
		if (k->plan.segment[i].filesz > 0)
			err = load(k, &k->plan.segment[i],
				   &chunk[memory.count++], f);
	if (err == 0) {
		err = elf64_check_relocations(&k->plan, &memory, &fault);
		if (err != 0)
			err = kernel_refuse(k, err, &fault, f);
	}
	while (memory.count > 0)
		free(chunk[--memory.count].data);
	return err;
}
