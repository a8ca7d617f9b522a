/* SPDX-License-Identifier: 0BSD */
/* info.h - boot_info: what the kernel is told. */
#ifndef STAGE2_INFO_H
#define STAGE2_INFO_H

#include "boot.h"

/* Makes boot_info in the window, complete but for the memory map. */
void info_build(struct boot *boot);

/*
 * The last step: frames that only the loader used are free again, and the
 * memory map, now final, goes into boot_info.
 */
void info_close(struct boot *boot);

#endif
