// SPDX-License-Identifier: 0BSD
/*
 * checksum.c - the sum of any bytes, of each size up to 2 KiB, and of whole
 * sectors, twice as many each time, up to a block's 64 KiB, the most that
 * lib/ sums at once.
 */
#include "checksum.h"
#include "eva.h"
#include "image.h"

#define EACH    2048
#define MOST    IMAGE_BLOCK_SIZE

void eva_main(void)
{
	static unsigned char data[MOST];
	struct checksum sum = checksum_start();

	ANY(data);
	/*@ loop unroll 129; */
	for (size_t size = 0; size <= EACH; size += 16)
		checksum_add(&sum, data + MOST - size, size);
	/*@ loop unroll 6; */
	for (size_t size = 2 * EACH; size <= MOST; size *= 2)
		checksum_add(&sum, data + MOST - size, size);
}
