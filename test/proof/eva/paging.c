// SPDX-License-Identifier: 0BSD
/* paging.c - every address, by whether it is canonical. */
#include "eva.h"
#include "paging.h"

void eva_main(void)
{
	const uint64_t half = 1ull << 47;

	paging_canonical(BETWEEN(0, half - 1));
	paging_canonical(BETWEEN(half, INT64_MAX));
	paging_canonical(BETWEEN((uint64_t)INT64_MAX + 1, 0 - half - 1));
	paging_canonical(BETWEEN(0 - half, UINT64_MAX));
}
