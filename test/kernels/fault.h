/* SPDX-License-Identifier: 0BSD */
/*
 * fault.h - faults that need other tables than the loader's, or a device. None
 * of these returns.
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

#endif
