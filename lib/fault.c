// SPDX-License-Identifier: 0BSD
/* fault.c - what an exception means, in words. */
#include <stdbool.h>

#include "fault.h"
#include "format.h"
#include "layout.h"

#define OPCODE          6
#define NO_COPROCESSOR  7
#define DOUBLE          8
#define SELECTORS       10      /* from here to GENERAL */
#define STACK           12
#define GENERAL         13

/* The error code of exceptions 10 to 13 (Intel SDM vol. 3, figure 6-7). */
#define CODE_EXTERNAL   1
#define CODE_IDT        2
#define CODE_LDT        4

const char *fault_name(unsigned int vector)
{
	/* One string: a table of pointers would be as long as the text. */
	static const char names[] =
		"divide error\0" "debug\0" "NMI\0" "breakpoint\0" "overflow\0"
		"bound range\0" "invalid opcode\0" "no coprocessor\0"
		"double fault\0" "coprocessor overrun\0" "invalid TSS\0"
		"segment not present\0" "stack fault\0" "general protection\0"
		"page fault\0" "spurious IRQ 7\0" "x87 error\0"
		"alignment check\0" "machine check\0" "SIMD error\0"
		"virtualization\0" "control protection";
	const char *name = names;

	if (vector >= FAULT_EXCEPTIONS)
		return "interrupt";
	for (; vector > 0 && name < names + sizeof(names); name++)
		if (*name == '\0')
			vector--;
	return name < names + sizeof(names) ? name : "reserved";
}

static bool in(uint64_t address, uint64_t base, uint64_t size)
{
	return address - base < size;
}

/* What is mapped there. */
static const char *mapped(uint64_t address, uint64_t rights,
			  const struct boot_info *info)
{
	if (in(address, RESIDENT_TEXT, RESIDENT_END - RESIDENT_TEXT))
		return "the loader's resident part";
	if (in(address, info->stack_base, info->stack_top - info->stack_base))
		return "the stack";
	if (!in(address, info->kernel_base, info->kernel_size))
		return "memory";
	if (!(rights & PTE_PRESENT))
		return "the kernel";
	if (rights & PTE_WRITE)
		return "the kernel's data";
	return rights & PTE_NX ? "the kernel's constants (.rodata)" :
				 "the kernel's code (.text)";
}

/* True if address is where the loader maps, or would map, physical memory. */
static bool is_physical(uint64_t address, const struct boot_info *info,
			uint64_t ram_end)
{
	uint64_t offset = info->phys_offset;

	return offset != 0 && (in(address, offset, PML4_SLOT) ||
			       in(address, offset, ram_end));
}

/* Why nothing is mapped there: a format for a number that goes with it. */
static const char *unmapped(uint64_t address, const struct boot_info *info,
			    uint64_t ram_end, uint64_t *number)
{
	if (address < PAGE_SIZE)
		return "page 0, a NULL pointer";
	if (ram_end == 0)               /* the loader's own fault */
		return "not mapped";
	if (in(address, info->stack_base - PAGE_SIZE, PAGE_SIZE))
		return "the guard page below the stack: an overflow";
	if (in(address, info->kernel_base, info->kernel_size))
		return "not mapped, between the kernel's segments";
	if (is_physical(address, info, ram_end))
		address -= info->phys_offset;
	else if (address < ram_end) {
		*number = info->phys_offset;
		return *number == 0 ? "not mapped" :
		       "not mapped; physical memory is, from 0x%llx on";
	} else if ((address ^ info->stack_base) < PML4_SLOT) {
		return "not mapped, between stack, boot_info and modules";
	}
	*number = address;
	if (address >> 47)
		return "not mapped";
	return address < ram_end ? "not mapped: 0x%llx is not RAM" :
				   "not mapped: 0x%llx is above RAM";
}

/* "write to 0x10: page 0, a NULL pointer" */
static void explain_page(char *text, size_t size, const struct fault *f,
			 const struct boot_info *info, uint64_t ram_end)
{
	uint64_t code = f->code, number = 0;
	const char *what;
	size_t n;

	n = format(text, size, "%s%s 0x%llx: ", code & FAULT_USER ?
		   "user mode: " : "", code & FAULT_FETCH ? "execution of" :
		   code & FAULT_WRITE ? "write to" : "read from",
		   (unsigned long long)f->address);
	if (n >= size)
		return;
	text += n;
	size -= n;
	if (code & FAULT_RESERVED)
		format(text, size, "a page table entry has a reserved bit set");
	else if (code & FAULT_PRESENT)
		format(text, size, f->rights & PTE_PRESENT ?
		       "%s, mapped R%c%c" : "%s",
		       mapped(f->address, f->rights, info),
		       f->rights & PTE_WRITE ? 'W' : '-',
		       f->rights & PTE_NX ? '-' : 'X');
	else if (f->rights & PTE_PRESENT)
		format(text, size, "not mapped; the loader's tables have it");
	else {
		what = unmapped(f->address, info, ram_end, &number);
		format(text, size, what, (unsigned long long)number);
	}
}

/* What the error code of exceptions 10 to 13 names. */
static void explain_selector(char *text, size_t size, uint64_t code)
{
	const char *external = code & CODE_EXTERNAL ?
		", while an interrupt was delivered" : "";

	if (code & CODE_IDT)
		format(text, size, "gate %u of the IDT%s",
		       (unsigned int)code >> 3, external);
	else
		format(text, size, "selector 0x%x of the %s%s",
		       (unsigned int)code & ~7u,
		       code & CODE_LDT ? "LDT" : "GDT", external);
}

static const char *hint(const struct fault *f)
{
	switch (f->vector) {
	case OPCODE:
		/* VEX and EVEX prefixes. */
		return f->opcode == 0xc4 || f->opcode == 0xc5 ||
		       f->opcode == 0x62 ?
		       "AVX: it needs CR4.OSXSAVE and XCR0" : "";
	case NO_COPROCESSOR:
		return "x87 or SSE, and CR0 has TS or EM set";
	case DOUBLE:
		return "an exception that could not be delivered";
	case STACK:
		return "an address in the stack that is not canonical";
	case GENERAL:
		return "an address that is not canonical, or what the CPU "
		       "forbids";
	default:
		return "";
	}
}

void fault_explain(char *text, size_t size, const struct fault *f,
		   const struct boot_info *info, uint64_t ram_end)
{
	if (f->vector == FAULT_PAGE)
		explain_page(text, size, f, info, ram_end);
	else if (f->vector >= SELECTORS && f->vector <= GENERAL && f->code)
		explain_selector(text, size, f->code);
	else
		format(text, size, "%s", hint(f));
}
