// SPDX-License-Identifier: 0BSD
/* cli.c - the runner's command line. */
#include "host.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "say.h"

enum {
	OPTION_TIMEOUT = 256,
	OPTION_MEMORY,
	OPTION_QEMU_ARG,
	OPTION_TEST,
	OPTION_TESTS,
	OPTION_JOBS,
	OPTION_CONFIG,
	OPTION_HELP,
	OPTION_VERSION,
};

/* What follows the kernel is the kernel's, whatever it looks like. */
static const char short_options[] = "+";

static const struct option long_options[] = {
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "qemu-arg", required_argument, NULL, OPTION_QEMU_ARG },
	{ "test", no_argument, NULL, OPTION_TEST },
	{ "tests", no_argument, NULL, OPTION_TESTS },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

void cli_help(void)
{
	fputs(
"Usage: stagecoach-run [OPTION]... KERNEL [COMMAND LINE]...\n"
"  or:  stagecoach-run [OPTION]... --tests KERNEL...\n"
"Boot KERNEL, an ELF64 x86-64 executable, in QEMU. Its serial port is\n"
"standard output; what follows KERNEL is its command line.\n"
"\n"
"      --timeout=S    end the run after S seconds, 0: never (default: tests\n"
"                       300, other runs never)\n"
"      --memory=M     the machine's memory, such as 2G (default: 128M)\n"
"      --qemu-arg=A   one more argument for QEMU; may be repeated\n"
"      --test         KERNEL is a test: powering off is no success. So is a\n"
"                       kernel in a folder named deps, where Cargo has tests\n"
"      --tests        boot many tests in parallel, with a line each\n"
"      --jobs=N       as many at a time (default: one a processor)\n"
"      --config=FILE  read FILE in place of stagecoach.ini, which is looked\n"
"                       for in Cargo's package, then in the current folder\n"
"      --help         print this text\n"
"      --version      print the version\n"
"\n"
"From the environment: GUI=1 opens a window; QEMU names the program; TMPDIR\n"
"is where the disk image is made.\n"
"\n"
"Exit status:\n"
"    0  the kernel wrote 0x10 to port 0xf4 or, if no test, powered off\n"
"    1  the kernel reported failure, or a test ended without a verdict\n"
"    2  nothing was run: wrong usage, not a kernel, no QEMU, no room\n"
"    3  the kernel faulted or reset the machine, or the loader refused it\n"
"  124  the time was up\n", stdout);
}

static const char try_help[] =
	"Try 'stagecoach-run --help' for more information.\n";

static void usage_error(struct cli *cli, const char *reason,
			const char *detail)
{
	say("%s%s", reason, detail);
	fputs(try_help, stderr);
	cli->action = CLI_USAGE_ERROR;
}

static void set_timeout(struct cli *cli, const char *arg)
{
	if (config_seconds(arg, &cli->timeout) != 0)
		usage_error(cli, "--timeout takes a number of seconds, not ",
			    arg);
}

static void set_memory(struct cli *cli, const char *arg)
{
	if (!config_is_memory(arg))
		usage_error(cli, "--memory takes a size such as 128M, not ",
			    arg);
	cli->memory = arg;
}

static void set_jobs(struct cli *cli, const char *arg)
{
	char *end;
	long jobs = strtol(arg, &end, 10);

	if (end == arg || *end != '\0' || jobs < 1 || jobs > CLI_MAX_JOBS)
		usage_error(cli, "--jobs takes a number from 1 to 64, not ",
			    arg);
	cli->jobs = (int)jobs;
}

static void apply(struct cli *cli, int option, const char *arg)
{
	switch (option) {
	case OPTION_TIMEOUT:
		set_timeout(cli, arg);
		break;
	case OPTION_MEMORY:
		set_memory(cli, arg);
		break;
	case OPTION_QEMU_ARG:
		words_add(&cli->qemu_args, "%s", arg);
		break;
	case OPTION_TEST:
		cli->test = true;
		break;
	case OPTION_TESTS:
		cli->action = CLI_TESTS;
		break;
	case OPTION_JOBS:
		set_jobs(cli, arg);
		break;
	case OPTION_CONFIG:
		cli->config = arg;
		break;
	case OPTION_HELP:
		cli->action = CLI_HELP;
		break;
	case OPTION_VERSION:
		cli->action = CLI_VERSION;
		break;
	default:
		/* getopt_long() has said what is wrong. */
		fputs(try_help, stderr);
		cli->action = CLI_USAGE_ERROR;
	}
}

void cli_parse(struct cli *cli, int argc, char **argv)
{
	static char name[] = "stagecoach-run";
	int option;

	*cli = (struct cli){ .action = CLI_RUN, .timeout = -1 };
	/* getopt_long() puts it before its messages. */
	if (argc > 0)
		argv[0] = name;
	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		apply(cli, option, optarg);
		if (cli->action > CLI_TESTS)
			return;
	}
	cli->operand = argv + optind;
	cli->operand_count = argc - optind;
	if (cli->operand_count == 0)
		usage_error(cli, "no kernel given", "");
}

void cli_settle(const struct cli *cli, struct config *config)
{
	const char *qemu = getenv("QEMU");

	if (qemu != NULL && *qemu != '\0')
		config_replace(&config->qemu, qemu);
	if (cli->memory != NULL)
		config_replace(&config->memory, cli->memory);
	if (cli->timeout >= 0)
		config->run_timeout = config->test_timeout = cli->timeout;
	words_append(&config->run_args, &cli->qemu_args);
	words_append(&config->test_args, &cli->qemu_args);
}

void cli_free(struct cli *cli)
{
	words_free(&cli->qemu_args);
}
