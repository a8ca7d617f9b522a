// SPDX-License-Identifier: 0BSD
// fault_tables.c - faults that need other tables than the loader's: page
// tables, GDT, IDT.

#include "check.h"
#include "cpu.h"
#include "fault.h"
#include "layout.h"     /* SEL_*, VGA_*, CR4_PGE */
#include "paging.h"     /* PTE_* */

#define ENTRIES         512
#define PTE_GLOBAL      0x100ull
#define RESERVED_BIT    (1ull << 51)    /* above any PC's address lines */
#define NO_RAM          0x7ffffff000ull

#define APIC            0xfee00000ull
#define APIC_COMMAND    0x300
#define APIC_TARGET     0x310
#define APIC_NMI        0x4400          /* NMI, level: assert */

static uint64_t *table(const struct boot_info *info, uint64_t phys)
{
	return (uint64_t *)(info->phys_offset + (phys & PTE_ADDR));
}

uint64_t *fault_entry(const struct boot_info *info, uint64_t vaddr)
{
	uint64_t phys = cpu_cr(3);

	for (unsigned int shift = 39; shift > 12; shift -= 9)
		phys = table(info, phys)[vaddr >> shift & (ENTRIES - 1)];
	return &table(info, phys)[vaddr >> 12 & (ENTRIES - 1)];
}

void fault_open(const struct boot_info *info, uint64_t vaddr)
{
	uint64_t phys = cpu_cr(3);

	for (unsigned int shift = 39; shift >= 12; shift -= 9) {
		uint64_t *entry = &table(info, phys)[vaddr >> shift &
						     (ENTRIES - 1)];

		*entry |= PTE_USER;
		phys = *entry;
	}
	cpu_forget_page(vaddr);
}

static void invalid_opcode(void)
{
	__asm__ volatile("ud2" : : : "memory");
}

/* The APIC's registers take the place of the graphics memory's first page. */
void fault_nmi(const struct boot_info *info)
{
	volatile uint32_t *apic = (volatile uint32_t *)VGA_WINDOW;

	*fault_entry(info, VGA_WINDOW) = APIC | PTE_PRESENT | PTE_WRITE | PTE_PCD;
	cpu_forget_page(VGA_WINDOW);
	apic[APIC_TARGET / 4] = apic[0x20 / 4];
	apic[APIC_COMMAND / 4] = APIC_NMI;
	for (;;)
		__asm__ volatile("pause");
}

/* The loader's IDT, as far as the gate of a vector. */
static void cut_idt(unsigned int last)
{
	struct cpu_table idt = {
		.limit = (uint16_t)(16 * last + 15),
		.base = (const void *)entry_state.idtr.base,
	};

	__asm__ volatile("lidt %0" : : "m"(idt));
}

void fault_gate(const struct boot_info *info)
{
	(void)info;
	cut_idt(31);
	__asm__ volatile("int $0x80");
}

/* The fault of a gate that is not there cannot be delivered either. */
void fault_double(const struct boot_info *info)
{
	(void)info;
	cut_idt(12);
	__asm__ volatile("int $0x80");
}

void fault_gdt(const struct boot_info *info)
{
	static const uint64_t gdt[] = {
		0, 0x00af9b000000ffff, 0x00cf93000000ffff,
	};
	struct cpu_table pointer = { sizeof(gdt) - 1, gdt };

	(void)info;
	_Static_assert(SEL_CODE64 == 8 && SEL_DATA == 16, "as in layout.h");
	__asm__ volatile("lgdt %0" : : "m"(pointer));
	invalid_opcode();
}

void fault_reserved(const struct boot_info *info)
{
	*fault_entry(info, VGA_WINDOW) |= RESERVED_BIT;
	cpu_forget_page(VGA_WINDOW);
	*(volatile uint8_t *)VGA_WINDOW = 0;
}

void fault_wild_table(const struct boot_info *info)
{
	table(info, cpu_cr(3))[1] = NO_RAM | PTE_PRESENT | PTE_WRITE;
	*(volatile uint8_t *)PML4_SLOT = 0;
}

static void unmap(const struct boot_info *info, uint64_t vaddr)
{
	*fault_entry(info, vaddr) = 0;
	cpu_forget_page(vaddr);
}

void fault_no_screen(const struct boot_info *info)
{
	unmap(info, VGA_TEXT);
	invalid_opcode();
}

void fault_no_names(const struct boot_info *info)
{
	unmap(info, (uintptr_t)info->elf);
	invalid_opcode();
}

/*
 * Tables of our own that have the kernel, the stack and the loader's resident
 * part, but no physical memory; and where the screen should be lies, in a
 * global page, something else.
 */
void fault_tables(const struct boot_info *info)
{
	static uint64_t own[5][ENTRIES] __attribute__((aligned(PAGE_SIZE)));
	const uint64_t *loader = table(info, cpu_cr(3));
	const uint64_t *low = fault_entry(info, 0);
	uint64_t phys[5];

	for (unsigned int i = 0; i < 5; i++)
		phys[i] = walk(info, (uintptr_t)own[i]).paddr |
			  PTE_PRESENT | PTE_WRITE;
	for (unsigned int i = ENTRIES / 2; i < ENTRIES; i++)
		own[0][i] = loader[i];
	own[0][info->phys_offset >> 39 & (ENTRIES - 1)] = 0;
	own[0][0] = phys[1];
	own[1][0] = phys[2];
	own[2][0] = phys[3];
	for (unsigned int i = 0; i < ENTRIES; i++)
		own[3][i] = low[i];
	own[3][VGA_TEXT >> 12] = phys[4] | PTE_GLOBAL | PTE_NX;

	__asm__ volatile("mov %0, %%cr3\n\tmov %1, %%cr4"
			 : : "r"(phys[0] & PTE_ADDR), "r"(cpu_cr(4) | CR4_PGE)
			 : "memory");
	*(volatile uint8_t *)VGA_TEXT = 0;      /* so the TLB has it */
	*(volatile uint8_t *)info->phys_offset = 0;
}
