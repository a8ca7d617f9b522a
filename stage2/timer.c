// SPDX-License-Identifier: 0BSD
/* timer.c - how fast the time stamp counter is, by the PC's own timer. */
#include "io.h"
#include "layout.h"
#include "timer.h"

#define PIT_COUNTER0    0x40
#define PIT_COMMAND     0x43
#define PIT_READ_BACK   0xc2            /* latch count and status of counter 0
					   (Intel 8254 data sheet) */
#define PIC1_COMMAND    0x20
#define PIC_READ_IRR    0x0a            /* which lines ask (Intel 8259A) */

#define LEAF_RATIO      0x15
#define LEAF_BASE       0x16

/*
 * Memory that any x86-64 machine clears or fills within a tick of 55 ms: the
 * first ones did that with 2 GB/s.
 */
#define BYTES_A_TICK    (32ull << 20)

void timer_sample(const struct cpu_facts *cpu, struct clock_sample *s)
{
	uint8_t low;

	s->before = cpu_tsc(cpu);
	out8(PIT_COMMAND, PIT_READ_BACK);
	s->status = in8(PIT_COUNTER0);
	low = in8(PIT_COUNTER0);
	s->count = (uint16_t)(in8(PIT_COUNTER0) << 8 | low);
	out8(PIC1_COMMAND, PIC_READ_IRR);
	s->pending = in8(PIC1_COMMAND) & 1;
	s->after = cpu_tsc(cpu);
	s->tick = *(volatile uint32_t *)phys(BDA_TICKS);
}

struct clock_rate timer_rate(const struct clock_sample *first,
			     const struct clock_sample *last,
			     uint64_t bytes_written)
{
	struct clock_cpuid cpuid = { 0 };
	struct clock_rate rate;
	uint32_t most, unused;

	cpu_id(0, &most, &unused, &unused, &unused);
	if (most >= LEAF_RATIO)
		cpu_id(LEAF_RATIO, &cpuid.ratio_below, &cpuid.ratio_above,
		       &cpuid.crystal_hz, &unused);
	if (most >= LEAF_BASE)
		cpu_id(LEAF_BASE, &cpuid.base_mhz, &unused, &unused, &unused);
	rate = clock_by_cpuid(&cpuid);
	if (rate.hz == 0)
		rate = clock_by_timer(first, last,
				      (uint32_t)(bytes_written / BYTES_A_TICK));
	return rate;
}
