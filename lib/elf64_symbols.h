/* SPDX-License-Identifier: 0BSD */
/*
 * elf64_symbols.h - names of functions, from an ELF file's symbol table.
 *
 * For a kernel's backtrace: the file may be damaged, and whoever asks is in
 * trouble already. So nothing in it is taken on trust.
 */
#ifndef STAGECOACH_ELF64_SYMBOLS_H
#define STAGECOACH_ELF64_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/* The table, within the caller's file. All zero: a table without symbols. */
struct elf64_symbols {
	const uint8_t *symbol;
	uint64_t count;
	const char *names;
	uint64_t names_size;
};

/*
 * Finds the symbol table of the ELF64 file of size bytes. False, and a table
 * without symbols, if there is none or it is not within the file.
 */
bool elf64_symbols_open(const void *file, uint64_t size,
			struct elf64_symbols *symbols);

/*
 * The name of the function at an address (as linked), NULL if it is in none;
 * of several that begin at one place, the first of the table. *offset is how
 * far into the function the address is.
 */
const char *elf64_symbols_find(const struct elf64_symbols *symbols,
			       uint64_t address, uint64_t *offset);

/*
 * The same for labels as assemblers and link scripts make them, of no type: the
 * nearest at or below the address, however far. So ask for functions first, and
 * only for addresses that are the program's.
 */
const char *elf64_symbols_label(const struct elf64_symbols *symbols,
				uint64_t address, uint64_t *offset);

#endif
