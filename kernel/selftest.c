// SPDX-License-Identifier: 0BSD
// selftest.c - breaks things on purpose. Each fault is a function of its own,
// so that a backtrace has something to name.

#include "selftest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmdline.h"
#include "interrupt.h"
#include "panic.h"
#include "storm.h"

#define NOT_CANONICAL   0x8000000000000000
#define NO_SELECTOR     0x1238          /* beyond the end of the GDT */
#define TRAP_FLAG       0x100

/* vectors.asm */
void vector_raise(unsigned int vector, uint64_t error);

#define PROVOKE static __attribute__((noinline)) void

PROVOKE divide(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
}

PROVOKE single_step(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("pushfq\n\t"
			 "orq %0, (%%rsp)\n\t"
			 "popfq\n\t"
			 "nop" : : "i"(TRAP_FLAG) : "memory", "cc");
}

PROVOKE breakpoint(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("int3");
}

PROVOKE invalid_opcode(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("ud2");
}

/* To the guard page, where there is no room for the frame of any fault. */
PROVOKE overflow_stack(const struct boot_info *info)
{
	(void)info;
	/* The operand makes gcc keep a frame, which it would leave out here. */
	__asm__ volatile("1: pushq $0\n\t"
			 "jmp 1b"
			 : : "r"(__builtin_frame_address(0)) : "memory");
}

PROVOKE load_selector(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("movl %0, %%fs" : : "r"(NO_SELECTOR));
}

PROVOKE not_canonical(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("movb (%0), %%al"
			 : : "r"(NOT_CANONICAL) : "rax", "memory");
}

PROVOKE read_null(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("movb 16(%0), %%al"
			 : : "r"(0ull) : "rax", "memory");
}

PROVOKE write_null(const struct boot_info *info)
{
	(void)info;
	__asm__ volatile("movb $0, 16(%0)" : : "r"(0ull) : "memory");
}

PROVOKE write_text(const struct boot_info *info)
{
	(void)info;
	*(volatile uint8_t *)(uintptr_t)write_text = 0;
}

PROVOKE execute_data(const struct boot_info *info)
{
	static uint8_t code[] = { 0xc3 };       /* ret */

	(void)info;
	((void (*)(void))(uintptr_t)code)();
}

static const struct {
	const char *name;
	void (*provoke)(const struct boot_info *info);
} faults[] = {
	{ "divide", divide },
	{ "debug", single_step },
	{ "breakpoint", breakpoint },
	{ "ud", invalid_opcode },
	{ "double", overflow_stack },
	{ "selector", load_selector },
	{ "gp", not_canonical },
	{ "page", write_null },
	{ "read", read_null },
	{ "text", write_text },
	{ "execute", execute_data },
};

static bool is_same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

static void fault(const char *name, const struct boot_info *info)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (is_same(faults[i].name, name))
			faults[i].provoke(info);
	panic("fault=%s: no fault", name);
}

/* A number in front of something else; the text goes on behind it. */
static uint64_t number(const char **text, unsigned int base)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	for (;; (*text)++) {
		unsigned int digit = 0;

		while (digit < base && digits[digit] != **text)
			digit++;
		if (digit == base)
			return value;
		value = value * base + digit;
	}
}

static void raise(const char *text)
{
	uint64_t vector = number(&text, 10);
	uint64_t error = *text++ == ',' ? number(&text, 16) : 0;

	if (vector >= EXCEPTIONS)
		panic("raise=%llu: no exception", (unsigned long long)vector);
	vector_raise((unsigned int)vector, error);
}

void selftest_run(const struct boot_info *info)
{
	char value[32];

	if (cmdline_find(info->cmdline, "storm", value, sizeof(value)))
		storm_run();
	if (cmdline_find(info->cmdline, "fault", value, sizeof(value)))
		fault(value, info);
	if (cmdline_find(info->cmdline, "raise", value, sizeof(value)))
		raise(value);
	if (cmdline_find(info->cmdline, "panic", value, sizeof(value)))
		panic("%s", value[0] != '\0' ? value :
		      "asked for on the command line");
}
