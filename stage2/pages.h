/* SPDX-License-Identifier: 0BSD */
/* pages.h - the page tables that the kernel starts with. */
#ifndef STAGE2_PAGES_H
#define STAGE2_PAGES_H

#include "boot.h"

/* Builds them from all that was loaded; returns the PML4's address. */
uint64_t pages_build(struct boot *boot);

#endif
