/* SPDX-License-Identifier: 0BSD */
/*
 * pit.h - the interval timer: ticks at a fixed rate.
 */
#ifndef STAGECOACH_KERNEL_PIT_H
#define STAGECOACH_KERNEL_PIT_H

#include <stdint.h>

#define PIT_LINE        0               /* the interrupt line it raises */

/* Ticks from now on, this many a second (19 or more). Needs the IDT. */
void pit_init(unsigned int hz);

/* Ticks since the start. */
uint64_t pit_ticks(void);

#endif
