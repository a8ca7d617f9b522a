/* SPDX-License-Identifier: 0BSD */
/*
 * state.h - the processor as the loader left it: offsets in struct
 * entry_state, for entry.S and for C (check.h).
 */
#ifndef CONTRACT_STATE_H
#define CONTRACT_STATE_H

#define STATE_RSP       0
#define STATE_RETURN    8       /* the quadword at RSP */
#define STATE_RBP       16
#define STATE_RDI       24
#define STATE_RFLAGS    32
#define STATE_CR0       40
#define STATE_CR3       48
#define STATE_CR4       56
#define STATE_EFER      64
#define STATE_PAT       72
#define STATE_CS        80
#define STATE_SS        82
#define STATE_DS        84
#define STATE_ES        86
#define STATE_TR        88
#define STATE_FCW       90
#define STATE_MXCSR     92
#define STATE_GDTR      96
#define STATE_IDTR      106
#define STATE_SIZE      120

#endif
