// SPDX-License-Identifier: 0BSD
// gdt.c - the kernel's segments, and the stacks that interrupts may ask for
// (Intel SDM vol. 3, 3.4.5, 8.7).

#include "gdt.h"

#include "cpu.h"
#include "layout.h"     /* TSS_* */

/* Long mode ignores base and limit of code and data. */
#define CODE64          0x00af9b000000ffff
#define DATA            0x00cf93000000ffff
#define TSS_AVAILABLE   0x89            /* present, type 9 */

#define STACKS          3
#define STACK_SIZE      8192

struct __attribute__((packed)) tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];                /* IST numbers begin with 1 */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iomap;                 /* past the end: there is none */
};

_Static_assert(sizeof(struct tss) == TSS_SIZE, "the TSS is the CPU's");

static struct tss tss = { .iomap = TSS_SIZE };

static uint64_t gdt[] = {
	[GDT_CODE / 8] = CODE64,
	[GDT_DATA / 8] = DATA,
	[GDT_TSS / 8 + 1] = 0,
};

static uint8_t stacks[STACKS][STACK_SIZE] __attribute__((aligned(16)));

/* CS cannot be moved to: a far return loads it. */
static void load_segments(void)
{
	__asm__ volatile("pushq %0\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\n\t"
			 "movl %1, %%eax\n\t"
			 "movl %%eax, %%ss\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs"
			 : : "i"(GDT_CODE), "i"(GDT_DATA) : "rax", "memory");
}

void gdt_init(void)
{
	uint64_t base = (uintptr_t)&tss;
	struct cpu_table table = { sizeof(gdt) - 1, gdt };

	for (int i = 0; i < STACKS; i++)
		tss.ist[i] = (uintptr_t)stacks[i] + STACK_SIZE;

	/* The base lies in four pieces around type and limit. */
	gdt[GDT_TSS / 8] = (TSS_SIZE - 1) | (base & 0xffffff) << 16 |
			   (uint64_t)TSS_AVAILABLE << 40 |
			   (base >> 24 & 0xff) << 56;
	gdt[GDT_TSS / 8 + 1] = base >> 32;

	__asm__ volatile("lgdt %0" : : "m"(table));
	load_segments();
	__asm__ volatile("ltr %w0" : : "r"(GDT_TSS));
}

bool gdt_is_stack(uint64_t address, uint64_t size)
{
	uint64_t offset = address - (uintptr_t)stacks;

	return offset < sizeof(stacks) && sizeof(stacks) - offset >= size;
}
