/* SPDX-License-Identifier: 0BSD */
/* io.h - port input and output, and physical memory at fixed addresses. */
#ifndef STAGE2_IO_H
#define STAGE2_IO_H

#include <stdint.h>

/*
 * For large variables that are written before they are read: entry.asm clears
 * .bss at one instruction to 8 bytes, and does not clear this.
 */
#define NOT_CLEARED     __attribute__((section(".noinit")))

/* For small functions that compilers copy into all callers even for size. */
#define NOINLINE        __attribute__((noinline))

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* About a microsecond: a write to the port that BIOSes post their progress to. */
static inline void io_delay(void)
{
	out8(0x80, 0);
}

/* The loader maps physical memory to itself. */
static inline void *phys(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* Where the resident code ends, the stubs apart: stage2.ld knows. */
static inline uint64_t resident_code_end(void)
{
	extern const uint8_t resident_text_end[];

	return (uintptr_t)resident_text_end;
}

/* The BIOS data area and the like; volatile, as a BIOS call may change it. */
static inline uint8_t phys_read8(uint64_t address)
{
	return *(volatile uint8_t *)phys(address);
}

/* At any address: in a partition table they are not aligned. */
static inline uint32_t phys_read32(uint64_t address)
{
	typedef uint32_t __attribute__((aligned(1), may_alias)) word;

	return *(volatile word *)phys(address);
}

static inline uint16_t phys_read16(uint64_t address)
{
	return *(volatile uint16_t *)phys(address);
}

#endif
