/* SPDX-License-Identifier: 0BSD */
/*
 * elf64_bits.h - what the elf64*.c share and nobody else needs: little-endian
 * numbers at any address, range checks, program headers, making a fault.
 */
#ifndef STAGECOACH_ELF64_BITS_H
#define STAGECOACH_ELF64_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf64.h"      /* struct elf64_fault */

/* Compilers make one load or store of each of these. */
static inline uint16_t elf64_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t elf64_get32(const uint8_t *p)
{
	return elf64_get16(p) | (uint32_t)elf64_get16(p + 2) << 16;
}

static inline uint64_t elf64_get64(const uint8_t *p)
{
	return elf64_get32(p) | (uint64_t)elf64_get32(p + 4) << 32;
}

static inline void elf64_put64(uint8_t *p, uint64_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
	p[4] = (uint8_t)(value >> 32);
	p[5] = (uint8_t)(value >> 40);
	p[6] = (uint8_t)(value >> 48);
	p[7] = (uint8_t)(value >> 56);
}

/* True if [at, at + n) lies in [base, base + size); none of it can wrap. */
static inline bool elf64_within(uint64_t base, uint64_t size, uint64_t at,
				uint64_t n)
{
	return at >= base && at - base <= size && size - (at - base) >= n;
}

/* Offsets in a program header. p_paddr, at 24, is never looked at. */
#define P_TYPE          0
#define P_FLAGS         4
#define P_OFFSET        8
#define P_VADDR         16
#define P_FILESZ        32
#define P_MEMSZ         40
#define P_ALIGN         48

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
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

/* Entry i of a table of program headers at any address. */
static inline struct elf64_phdr elf64_get_phdr(const uint8_t *phdrs, int i)
{
	const uint8_t *p = phdrs + (size_t)i * ELF64_PHDR_SIZE;

	return (struct elf64_phdr){
		.type = elf64_get32(p + P_TYPE),
		.flags = elf64_get32(p + P_FLAGS),
		.offset = elf64_get64(p + P_OFFSET),
		.vaddr = elf64_get64(p + P_VADDR),
		.filesz = elf64_get64(p + P_FILESZ),
		.memsz = elf64_get64(p + P_MEMSZ),
		.align = elf64_get64(p + P_ALIGN),
	};
}

/* The reserved range that [vaddr, vaddr + size) touches, NULL if none. */
const struct elf64_reserved *elf64_find_reserved(uint64_t vaddr,
						 uint64_t size);

/*
 * True if a segment holds nothing that a kernel misses: only ELF header,
 * program headers and notes, byte for byte, and read-only.
 */
bool elf64_is_dispensable(const struct elf64_header *header,
			  const uint8_t *phdrs, const struct elf64_phdr *p);

/* Fills *fault (the last two values with 0) and returns err. */
static inline int elf64_refuse(struct elf64_fault *fault, int err, int segment,
			       uint64_t value0, uint64_t value1)
{
	fault->segment = segment;
	fault->value[0] = value0;
	fault->value[1] = value1;
	fault->value[2] = 0;
	fault->value[3] = 0;
	return err;
}

#endif
