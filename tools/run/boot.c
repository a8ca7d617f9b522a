// SPDX-License-Identifier: 0BSD
/*
 * boot.c - one run: make the disk, start the machine, pass on what its serial
 * port says, find out how it ends, and say so.
 */
#include "host.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "disk.h"
#include "machine.h"
#include "monitor.h"
#include "process.h"
#include "say.h"
#include "serial.h"
#include "signals.h"
#include "symbols.h"
#include "verdict.h"

#define REGISTERS_TIME  1000            /* ms for QEMU to answer */
#define DRAIN_TIME      1000            /* ms without a byte */

/* Until what comes, whichever is first; 0 stands for never. */
static int64_t sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Milliseconds from now to a time, as poll() takes them. */
static int until(int64_t time)
{
	int64_t left = time - process_clock();

	if (time == 0)
		return -1;
	if (left > INT_MAX)
		return INT_MAX;
	return left > 0 ? (int)left : 0;
}

/* Sleeps until something happens, and takes it in. False: QEMU has ended. */
static bool attend(struct run *r, int64_t time)
{
	struct pollfd fd[4] = {
		serial_want(&r->serial),
		{ .fd = r->machine.monitor, .events = POLLIN },
		{ .fd = r->machine.log, .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
	};

	if (poll(fd, 4, until(time)) <= 0)
		return true;
	serial_move(&r->serial, &fd[0]);
	if (fd[2].revents != 0)
		machine_read_log(&r->machine);
	return fd[1].revents == 0 || monitor_read(&r->monitor);
}

static enum run_end watch(struct run *r, int64_t deadline)
{
	for (;;) {
		int64_t due = serial_message_due(&r->serial);

		if (signals_caught() || r->serial.broken)
			return END_UNWANTED;
		if (r->monitor.shutdown[0] != '\0')
			return END_SHUTDOWN;
		if (r->monitor.failed)
			return END_EMULATION;
		if (due != 0 && process_clock() >= due)
			return END_MESSAGE;
		if (deadline != 0 && process_clock() >= deadline)
			return END_TIME_UP;
		if (!attend(r, sooner(due, deadline)))
			return END_EXIT;
	}
}

/* Reads the registers of a machine that stands, or is to stand, still. */
static void read_registers(struct run *r, bool mappings)
{
	int64_t deadline = process_clock() + REGISTERS_TIME;

	monitor_ask_registers(&r->monitor, mappings);
	while (!r->monitor.answered && !signals_caught() &&
	       process_clock() < deadline && attend(r, deadline))
		;
}

static void finish(struct run *r)
{
	/* A message has its address in it; where that is KASLR decided. */
	bool moved = r->end != END_EXIT && r->end != END_UNWANTED &&
		     symbols_are_moved(r->kernel);

	if (r->end == END_EXIT)
		machine_wait(&r->machine);
	else if (r->end == END_SHUTDOWN || r->end == END_TIME_UP ||
		 r->end == END_EMULATION || moved)
		read_registers(r, moved);
	machine_end(&r->machine);
	/* Who reads our output may take his time, but not beyond a limit. */
	if (r->end != END_UNWANTED)
		serial_drain(&r->serial,
			     r->end == END_TIME_UP ? DRAIN_TIME : -1);
	while (machine_read_log(&r->machine))
		;
}

/* -S for QEMU: the machine waits for a debugger. */
static bool is_held(const struct words *args)
{
	for (size_t i = 0; i < args->count; i++)
		if (strcmp(args->word[i], "-S") == 0)
			return true;
	return false;
}

static void run_machine(struct run *r, const struct words *args)
{
	int64_t deadline = r->timeout > 0 ? process_clock() + r->timeout : 0;

	monitor_begin(&r->monitor, r->machine.monitor, !is_held(args));
	serial_begin(&r->serial, r->machine.serial);
	r->end = watch(r, deadline);
	finish(r);
}

int boot(const struct boot_tools *tools, const char *kernel,
	 const char *cmdline, bool test)
{
	const struct config *c = tools->config;
	struct machine_setup setup = {
		.qemu = tools->qemu,
		.memory = c->memory,
		.window = tools->window,
		.reboot = c->reboot,
		.args = test ? &c->test_args : &c->run_args,
	};
	struct run *r = need(calloc(1, sizeof(*r)));
	int status = RUN_NOT_RUN;
	struct disk disk;

	r->kernel = kernel;
	r->test = test;
	r->timeout = test ? c->test_timeout : c->run_timeout;
	r->success_status = c->success_status;
	if (disk_make(&disk, tools->mkimage, kernel, cmdline) == 0 &&
	    machine_start(&r->machine, &setup, &disk) == 0) {
		disk_close(&disk);
		run_machine(r, setup.args);
		machine_close(&r->machine);
		status = verdict(r);
	}
	disk_close(&disk);
	free(r);
	return status;
}
