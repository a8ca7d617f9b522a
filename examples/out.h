/* SPDX-License-Identifier: 0BSD */
/*
 * out.h - text on the screen and the serial port, for the examples: just
 * enough to see what they do. kernel/ has a console worth keeping.
 */
#ifndef EXAMPLES_OUT_H
#define EXAMPLES_OUT_H

#include <stdint.h>

#define OUT_COLUMNS     80
#define OUT_ROWS        25
#define OUT_COLOR       0x0b00          /* light cyan on black */
/* The loader maps the VGA text memory at its own physical address. */
#define OUT_SCREEN      ((volatile uint16_t *)0xb8000)

#define OUT_COM1        0x3f8
#define OUT_LINE        (OUT_COM1 + 3)  /* line control */
#define OUT_LINE_8N1    0x03
#define OUT_STATUS      (OUT_COM1 + 5)  /* line status */
#define OUT_STATUS_ROOM 0x20            /* it takes another byte */
#define OUT_PATIENCE    100000          /* looks; a byte takes about 100 */

#define OUT_EXIT        0xf4            /* QEMU's isa-debug-exit */
#define OUT_EXIT_OK     0x10
#define OUT_EXIT_FAILED 0x11

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out_serial(char c)
{
	/* Without a port the status reads as FFh, so this ends at once. */
	for (int i = 0; i < OUT_PATIENCE; i++)
		if (inb(OUT_STATUS) & OUT_STATUS_ROOM)
			break;
	outb(OUT_COM1, (uint8_t)c);
}

/* The screen is filled once, then from its top again: no scrolling here. */
static inline void out_char(char c)
{
	static unsigned int at;

	if (c == '\n') {
		at += OUT_COLUMNS - at % OUT_COLUMNS;
		out_serial('\r');
	} else {
		OUT_SCREEN[at++] = OUT_COLOR | (uint8_t)c;
	}
	at %= OUT_COLUMNS * OUT_ROWS;
	out_serial(c);
}

static inline void out(const char *text)
{
	for (; *text != '\0'; text++)
		out_char(*text);
}

/* The screen has the BIOS's text on it, the port the BIOS's settings. */
static inline void out_start(void)
{
	for (int i = 0; i < OUT_COLUMNS * OUT_ROWS; i++)
		OUT_SCREEN[i] = OUT_COLOR | ' ';
	outb(OUT_LINE, OUT_LINE_8N1);
}

static inline void out_number(uint64_t n)
{
	char text[21];
	char *digit = text + sizeof(text) - 1;

	*digit = '\0';
	do {
		*--digit = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	out(digit);
}

static inline void out_hex(uint64_t n)
{
	out("0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		out_char("0123456789abcdef"[n >> shift & 0xf]);
}

static inline __attribute__((noreturn)) void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/*
 * The end: tells `make run` or a test how it went. Elsewhere nothing listens
 * at that port, and the processor halts.
 */
static inline __attribute__((noreturn)) void out_end(uint8_t how)
{
	outb(OUT_EXIT, how);
	halt();
}

#endif
