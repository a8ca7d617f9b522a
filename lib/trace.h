/* SPDX-License-Identifier: 0BSD */
/*
 * trace.h - reads the memory of a program that has failed, and follows its
 * frame pointers. Nothing there is trusted: each byte is looked up in the page
 * tables before it is touched.
 */
#ifndef STAGECOACH_TRACE_H
#define STAGECOACH_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "paging.h"

/*
 * Copies size bytes from the virtual address vaddr in *pg. False if not all of
 * them are mapped and readable; what is at `to` then is undefined.
 */
bool trace_read(const struct paging *pg, uint64_t vaddr, void *to,
		size_t size);

/* True if vaddr is mapped and code may run there. */
bool trace_is_code(const struct paging *pg, uint64_t vaddr);

/*
 * One step up the chain of frame pointers (System V ABI, 3.2.2: [RBP] is the
 * caller's RBP, the return address lies above it). *rbp becomes the caller's,
 * *address the return address into it. False at the chain's end: RBP or the
 * return address is 0, RBP is not aligned or not mapped, or what should be a
 * return address is none. Chains that do not lead upwards end after a step.
 */
bool trace_caller(const struct paging *pg, uint64_t *rbp, uint64_t *address);

#endif
