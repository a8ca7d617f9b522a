// SPDX-License-Identifier: 0BSD
/*
 * elf64_reserved.c - what a kernel must not be linked over, and the segments
 * that linkers put there without having been asked to.
 */
#include "elf64.h"

#include "elf64_bits.h"
#include "layout.h"     /* RESIDENT_END, VGA_WINDOW */
#include "vspace.h"     /* VSPACE_PIE_LOW */

/* So a PIE that stays where it is linked is clear of what is reserved. */
_Static_assert(RESIDENT_END <= VSPACE_PIE_LOW &&
	       VGA_WINDOW_END <= VSPACE_PIE_LOW, "VSPACE_PIE_LOW");

const struct elf64_reserved elf64_reserved[] = {
	{ 0, RESIDENT_END },            /* page 0, the resident part */
	{ VGA_WINDOW, VGA_WINDOW_END },
};

const size_t elf64_reserved_count =
	sizeof(elf64_reserved) / sizeof(elf64_reserved[0]);

const struct elf64_reserved *elf64_find_reserved(uint64_t vaddr, uint64_t size)
{
	const struct elf64_reserved *r;

	/*@ loop invariant r == &elf64_reserved[0] + (r - &elf64_reserved[0]);
	  @ loop invariant \base_addr(r) == \base_addr(&elf64_reserved[0]);
	  @ loop invariant 0 <= r - &elf64_reserved[0] <= elf64_reserved_count;
	  @ loop invariant size != 0 && vaddr + size <= ADDRESSES ==>
	  @         \forall integer k; 0 <= k < r - &elf64_reserved[0] ==>
	  @         apart(vaddr, size, elf64_reserved[k].base,
	  @               elf64_reserved[k].end);
	  @ loop assigns r;
	  @ loop variant elf64_reserved_count - (r - &elf64_reserved[0]);
	  @*/
	for (r = elf64_reserved; r < elf64_reserved + elf64_reserved_count;
	     r++)
		if (vaddr < r->end &&
		    (vaddr >= r->base || r->base - vaddr < size))
			return r;
	return NULL;
}

/* How many bytes from file offset at on are [base, base + size). */
/*@ assigns \nothing;
  @ exits \false;
  @*/
static uint64_t covered(uint64_t base, uint64_t size, uint64_t at)
{
	return at >= base && at - base < size ? size - (at - base) : 0;
}

/* How many bytes from file offset at on are ELF headers or a note. */
/*@ requires \valid_read(header) &&
  @         \valid_read(phdrs + (0 .. header->phnum - 1));
  @ assigns \nothing;
  @ exits \false;
  @*/
static uint64_t bookkeeping(const struct elf64_header *header,
			    const struct elf64_phdr *phdrs, uint64_t at)
{
	const struct elf64_phdr *p;
	uint64_t n = covered(0, ELF64_HEADER_SIZE, at);

	if (n == 0)
		n = covered(header->phoff, header->phnum * sizeof(*p), at);
	/*@ loop invariant p == phdrs + (p - phdrs);
	  @ loop invariant \base_addr(p) == \base_addr(phdrs);
	  @ loop invariant 0 <= p - phdrs <= header->phnum;
	  @ loop assigns p, n;
	  @ loop variant header->phnum - (p - phdrs);
	  @*/
	for (p = phdrs; p < phdrs + header->phnum && n == 0; p++)
		if (p->type == PT_NOTE || p->type == PT_GNU_PROPERTY)
			n = covered(p->offset, p->filesz, at);
	return n;
}

/*
 * Linkers put such segments at the start of the address space: GNU ld with
 * -Ttext=0x200000 and 2 MiB pages the headers, lld with a script that sets
 * only .text's address the .note.gnu.build-id that the script leaves out.
 */
bool elf64_is_dispensable(const struct elf64_header *header,
			  const struct elf64_phdr *phdrs,
			  const struct elf64_phdr *p)
{
	uint64_t at = p->offset;
	uint64_t left = p->filesz;

	if ((p->flags & (ELF64_W | ELF64_X)) || p->memsz != p->filesz)
		return false;
	/* It ends: each turn gets past the end of another header or note. */
	/*@ loop assigns at, left;
	  @ loop variant left;
	  @*/
	while (left > 0) {
		uint64_t n = bookkeeping(header, phdrs, at);

		if (n == 0)
			return false;
		if (n > left)
			n = left;
		at += n;
		left -= n;
	}
	return true;
}
