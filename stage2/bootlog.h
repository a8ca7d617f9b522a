/* SPDX-License-Identifier: 0BSD */
/* bootlog.h - what the loader saw and chose, in lines for the kernel. */
#ifndef STAGE2_BOOTLOG_H
#define STAGE2_BOOTLOG_H

#include "boot.h"

/* Each adds what is known by then to boot->log. */
void bootlog_machine(struct boot *boot);        /* CPU, memory */
void bootlog_disk(struct boot *boot);           /* drive, image */
void bootlog_kernel(struct boot *boot);         /* kernel, and how it came */

#endif
