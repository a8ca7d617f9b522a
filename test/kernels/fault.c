// SPDX-License-Identifier: 0BSD
// fault.c - breaks a rule on purpose: the loader's fault reporter is to say
// what happened. Each of these ends the kernel.

#include "fault.h"

#include "check.h"
#include "cpu.h"

#define PIC1_MASK       0x21
#define PIC2_MASK       0xa1
#define CMOS_INDEX      0x70
#define CMOS_DATA       0x71
#define RTC_B           0x0b
#define RTC_C           0x0c
#define RTC_PERIODIC    0x40

#define NOT_CANONICAL   0x8000000000000000ull
#define MIB             0x100000ull

static void store(uint64_t address)
{
	*(volatile uint8_t *)address = 0;
}

static void divide(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
}

static void breakpoint(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("int3");
}

static void invalid(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("ud2");
}

/* vzeroupper, which the loader has not enabled. */
static void avx(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile(".byte 0xc5, 0xf8, 0x77");
}

static void x87(const struct boot_info *info)
{
	uint64_t cr0 = cpu_cr(0) | 8;           /* TS */

	(void)info;
	__asm__ volatile("mov %0, %%cr0\n\tfninit" : : "r"(cr0));
}

static void protection(const struct boot_info *info)
{
	(void)info;
	store(NOT_CANONICAL);
}

static void selector(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("mov %0, %%ds" : : "r"(0x1238));
}

static void local_selector(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("mov %0, %%ds" : : "r"(0x14));
}

static void software(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("int $14");
}

static void null(const struct boot_info *info)
{
	(void)info;
	store(0x10);
}

static void jump(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("xor %%eax, %%eax\n\tjmp *%%rax" : : : "rax");
}

static void call(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("xor %%eax, %%eax\n\tcall *%%rax" : : : "rax");
}

/* As `return` in a _start that is written in C. */
static void leave(const struct boot_info *info)
{
	__asm__ volatile("mov %0, %%rsp\n\tret" : :
			 "r"(info->stack_top - 8) : "memory");
}

static void text(const struct boot_info *info)
{
	(void)info;
	store((uintptr_t)_start);
}

static void rodata(const struct boot_info *info)
{
	static const uint64_t constant = 1;

	(void)info;
	store((uintptr_t)&constant);
}

static void execute(const struct boot_info *info)
{
	static uint8_t code[] = { 0xc3 };       /* ret */

	(void)info;
	__asm__ volatile("call *%0" : : "r"(code) : "memory");
}

static void push_at(uint64_t rsp)
{
	__asm__ volatile("mov %0, %%rsp\n\tpush %%rax" : : "r"(rsp) : "memory");
}

static void overflow(const struct boot_info *info)
{
	push_at(info->stack_base);
}

static void bad_stack(const struct boot_info *info)
{
	(void)info;
	push_at(0x5000);
}

static void wild_stack(const struct boot_info *info)
{
	(void)info;
	push_at(NOT_CANONICAL);
}

static void above_ram(const struct boot_info *info)
{
	store(info->phys_offset + 0x6000000000);
}

static void hole(const struct boot_info *info)
{
	store(info->phys_offset + 0xfee00000);
}

static void device(const struct boot_info *info)
{
	(void)info;
	store(0xfee00000);
}

static void physical(const struct boot_info *info)
{
	(void)info;
	store(2 * MIB);
}

static void window(const struct boot_info *info)
{
	store(info->stack_top);
}

/* The timer's line, on vector 8. */
static void irq0(const struct boot_info *info)
{
	(void)info;
	outb(PIC1_MASK, 0xfe);
	__asm__ volatile("sti\n1:\thlt\n\tjmp 1b");
}

/* The clock's line, on vector 70h. */
static void irq8(const struct boot_info *info)
{
	(void)info;
	outb(CMOS_INDEX, RTC_B);
	outb(CMOS_DATA, inb(CMOS_DATA) | RTC_PERIODIC);
	outb(CMOS_INDEX, RTC_C);
	inb(CMOS_DATA);
	outb(PIC1_MASK, 0xfb);
	outb(PIC2_MASK, 0xfe);
	__asm__ volatile("sti\n1:\thlt\n\tjmp 1b");
}

static void wild_frame(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("mov %0, %%rbp\n\tud2" : : "r"(NOT_CANONICAL));
}

/* A chain that never ends: a frame that is its own caller. */
static void loop(const struct boot_info *info)
{
	static uint64_t frame[2];

	(void)info;
	frame[0] = (uintptr_t)frame;
	frame[1] = (uintptr_t)_start + 1;
	__asm__ volatile("mov %0, %%rbp\n\tud2" : : "r"(frame) : "memory");
}

/* Through this, each call is one; gcc would make a copy for the first few. */
static void deeper(unsigned int levels);
static void (*volatile next)(unsigned int levels) = deeper;

static void deeper(unsigned int levels)
{
	if (levels > 0)
		next(levels - 1);
	else
		__asm__ volatile("ud2");
	__asm__ volatile("");           /* not the last: no jump of the call */
}

static void deep(const struct boot_info *info)
{
	(void)info;
	next(20);
}

static const struct {
	const char *name;
	void (*provoke)(const struct boot_info *info);
} faults[] = {
	{ "divide", divide }, { "breakpoint", breakpoint },
	{ "invalid", invalid }, { "avx", avx }, { "x87", x87 },
	{ "protection", protection }, { "selector", selector },
	{ "local-selector", local_selector }, { "software", software },
	{ "null", null }, { "jump", jump }, { "call", call },
	{ "return", leave }, { "text", text }, { "rodata", rodata },
	{ "execute", execute }, { "overflow", overflow },
	{ "bad-stack", bad_stack }, { "wild-stack", wild_stack },
	{ "above-ram", above_ram }, { "hole", hole }, { "device", device },
	{ "physical", physical }, { "window", window },
	{ "irq0", irq0 }, { "irq8", irq8 },
	{ "wild-frame", wild_frame }, { "loop", loop }, { "deep", deep },
	{ "nmi", fault_nmi }, { "gate", fault_gate },
	{ "double", fault_double }, { "gdt", fault_gdt },
	{ "reserved", fault_reserved }, { "wild-table", fault_wild_table },
	{ "no-screen", fault_no_screen }, { "no-names", fault_no_names },
	{ "tables", fault_tables },
	{ "step", fault_step }, { "watch", fault_watch },
	{ "tss", fault_tss }, { "absent", fault_absent },
	{ "absent-stack", fault_absent_stack },
	{ "delivery", fault_delivery },
	{ "x87-error", fault_x87_error }, { "sse-error", fault_sse_error },
	{ "machine-check", fault_machine_check },
	{ "int", fault_int }, { "raise", fault_raise },
	{ "into", fault_into }, { "bound", fault_bound },
	{ "user", fault_user }, { "alignment", fault_alignment },
};

static bool wanted(const struct boot_info *info, const char *name)
{
	const char *word = option_text(info, "fault");

	while (*name != '\0')
		if (*word++ != *name++)
			return false;
	return *word == ' ' || *word == '\0';
}

void provoke_fault(const struct boot_info *info)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (wanted(info, faults[i].name))
			faults[i].provoke(info);
	check("fault: is reported", false, 0);
}
