// SPDX-License-Identifier: 0BSD
/*
 * report.c - the fault reporter: one line that says which exception, where
 * and about which address, and the registers below it.
 *
 * Resident: it is armed from the loader's first 64-bit instruction until the
 * kernel loads an IDT of its own.
 */
#include <stdbool.h>

#include "console.h"
#include "cpu.h"
#include "io.h"
#include "report.h"

#define ERROR_CODES     0x60227d00u     /* vectors that push an error code */
#define PAGE_FAULT      14
#define PIC1_COMMAND    0x20
#define PIC_READ_ISR    0x0b
#define IRQ_VECTOR      8               /* where a BIOS has IRQ 0 to 7 */

static const char *vector_name(unsigned vector)
{
	static const char *const name[] = {
		"divide error", "debug", "NMI", "breakpoint", "overflow",
		"bound range", "invalid opcode", "no coprocessor",
		"double fault", "coprocessor overrun", "invalid TSS",
		"segment not present", "stack fault", "general protection",
		"page fault", "reserved", "x87 error", "alignment check",
		"machine check", "SIMD error", "virtualization",
		"control protection",
	};

	if (vector < sizeof(name) / sizeof(name[0]))
		return name[vector];
	return vector < 32 ? "reserved" : "interrupt";
}

/*
 * The BIOS leaves IRQ 0 to 7 on the vectors of exceptions 8 to 15. The PIC
 * knows whether it sent one.
 */
static bool is_irq(unsigned vector)
{
	if (vector < IRQ_VECTOR || vector >= IRQ_VECTOR + 8)
		return false;
	out8(PIC1_COMMAND, PIC_READ_ISR);
	return in8(PIC1_COMMAND) >> (vector - IRQ_VECTOR) & 1;
}

static void print_registers(const struct fault_registers *r,
			    const uint64_t *frame)
{
	console_print("RAX %016llx RBX %016llx RCX %016llx\n"
		      "RDX %016llx RSI %016llx RDI %016llx\n",
		      (unsigned long long)r->rax, (unsigned long long)r->rbx,
		      (unsigned long long)r->rcx, (unsigned long long)r->rdx,
		      (unsigned long long)r->rsi, (unsigned long long)r->rdi);
	console_print("RBP %016llx R8  %016llx R9  %016llx\n"
		      "R10 %016llx R11 %016llx R12 %016llx\n",
		      (unsigned long long)r->rbp, (unsigned long long)r->r8,
		      (unsigned long long)r->r9, (unsigned long long)r->r10,
		      (unsigned long long)r->r11, (unsigned long long)r->r12);
	console_print("R13 %016llx R14 %016llx R15 %016llx\n"
		      "RSP %016llx CS %04llx SS %04llx RFLAGS %08llx\n",
		      (unsigned long long)r->r13, (unsigned long long)r->r14,
		      (unsigned long long)r->r15, (unsigned long long)frame[3],
		      (unsigned long long)frame[1],
		      (unsigned long long)frame[4],
		      (unsigned long long)frame[2]);
}

_Noreturn void fault_report(const struct fault_registers *r)
{
	static bool busy;
	unsigned vector = r->vector + 128;
	bool has_code = vector < 32 && ERROR_CODES >> vector & 1;
	bool irq = is_irq(vector);
	const uint64_t *frame;

	/* A line interrupt pushes no error code, whatever its vector. */
	if (irq)
		has_code = false;
	frame = r->frame + has_code;

	if (busy)
		die("exception %u at 0x%llx while reporting one", vector,
		    (unsigned long long)frame[0]);
	busy = true;

	console_open();
	console_home();
	if (irq)
		console_print("stagecoach: interrupt from IRQ %u at 0x%llx, "
			      "and no handler\n", vector - IRQ_VECTOR,
			      (unsigned long long)frame[0]);
	else if (vector == PAGE_FAULT)
		console_print("stagecoach: exception 14 at 0x%llx, address "
			      "0x%llx (page fault, error code 0x%llx)\n",
			      (unsigned long long)frame[0],
			      (unsigned long long)cpu_cr2(),
			      (unsigned long long)r->frame[0]);
	else if (has_code)
		console_print("stagecoach: exception %u at 0x%llx (%s, error "
			      "code 0x%llx)\n", vector,
			      (unsigned long long)frame[0],
			      vector_name(vector),
			      (unsigned long long)r->frame[0]);
	else
		console_print("stagecoach: %s %u at 0x%llx (%s)\n",
			      vector < 32 ? "exception" : "vector", vector,
			      (unsigned long long)frame[0],
			      vector_name(vector));
	print_registers(r, frame);
	cpu_halt();
}

_Noreturn void fatal_loader(void)
{
	die("bad loader");
}
