/* SPDX-License-Identifier: 0BSD */
/* symbols.h - which function of the kernel an address is in. */
#ifndef STAGECOACH_RUN_SYMBOLS_H
#define STAGECOACH_RUN_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes what is known of an address: "0xffffffff80000292 in idle+0x12", the
 * number alone for want of symbols, "0x7c00, outside the kernel". kernel is
 * the ELF file, which need not be well-formed.
 */
void symbols_describe(const char *kernel, uint64_t address, char *text,
		      size_t size);

#endif
