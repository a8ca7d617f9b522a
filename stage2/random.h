/* SPDX-License-Identifier: 0BSD */
/* random.h - numbers that nobody can foretell. */
#ifndef STAGE2_RANDOM_H
#define STAGE2_RANDOM_H

#include "cpu.h"

/*
 * From RDRAND, or, on a CPU without it, from the jitter between the time stamp
 * counter and the PC's timer: enough to place a kernel, not to make keys.
 */
uint64_t random_bits(const struct cpu_facts *cpu);

#endif
