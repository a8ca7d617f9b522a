// SPDX-License-Identifier: 0BSD
/*
 * report.c - the fault reporter: one line that says which exception, where
 * and about which address, and the registers below it.
 *
 * Resident: it is armed from the loader's first 64-bit instruction until the
 * kernel loads an IDT of its own.
 */
#include <stdbool.h>
#include <stddef.h>

#include "console.h"
#include "cpu.h"
#include "io.h"
#include "report.h"

#define ERROR_CODES     0x60227d00u     /* vectors that push an error code */
#define EXCEPTIONS      32              /* vectors above are interrupts */
#define PAGE_FAULT      14
#define PIC1_COMMAND    0x20
#define PIC_READ_ISR    0x0b
#define IRQ_VECTOR      8               /* where a BIOS has IRQ 0 to 7 */

static const char *vector_name(unsigned vector)
{
	/* One string: a table of pointers would be as long as the text. */
	static const char names[] =
		"divide error\0" "debug\0" "NMI\0" "breakpoint\0" "overflow\0"
		"bound range\0" "invalid opcode\0" "no coprocessor\0"
		"double fault\0" "coprocessor overrun\0" "invalid TSS\0"
		"segment not present\0" "stack fault\0" "general protection\0"
		"page fault\0" "reserved\0" "x87 error\0" "alignment check\0"
		"machine check\0" "SIMD error\0" "virtualization\0"
		"control protection";
	const char *name = names;

	if (vector >= EXCEPTIONS)
		return "interrupt";
	for (; vector > 0 && name < names + sizeof(names); name++)
		if (*name == '\0')
			vector--;
	return name < names + sizeof(names) ? name : "reserved";
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

/* Three to a line. */
static void print_registers(const struct fault_registers *r,
			    const uint64_t *frame)
{
#define REGISTER(name, member) \
	{ name, offsetof(struct fault_registers, member) / sizeof(uint64_t) }
	static const struct {
		char name[3];
		uint8_t at;
	} order[] = {
		REGISTER("RAX", rax), REGISTER("RBX", rbx),
		REGISTER("RCX", rcx), REGISTER("RDX", rdx),
		REGISTER("RSI", rsi), REGISTER("RDI", rdi),
		REGISTER("RBP", rbp), REGISTER("R8 ", r8),
		REGISTER("R9 ", r9), REGISTER("R10", r10),
		REGISTER("R11", r11), REGISTER("R12", r12),
		REGISTER("R13", r13), REGISTER("R14", r14),
		REGISTER("R15", r15),
	};
#undef REGISTER
	const uint64_t *value = (const uint64_t *)r;
	unsigned i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		console_print("%.3s %016llx%c", order[i].name,
			      (unsigned long long)value[order[i].at],
			      i % 3 == 2 ? '\n' : ' ');
	console_print("RSP %016llx CS %04llx SS %04llx RFLAGS %08llx\n",
		      (unsigned long long)frame[3],
		      (unsigned long long)frame[1],
		      (unsigned long long)frame[4],
		      (unsigned long long)frame[2]);
}

_Noreturn void fault_report(const struct fault_registers *r)
{
	static bool busy;
	unsigned vector = r->vector + 128;
	bool irq = is_irq(vector);
	/* A line interrupt pushes no error code, whatever its vector. */
	bool has_code = !irq && vector < EXCEPTIONS &&
			ERROR_CODES >> vector & 1;
	const uint64_t *frame = r->frame + has_code;
	const char *kind = vector < EXCEPTIONS ? "exception" : "vector";
	unsigned number = vector;

	if (busy)
		die("exception %u at 0x%llx while reporting one", vector,
		    (unsigned long long)frame[0]);
	busy = true;

	console_open();
	console_home();
	if (irq) {
		kind = "interrupt from IRQ";
		number -= IRQ_VECTOR;
	}
	console_print("stagecoach: %s %u at 0x%llx", kind, number,
		      (unsigned long long)frame[0]);
	if (has_code && vector == PAGE_FAULT)
		console_print(", address 0x%llx",
			      (unsigned long long)cpu_cr2());
	if (irq)
		console_print(", and no handler\n");
	else if (has_code)
		console_print(" (%s, error code 0x%llx)\n",
			      vector_name(vector),
			      (unsigned long long)r->frame[0]);
	else
		console_print(" (%s)\n", vector_name(vector));
	print_registers(r, frame);
	cpu_halt();
}

_Noreturn void fatal_loader(void)
{
	die("bad loader");
}
