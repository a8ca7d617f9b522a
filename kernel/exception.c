// SPDX-License-Identifier: 0BSD
// exception.c - the report of an exception (Intel SDM vol. 3, 6.15).

#include "exception.h"

#include <stdbool.h>

#include "backtrace.h"
#include "console.h"
#include "cpu.h"
#include "panic.h"
#include "printk.h"

/* How an error code is to be read. */
enum code { NO_CODE, ALWAYS_ZERO, SELECTOR, PAGE, CONTROL, NUMBER };

static const struct {
	const char *mnemonic;
	const char *name;
	enum code code;
} exceptions[EXCEPTIONS] = {
	{ "#DE", "divide error", NO_CODE },
	{ "#DB", "debug", NO_CODE },
	{ "NMI", "non-maskable interrupt", NO_CODE },
	{ "#BP", "breakpoint", NO_CODE },
	{ "#OF", "overflow", NO_CODE },
	{ "#BR", "bound range exceeded", NO_CODE },
	{ "#UD", "invalid opcode", NO_CODE },
	{ "#NM", "no coprocessor", NO_CODE },
	{ "#DF", "double fault", ALWAYS_ZERO },
	{ "#09", "coprocessor segment overrun", NO_CODE },
	{ "#TS", "invalid TSS", SELECTOR },
	{ "#NP", "segment not present", SELECTOR },
	{ "#SS", "stack segment fault", SELECTOR },
	{ "#GP", "general protection", SELECTOR },
	{ "#PF", "page fault", PAGE },
	{ "#15", "reserved", NO_CODE },
	{ "#MF", "x87 error", NO_CODE },
	{ "#AC", "alignment check", ALWAYS_ZERO },
	{ "#MC", "machine check", NO_CODE },
	{ "#XM", "SIMD error", NO_CODE },
	{ "#VE", "virtualization", NO_CODE },
	{ "#CP", "control protection", CONTROL },
	{ "#22", "reserved", NO_CODE },
	{ "#23", "reserved", NO_CODE },
	{ "#24", "reserved", NO_CODE },
	{ "#25", "reserved", NO_CODE },
	{ "#26", "reserved", NO_CODE },
	{ "#27", "reserved", NO_CODE },
	{ "#HV", "hypervisor injection", NO_CODE },
	{ "#VC", "VMM communication", NUMBER },
	{ "#SX", "security", NUMBER },
	{ "#31", "reserved", NO_CODE },
};

/* What a bit of a page fault's error code says, set or clear. */
static const struct {
	unsigned int bit;
	const char *set;
	const char *clear;
} page_bits[] = {
	{ 0, "page present", "page not present" },
	{ 1, "write", "read" },
	{ 2, "user mode", "kernel mode" },
	{ 3, "reserved bit set in a page table", NULL },
	{ 4, "instruction fetch", NULL },
	{ 5, "protection key", NULL },
	{ 6, "shadow stack", NULL },
	{ 7, "HLAT paging", NULL },
	{ 15, "SGX", NULL },
};

static void explain_page(uint64_t error)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(page_bits) / sizeof(page_bits[0]); i++) {
		const char *text = error >> page_bits[i].bit & 1 ?
				   page_bits[i].set : page_bits[i].clear;

		if (text == NULL)
			continue;
		printk("%s%s", comma, text);
		comma = ", ";
	}
}

#define SELECTOR_EXTERNAL       1       /* while delivering an interrupt */
#define SELECTOR_IDT            2       /* else bit 2: LDT or GDT */
#define SELECTOR_LDT            4

static void explain_selector(uint64_t error)
{
	const char *table = error & SELECTOR_LDT ? "LDT" : "GDT";

	if (error & SELECTOR_IDT)
		table = "IDT";
	if (error >> 3 != 0 || error & SELECTOR_IDT)
		printk("entry %llu of the %s",
		       (unsigned long long)error >> 3, table);
	else
		printk("not about a segment");
	if (error & SELECTOR_EXTERNAL)
		printk(", while an interrupt was delivered");
}

static void explain_control(uint64_t error)
{
	static const char *const causes[] = {
		"unknown cause", "near return", "far return", "no ENDBR",
		"RSTORSSP", "SETSSBSY",
	};
	uint64_t cause = error & 0x7fff;

	printk("%s%s", causes[cause < 6 ? cause : 0],
	       error >> 15 & 1 ? ", in an enclave" : "");
}

static void print_error(enum code code, uint64_t error)
{
	if (code == NO_CODE)
		return;
	printk("error code 0x%llx: ", (unsigned long long)error);
	switch (code) {
	case SELECTOR:
		explain_selector(error);
		break;
	case PAGE:
		explain_page(error);
		break;
	case CONTROL:
		explain_control(error);
		break;
	case ALWAYS_ZERO:
		printk(error == 0 ? "as always" : "has to be 0");
		break;
	default:
		printk("of the exception's own kind");
	}
	printk("\n");
}

static void print_registers(const struct interrupt_frame *f)
{
	const struct {
		const char *name;
		uint64_t value;
	} r[] = {
		{ "RAX", f->rax }, { "RBX", f->rbx }, { "RCX", f->rcx },
		{ "RDX", f->rdx }, { "RSI", f->rsi }, { "RDI", f->rdi },
		{ "RBP", f->rbp }, { "RSP", f->rsp }, { "R8 ", f->r8 },
		{ "R9 ", f->r9 }, { "R10", f->r10 }, { "R11", f->r11 },
		{ "R12", f->r12 }, { "R13", f->r13 }, { "R14", f->r14 },
		{ "R15", f->r15 }, { "RIP", f->rip }, { "CR2", cpu_cr(2) },
	};

	for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++)
		printk("%s %016llx%s", r[i].name,
		       (unsigned long long)r[i].value,
		       i % 3 == 2 ? "\n" : "   ");
	printk("CS %04llx SS %04llx RFLAGS %08llx CR0 %08llx CR3 %09llx "
	       "CR4 %06llx\n", (unsigned long long)f->cs,
	       (unsigned long long)f->ss, (unsigned long long)f->rflags,
	       (unsigned long long)cpu_cr(0), (unsigned long long)cpu_cr(3),
	       (unsigned long long)cpu_cr(4));
}

/*
 * A fault for which the stack has no room becomes a double fault; then CR2 is
 * where the frame should have gone.
 */
static bool is_overflow(const struct interrupt_frame *f)
{
	return (f->vector == VECTOR_DOUBLE_FAULT ||
		f->vector == VECTOR_PAGE_FAULT) &&
	       backtrace_is_guard(cpu_cr(2));
}

_Noreturn void exception_report(const struct interrupt_frame *f)
{
	enum code code = exceptions[f->vector].code;

	panic_begin();
	printk("exception %llu (%s, %s) at %016llx\n",
	       (unsigned long long)f->vector, exceptions[f->vector].mnemonic,
	       exceptions[f->vector].name, (unsigned long long)f->rip);
	console_color(LIGHT_GREY, BLACK);
	print_error(code, f->error);
	if (f->vector == VECTOR_PAGE_FAULT)
		printk("address %016llx\n", (unsigned long long)cpu_cr(2));
	if (is_overflow(f))
		printk("the stack has overflowed into its guard page\n");
	print_registers(f);
	backtrace_print_interrupted(f);
	cpu_halt();
}
