// SPDX-License-Identifier: 0BSD
/* elf64_reloc.c - words, read from each place in any bytes and put there. */
#include "../../../lib/elf64_reloc.c"
#include "eva.h"

#define MOST    64

void eva_main(void)
{
	static uint8_t bytes[MOST];
	static struct elf64_fault fault;

	ANY(bytes);
	get_word(bytes + BETWEEN(0, MOST - WORD));
	put_word(bytes + BETWEEN(0, MOST - WORD), BETWEEN(0, UINT64_MAX));
	elf64_no_fault(&fault);
}
