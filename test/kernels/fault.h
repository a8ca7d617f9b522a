/* SPDX-License-Identifier: 0BSD */
/*
 * fault.h - faults that need more than an instruction. None of these returns,
 * unless the machine does not raise the exception.
 */
#ifndef CONTRACT_FAULT_H
#define CONTRACT_FAULT_H

#include "boot_info.h"

void fault_nmi(const struct boot_info *info);           /* from the APIC */
void fault_gate(const struct boot_info *info);          /* beyond the IDT */
void fault_double(const struct boot_info *info);
void fault_gdt(const struct boot_info *info);   /* with a GDT of our own */
void fault_reserved(const struct boot_info *info);      /* a reserved bit */
void fault_wild_table(const struct boot_info *info);    /* a table nowhere */
void fault_no_screen(const struct boot_info *info);     /* and one more, in */
void fault_no_names(const struct boot_info *info);      /* the report */
void fault_tables(const struct boot_info *info);        /* with our own */

/* fault_cpu.c */
void fault_step(const struct boot_info *info);          /* TF is set */
void fault_watch(const struct boot_info *info);         /* DR0 watches */
void fault_tss(const struct boot_info *info);           /* too short */
void fault_absent(const struct boot_info *info);        /* a segment */
void fault_absent_stack(const struct boot_info *info);  /* the stack's */
void fault_delivery(const struct boot_info *info);      /* its gate is absent */
void fault_x87_error(const struct boot_info *info);
void fault_sse_error(const struct boot_info *info);
void fault_machine_check(const struct boot_info *info); /* from outside */
void fault_int(const struct boot_info *info);   /* vector=N, by software */
void fault_raise(const struct boot_info *info); /* vector=N code=N, likewise */

/* fault_modes.c: from 32-bit code, from user code. */
void fault_into(const struct boot_info *info);
void fault_bound(const struct boot_info *info);
void fault_user(const struct boot_info *info);
void fault_alignment(const struct boot_info *info);

/* The entry of a small page that is mapped. */
uint64_t *fault_entry(const struct boot_info *info, uint64_t vaddr);

/* Lets user code have such a page: each table on the way to it has a say. */
void fault_open(const struct boot_info *info, uint64_t vaddr);

#endif
