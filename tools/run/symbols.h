/* SPDX-License-Identifier: 0BSD */
/* symbols.h - which function of the kernel an address is in. */
#ifndef STAGECOACH_RUN_SYMBOLS_H
#define STAGECOACH_RUN_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does it wish for KASLR? Then its addresses are not those of the file. */
bool symbols_are_moved(const char *kernel);

/*
 * Writes what is known of an address: "0xffffffff80000292 in idle+0x12", the
 * number alone for want of symbols, "0x7c00, outside the kernel". kernel is
 * the ELF file, which need not be well-formed. mappings is what QEMU's `info
 * mem` says, for a kernel that KASLR has moved; where it does not tell, as
 * under tables of the kernel's own, there is the number alone.
 */
void symbols_describe(const char *kernel, const char *mappings,
		      uint64_t address, char *text, size_t size);

#endif
