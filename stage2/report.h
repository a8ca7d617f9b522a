/* SPDX-License-Identifier: 0BSD */
/* report.h - the fault reporter: what fault.asm hands to C. */
#ifndef STAGE2_REPORT_H
#define STAGE2_REPORT_H

#include <stdint.h>

#include "boot_info.h"

/* The fault stack as fault.asm leaves it, lowest address first. */
struct fault_registers {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t stub;          /* its return address: says which vector */
	uint64_t frame[6];      /* error code (only if the CPU gave one), then
				   RIP, CS, RFLAGS, RSP, SS */
};

/*
 * The kernel comes next: keeps what the reporter will want to know of it. cr3
 * are its tables, info is its boot_info (at the loader's address), ram_end the
 * end of physical memory.
 */
void report_arm(uint64_t cr3, const struct boot_info *info, uint64_t ram_end);

/* Says what happened, on the screen and COM1, and halts. */
_Noreturn void fault_report(const struct fault_registers *r);

#endif
