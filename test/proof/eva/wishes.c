// SPDX-License-Identifier: 0BSD
/*
 * wishes.c - any bytes as a kernel's wishes: each size of what is at hand up
 * to 128 bytes. What this version knows of the struct is the first 64.
 */
#include "../../../lib/wishes.c"
#include "eva.h"

#define MOST    128

void eva_main(void)
{
	static uint8_t data[MOST];
	static struct boot_wishes wishes;
	static struct wishes_fault fault;

	wishes_none(&wishes);
	ANY(data);
	/*@ loop unroll 129; */
	for (size_t size = 0; size <= MOST; size++) {
		const uint8_t *start = data + MOST - size;

		wishes_find(start, size);
		wishes_read(start, size, &wishes, &fault);
		if (size >= sizeof(wishes))
			wishes_are_newer(start, size);
	}
}
