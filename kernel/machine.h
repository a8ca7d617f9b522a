/* SPDX-License-Identifier: 0BSD */
/*
 * machine.h - shows what the loader has told.
 */
#ifndef STAGECOACH_KERNEL_MACHINE_H
#define STAGECOACH_KERNEL_MACHINE_H

#include "boot_info.h"

void machine_print(const struct boot_info *info);
void machine_print_memory(const struct boot_info *info);

/* Where the time of the boot went. */
void machine_print_times(const struct boot_info *info);

#endif
