/* SPDX-License-Identifier: 0BSD */
/*
 * interrupt.h - what every interrupt has in common: the table, the frame on
 * the stack, and who handles which line.
 */
#ifndef STAGECOACH_KERNEL_INTERRUPT_H
#define STAGECOACH_KERNEL_INTERRUPT_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"     /* FRAME_RIP */

#define EXCEPTIONS      32              /* vectors 0 to 31 are the CPU's own */
#define IRQ_LINES       16              /* of the two interrupt controllers */
#define IRQ_VECTOR      EXCEPTIONS      /* of line 0; the others follow */
#define VECTORS         (IRQ_VECTOR + IRQ_LINES)

/*
 * The interrupted program, as vectors.asm puts it on the stack, the lowest
 * address first. From rip on the CPU has pushed it.
 */
struct interrupt_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector;
	uint64_t error;                 /* 0 for vectors without error code */
	uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(offsetof(struct interrupt_frame, rip) == FRAME_RIP,
	       "vectors.asm reads it there");
_Static_assert(sizeof(struct interrupt_frame) % 16 == 0,
	       "vectors.asm keeps the stack aligned with it");

/* The first instruction of each vector (vectors.asm). */
extern const uint64_t vector_entry[VECTORS];

/* Where they all lead to (vectors.asm calls it). */
void interrupt_dispatch(struct interrupt_frame *frame);

/* Loads the IDT. Interrupts stay off; all lines are masked. */
void interrupt_init(void);

/* Calls handler when the line is raised, with interrupts off. */
void interrupt_handle(unsigned int line, void (*handler)(void));

#endif
