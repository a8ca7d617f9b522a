/* SPDX-License-Identifier: 0BSD */
/*
 * blink.h - what both versions do between two moments in time.
 */
#ifndef BLINK_BLINK_H
#define BLINK_BLINK_H

#include "boot_info.h"

/*
 * On and off so many times a second. Volatile: whoever stops the machine in a
 * debugger may change it.
 */
extern volatile unsigned int blink_hz;

/* Starts the output; the command line, if it is a number, is the rate. */
void blink_start(const struct boot_info *info);

/* How many ticks of a clock of hz lie between two changes of the light. */
uint32_t blink_half(uint32_t hz);

/* Changes the light, and says so. */
void blink_toggle(void);

#endif
