// SPDX-License-Identifier: 0BSD
/* blink.c - the light of Caps Lock, on and off. */

#include "blink.h"

#include "../out.h"
#include "keyboard.h"

#define FASTEST         50      /* a keyboard takes some ms for a change */

volatile unsigned int blink_hz = 2;

void blink_start(const struct boot_info *info)
{
	unsigned int rate = 0;

	for (const char *c = info->cmdline;
	     *c >= '0' && *c <= '9' && rate <= FASTEST; c++)
		rate = rate * 10 + (unsigned int)(*c - '0');
	if (rate > 0)
		blink_hz = rate;
	out_start();
	out("Caps Lock blinks.\n");
}

uint32_t blink_half(uint32_t hz)
{
	unsigned int rate = blink_hz;

	if (rate < 1)
		rate = 1;
	if (rate > FASTEST)
		rate = FASTEST;
	return hz / (2 * rate);
}

void blink_toggle(void)
{
	static union keyboard_leds leds;

	leds.caps = !leds.caps;
	if (!keyboard_set_leds(leds)) {
		out("No keyboard answers.\n");
		out_end(OUT_EXIT_FAILED);
	}
	out(leds.caps ? "on\n" : "off\n");
}
