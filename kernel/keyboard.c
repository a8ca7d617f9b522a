// SPDX-License-Identifier: 0BSD
// keyboard.c - the keyboard behind the 8042 controller, which the BIOS has set
// to translate scan codes to set 1.

#include "keyboard.h"

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "interrupt.h"

#define PORT_DATA       0x60
#define PORT_STATUS     0x64
#define STATUS_FULL     0x01            /* a byte waits at PORT_DATA */
#define LINE            1

#define RELEASED        0x80            /* the same key, let go */
#define PREFIX          0xe0            /* keys that the PC/XT had not */
#define LEFT_SHIFT      0x2a
#define RIGHT_SHIFT     0x36
#define CAPS_LOCK       0x3a

#define FLUSH_MAX       64              /* the controller keeps 16 bytes */

/* Scan codes from 1 on; '\0' stands for keys that write nothing. */
static const char plain[] =
	"\0" "1234567890-=\b\t" "qwertyuiop[]\n\0" "asdfghjkl;'`\0"
	"\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
	"\0" "!@#$%^&*()_+\b\t" "QWERTYUIOP{}\n\0" "ASDFGHJKL:\"~\0"
	"|ZXCVBNM<>?\0*\0 ";

_Static_assert(sizeof(plain) == sizeof(shifted), "one row each");

/*
 * What was typed and not yet read. The handler alone moves `in`, the reader
 * alone `out`; both only grow. What does not fit is lost.
 */
static volatile char typed[64];
static volatile unsigned int in, out;

static bool left_shift, right_shift, caps_held, caps_lock, prefixed;

static void type(char c)
{
	if (in - out == sizeof(typed))
		return;
	typed[in % sizeof(typed)] = c;
	in++;
}

/* A key went down. Shift and caps lock undo each other for letters. */
static void press(uint8_t key)
{
	bool shift = left_shift || right_shift;
	char c;

	if (key == 0 || key >= sizeof(plain))
		return;
	c = plain[key - 1];
	if (c >= 'a' && c <= 'z')
		shift = shift != caps_lock;
	if (shift)
		c = shifted[key - 1];
	if (c != '\0')
		type(c);
}

static void take(uint8_t code)
{
	uint8_t key = code & (uint8_t)~RELEASED;
	bool down = !(code & RELEASED);

	if (code == PREFIX) {
		prefixed = true;
	} else if (prefixed) {
		prefixed = false;       /* arrows and the like: not text */
	} else if (key == LEFT_SHIFT) {
		left_shift = down;
	} else if (key == RIGHT_SHIFT) {
		right_shift = down;
	} else if (key == CAPS_LOCK) {
		if (down && !caps_held)         /* else it repeats itself */
			caps_lock = !caps_lock;
		caps_held = down;
	} else if (down) {
		press(key);
	}
}

static void handle(void)
{
	if (inb(PORT_STATUS) & STATUS_FULL)
		take(inb(PORT_DATA));
}

/* Without a controller the status reads as FFh: full for ever. */
void keyboard_init(void)
{
	/* A byte from before would keep the line up: no edge, no interrupt. */
	for (int i = 0; i < FLUSH_MAX; i++) {
		if (!(inb(PORT_STATUS) & STATUS_FULL))
			break;
		inb(PORT_DATA);
	}
	interrupt_handle(LINE, handle);
}

int keyboard_get(void)
{
	char c;

	if (in == out)
		return -1;
	c = typed[out % sizeof(typed)];
	out++;
	return (unsigned char)c;
}
