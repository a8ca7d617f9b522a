// SPDX-License-Identifier: 0BSD
/* panic.c - two ways to fail: a check of one's own, and a fault. */

#include <stdbool.h>

#include "../out.h"
#include "boot_info.h"

_Noreturn void _start(const struct boot_info *info);

#define panic(text) panic_at(__FILE__, __LINE__, text)

_Noreturn static void panic_at(const char *file, unsigned int line,
			       const char *text)
{
	out("panic: ");
	out(text);
	out(" (");
	out(file);
	out(":");
	out_number(line);
	out(")\n");
	out_end(OUT_EXIT_FAILED);
}

static bool same(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == '\0')
			return true;
	return false;
}

/* From here on nothing is mapped, so that NULL with an offset faults, too. */
static void write_to_nowhere(void)
{
	*(volatile int *)0x10 = 1;
}

/* In the text segment, which nobody may write to. */
static void write_to_code(void)
{
	*(volatile char *)&_start = 0;
}

/* In the data segment, from which no code is run. */
static void run_data(void)
{
	static unsigned char ret[] = { 0xc3 };

	((void (*)(void))(uintptr_t)ret)();
}

static void divide(void)
{
	__asm__ volatile("div %b0" : : "r"(0) : "eax", "cc");
}

_Noreturn void _start(const struct boot_info *info)
{
	out_start();
	if (same(info->cmdline, "code"))
		write_to_code();
	else if (same(info->cmdline, "data"))
		run_data();
	else if (same(info->cmdline, "divide"))
		divide();
	else if (same(info->cmdline, "panic"))
		panic("the command line says so");
	else
		write_to_nowhere();
	out("This line is never reached.\n");
	out_end(OUT_EXIT_OK);
}
