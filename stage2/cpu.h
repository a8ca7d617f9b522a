/* SPDX-License-Identifier: 0BSD */
/* cpu.h - what is known of the CPU, and the instructions C has no words for. */
#ifndef STAGE2_CPU_H
#define STAGE2_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"     /* CPU_HAS_* */
#include "vspace.h"     /* VSPACE_RAM_BITS */

/* Filled by entry.asm, which has the layout. */
struct cpu_facts {
	uint64_t start_tsc;     /* time stamp at the CPU check; 0: no counter */
	uint32_t leaf1_edx;     /* CPUID leaf 1 */
	uint32_t features;      /* CPU_HAS_* */
	uint32_t boot_cr0;      /* as the BIOS had it */
};

#define CPU_EDX_TSC     (1u << 4)

static inline void cpu_id(uint32_t leaf, uint32_t *eax, uint32_t *ebx,
			  uint32_t *ecx, uint32_t *edx)
{
	__asm__ volatile("cpuid"
			 : "=a"(*eax), "=b"(*ebx), "=c"(*ecx), "=d"(*edx)
			 : "a"(leaf), "c"(0));
}

/*
 * One past the highest physical address (Intel SDM, CPUID 80000008h), as far as
 * a kernel's address space has room for it.
 */
static inline uint64_t cpu_address_end(void)
{
	uint32_t eax, ebx, ecx, edx, bits = 36;

	cpu_id(0x80000000, &eax, &ebx, &ecx, &edx);
	if (eax >= 0x80000008) {
		cpu_id(0x80000008, &eax, &ebx, &ecx, &edx);
		bits = eax & 0xff;
	}
	if (bits < 32 || bits > 52)
		bits = 36;
	return 1ull << (bits < VSPACE_RAM_BITS ? bits : VSPACE_RAM_BITS);
}

#define CPU_ECX_HYPERVISOR      (1u << 31)      /* CPUID leaf 1 */
#define CPU_KVM                 0x4b4d564b      /* "KVMK" */

/*
 * True on KVM, with whose hosts of one kind (they emulate ring 0) LDMXCSR ends
 * the machine. KVM starts with the default there, and no BIOS touches it.
 */
static inline bool cpu_is_kvm(void)
{
	uint32_t eax, ebx, ecx, edx;

	cpu_id(1, &eax, &ebx, &ecx, &edx);
	if (!(ecx & CPU_ECX_HYPERVISOR))
		return false;
	cpu_id(0x40000000, &eax, &ebx, &ecx, &edx);
	return ebx == CPU_KVM;
}

/*
 * True if SYSCALL is there. Intel CPUs say so in 64-bit mode only (Intel SDM,
 * CPUID 80000001h), so entry.asm could not ask.
 */
static inline bool cpu_has_syscall(void)
{
	uint32_t eax, ebx, ecx, edx;

	cpu_id(0x80000001, &eax, &ebx, &ecx, &edx);
	return edx >> 11 & 1;
}

/* The time stamp counter, 0 where there is none. */
static inline uint64_t cpu_tsc(const struct cpu_facts *cpu)
{
	uint32_t low, high;

	if (!(cpu->leaf1_edx & CPU_EDX_TSC))
		return 0;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* cpu_cr2() and so on: reads a control register. */
#define CPU_CONTROL_REGISTER(name) \
static inline uint64_t cpu_##name(void) \
{ \
	uint64_t value; \
 \
	__asm__ volatile("mov %%" #name ", %0" : "=r"(value)); \
	return value; \
}
CPU_CONTROL_REGISTER(cr0)
CPU_CONTROL_REGISTER(cr2)
CPU_CONTROL_REGISTER(cr3)
CPU_CONTROL_REGISTER(cr4)
#undef CPU_CONTROL_REGISTER

/*
 * Other page tables. Global pages stay in the TLB over a write to CR3, but not
 * over one that clears CR4.PGE (Intel SDM vol. 3, 4.10.4.1).
 */
static inline void cpu_change_tables(uint64_t cr3)
{
	__asm__ volatile("mov %0, %%cr4\n\tmov %1, %%cr3"
			 : : "r"(cpu_cr4() & ~(uint64_t)CR4_PGE), "r"(cr3)
			 : "memory");
}

_Noreturn static inline void cpu_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#endif
