// SPDX-License-Identifier: 0BSD
// fault_cpu.c - exceptions that the CPU raises for what its registers or its
// descriptor tables say, and those that only software can bring about.

#include "check.h"
#include "cpu.h"
#include "fault.h"
#include "layout.h"     /* SEL_*, TSS_IST1, FAULT_STACK_TOP */

#define TRAP_FLAG       0x100
#define DR7_WATCH       0x000d0001u     /* DR0: writes to four bytes */
#define CR4_MCE         0x40ull
#define X87_UNMASKED    0x037b          /* control word: ZE is no longer */
#define MXCSR_UNMASKED  0x1d80          /* likewise ZM */
#define ONE             0x3f800000      /* 1.0 */

#define PRESENT         (1ull << 47)    /* in a descriptor, in a gate */
#define TSS_BUSY        (1ull << 41)
#define GATE_IST        (7ull << 32)

#define VECTORS         32
#define INVALID_TSS     10
#define INVALID_OPCODE  6

/* The loader's tables: they lie where the kernel may write. */
static uint64_t *descriptor(unsigned int selector)
{
	return (uint64_t *)(entry_state.gdtr.base + selector);
}

static uint64_t *gate(unsigned int vector)
{
	return (uint64_t *)(entry_state.idtr.base + 16 * vector);
}

void fault_step(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("pushfq\n\t"
			 "orq %0, (%%rsp)\n\t"
			 "popfq\n\t"
			 "nop\n\t"
			 "ud2" : : "i"(TRAP_FLAG) : "memory", "cc");
}

void fault_watch(const struct boot_info *info)
{
	static uint32_t watched;

	(void)info;
	__asm__ volatile("mov %0, %%dr0\n\t"
			 "mov %1, %%dr7\n\t"
			 "movl $1, %2\n\t"
			 "ud2" : : "r"((uint64_t)(uintptr_t)&watched),
			 "r"((uint64_t)DR7_WATCH), "m"(watched) : "memory");
}

/* A TSS that ends before the stack of a gate, and a gate for the exception
   that this is: with no stack from there. */
void fault_tss(const struct boot_info *info)
{
	(void)info;
	_Static_assert(TSS_IST1 - 1 < 0x100, "a byte of the limit is changed");
	*(uint8_t *)descriptor(SEL_TSS) = TSS_IST1 - 1;
	*descriptor(SEL_TSS) &= ~TSS_BUSY;
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
	*gate(INVALID_TSS) &= ~GATE_IST;
	__asm__ volatile("int $0x80\n\tud2" : : : "memory");
}

void fault_absent(const struct boot_info *info)
{
	(void)info;
	*descriptor(SEL_DATA16) &= ~PRESENT;
	__asm__ volatile("mov %0, %%fs" : : "a"(SEL_DATA16) : "memory");
}

void fault_absent_stack(const struct boot_info *info)
{
	(void)info;
	*descriptor(SEL_DATA16) &= ~PRESENT;
	__asm__ volatile("mov %0, %%ss" : : "a"(SEL_DATA16) : "memory");
}

/* The gate of an exception: the program has asked for none. */
void fault_delivery(const struct boot_info *info)
{
	(void)info;
	*gate(INVALID_OPCODE) &= ~PRESENT;
	__asm__ volatile("ud2" : : : "memory");
}

/* Told by the next instruction of the x87, not by the one that divides. */
void fault_x87_error(const struct boot_info *info)
{
	static const uint16_t control = X87_UNMASKED;

	(void)info;
	__asm__ volatile("fldcw %0\n\t"
			 "fld1\n\t"
			 "fldz\n\t"
			 "fdivrp\n\t"
			 "fwait\n\t"
			 "ud2" : : "m"(control));
}

void fault_sse_error(const struct boot_info *info)
{
	static const uint32_t control = MXCSR_UNMASKED, one = ONE;

	(void)info;
	__asm__ volatile("ldmxcsr %0\n\t"
			 "xorps %%xmm0, %%xmm0\n\t"
			 "movss %1, %%xmm1\n\t"
			 "divss %%xmm0, %%xmm1\n\t"
			 "ud2" : : "m"(control), "m"(one));
}

/* Somebody outside has to break the machine: the test, by QEMU's monitor. */
void fault_machine_check(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("mov %0, %%cr4"
			 : : "r"(cpu_cr(4) | CR4_MCE) : "memory");
	say("fault: waits for a machine check\n");
	for (;;)
		__asm__ volatile("pause");
}

static uint64_t number(const struct boot_info *info, const char *name)
{
	uint64_t value = 0;

	check("fault: a number is missing", option_number(info, name, &value),
	      0);
	return value;
}

/* No error code comes with these. A row of the code is four bytes. */
void fault_int(const struct boot_info *info)
{
	uint64_t vector = number(info, "vector") % VECTORS;

	__asm__ volatile("lea 1f(%%rip), %%rax\n\t"
			 "lea (%%rax, %0, 4), %%rax\n\t"
			 "jmp *%%rax\n"
			 "1:\n\t"
			 ".set vector, 0\n\t"
			 ".rept %c1\n\t"
			 ".byte 0xcd, vector\n\t"
			 "ud2\n\t"
			 ".set vector, vector + 1\n\t"
			 ".endr" : : "r"(vector), "i"(VECTORS)
			 : "rax", "memory");
}

/* With an error code: what the CPU does when it delivers an exception. */
void fault_raise(const struct boot_info *info)
{
	uint64_t vector = number(info, "vector") % VECTORS;
	const uint16_t *g = (const uint16_t *)gate((unsigned int)vector);
	uint64_t handler = (uint64_t)g[3] << 16 | g[0];

	__asm__ volatile("mov %%rsp, %%rcx\n\t"
			 "mov %0, %%rsp\n\t"
			 "mov %%ss, %%eax\n\t"
			 "push %%rax\n\t"
			 "push %%rcx\n\t"
			 "pushfq\n\t"
			 "mov %%cs, %%eax\n\t"
			 "push %%rax\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "push %%rax\n\t"
			 "push %1\n\t"
			 "jmp *%2\n"
			 "1:\n\t"
			 "ud2" : : "i"(FAULT_STACK_TOP),
			 "r"(number(info, "code")), "r"(handler)
			 : "rax", "rcx", "memory");
}
