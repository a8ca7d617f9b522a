/* SPDX-License-Identifier: 0BSD */
/*
 * serial.h - the kernel's serial port: every byte goes to standard output as
 * it comes, and the loader's last words are picked out of the stream.
 *
 * At most one buffer is held here. If nobody takes our output, nothing is read
 * from QEMU, and the guest waits.
 */
#ifndef STAGECOACH_RUN_SERIAL_H
#define STAGECOACH_RUN_SERIAL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIAL_BUFFER   4096
#define SERIAL_LINE     256

struct serial {
	int fd;
	bool ended;                     /* QEMU has closed its end */
	bool broken;                    /* standard output takes no more */
	size_t start, end;              /* of what is in data */
	char data[SERIAL_BUFFER];
	size_t column;                  /* bytes in line, at its end */
	char line[SERIAL_LINE];         /* the last of the line that comes */
	int64_t message_time;           /* when message began to come; 0: it
					   did not */
	int64_t last_time;              /* when the last byte came */
	bool message_whole;             /* its line is */
	size_t message_size;
	char message[SERIAL_LINE];      /* "stagecoach: ...", no line end */
};

void serial_begin(struct serial *s, int fd);

/* What to wait for: output's readiness, or the guest's. */
struct pollfd serial_want(const struct serial *s);

/* Moves bytes, if *ready is what it asked for and poll() found it so. */
void serial_move(struct serial *s, const struct pollfd *ready);

/*
 * Moves what a QEMU that is no more left behind. Gives up when nobody takes our
 * output for that many milliseconds (-1: never), or when a signal comes.
 */
void serial_drain(struct serial *s, int patience);

/*
 * When the loader's message, and the registers that may follow it, will be
 * whole: a time of process_clock(), 0 if there is none.
 */
int64_t serial_message_due(const struct serial *s);

#endif
