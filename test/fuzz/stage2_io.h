/* SPDX-License-Identifier: 0BSD */
/*
 * stage2_io.h - stands for stage2/io.h where stage2's code runs on this
 * machine: physical memory is an arena at the same addresses, so that a
 * pointer and a physical address are one thing, as in the loader. What lies
 * below ARENA_BASE, where no program may have memory, is an array.
 */
#ifndef STAGE2_IO_H
#define STAGE2_IO_H

#include <stdint.h>

#define ARENA_BASE      0x10000ull
#define ARENA_END       0x780000ull

extern uint8_t stage2_low_memory[ARENA_BASE];

#define NOT_CLEARED
#define NOINLINE

static inline void *phys(uint64_t address)
{
	return address < ARENA_BASE ? stage2_low_memory + address :
				      (void *)(uintptr_t)address;
}

/* Some place between the first page and the stubs. */
static inline uint64_t resident_code_end(void)
{
	return ARENA_BASE + 0x6000;
}

static inline uint32_t phys_read32(uint64_t address)
{
	return *(volatile uint32_t *)phys(address);
}

#endif
