/* SPDX-License-Identifier: 0BSD */
/*
 * monitor.h - QEMU's control socket (QMP): a JSON text a line, either way.
 */
#ifndef STAGECOACH_RUN_MONITOR_H
#define STAGECOACH_RUN_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#define MONITOR_LINE    16384           /* `info registers` takes 4 KiB */

struct monitor {
	int fd;
	bool started;                   /* the machine ran */
	bool failed;                    /* QEMU's emulation gave up */
	bool wants_mappings;            /* that was asked for */
	char shutdown[32];              /* why the machine ended; "": it runs */
	char registers[MONITOR_LINE];   /* the answer, "" before it is here */
	char mappings[MONITOR_LINE];    /* likewise; "" if nobody asked */
	bool answered;                  /* all that was asked for has come */
	char line[MONITOR_LINE];        /* what came of one so far */
	size_t size;
};

/*
 * Asks for what a run needs, as soon as QEMU is there: events and, unless
 * somebody else is to do that, a machine that runs.
 */
void monitor_begin(struct monitor *m, int fd, bool start);

/* Stops the machine and asks for its registers; for what is mapped, too. */
void monitor_ask_registers(struct monitor *m, bool mappings);

/* Reads what is there. False when QEMU has closed its end. */
bool monitor_read(struct monitor *m);

#endif
