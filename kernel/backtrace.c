// SPDX-License-Identifier: 0BSD
// backtrace.c - who called whom, by the chain of frame pointers.

#include "backtrace.h"

#include <stddef.h>

#include "elf64_symbols.h"
#include "gdt.h"
#include "layout.h"     /* PAGE_SIZE */
#include "printk.h"

#define ROWS_MAX        12      /* the registers have to stay on the screen */

/* What a function with a frame pointer pushes first (System V ABI, 3.2.2). */
struct frame {
	uint64_t caller_rbp;
	uint64_t return_address;
};

static struct elf64_symbols symbols;
static uint64_t slide;
static uint64_t stack_base, stack_top;

void backtrace_init(const struct boot_info *info)
{
	stack_base = info->stack_base;
	stack_top = info->stack_top;
	slide = info->kernel_slide;
	elf64_symbols_open(info->elf, info->elf_size, &symbols);
}

bool backtrace_is_guard(uint64_t address)
{
	return address < stack_base && stack_base - address <= PAGE_SIZE;
}

static bool is_frame(uint64_t address)
{
	if (address % sizeof(uint64_t) != 0)
		return false;
	if (gdt_is_stack(address, sizeof(struct frame)))
		return true;
	return address >= stack_base && address < stack_top &&
	       stack_top - address >= sizeof(struct frame);
}

static void print_row(uint64_t address)
{
	uint64_t offset;
	const char *name = elf64_symbols_find(&symbols, address - slide,
					      &offset);

	printk("  %016llx", (unsigned long long)address);
	if (name != NULL)
		printk(" %.40s+0x%llx", name, (unsigned long long)offset);
	printk("\n");
}

/*
 * A return address is behind its call, which may be the last instruction of a
 * function that does not return: so the byte before it is looked up.
 */
void backtrace_print(uint64_t rip, uint64_t rbp)
{
	printk(symbols.count > 0 ? "backtrace:\n" :
	       "backtrace (names come with mkimage --symbols):\n");
	print_row(rip);
	for (int row = 1; is_frame(rbp); row++) {
		const struct frame *f = (const struct frame *)rbp;

		if (f->return_address == 0)
			return;
		if (row == ROWS_MAX) {
			printk("  and more\n");
			return;
		}
		print_row(f->return_address - 1);
		/* Callers are further up, unless this stack is borrowed. */
		if (f->caller_rbp <= rbp && !gdt_is_stack(rbp, sizeof(*f)))
			return;
		rbp = f->caller_rbp;
	}
}
