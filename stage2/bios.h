/* SPDX-License-Identifier: 0BSD */
/* bios.h - the one door to the BIOS. */
#ifndef STAGE2_BIOS_H
#define STAGE2_BIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"     /* REGS_* */

/* Registers for a BIOS call, in and out. Start from an initialiser: = { 0 }. */
struct bios_regs {
	uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
	uint32_t eflags;        /* out only */
	uint16_t ds, es;
};

/*
 * Runs `int vector` in real mode with the registers in *regs; writes the
 * registers and flags the BIOS returned back into *regs, which lies on the
 * stack. What the BIOS is to read or fill does not: it is in BIOS_BUF or
 * DISK_BUF.
 */
void bios_call(uint8_t vector, struct bios_regs *regs);

/*
 * The same for calls that take little: SI points to BIOS_BUF, the registers
 * that are not given are 0. True if carry came back clear.
 */
bool bios_ask(uint8_t vector, uint32_t eax, uint32_t ebx, uint32_t edx,
	      struct bios_regs *answer);

/* The carry flag: how most services say that they failed. */
static inline bool bios_failed(const struct bios_regs *regs)
{
	return regs->eflags & FLAG_CARRY;
}

static inline uint8_t bios_ah(const struct bios_regs *regs)
{
	return regs->eax >> 8;
}

_Static_assert(offsetof(struct bios_regs, eax) == REGS_EAX, "layout.h");
_Static_assert(offsetof(struct bios_regs, ebx) == REGS_EBX, "layout.h");
_Static_assert(offsetof(struct bios_regs, ecx) == REGS_ECX, "layout.h");
_Static_assert(offsetof(struct bios_regs, edx) == REGS_EDX, "layout.h");
_Static_assert(offsetof(struct bios_regs, esi) == REGS_ESI, "layout.h");
_Static_assert(offsetof(struct bios_regs, edi) == REGS_EDI, "layout.h");
_Static_assert(offsetof(struct bios_regs, ebp) == REGS_EBP, "layout.h");
_Static_assert(offsetof(struct bios_regs, eflags) == REGS_EFLAGS, "layout.h");
_Static_assert(offsetof(struct bios_regs, ds) == REGS_DS, "layout.h");
_Static_assert(offsetof(struct bios_regs, es) == REGS_ES, "layout.h");

#endif
