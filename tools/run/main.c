// SPDX-License-Identifier: 0BSD
/*
 * main.c - stagecoach-run: boots a kernel in QEMU and returns its verdict, so
 * that it can be another build system's command for runs and tests.
 *
 * Who calls whom: cli and config say what is wanted; boot makes one run out of
 * disk (which has mkimage make the image), machine (QEMU), monitor (its
 * control socket) and serial; verdict says what its end means, with the help
 * of symbols; tests does many of these in parallel.
 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "cli.h"
#include "config.h"
#include "machine.h"
#include "process.h"
#include "say.h"
#include "signals.h"
#include "tests.h"

/* The kernel's words, as a shell would have them in one string. */
static char *join(char *const *word, int count)
{
	size_t size = 1;
	char *line, *to;

	for (int i = 0; i < count; i++)
		size += strlen(word[i]) + 1;
	line = to = need(malloc(size));
	for (int i = 0; i < count; i++) {
		if (i > 0)
			*to++ = ' ';
		size = strlen(word[i]);
		memcpy(to, word[i], size);
		to += size;
	}
	*to = '\0';
	return line;
}

/* True if it lies where Cargo and rustdoc put what they test. */
static bool is_in_test_folder(const char *kernel)
{
	static const char doctest[] = "rustdoctest";
	char *path = realpath(kernel, NULL);
	char *slash = path != NULL ? strrchr(path, '/') : NULL;
	const char *folder;
	bool found = false;

	if (slash != NULL) {
		*slash = '\0';
		slash = strrchr(path, '/');
		folder = slash != NULL ? slash + 1 : path;
		found = strcmp(folder, "deps") == 0 ||
			strncmp(folder, doctest, sizeof(doctest) - 1) == 0;
	}
	free(path);
	return found;
}

static int processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > CLI_MAX_JOBS ? CLI_MAX_JOBS :
	       (int)count;
}

static int run_kernels(const struct cli *cli, const struct boot_tools *tools)
{
	const char *kernel = cli->operand[0];
	char *cmdline;
	int status;

	if (cli->action == CLI_TESTS)
		return tests_run(tools, cli->operand,
				 (size_t)cli->operand_count,
				 cli->jobs > 0 ? cli->jobs : processors());
	cmdline = join(cli->operand + 1, cli->operand_count - 1);
	status = boot(tools, kernel, cmdline,
		      cli->test || is_in_test_folder(kernel));
	free(cmdline);
	return status;
}

static int find_tools(struct boot_tools *tools, const struct config *config,
		      const char *program)
{
	tools->config = config;
	tools->mkimage = process_beside(program, "mkimage");
	tools->qemu = process_find(config->qemu);
	if (access(tools->mkimage, X_OK) != 0) {
		say("%s: %s; it belongs beside stagecoach-run", tools->mkimage,
		    strerror(errno));
		return -1;
	}
	if (tools->qemu == NULL) {
		say("%s: not found (Debian: apt-get install qemu-system-x86)",
		    config->qemu);
		return -1;
	}
	tools->window = machine_window(tools->qemu);
	return 0;
}

static int run(const struct cli *cli, const char *program)
{
	struct boot_tools tools = { 0 };
	struct config config;
	int status = RUN_NOT_RUN;

	config_init(&config);
	if (config_read(&config, cli->config) == 0) {
		cli_settle(cli, &config);
		if (find_tools(&tools, &config, program) == 0)
			status = run_kernels(cli, &tools);
	}
	free(tools.mkimage);
	free(tools.qemu);
	config_free(&config);
	return status;
}

/* What was printed has to arrive, too. */
static int printed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	say("standard output: %s", strerror(errno));
	return RUN_NOT_RUN;
}

/*
 * A stream that is closed would lend its number to the next thing opened, and
 * what is meant for it would go there.
 */
static int open_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -1 : close(fd);
}

int main(int argc, char **argv)
{
	const char *program = argc > 0 ? argv[0] : "stagecoach-run";
	int status = RUN_NOT_RUN;
	struct cli cli;

	if (open_streams() != 0 || signals_catch() != 0) {
		say("%s", strerror(errno));
		return RUN_NOT_RUN;
	}
	cli_parse(&cli, argc, argv);
	switch (cli.action) {
	case CLI_RUN:
	case CLI_TESTS:
		status = run(&cli, program);
		break;
	case CLI_HELP:
		cli_help();
		status = RUN_PASSED;
		break;
	case CLI_VERSION:
		printf("stagecoach-run (Stagecoach) %s\n", STAGECOACH_VERSION);
		status = RUN_PASSED;
		break;
	case CLI_USAGE_ERROR:
		break;
	}
	cli_free(&cli);
	status = printed(status);
	signals_die();
	return status;
}
