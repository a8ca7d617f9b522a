/* SPDX-License-Identifier: 0BSD */
/* fault.h - what an exception means, in words. */
#ifndef STAGECOACH_FAULT_H
#define STAGECOACH_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"
#include "paging.h"

/* Vectors (Intel SDM vol. 3, 6.15). */
#define FAULT_NMI       2
#define FAULT_PAGE      14
#define FAULT_EXCEPTIONS 32     /* vectors above are interrupts */

/* The error code of a page fault (Intel SDM vol. 3, figure 4-12). */
#define FAULT_PRESENT   0x01    /* it is mapped: against its rights */
#define FAULT_WRITE     0x02
#define FAULT_USER      0x04
#define FAULT_RESERVED  0x08    /* a reserved bit in a table's entry */
#define FAULT_FETCH     0x10    /* of an instruction */

struct fault {
	unsigned int vector;
	uint64_t code;          /* its error code; 0: it has none */
	uint64_t address;       /* CR2; for page faults only */
	uint64_t rights;        /* for page faults: PTE_PRESENT, PTE_WRITE and
				   PTE_NX of what is mapped at the address, if
				   not there, then in the loader's tables;
				   0: nothing, or unknown */
	uint8_t opcode;         /* the instruction's first byte; 0: unknown */
};

/* The name of an exception: "reserved" if it has none, else "interrupt". */
const char *fault_name(unsigned int vector);

/*
 * Says in one line, without its end, what a fault's numbers mean: what was
 * tried, and what lies at the address. info is the kernel's boot_info (all 0:
 * there is no kernel yet), ram_end the end of physical memory. Writes at most
 * size bytes, NUL included; an empty text if there is nothing to add.
 */
void fault_explain(char *text, size_t size, const struct fault *fault,
		   const struct boot_info *info, uint64_t ram_end);

#endif
