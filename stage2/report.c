// SPDX-License-Identifier: 0BSD
/*
 * report.c - the fault reporter: one line that says which exception, where
 * and about which address; below it what that means, the registers, and who
 * called whom.
 *
 * Resident: it is armed from where stage2 has been summed, which is before the
 * first line of C, until the kernel loads an IDT of its own.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "console.h"
#include "cpu.h"
#include "elf64_symbols.h"
#include "fault.h"
#include "format.h"
#include "io.h"
#include "layout.h"
#include "paging.h"
#include "report.h"
#include "trace.h"

#define ERROR_CODES     0x60227d00u     /* vectors that push an error code */
#define PIC1_COMMAND    0x20
#define PIC2_COMMAND    0xa0
#define PIC_READ_ISR    0x0b
#define PORT_NMI_REASON 0x61            /* bit 7: parity, 6: an I/O device */
#define CODE_BYTES      8
#define STUB_SIZE       8               /* fault.asm's */
#define PUSH_RBP        0x55            /* how a function with a frame begins */
#define CALLERS_MAX     10              /* the line has to stay on a screen */
#define DONE            2               /* depth: nothing more is said */

/* The kernel that was entered; all 0 before. */
static struct {
	struct boot_info info;
	uint64_t ram_end;
	struct paging own;              /* tables that have physical memory:
					   as it got them, or the loader's */
} armed;

/* The tables that were in use, seen through the ones that are; and CR4. */
static struct paging tables;
static uint64_t cr4;

static char text[256] NOT_CLEARED;
static size_t length;

void report_arm(uint64_t cr3, const struct boot_info *info, uint64_t ram_end)
{
	memcpy(&armed.info, info, sizeof(armed.info));
	armed.ram_end = ram_end;
	armed.own.window = info->phys_offset;
	if (info->phys_offset == 0) {
		/* The window, with the kernel's file and the framebuffer. */
		memcpy(phys(LOADER_TABLES + PAGE_SIZE / 2),
		       phys(cr3 + PAGE_SIZE / 2), PAGE_SIZE / 2);
		cr3 = LOADER_TABLES;    /* where all is at its own address */
	}
	armed.own.root = cr3;
}

/* Adds to the text. */
__attribute__((format(printf, 1, 2)))
static void add(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	length += vformat(text + length, sizeof(text) - length, fmt, args);
	va_end(args);
}

static bool is_own_readable(const struct paging *pg, uint64_t phys_address)
{
	struct paging_walk page;

	return paging_walk(&armed.own, pg->window + phys_address, &page);
}

/*
 * Back to the tables that the kernel got: those of its own may lack the screen
 * and physical memory. Its address space is then read through these.
 */
static void change_tables(void)
{
	uint64_t cr3 = cpu_cr3();

	cr4 = cpu_cr4();
	if (armed.ram_end == 0)
		armed.own.root = cr3;   /* the loader's: all is identity */
	else if (cr3 != armed.own.root)
		cpu_change_tables(armed.own.root);
	tables.root = cr3;
	tables.window = armed.own.window;
	tables.readable = is_own_readable;
}

/*
 * The line that is being served by the PICs and comes to this vector, or -1.
 * The kernel may have moved their vectors; but the low three bits are the
 * line's.
 */
static int irq_of(unsigned int vector)
{
	unsigned int bit = vector & 7;

	out8(PIC2_COMMAND, PIC_READ_ISR);
	if (in8(PIC2_COMMAND) >> bit & 1)
		return 8 + (int)bit;
	out8(PIC1_COMMAND, PIC_READ_ISR);
	return in8(PIC1_COMMAND) >> bit & 1 ? (int)bit : -1;
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
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		console_print("%.3s %016llx%c", order[i].name,
			      (unsigned long long)value[order[i].at],
			      i % 3 == 2 ? '\n' : ' ');
	console_print("RSP %016llx CS %04llx SS %04llx RFLAGS %08llx\n"
		      "CR0 %016llx CR3 %016llx CR4 %016llx\n",
		      (unsigned long long)frame[3],
		      (unsigned long long)frame[1],
		      (unsigned long long)frame[4],
		      (unsigned long long)frame[2],
		      (unsigned long long)cpu_cr0(),
		      (unsigned long long)tables.root,
		      (unsigned long long)cr4);
}

/* The function at an address, NULL if that is unknown. */
static const char *find(uint64_t address, uint64_t *offset)
{
	struct elf64_symbols symbols;

	if (armed.info.elf == NULL)
		return NULL;            /* nor is there what knows symbols */
	elf64_symbols_open(armed.info.elf, armed.info.elf_size, &symbols);
	return elf64_symbols_find(&symbols,
				  address - armed.info.kernel_slide, offset);
}

static void print_place(uint64_t address)
{
	uint64_t offset;
	const char *name = find(address, &offset);

	console_print("  %016llx", (unsigned long long)address);
	if (name)
		console_print(" %.40s+0x%llx", name,
			      (unsigned long long)offset);
	console_print("\n");
}

/*
 * True if the code at rip has set up a frame, or may have. Compilers make none
 * for functions that neither call nor use the stack; at its first instruction
 * no function has one yet; and where no code is, none has run.
 */
static bool has_frame(uint64_t rip)
{
	uint64_t offset;
	uint8_t first;

	if (!trace_is_code(&tables, rip))
		return false;
	if (!find(rip, &offset))
		return true;
	return offset != 0 && trace_read(&tables, rip - offset, &first, 1) &&
	       first == PUSH_RBP;
}

