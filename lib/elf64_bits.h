/* SPDX-License-Identifier: 0BSD */
/*
 * elf64_bits.h - what the elf64*.c share and nobody else needs: the file's
 * structures, range checks, making a fault.
 */
#ifndef STAGECOACH_ELF64_BITS_H
#define STAGECOACH_ELF64_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf64.h"      /* struct elf64_fault */

/*
 * What a file has may lie at any address; numbers are little-endian there, as
 * they are in memory.
 */
#define ELF64_ANYWHERE  __attribute__((packed, may_alias))

/*
 * True if [at, at + n) lies in [base, base + size); none of it can wrap. n is
 * not 0, and base + size not above 2^64.
 */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures n != 0 && base + size <= ADDRESSES ==>
  @         (\result != 0 <==> within(base, size, at, n));
  @*/
static inline bool elf64_within(uint64_t base, uint64_t size, uint64_t at,
				uint64_t n)
{
	return at - base < size && size - (at - base) >= n;
}

/* The ELF header, by the names of the System V ABI. */
struct elf64_ehdr {
	uint32_t magic;         /* e_ident from here ... */
	uint8_t class;
	uint8_t data;
	uint8_t ident_version;
	uint8_t abi;
	uint64_t padding;       /* ... to here */
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct elf64_ehdr) == ELF64_HEADER_SIZE, "Elf64_Ehdr");

#define PT_LOAD         1
#define PT_DYNAMIC      2
#define PT_INTERP       3
#define PT_NOTE         4
#define PT_TLS          7
#define PT_GNU_PROPERTY 0x6474e553u

struct elf64_phdr {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;         /* never looked at */
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
} ELF64_ANYWHERE;

_Static_assert(sizeof(struct elf64_phdr) == ELF64_PHDR_SIZE, "Elf64_Phdr");

/* The reserved range that [vaddr, vaddr + size) touches, NULL if none. */
/*@ assigns \nothing;
  @ exits \false;
  @ ensures size != 0 && vaddr + size <= ADDRESSES && \result == \null ==>
  @         unreserved(vaddr, size);
  @ ensures \result == \null || \valid_read(\result);
  @*/
const struct elf64_reserved *elf64_find_reserved(uint64_t vaddr,
						 uint64_t size);

/*
 * True if a segment holds nothing that a kernel misses: only ELF header,
 * program headers and notes, byte for byte, and read-only.
 */
/*@ requires \valid_read(header) && \valid_read(p) &&
  @         \valid_read(phdrs + (0 .. header->phnum - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
bool elf64_is_dispensable(const struct elf64_header *header,
			  const struct elf64_phdr *phdrs,
			  const struct elf64_phdr *p);

/* Nothing is wrong so far: no segment, all values 0. */
/*@ requires \valid(fault);
  @ assigns *fault;
  @ exits \false;
  @*/
void elf64_no_fault(struct elf64_fault *fault);

/*
 * Fills in the first two values of *fault; the others, and its segment, are
 * for the caller to set before. Returns err.
 */
/*@ requires \valid(fault);
  @ assigns fault->value[0 .. 1];
  @ exits \false;
  @ ensures \result == err;
  @*/
static inline int elf64_refuse(struct elf64_fault *fault, int err,
			       uint64_t value0, uint64_t value1)
{
	fault->value[0] = value0;
	fault->value[1] = value1;
	return err;
}

#endif
