// SPDX-License-Identifier: 0BSD
/* verdict.c - what the end of a run means. */
#include "host.h"

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "symbols.h"
#include "verdict.h"

#define PLACE_SIZE      400

/* The number behind "NAME=" in the registers; false if there is none. */
static bool read_register(const struct run *r, const char *name,
			  uint64_t *value)
{
	const char *at = strstr(r->monitor.registers, name);

	if (at == NULL)
		return false;
	*value = strtoull(at + strlen(name), NULL, 16);
	return true;
}

/* Where the machine was: "0x401016 in _start+0x16". */
static void describe_place(const struct run *r, char *place)
{
	uint64_t address, halted = 0;

	/* A CPU that halts is behind the hlt, perhaps in another function. */
	read_register(r, "HLT=", &halted);
	if (read_register(r, "RIP=", &address))
		symbols_describe(r->kernel, r->monitor.mappings,
				 address - halted, place, PLACE_SIZE);
	else if (read_register(r, "EIP=", &address))
		snprintf(place, PLACE_SIZE, "0x%llx, outside of 64-bit mode",
			 (unsigned long long)address);
	else
		snprintf(place, PLACE_SIZE, "an unknown place");
}

/* The integer and control registers, and none of the long list of others. */
static void print_registers(const struct run *r)
{
	const char *line = r->monitor.registers;

	while (*line != '\0') {
		size_t size = strcspn(line, "\r\n");

		if (strncmp(line, "FCW=", 4) == 0)
			break;
		if (size > 0 && strncmp(line, "CPU#", 4) != 0)
			fprintf(stderr, "%.*s\n", (int)size, line);
		line += size;
		line += strspn(line, "\r\n");
	}
}

static int judge_exit(const struct run *r)
{
	int status = r->machine.status;

	if (!r->monitor.started) {
		say("QEMU did not start the machine");
		return RUN_NOT_RUN;
	}
	if (WIFSIGNALED(status)) {
		say("QEMU was ended by signal %d", WTERMSIG(status));
		return RUN_NOT_RUN;
	}
	status = WEXITSTATUS(status);
	if (status == r->success_status)
		return RUN_PASSED;
	if (status % 2 == 1)
		say("the kernel reports failure: 0x%x at port 0xf4",
		    (unsigned)status >> 1);
	else
		say("no verdict: QEMU ended with status %d", status);
	return RUN_FAILED;
}

static int judge_reset(const struct run *r)
{
	char place[PLACE_SIZE];

	describe_place(r, place);
	say("%s at %s", r->machine.triple_fault ? "triple fault" :
	    "the machine was reset", place);
	print_registers(r);
	return RUN_FAULTED;
}

static int judge_shutdown(const struct run *r)
{
	const char *reason = r->monitor.shutdown;
	bool by_guest = strcmp(reason, "guest-shutdown") == 0;

	if (strcmp(reason, "guest-reset") == 0)
		return judge_reset(r);
	if (strcmp(reason, "guest-panic") == 0) {
		say("the kernel reports a panic");
		return RUN_FAILED;
	}
	/* Or the window was closed. */
	if (!r->test && (by_guest || strcmp(reason, "host-ui") == 0))
		return RUN_PASSED;
	say("no verdict: the machine %s (%s)", by_guest ? "was powered off" :
	    "was ended from outside", reason);
	return RUN_FAILED;
}

static int judge_emulation(const struct run *r)
{
	char place[PLACE_SIZE];

	describe_place(r, place);
	say("QEMU could not go on (internal error) at %s", place);
	print_registers(r);
	return RUN_FAULTED;
}

/* "stagecoach: exception 14 at 0x401016, address 0x0 (...)": says where. */
static int judge_message(const struct run *r)
{
	const char *message = r->serial.message;
	const char *at = strstr(message, " at 0x");
	char place[PLACE_SIZE];

	if (at != NULL) {
		symbols_describe(r->kernel, r->monitor.mappings,
				 strtoull(at + 4, NULL, 16), place,
				 sizeof(place));
		say("stopped by the loader's fault reporter: %.*s at %s",
		    (int)(at - message), message, place);
	} else {
		say("stopped by the loader: %s", message);
	}
	return RUN_FAULTED;
}

static int judge_time_up(const struct run *r)
{
	char place[PLACE_SIZE];
	uint64_t halted = 0;

	describe_place(r, place);
	read_register(r, "HLT=", &halted);
	say("time-out after %g s; the CPU %s at %s",
	    (double)r->timeout / 1000, halted ? "was halted" : "was", place);
	return RUN_TIMED_OUT;
}

int verdict(const struct run *r)
{
	switch (r->end) {
	case END_EXIT:
		return judge_exit(r);
	case END_SHUTDOWN:
		return judge_shutdown(r);
	case END_EMULATION:
		return judge_emulation(r);
	case END_MESSAGE:
		return judge_message(r);
	case END_TIME_UP:
		return judge_time_up(r);
	case END_UNWANTED:
		break;
	}
	return RUN_NOT_RUN;
}
