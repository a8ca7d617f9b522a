/* SPDX-License-Identifier: 0BSD */
/*
 * gdt.h - the kernel's segments, and the stacks that interrupts may ask for.
 */
#ifndef STAGECOACH_KERNEL_GDT_H
#define STAGECOACH_KERNEL_GDT_H

#include <stdbool.h>
#include <stdint.h>

/* Selectors. */
#define GDT_CODE        0x08
#define GDT_DATA        0x10
#define GDT_TSS         0x18            /* two entries */

/*
 * Stacks of the interrupt stack table, by number: for what can strike when the
 * stack in use is not fit to take a frame.
 */
enum {
	IST_NONE = 0,                   /* stay on the one in use */
	IST_DOUBLE_FAULT = 1,
	IST_NMI = 2,
	IST_MACHINE_CHECK = 3,
};

/* Loads GDT, segment registers and TSS. */
void gdt_init(void);

/* True if the size bytes at an address lie in one of these stacks. */
bool gdt_is_stack(uint64_t address, uint64_t size);

#endif
