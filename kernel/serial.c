// SPDX-License-Identifier: 0BSD
// serial.c - the first serial port, a 16550 UART or what passes for one. It is
// polled, so that it works with interrupts off and in a panic.

#include "serial.h"

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
/* The same two ports while LCR_DIVISOR is set. */
#define UART_DIVISOR_LOW        UART_DATA
#define UART_DIVISOR_HIGH       UART_IER

#define LCR_8N1         0x03
#define LCR_DIVISOR     0x80
#define FCR_ON_CLEARED  0x07            /* enable, empty both FIFOs */
#define MCR_DTR_RTS     0x03
#define MCR_LOOPBACK    0x10            /* what is sent comes back */
#define LSR_RECEIVED    0x01
#define LSR_READY       0x20            /* room for a character */

/*
 * How often to look for room. A character takes 87 us at 115200 baud and a
 * look about 1 us on a real bus: this is a thousand characters' time.
 */
#define PATIENCE        100000

static bool working;

/* Waits for a bit of the line status; false if it did not come in time. */
static bool wait_for(uint8_t status)
{
	for (int looks = 0; looks < PATIENCE; looks++)
		if (inb(UART_LSR) & status)
			return true;
	return false;
}

/* Sends a byte to itself. Ports without a device read as FFh. */
static bool loops_back(uint8_t byte)
{
	outb(UART_DATA, byte);
	return wait_for(LSR_RECEIVED) && inb(UART_DATA) == byte;
}

bool serial_init(void)
{
	outb(UART_IER, 0);              /* we poll */
	outb(UART_LCR, LCR_DIVISOR);
	outb(UART_DIVISOR_LOW, 1);      /* 115200 / 1 */
	outb(UART_DIVISOR_HIGH, 0);
	outb(UART_LCR, LCR_8N1);
	outb(UART_FCR, FCR_ON_CLEARED);
	outb(UART_MCR, MCR_LOOPBACK);
	working = loops_back(0x5a) && loops_back(0xa5);
	outb(UART_MCR, MCR_DTR_RTS);
	return working;
}

static void send(uint8_t byte)
{
	if (working && !wait_for(LSR_READY))
		working = false;        /* stuck: never wait again */
	if (working)
		outb(UART_DATA, byte);
}

void serial_put(char c)
{
	if (c == '\n')
		send('\r');
	send((uint8_t)c);
}

/* A port that is gone reads as FFh, "received" for ever. */
static int serial_get(void)
{
	uint8_t status = inb(UART_LSR);

	if (!working || status == 0xff || !(status & LSR_RECEIVED))
		return -1;
	return inb(UART_DATA);
}

static bool serial_open(const struct boot_info *info)
{
	(void)info;
	return serial_init();
}

const struct console serial_console = {
	.open = serial_open,
	.put = serial_put,
	.get = serial_get,
};