/*
 * A return address is behind its call, which may be the last instruction of a
 * function that does not return: so the byte before it is looked up.
 */
static void print_callers(uint64_t rip, uint64_t rsp, uint64_t rbp)
{
	uint64_t address;
	unsigned int i = 0;

	console_print(armed.info.elf ? "backtrace:\n" :
		      "backtrace (names come with mkimage --symbols):\n");
	print_place(rip);
	if (!has_frame(rip) &&
	    trace_read(&tables, rsp, &address, sizeof(address)) &&
	    trace_is_code(&tables, address - 1)) {
		print_place(address - 1);
		i++;
	}
	for (; trace_caller(&tables, &rbp, &address); i++) {
		if (i == CALLERS_MAX) {
			console_print("  and more\n");
			return;
		}
		print_place(address - 1);
	}
	if (i == 0)
		console_print("  no callers (they need "
			      "-fno-omit-frame-pointer)\n");
}

static void print_code(const uint8_t *code)
{
	unsigned int i;

	console_print("code");
	for (i = 0; i < CODE_BYTES; i++)
		console_print(" %02x", code[i]);
	console_print("\n");
}

/*
 * A fault in the report: one line more, which may fault in its turn, and no
 * third. Nor is anything said of an NMI that comes to a machine that has
 * stopped.
 */
_Noreturn static void end_nested(unsigned int depth, unsigned int vector,
				 uint64_t rip)
{
	if (depth == 2) {
		length = 0;
		add("\nexception %u at 0x%llx while reporting one\n", vector,
		    (unsigned long long)rip);
		console_serial(text);
		console_screen(text);
	}
	cpu_halt();
}

/* To the return address that it got: to 0. */
static bool has_returned(const uint64_t *frame)
{
	return frame[0] == 0 && frame[3] == armed.info.stack_top;
}

/*
 * The first line: the face that docs/what-went-wrong.md and the runner know.
 * True if it is an exception, which may have more to it.
 */
static bool add_headline(unsigned int vector, bool has_code,
			 const struct fault_registers *r, const uint64_t *frame)
{
	bool expects_code = vector < FAULT_EXCEPTIONS &&
			    ERROR_CODES >> vector & 1;
	/* A line interrupt pushes no error code, whatever its vector. */
	bool may_be_irq = !has_code && (vector >= FAULT_EXCEPTIONS ||
					(vector >= 8 && vector < 16));
	unsigned long long rip = frame[0];
	int irq = may_be_irq ? irq_of(vector) : -1;
	bool is_exception = false;

	add("stagecoach: ");
	if (irq >= 0)
		add("interrupt from IRQ %d at 0x%llx, and no handler", irq,
		    rip);
	else if (has_returned(frame))
		add("the kernel returned from _start");
	else if (vector >= FAULT_EXCEPTIONS || (expects_code && !has_code))
		add("vector %u at 0x%llx (interrupt)", vector, rip);
	else {
		is_exception = true;
		add("exception %u at 0x%llx", vector, rip);
		if (vector == FAULT_PAGE)
			add(", address 0x%llx", (unsigned long long)cpu_cr2());
		add(" (%s", fault_name(vector));
		if (has_code)
			add(", error code 0x%llx",
			    (unsigned long long)r->frame[0]);
		add(")");
	}
	add("\n");
	return is_exception;
}

static void print_meaning(struct fault *f)
{
	struct paging_walk page;

	if (f->vector == FAULT_NMI)
		console_print("port 61h is 0x%x (bit 7: memory or bus error, "
			      "6: a device's)\n", in8(PORT_NMI_REASON));
	if (f->vector == FAULT_PAGE &&
	    (paging_walk(&tables, f->address, &page) ||
	     (armed.own.window != 0 && tables.root != armed.own.root &&
	      paging_walk(&armed.own, f->address, &page))))
		f->rights = page.flags;
	fault_explain(text, sizeof(text), f, &armed.info, armed.ram_end);
	if (text[0])
		console_print("%s\n", text);
}

_Noreturn void fault_report(const struct fault_registers *r)
{
	static unsigned int depth;
	/* The CPU aligns the stack, then pushes five words, or six. */
	bool has_code = (uintptr_t)r->frame % 16 == 0;
	const uint64_t *frame = r->frame + has_code;
	struct fault f = {
		.vector = (unsigned int)(r->stub - RESIDENT_STUBS) / STUB_SIZE,
		.code = has_code ? r->frame[0] : 0,
		.address = cpu_cr2(),
	};
	uint8_t code[CODE_BYTES] = { 0 };
	bool is_exception, has_bytes;

	if (depth++ > 0)
		end_nested(depth, f.vector, frame[0]);
	length = 0;
	is_exception = add_headline(f.vector, has_code, r, frame);
	/* COM1 works with any tables. */
	console_open();
	console_serial(text);
	change_tables();
	console_home();
	console_screen(text);

	has_bytes = trace_read(&tables, frame[0], code, sizeof(code));
	f.opcode = code[0];
	if (is_exception)
		print_meaning(&f);
	print_registers(r, frame);
	if (has_bytes)
		print_code(code);
	if (!has_returned(frame))
		print_callers(frame[0], frame[3], r->rbp);
	depth = DONE;
	cpu_halt();
}
