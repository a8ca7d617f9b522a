// SPDX-License-Identifier: 0BSD
// backtrace.c - who called whom, by the chain of frame pointers.

#include "backtrace.h"

#include <stddef.h>

#include "elf64_symbols.h"
#include "gdt.h"
#include "layout.h"     /* PAGE_SIZE */
#include "printk.h"

#define ROWS_MAX        10      /* the registers have to stay on the screen */
#define PUSH_RBP        0x55    /* how a function with a frame begins */

/* What a function with a frame pointer pushes first (System V ABI, 3.2.2). */
struct frame {
	uint64_t caller_rbp;
	uint64_t return_address;
};

static struct elf64_symbols symbols;
static uint64_t kernel_base, slide;
static uint64_t stack_base, stack_top;

void backtrace_init(const struct boot_info *info)
{
	stack_base = info->stack_base;
	stack_top = info->stack_top;
	kernel_base = info->kernel_base;
	slide = info->kernel_slide;
	elf64_symbols_open(info->elf, info->elf_size, &symbols);
}

bool backtrace_is_guard(uint64_t address)
{
	return address < stack_base && stack_base - address <= PAGE_SIZE;
}

static bool on_stack(uint64_t address, uint64_t size)
{
	if (address % sizeof(uint64_t) != 0)
		return false;
	if (gdt_is_stack(address, size))
		return true;
	return address >= stack_base && address < stack_top &&
	       stack_top - address >= size;
}

static const char *find(uint64_t address, uint64_t *offset)
{
	return elf64_symbols_find(&symbols, address - slide, offset);
}

static void print_row(uint64_t address)
{
	uint64_t offset;
	const char *name = find(address, &offset);

	printk("  %016llx", (unsigned long long)address);
	if (name != NULL)
		printk(" %.40s+0x%llx", name, (unsigned long long)offset);
	printk("\n");
}

static void print_head(void)
{
	printk(symbols.count > 0 ? "backtrace:\n" :
	       "backtrace (names come with mkimage --symbols):\n");
}

/*
 * A return address is behind its call, which may be the last instruction of a
 * function that does not return: so the byte before it is looked up.
 */
static void print_callers(uint64_t rbp)
{
	for (int row = 0; on_stack(rbp, sizeof(struct frame)); row++) {
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

void backtrace_print(uint64_t rip, uint64_t rbp)
{
	print_head();
	print_row(rip);
	print_callers(rbp);
}

/*
 * True if the code at rip has set up a frame. gcc makes none for functions that
 * neither call nor use the stack; at its first instruction no function has one
 * yet; and a call to where no function is has not come to that.
 */
static bool has_frame(uint64_t rip)
{
	uint64_t offset;

	if (find(rip, &offset) == NULL || rip - offset < kernel_base)
		return false;
	return offset != 0 && *(const uint8_t *)(rip - offset) == PUSH_RBP;
}

/*
 * Where there is no frame, the stack should hold the return address and nothing
 * else yet. 0 if it does not look like one.
 */
static uint64_t frameless_caller(uint64_t rip, uint64_t rsp)
{
	uint64_t offset, caller;

	if (has_frame(rip) || !on_stack(rsp, sizeof(caller)))
		return 0;
	caller = *(const uint64_t *)rsp;
	return find(caller - 1, &offset) != NULL ? caller : 0;
}

void backtrace_print_interrupted(const struct interrupt_frame *frame)
{
	uint64_t caller = frameless_caller(frame->rip, frame->rsp);

	print_head();
	print_row(frame->rip);
	if (caller != 0)
		print_row(caller - 1);
	print_callers(frame->rbp);
}
