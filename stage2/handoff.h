/* SPDX-License-Identifier: 0BSD */
/* handoff.h - the one door out. */
#ifndef STAGE2_HANDOFF_H
#define STAGE2_HANDOFF_H

#include <stddef.h>
#include <stdint.h>

#include "layout.h"     /* HANDOFF_* */

struct handoff {
	uint64_t cr3;           /* the kernel's page tables */
	uint64_t entry;         /* virtual */
	uint64_t stack;         /* its top; the 8 bytes below are 0 */
	uint64_t info;          /* virtual, for RDI */
	uint64_t efer;          /* LME, LMA; NXE and SCE if the CPU has them */
	uint64_t keep_mxcsr;    /* not 0: leave MXCSR as it is */
};

/* Sets the machine's state as the contract has it and enters the kernel. */
_Noreturn void handoff(const struct handoff *h);

_Static_assert(offsetof(struct handoff, cr3) == HANDOFF_CR3, "layout.h");
_Static_assert(offsetof(struct handoff, entry) == HANDOFF_ENTRY, "layout.h");
_Static_assert(offsetof(struct handoff, stack) == HANDOFF_STACK, "layout.h");
_Static_assert(offsetof(struct handoff, info) == HANDOFF_INFO, "layout.h");
_Static_assert(offsetof(struct handoff, efer) == HANDOFF_EFER, "layout.h");
_Static_assert(offsetof(struct handoff, keep_mxcsr) == HANDOFF_KEEP_MXCSR,
	       "layout.h");

#endif
