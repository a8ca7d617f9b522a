/* SPDX-License-Identifier: 0BSD */
/* timer.h - how fast the time stamp counter is, by the PC's own timer. */
#ifndef STAGE2_TIMER_H
#define STAGE2_TIMER_H

#include "clock.h"      /* struct clock_sample, struct clock_rate */
#include "cpu.h"

/* The BIOS's count of ticks, and how far the timer is on its way to the next. */
void timer_sample(const struct cpu_facts *cpu, struct clock_sample *sample);

/*
 * The rate: as the CPU tells it, else by this first sample and the last one,
 * between which the loader wrote so many bytes of memory. It works with
 * interrupts off but for its calls of the BIOS, so a tick is lost where that
 * takes longer than a tick.
 */
struct clock_rate timer_rate(const struct clock_sample *first,
			     const struct clock_sample *last,
			     uint64_t bytes_written);

#endif
