/* SPDX-License-Identifier: 0BSD */
/*
 * contract.h - the contract kernel's verdict.
 */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include "boot_info.h"

/* From entry.S. */
_Noreturn void contract_main(const struct boot_info *info);

unsigned int checks_done(void);
unsigned int checks_failed(void);

#endif
