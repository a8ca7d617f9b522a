// SPDX-License-Identifier: 0BSD
/* elf64_words.c - the words for any number, be it an error or not. */
#include <limits.h>

#include "elf64.h"
#include "eva.h"

static void words(int err)
{
	elf64_strerror(err);
	elf64_name(err);
}

/* Any of count + 1 numbers. */
static int from(int first, long long count)
{
	return (int)(first + (long long)BETWEEN(0, count));
}

void eva_main(void)
{
	/*@ loop unroll 100; */
	for (int err = ELF64_ERR_BASE + 1; err < ELF64_ERR_END; err++)
		words(err);
	words(from(ELF64_ERR_END, (long long)INT_MAX - ELF64_ERR_END));
	words(from(INT_MIN, (long long)ELF64_ERR_BASE - INT_MIN));
}
