// SPDX-License-Identifier: 0BSD
/* pie.c - a position-independent kernel: the loader corrects its pointers. */

#include "../out.h"
#include "boot_info.h"

_Noreturn void _start(const struct boot_info *info);

static void say_hello(void)
{
	out("Hello ");
}

static void say_world(void)
{
	out("from a table of pointers!\n");
}

/*
 * Code finds its data relative to where it runs. A pointer in the data cannot:
 * it is a number, so the linker leaves a note (R_X86_64_RELATIVE) for whoever
 * knows the address. Volatile, or the compiler would call them directly.
 */
static void (*const volatile table[])(void) = { say_hello, say_world };

_Noreturn void _start(const struct boot_info *info)
{
	uint64_t here = (uint64_t)&_start;

	out_start();
	for (unsigned int i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		table[i]();
	out("linked at ");
	out_hex(info->kernel_base - info->kernel_slide);
	out(", runs at ");
	out_hex(info->kernel_base);
	out_char('\n');
	if (here < info->kernel_base ||
	    here - info->kernel_base >= info->kernel_size)
		out_end(OUT_EXIT_FAILED);
	out_end(OUT_EXIT_OK);
}
