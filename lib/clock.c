// SPDX-License-Identifier: 0BSD
/* clock.c - the rate of the time stamp counter. */
#include "clock.h"

#define MHZ             1000000ull
#define NOMINAL_PPM     100     /* what crystals on mainboards keep */

/* Bits of the 8254's status byte */
#define PIT_OUT         0x80
#define PIT_NULL        0x40    /* the count has not been loaded yet */
#define PIT_MODE        0x06    /* bits 1 and 2 of 3: 2 is 010 or 110 */
#define PIT_MODE_2      0x04
#define PIT_MODE_3      0x06
#define PIT_BCD         0x01    /* it counts in decimal */

/* Reading count and status takes no more of its cycles than this. */
#define PIT_SLACK       2

/* Longer than any boot: everything below fits in 64 bits. */
#define MAX_TICKS       CLOCK_DAY_TICKS
#define MAX_CYCLES      (1ull << 48)

struct clock_rate clock_by_cpuid(const struct clock_cpuid *c)
{
	struct clock_rate r = { 0, 0 };

	if (c->ratio_below != 0 && c->ratio_above != 0 && c->crystal_hz != 0) {
		r.hz = (uint64_t)c->crystal_hz * c->ratio_above /
		       c->ratio_below;
		r.error = r.hz / (MHZ / NOMINAL_PPM) + 1;
	} else if ((c->base_mhz & 0xffff) != 0) {
		/* A whole number of MHz, rounded. */
		r.hz = (c->base_mhz & 0xffff) * MHZ;
		r.error = r.hz / (MHZ / NOMINAL_PPM) + MHZ;
	}
	return r;
}

/*
 * Cycles since the interrupt before; CLOCK_TICK and more: no timer counts
 * there as a BIOS sets it up. Mode 3 counts down by two, twice a period: the
 * first time with its output high.
 */
static uint32_t phase(const struct clock_sample *s)
{
	uint32_t gone = (CLOCK_TICK - s->count) % CLOCK_TICK;

	if (s->status & (PIT_NULL | PIT_BCD))
		return CLOCK_TICK;
	if ((s->status & PIT_MODE) == PIT_MODE_2)
		return gone;
	if ((s->status & PIT_MODE) != PIT_MODE_3)
		return CLOCK_TICK;
	return gone / 2 + (s->status & PIT_OUT ? 0 : CLOCK_TICK / 2);
}

/* Cycles of the timer from first to last; 0: they make no sense. */
static uint64_t cycles_between(const struct clock_sample *first,
			       const struct clock_sample *last)
{
	uint32_t from = phase(first), to = phase(last);
	uint32_t ticks = last->tick - first->tick;

	if (from >= CLOCK_TICK || to >= CLOCK_TICK)
		return 0;
	if (last->tick < first->tick)           /* midnight */
		ticks += CLOCK_DAY_TICKS;
	ticks += (last->pending & 1u) - (first->pending & 1u);
	if (ticks >= MAX_TICKS)
		return 0;
	if (ticks == 0 && to < from)
		return 0;
	return (uint64_t)ticks * CLOCK_TICK + to - from;
}

struct clock_rate clock_by_timer(const struct clock_sample *first,
				 const struct clock_sample *last,
				 uint32_t lost)
{
	struct clock_rate r = { 0, 0 };
	uint64_t timer = cycles_between(first, last);
	uint64_t counter = last->before - first->before;
	uint64_t unsure, timer_unsure;

	if (counter >= MAX_CYCLES)
		return r;
	unsure = (first->after - first->before) +
		 (last->after - last->before);
	timer_unsure = 2 * PIT_SLACK + (uint64_t)lost * CLOCK_TICK;
	/* Each has to be a sixteenth at most: an eighth together. Not passed
	   where either stands still. */
	if (unsure >= counter / 16 || timer_unsure > timer / 16)
		return r;
	r.hz = counter / timer * CLOCK_PIT_HZ +
	       counter % timer * CLOCK_PIT_HZ / timer;
	if (r.hz == 0)
		return r;
	/* Rounded up, in quotients: products would not fit. */
	r.error = r.hz / (timer / timer_unsure) +
		  r.hz / (counter / (unsure + 1)) + 2;
	return r;
}
