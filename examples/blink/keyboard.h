/* SPDX-License-Identifier: 0BSD */
/*
 * keyboard.h - the lights of the keyboard.
 */
#ifndef BLINK_KEYBOARD_H
#define BLINK_KEYBOARD_H

#include <stdbool.h>

#include "registers.h"

/* False: no keyboard, or no controller for one, has answered. */
bool keyboard_set_leds(union keyboard_leds leds);

#endif
