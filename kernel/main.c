// SPDX-License-Identifier: 0BSD
// main.c - the example kernel, step by step: says hello, shows what the loader
// told it, takes the machine over, and echoes what is typed.

#include <stdbool.h>
#include <stddef.h>

#include "backtrace.h"
#include "boot_info.h"
#include "console.h"
#include "cpu.h"
#include "facts.h"
#include "gdt.h"
#include "interrupt.h"
#include "keyboard.h"
#include "machine.h"
#include "pit.h"
#include "printk.h"
#include "selftest.h"

#define TICKS_PER_SECOND        100
#define TICKS_TOLD              10

/* Where the loader jumps to; the link script names it. */
_Noreturn void _start(const struct boot_info *info);

static bool is_known(const struct boot_info *info)
{
	return info->magic == BOOT_INFO_MAGIC &&
	       info->version == BOOT_INFO_VERSION;
}

static void echo(int c)
{
	if (c == '\b' || c == 0x7f)             /* terminals send DEL */
		printk("\b \b");
	else
		printk("%c", c == '\r' ? '\n' : c);
}

/* All that is left to do comes with interrupts, of which the timer is one. */
_Noreturn static void serve(void)
{
	bool told = false;

	for (;;) {
		int c;

		if (!told && pit_ticks() >= TICKS_TOLD) {
			printk("Interrupts: %d ticks at %d Hz. Type:\n",
			       TICKS_TOLD, TICKS_PER_SECOND);
			told = true;
		}
		/* What comes in after this look ends the wait at once. */
		cpu_interrupts_off();
		c = console_get();
		if (c < 0)
			cpu_wait();
		cpu_interrupts_on();
		if (c >= 0)
			echo(c);
	}
}

_Noreturn void _start(const struct boot_info *info)
{
	console_open(is_known(info) ? info : NULL);
	if (!is_known(info)) {
		printk("This kernel speaks version %d of Stagecoach's boot "
		       "protocol; its loader does not.\n", BOOT_INFO_VERSION);
		cpu_halt();
	}

	console_color(LIGHT_CYAN, BLACK);
	printk("Hello World!\n");
	console_color(LIGHT_GREY, BLACK);
	machine_print(info);
	machine_print_memory(info);
	machine_print_times(info);
	facts_print(info);

	/* From here on our own tables, so that a fault gets our own report. */
	backtrace_init(info);
	gdt_init();
	interrupt_init();

	pit_init(TICKS_PER_SECOND);
	keyboard_init();
	cpu_interrupts_on();

	selftest_run(info);
	serve();
}
