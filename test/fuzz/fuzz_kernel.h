/* SPDX-License-Identifier: 0BSD */
/*
 * fuzz_kernel.h - two kernels whose bytes can be told apart, and changes of
 * single numbers in them, for targets that load kernels.
 */
#ifndef STAGECOACH_FUZZ_KERNEL_H
#define STAGECOACH_FUZZ_KERNEL_H

#include "../unit/elf_build.h"
#include "fuzz.h"

/* Where wishes are put: in the text of either. */
#define FUZZ_WISHES_AT  0x1100

/* Both in as many bytes. */
static uint8_t fuzz_exec[PIE_SIZE], fuzz_pie[PIE_SIZE];

static inline void fuzz_make_kernels(void)
{
	uint8_t *file = elf_exec();

	memcpy(fuzz_exec, file, EXEC_SIZE);
	free(file);
	file = elf_pie();
	memcpy(fuzz_pie, file, PIE_SIZE);
	free(file);
	/* In the PIE's last segment there is PT_DYNAMIC: no tags. */
	for (size_t i = 0x1000; i < 0x3000; i++)
		fuzz_exec[i] = fuzz_pie[i] = (uint8_t)((i * 7 + i / 256) | 1);
	for (size_t i = 0x3000; i < EXEC_SIZE; i++)
		fuzz_exec[i] = (uint8_t)(i | 0x80);
}

/* Adds to a number, or sets it to one that is near some field's limit. */
static inline void fuzz_change(struct fuzz *f, uint8_t *at, size_t size)
{
	static const uint64_t odd[] = {
		0, 1, PIE_SIZE, 0x1000, 0x20000, P31, P63, P64M1,
	};
	uint8_t how = fuzz_u8(f);
	unsigned width = 1u << (how >> 6);
	size_t offset = fuzz_u16(f) % (size / width) * width;
	uint64_t value = 0;

	memcpy(&value, at + offset, width);
	switch (how % 4) {
	case 0:
		value += (uint64_t)(int8_t)fuzz_u8(f);
		break;
	case 1:
		value += (uint64_t)(int8_t)fuzz_u8(f) << 12;
		break;
	case 2:
		value = odd[fuzz_u8(f) % FUZZ_COUNT(odd)];
		break;
	default:
		value = fuzz_u16(f);
	}
	memcpy(at + offset, &value, width);
}

#endif
