/* SPDX-License-Identifier: 0BSD */
/*
 * bytes.acsl.h - what contracts say about bytes in memory, in ACSL.
 */
#ifndef STAGECOACH_BYTES_ACSL_H
#define STAGECOACH_BYTES_ACSL_H

#include <stdint.h>

/* No object of gcc's or clang's is larger (PTRDIFF_MAX). */
#define OBJECT_MAX      0x7fffffffffffffff

/*@
// Two pointers into one buffer, to not before from.
predicate good_part(uint8_t *from, uint8_t *to) =
	\base_addr(from) == \base_addr(to) && 0 <= to - from <= OBJECT_MAX;

// n bytes from p on lie in the memory of size bytes.
predicate lies_in{L}(uint8_t *p, integer n, uint8_t *memory, integer size) =
	\base_addr(p) == \base_addr(memory) &&
	0 <= p - memory && p - memory + n <= size;
*/

#endif
