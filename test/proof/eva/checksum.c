// SPDX-License-Identifier: 0BSD
/* checksum.c - the sum of any bytes, of each size up to 2 KiB. */
#include "checksum.h"
#include "eva.h"

#define MOST    2048

void eva_main(void)
{
	static unsigned char data[MOST];
	struct checksum sum = checksum_start();

	ANY(data);
	/*@ loop unroll 129; */
	for (size_t size = 0; size <= MOST; size += 16)
		checksum_add(&sum, data + MOST - size, size);
}
