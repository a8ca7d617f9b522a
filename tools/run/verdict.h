/* SPDX-License-Identifier: 0BSD */
/* verdict.h - what the end of a run means. */
#ifndef STAGECOACH_RUN_VERDICT_H
#define STAGECOACH_RUN_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "monitor.h"
#include "serial.h"

enum run_end {
	END_EXIT,               /* QEMU ended: machine.status */
	END_SHUTDOWN,           /* the machine did: monitor.shutdown */
	END_EMULATION,          /* QEMU could not go on */
	END_MESSAGE,            /* the loader stopped: serial.message */
	END_TIME_UP,
	END_UNWANTED,           /* a signal came, or our output is closed */
};

/* A run, and all that is known of it at its end. */
struct run {
	const char *kernel;
	bool test;
	int64_t timeout;        /* milliseconds */
	int success_status;
	enum run_end end;
	struct machine machine;
	struct monitor monitor;
	struct serial serial;
};

/* The enum run_status; explains on stderr what is not a success. */
int verdict(const struct run *r);

#endif
