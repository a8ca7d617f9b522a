/* SPDX-License-Identifier: 0BSD */
/*
 * cpu.h - the instructions that C has no words for.
 */
#ifndef STAGECOACH_KERNEL_CPU_H
#define STAGECOACH_KERNEL_CPU_H

#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(0));
	return r;
}

/*
 * Sleeps for ever. Interrupts stay off: without an IDT of its own the kernel
 * could not take one. An NMI or SMI ends the hlt, hence the loop.
 */
_Noreturn static inline void cpu_idle(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif
