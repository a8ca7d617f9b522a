// SPDX-License-Identifier: 0BSD
// panic.c - the kernel cannot go on.

#include "panic.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "backtrace.h"
#include "console.h"
#include "cpu.h"
#include "printk.h"

void panic_begin(void)
{
	static bool reporting;

	cpu_interrupts_off();
	console_fresh_row();
	if (reporting) {
		printk("another fault while reporting this one\n");
		cpu_halt();
	}
	reporting = true;
	console_color(WHITE, RED);
}

_Noreturn void panic_at(const char *file, int line, const char *fmt, ...)
{
	const uint64_t *frame = __builtin_frame_address(0);
	va_list args;

	panic_begin();
	printk("panic at %s:%d: ", file, line);
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	printk("\n");
	console_color(LIGHT_GREY, BLACK);
	backtrace_print(frame[1] - 1, frame[0]);
	cpu_halt();
}
