// SPDX-License-Identifier: 0BSD
/* elf64_symbols.c - each place in a file of any bytes, as each structure. */
#include "../../../lib/elf64_symbols.c"
#include "eva.h"

#define MOST    128

static uint8_t file[MOST];

static void read_at(size_t at)
{
	if (at + sizeof(struct elf64_ehdr) <= MOST)
		header_at(file + at);
	if (at + sizeof(struct elf64_shdr) <= MOST)
		section_at(file + at);
	if (at + sizeof(struct elf64_sym) <= MOST)
		symbol_at(file + at);
}

void eva_main(void)
{
	ANY(file);
	/*@ loop unroll 128; */
	for (size_t at = 0; at < MOST; at++)
		read_at(at);
}
