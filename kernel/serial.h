/* SPDX-License-Identifier: 0BSD */
/*
 * serial.h - text out of the first serial port, 115200 baud, 8N1.
 */
#ifndef STAGECOACH_KERNEL_SERIAL_H
#define STAGECOACH_KERNEL_SERIAL_H

/* Looks for the port and sets it up. Without one, the rest does nothing. */
void serial_init(void);

/* Sends one character; a '\n' becomes "\r\n", as terminals want it. */
void serial_put(char c);

#endif
