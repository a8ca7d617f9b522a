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

/*@ // A table that lies somewhere, whole (a symbol has 24 bytes).
  @ predicate good_symbols{L}(struct elf64_symbols *s) =
  @         s->count * 24 <= OBJECT_MAX && s->names_size <= OBJECT_MAX &&
  @         \valid_read(s->symbol + (0 .. s->count * 24 - 1)) &&
  @         \valid_read(s->names + (0 .. s->names_size - 1));
  @
  @ // A string of the table's names, with its end.
  @ predicate ends_in_names{L}(struct elf64_symbols *s, char *name) =
  @         \exists integer i, k; 0 <= i <= k < s->names_size &&
  @         name == s->names + i && s->names[k] == 0;
  @*/

/*
 * Finds the symbol table of the ELF64 file of size bytes. False, and a table
 * without symbols, if there is none or it is not within the file.
 */
/*@ requires \valid_read((uint8_t *)file + (0 .. size - 1));
  @ requires size <= OBJECT_MAX && \valid(symbols);
  @ requires \separated(symbols, (uint8_t *)file + (0 .. size - 1));
  @ assigns *symbols;
  @ exits \false;
  @ ensures good: good_symbols(symbols);
  @ ensures none: \result == 0 ==> symbols->count == 0;
  @*/
bool elf64_symbols_open(const void *file, uint64_t size,
			struct elf64_symbols *symbols);

/*
 * The name of the function at an address (as linked), NULL if it is in none;
 * of several that begin at one place, the first of the table. *offset is how
 * far into the function the address is.
 */
/*@ requires \valid_read(symbols) && good_symbols(symbols) && \valid(offset);
  @ requires \separated(offset, symbols,
  @                     symbols->symbol + (0 .. symbols->count * 24 - 1),
  @                     symbols->names + (0 .. symbols->names_size - 1));
  @ assigns *offset;
  @ exits \false;
  @ ensures \result == \null || ends_in_names(symbols, \result);
  @ ensures \result != \null ==> *offset <= address;
  @*/
const char *elf64_symbols_find(const struct elf64_symbols *symbols,
			       uint64_t address, uint64_t *offset);

/*
 * The same for labels as assemblers and link scripts make them, of no type: the
 * nearest at or below the address, however far. So ask for functions first, and
 * only for addresses that are the program's.
 */
/*@ requires \valid_read(symbols) && good_symbols(symbols) && \valid(offset);
  @ requires \separated(offset, symbols,
  @                     symbols->symbol + (0 .. symbols->count * 24 - 1),
  @                     symbols->names + (0 .. symbols->names_size - 1));
  @ assigns *offset;
  @ exits \false;
  @ ensures \result == \null || ends_in_names(symbols, \result);
  @ ensures \result != \null ==> *offset <= address;
  @*/
const char *elf64_symbols_label(const struct elf64_symbols *symbols,
				uint64_t address, uint64_t *offset);

#endif
