/* SPDX-License-Identifier: 0BSD */
/*
 * backtrace.h - who called whom, by the chain of frame pointers, with names
 * if the image was made with `mkimage --symbols`.
 */
#ifndef STAGECOACH_KERNEL_BACKTRACE_H
#define STAGECOACH_KERNEL_BACKTRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot_info.h"
#include "interrupt.h"

/* Learns of the stack and of the symbols. Before this, a trace is short. */
void backtrace_init(const struct boot_info *info);

/* True for an address in the page below the stack, which is not mapped. */
bool backtrace_is_guard(uint64_t address);

/*
 * Prints a row for the instruction at rip, then one for each caller as of the
 * frame at rbp. That may be anything: only stacks are read.
 */
void backtrace_print(uint64_t rip, uint64_t rbp);

/* The same for an interrupted program, wherever in a function that was. */
void backtrace_print_interrupted(const struct interrupt_frame *frame);

#endif
