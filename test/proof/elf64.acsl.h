/* SPDX-License-Identifier: 0BSD */
/*
 * elf64.acsl.h - what the contracts of lib/elf64 speak of, in ACSL.
 */
#ifndef STAGECOACH_ELF64_ACSL_H
#define STAGECOACH_ELF64_ACSL_H

#include "bytes.acsl.h"
#include "layout.h"

/* How many addresses there are, 2^64: an end may be this, a start may not. */
#define ADDRESSES       0x10000000000000000
/* Half of those that 48 bits with their sign can name: 2^47. */
#define CANONICAL_HALF  0x800000000000

/*
 * Segment i: in one half of the address space, its bytes in the file, clear of
 * elf64_reserved unless the kernel is position-independent. A macro, as the
 * provers find what stands in a quantifier itself, and not behind a name.
 */
#define GOOD(s, i, file_size, pie) \
	(in_memory((s)[i].vaddr, (s)[i].memsz) && \
	 (s)[i].filesz <= (s)[i].memsz && \
	 in_file((s)[i].offset, (s)[i].filesz, file_size) && \
	 ((pie) != 0 || unreserved((s)[i].vaddr, (s)[i].memsz)))

/* Where the chunks of a kernel's memory lie. */
extern uint8_t *any_kernel_memory;
extern uint64_t any_kernel_size;

/*@
predicate in_kernel{L}(uint8_t *p, integer n) =
	lies_in(p, n, any_kernel_memory, any_kernel_size);

// What C says of uint64_t (C11 6.2.5, 9), and WP only where nothing wraps.
axiomatic Wraps {
	axiom wraps_below: \forall integer x; -ADDRESSES <= x < 0 ==>
		(uint64_t)x == x + ADDRESSES;
	axiom wraps_above: \forall integer x; ADDRESSES <= x < 2 * ADDRESSES ==>
		(uint64_t)x == x - ADDRESSES;
}

predicate canonical(integer x) =
	0 <= x < CANONICAL_HALF || ADDRESSES - CANONICAL_HALF <= x < ADDRESSES;

// [base, base + size) is not empty, and lies in one of the two halves of the
// address space.
predicate in_memory(integer base, integer size) =
	size > 0 && canonical(base) && canonical(base + size - 1) &&
	(base < CANONICAL_HALF <==> base + size <= CANONICAL_HALF);

// So many bytes at offset lie in the file, if any are wanted.
predicate in_file(integer offset, integer size, integer file_size) =
	size == 0 || 0 <= offset && offset + size <= file_size;

// [at, at + n) lies in [base, base + size).
predicate within(integer base, integer size, integer at, integer n) =
	base <= at && at + n <= base + size;

predicate apart(integer base, integer size, integer from, integer to) =
	base + size <= from || to <= base;

// Clear of elf64_reserved.
predicate unreserved(integer base, integer size) =
	apart(base, size, 0, RESIDENT_END) &&
	apart(base, size, VGA_WINDOW, VGA_WINDOW_END);
*/

#endif
