// SPDX-License-Identifier: 0BSD
/* keyboard.c - the lights of the keyboard, by polling its controller. */

#include "keyboard.h"

#include "../out.h"     /* inb, outb */

/*
 * How often to look for a change. A look is about 1 us on a real bus, and a
 * keyboard answers within 20 ms.
 */
#define PATIENCE        100000
#define TRIES           3

static union kbc_status status(void)
{
	return (union kbc_status){ .byte = inb(KBC_STATUS) };
}

static bool write(uint8_t byte)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (!status().input_full) {
			outb(KBC_DATA, byte);
			return true;
		}
	}
	return false;
}

/* The answer may wait behind keys that were hit before, and the mouse. */
static bool read_answer(uint8_t *answer)
{
	for (int i = 0; i < PATIENCE; i++) {
		union kbc_status s = status();

		if (!s.output_full)
			continue;
		*answer = inb(KBC_DATA);
		if (!s.from_mouse &&
		    (*answer == KEYBOARD_ACK || *answer == KEYBOARD_RESEND))
			return true;
	}
	return false;
}

static bool send(uint8_t byte)
{
	uint8_t answer;

	for (int i = 0; i < TRIES; i++) {
		if (!write(byte) || !read_answer(&answer))
			return false;
		if (answer == KEYBOARD_ACK)
			return true;
	}
	return false;
}

bool keyboard_set_leds(union keyboard_leds leds)
{
	return send(KEYBOARD_SET_LEDS) && send(leds.byte);
}
