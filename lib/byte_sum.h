/* SPDX-License-Identifier: 0BSD */
/* byte_sum.h - the checksum of firmware tables: all bytes add up to 0. */
#ifndef STAGECOACH_BYTE_SUM_H
#define STAGECOACH_BYTE_SUM_H

#include <stddef.h>
#include <stdint.h>

/* The low 8 bits of the sum of data[0, size). */
static inline uint8_t byte_sum(const void *data, size_t size)
{
	const uint8_t *byte = data;
	uint8_t sum = 0;

	while (size > 0)
		sum = (uint8_t)(sum + byte[--size]);
	return sum;
}

#endif
