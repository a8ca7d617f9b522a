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

/* A control register; the number is part of the instruction. */
#define cpu_cr(n) __extension__({                               \
	uint64_t cr_;                                           \
	__asm__ volatile("mov %%cr" #n ", %0" : "=r"(cr_));     \
	cr_;                                                    \
})

/* After a change of a page's entry: the old one may be cached. */
static inline void cpu_forget_page(uint64_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* What LGDT and LIDT take: a table's last byte, and where it is. */
struct __attribute__((packed)) cpu_table {
	uint16_t limit;
	const void *base;
};

static inline void cpu_interrupts_on(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void cpu_interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/*
 * Called with interrupts off; waits for one, and leaves them on. None can slip
 * in between: STI takes effect after the instruction that follows it.
 */
static inline void cpu_wait(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

/* The end. An NMI or SMI ends the hlt, hence the loop. */
_Noreturn static inline void cpu_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif
