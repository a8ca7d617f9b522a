/* SPDX-License-Identifier: 0BSD */
/*
 * panic.h - the kernel cannot go on.
 */
#ifndef STAGECOACH_KERNEL_PANIC_H
#define STAGECOACH_KERNEL_PANIC_H

/* Prints where and why (as printk), a backtrace, and halts. */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

_Noreturn void panic_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The beginning of any last report: interrupts off, a new row, its colours. A
 * fault within a report ends here: it would only bring the next one.
 */
void panic_begin(void);

#endif
