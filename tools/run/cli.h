/* SPDX-License-Identifier: 0BSD */
/* cli.h - the runner's command line. */
#ifndef STAGECOACH_RUN_CLI_H
#define STAGECOACH_RUN_CLI_H

#include "config.h"

#define CLI_MAX_JOBS    64

enum cli_action {
	CLI_RUN,                /* operand[0]: the kernel; then its line */
	CLI_TESTS,              /* every operand is a kernel */
	CLI_HELP,
	CLI_VERSION,
	CLI_USAGE_ERROR,        /* the message is out */
};

struct cli {
	enum cli_action action;
	bool test;              /* --test */
	int jobs;               /* 0: not given, as with NULL below */
	int64_t timeout;        /* milliseconds; -1: not given */
	const char *memory;
	const char *config;
	struct words qemu_args;
	char **operand;
	int operand_count;
};

void cli_parse(struct cli *cli, int argc, char **argv);

/* What the command line and the environment say wins over *config. */
void cli_settle(const struct cli *cli, struct config *config);

void cli_free(struct cli *cli);

void cli_help(void);

#endif
