// SPDX-License-Identifier: 0BSD
// serial.c - text out of the first serial port, by polling.

#include "serial.h"

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "layout.h"     /* COM1 */

/* Registers of the 16550 UART, as offsets from its base port. */
#define UART_DATA       (COM1 + 0)
#define UART_IER        (COM1 + 1)      /* interrupt enable */
#define UART_FCR        (COM1 + 2)      /* FIFO control */
#define UART_LCR        (COM1 + 3)      /* line control */
#define UART_MCR        (COM1 + 4)      /* modem control */
#define UART_LSR        (COM1 + 5)      /* line status */
#define UART_SCRATCH    (COM1 + 7)
/* The same two ports while LCR_DIVISOR is set. */
#define UART_DIVISOR_LOW        UART_DATA
#define UART_DIVISOR_HIGH       UART_IER

#define LCR_8N1         0x03
#define LCR_DIVISOR     0x80
#define FCR_ON_CLEARED  0x07            /* enable, empty both FIFOs */
#define MCR_DTR_RTS     0x03
#define LSR_READY       0x20            /* room for a character */

/*
 * How often to look for room. A character takes 87 us at 115200 baud and a
 * look about 1 us on a real bus: this is a thousand characters' time.
 */
#define PATIENCE        100000

static bool working;

/* Ports without a device read as FFh; the scratch register keeps a byte. */
static bool probe(void)
{
	outb(UART_SCRATCH, 0x5a);
	if (inb(UART_SCRATCH) != 0x5a)
		return false;
	outb(UART_SCRATCH, 0xa5);
	return inb(UART_SCRATCH) == 0xa5;
}

void serial_init(void)
{
	working = probe();
	if (!working)
		return;
	outb(UART_IER, 0);              /* we poll */
	outb(UART_LCR, LCR_DIVISOR);
	outb(UART_DIVISOR_LOW, 1);      /* 115200 / 1 */
	outb(UART_DIVISOR_HIGH, 0);
	outb(UART_LCR, LCR_8N1);
	outb(UART_FCR, FCR_ON_CLEARED);
	outb(UART_MCR, MCR_DTR_RTS);
}

static void send(uint8_t byte)
{
	for (int looks = 0; working; looks++) {
		if (inb(UART_LSR) & LSR_READY)
			break;
		if (looks == PATIENCE)
			working = false;        /* stuck: never wait again */
	}
	if (working)
		outb(UART_DATA, byte);
}

void serial_put(char c)
{
	if (c == '\n')
		send('\r');
	send((uint8_t)c);
}
