// SPDX-License-Identifier: 0BSD
/* busy.c - blinks, and does nothing else: watches the timer between. */

#include "../out.h"
#include "blink.h"
#include "registers.h"

_Noreturn void _start(const struct boot_info *info);

#define COUNTER_MAX     0xffffu

/* A look takes about 1 us, and the counter 55 ms at most: it is broken. */
#define PATIENCE        10000000

/* Lets channel 2 count down once; its output goes up at the end. */
static void count_down(uint32_t ticks)
{
	union pit_control one_shot = {
		.channel = 2,
		.access = PIT_LOW_THEN_HIGH,
		.mode = PIT_ONE_SHOT,
	};
	union speaker speaker = { .byte = inb(SPEAKER) };

	speaker.timer_gate = 1;
	speaker.sound = 0;
	outb(SPEAKER, speaker.byte);

	outb(PIT_CONTROL, one_shot.byte);
	outb(PIT_CHANNEL_2, (uint8_t)ticks);
	outb(PIT_CHANNEL_2, (uint8_t)(ticks >> 8));
	for (int i = 0; i < PATIENCE; i++) {
		speaker.byte = inb(SPEAKER);
		if (speaker.timer_out)
			break;
	}
}

static void wait(uint32_t ticks)
{
	for (; ticks > COUNTER_MAX; ticks -= COUNTER_MAX)
		count_down(COUNTER_MAX);
	count_down(ticks);
}

_Noreturn void _start(const struct boot_info *info)
{
	blink_start(info);
	for (;;) {
		blink_toggle();
		wait(blink_half(PIT_HZ));
	}
}
