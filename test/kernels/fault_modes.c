// SPDX-License-Identifier: 0BSD
// fault_modes.c - faults of code that is not 64-bit kernel code: 32-bit code,
// which has instructions that 64-bit code lacks, and user code.

#include "check.h"
#include "cpu.h"
#include "fault.h"
#include "layout.h"     /* SEL_*, VGA_WINDOW */
#include "paging.h"     /* PTE_* */

#define USER_CODE       0x00affb000000ffffull   /* descriptors of ring 3 */
#define USER_DATA       0x00cff3000000ffffull
#define RING3           3
#define CR0_AM          0x40000ull
#define RFLAGS_AC       0x40000u
#define BOUNDS          0x100                   /* where in the page */

static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* Code in the place of the graphics memory's first page, for 32-bit
   addresses. */
static void place(const struct boot_info *info, const uint8_t *code,
		  size_t size)
{
	for (size_t i = 0; i < size; i++)
		page[i] = code[i];
	*fault_entry(info, VGA_WINDOW) = walk(info, (uintptr_t)page).paddr |
					 PTE_PRESENT;
	cpu_forget_page(VGA_WINDOW);
}

static void far_return(unsigned int selector)
{
	__asm__ volatile("push %0\n\t"
			 "push %1\n\t"
			 "lretq"
			 : : "r"((uint64_t)selector),
			 "r"((uint64_t)VGA_WINDOW) : "memory");
}

void fault_into(const struct boot_info *info)
{
	static const uint8_t code[] = {
		0xb8, 0xff, 0xff, 0xff, 0x7f,   /* mov eax, 0x7fffffff */
		0x40,                           /* inc eax */
		0xce,                           /* into */
		0x0f, 0x0b,                     /* ud2 */
	};

	place(info, code, sizeof(code));
	far_return(SEL_CODE32);
}

void fault_bound(const struct boot_info *info)
{
	static const uint8_t code[] = {
		0xb8, 0x05, 0x00, 0x00, 0x00,   /* mov eax, 5 */
		/* bound eax, [VGA_WINDOW + BOUNDS] */
		0x62, 0x05, 0x00, BOUNDS >> 8, VGA_WINDOW >> 16, 0x00,
		0x0f, 0x0b,                     /* ud2 */
	};

	page[BOUNDS + 4] = 4;                   /* from 0 to 4 */
	place(info, code, sizeof(code));
	far_return(SEL_CODE32);
}

/* To the page, in ring 3 and with these flags. */
static void enter_user(const struct boot_info *info, uint64_t rflags)
{
	uint64_t *gdt = (uint64_t *)entry_state.gdtr.base;

	gdt[SEL_CODE16 / 8] = USER_CODE;
	gdt[SEL_DATA16 / 8] = USER_DATA;
	fault_open(info, VGA_WINDOW);
	__asm__ volatile("push %0\n\t"
			 "push %1\n\t"
			 "push %2\n\t"
			 "push %3\n\t"
			 "push %1\n\t"
			 "iretq"
			 : : "r"((uint64_t)SEL_DATA16 | RING3),
			 "r"((uint64_t)VGA_WINDOW), "r"(rflags),
			 "r"((uint64_t)SEL_CODE16 | RING3) : "memory");
}

/* Reads what only the kernel may. */
void fault_user(const struct boot_info *info)
{
	static const uint8_t code[] = {
		0x48, 0xc7, 0xc0, 0x00, 0x00, 0x00, 0x80, /* rax = -2 GiB */
		0x8a, 0x00,                     /* mov al, [rax] */
		0x0f, 0x0b,                     /* ud2 */
	};

	place(info, code, sizeof(code));
	enter_user(info, 2);
}

/* Only ring 3 has its addresses checked. */
void fault_alignment(const struct boot_info *info)
{
	static const uint8_t code[] = {
		0x8b, 0x05, 0xff, 0x00, 0x00, 0x00, /* mov eax, [rip + 0xff] */
		0x0f, 0x0b,                     /* ud2 */
	};

	place(info, code, sizeof(code));
	__asm__ volatile("mov %0, %%cr0"
			 : : "r"(cpu_cr(0) | CR0_AM) : "memory");
	enter_user(info, 2 | RFLAGS_AC);
}
