// SPDX-License-Identifier: 0BSD
// pit.c - the 8253 interval timer, whose channel 0 raises line 0.

#include "pit.h"

#include "cpu.h"
#include "interrupt.h"

#define PIT_CHANNEL0    0x40
#define PIT_COMMAND     0x43
#define COMMAND_RATE    0x34            /* channel 0, both bytes, mode 2 */
#define FREQUENCY       1193182         /* Hz */

/* Written by the handler, one read is one instruction: no lock is needed. */
static volatile uint64_t ticks;

static void tick(void)
{
	ticks++;
}

void pit_init(unsigned int hz)
{
	unsigned int divisor = FREQUENCY / hz;

	outb(PIT_COMMAND, COMMAND_RATE);
	outb(PIT_CHANNEL0, (uint8_t)divisor);
	outb(PIT_CHANNEL0, (uint8_t)(divisor >> 8));
	interrupt_handle(PIT_LINE, tick);
}

uint64_t pit_ticks(void)
{
	return ticks;
}
