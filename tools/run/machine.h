/* SPDX-License-Identifier: 0BSD */
/* machine.h - QEMU, its wires, and its end. */
#ifndef STAGECOACH_RUN_MACHINE_H
#define STAGECOACH_RUN_MACHINE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "disk.h"
#include "words.h"

struct machine {
	pid_t pid;              /* 0: it has ended */
	int status;             /* then, as waitpid() reports it */
	int monitor;            /* our ends of its control socket, */
	int serial;             /* its serial port, */
	int log;                /* what it says of CPU resets */
	bool triple_fault;      /* one stands in the log */
	size_t log_match;       /* bytes of what says so */
};

struct machine_setup {
	const char *qemu;       /* a path */
	const char *memory;
	const char *window;     /* for -display */
	bool reboot;            /* the guest may */
	const struct words *args;
};

/*
 * Starts QEMU; the machine waits for the monitor's `cont`. Returns 0, or -1;
 * why is said.
 */
int machine_start(struct machine *m, const struct machine_setup *setup,
		  const struct disk *disk);

/*
 * Ends it if it has not ended. What it wrote to the serial port can still be
 * read.
 */
void machine_end(struct machine *m);

/* Waits for the end of one that closed its monitor. */
void machine_wait(struct machine *m);

/*
 * Reads some of its log, which QEMU waits for. False when there is no more of
 * it at present.
 */
bool machine_read_log(struct machine *m);

void machine_close(struct machine *m);

/*
 * The window that this QEMU can open, for -display; "none" unless GUI=1 asks
 * for one.
 */
const char *machine_window(const char *qemu);

#endif
