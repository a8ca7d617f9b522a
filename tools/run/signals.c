// SPDX-License-Identifier: 0BSD
/* signals.c - the signals that end the runner. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "signals.h"

static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define DEADLY_COUNT (sizeof(deadly) / sizeof(deadly[0]))

/* A handler reaches nothing else than globals. */
static volatile sig_atomic_t caught;
static int wake[2] = { -1, -1 };

static void handle(int signal)
{
	int saved = errno;

	caught = signal;
	/* A full pipe is as readable as one with a byte more. */
	if (write(wake[1], "", 1) < 0)
		errno = saved;
	errno = saved;
}

static int make_pipe(void)
{
	for (int i = 0; i < 2; i++)
		if (wake[i] >= 0)
			close(wake[i]);
	if (pipe(wake) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		if (fcntl(wake[i], F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(wake[i], F_SETFL, O_NONBLOCK) != 0)
			return -1;
	return 0;
}

int signals_catch(void)
{
	/* No SA_RESTART: a write to a terminal that was stopped by Ctrl-S
	   returns when a signal comes. */
	struct sigaction action = { .sa_handler = handle }, old;

	if (make_pipe() != 0)
		return -1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < DEADLY_COUNT; i++)
		if (sigaction(deadly[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(deadly[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);       /* an error of write() instead */
	return 0;
}

int signals_caught(void)
{
	return caught;
}

void signals_pretend(int signal)
{
	caught = signal;
}

int signals_fd(void)
{
	return wake[0];
}

void signals_restore(void)
{
	/* exec() lets go of handlers by itself, not of what is ignored. */
	signal(SIGPIPE, SIG_DFL);
}

void signals_die(void)
{
	if (caught == 0)
		return;
	signal(caught, SIG_DFL);
	raise(caught);
}
