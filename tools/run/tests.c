// SPDX-License-Identifier: 0BSD
/*
 * tests.c - many kernels, each a test, in parallel. Each has a process of its
 * own, which boots it as a single run would, and a pipe for all it says, of
 * which the last is kept.
 */
#include "host.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "say.h"
#include "signals.h"
#include "tests.h"

#define TAIL_SIZE       4096

struct job {
	const char *kernel;     /* NULL: a free place */
	pid_t pid;
	int fd;
	int64_t start;
	size_t size;
	char tail[TAIL_SIZE];   /* the last of what it said */
};

struct tests {
	const struct boot_tools *tools;
	struct job *job;
	size_t jobs;
	size_t running;
	size_t passed, failed;
};

static _Noreturn void be_job(const struct boot_tools *tools,
			     const char *kernel, int out, pid_t parent)
{
	int status = RUN_NOT_RUN;

	process_die_with(parent, SIGTERM);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (signals_catch() == 0)
		status = boot(tools, kernel, "", true);
	signals_die();
	_exit(status);
}

static int start_job(struct tests *t, struct job *job, const char *kernel)
{
	pid_t parent = getpid();
	int out[2];

	if (process_pipe(out) != 0)
		return -1;
	fflush(stdout);
	job->pid = fork();
	if (job->pid == 0)
		be_job(t->tools, kernel, out[1], parent);
	close(out[1]);
	if (job->pid < 0) {
		close(out[0]);
		return -1;
	}
	job->kernel = kernel;
	job->fd = out[0];
	job->start = process_clock();
	job->size = 0;
	t->running++;
	return 0;
}

/* Each line of what it said, indented, with no control characters. */
static void print_tail(const struct job *job)
{
	bool line_start = true;

	for (size_t i = 0; i < job->size; i++) {
		unsigned char c = (unsigned char)job->tail[i];

		if (c == '\r')
			continue;
		if (line_start)
			fputs("      ", stderr);
		line_start = c == '\n';
		fputc(line_start || (c >= 0x20 && c != 0x7f) ? c : '?',
		      stderr);
	}
	if (!line_start)
		fputc('\n', stderr);
}

static const char *describe(int status)
{
	switch (status) {
	case RUN_FAILED:        return "failed";
	case RUN_NOT_RUN:       return "could not be run";
	case RUN_FAULTED:       return "faulted";
	case RUN_TIMED_OUT:     return "timed out";
	default:                return "ended unexpectedly";
	}
}

static void end_job(struct tests *t, struct job *job)
{
	int how = process_wait(job->pid);
	int status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	double seconds = (double)(process_clock() - job->start) / 1000;

	if (status == RUN_PASSED)
		printf("ok    %s (%.2f s)\n", job->kernel, seconds);
	else
		printf("FAIL  %s: %s, status %d (%.2f s)\n", job->kernel,
		       describe(status), status, seconds);
	fflush(stdout);
	if (status == RUN_PASSED) {
		t->passed++;
	} else {
		t->failed++;
		print_tail(job);
	}
	close(job->fd);
	job->kernel = NULL;
	t->running--;
}

static void read_job(struct tests *t, struct job *job)
{
	char text[TAIL_SIZE / 2];
	ssize_t got = read(job->fd, text, sizeof(text));
	size_t size = got > 0 ? (size_t)got : 0;

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		end_job(t, job);
		return;
	}
	if (job->size + size > sizeof(job->tail)) {
		size_t lost = job->size + size - sizeof(job->tail);

		job->size -= lost;
		memmove(job->tail, job->tail + lost, job->size);
	}
	memcpy(job->tail + job->size, text, size);
	job->size += size;
}

/* Sleeps until a job says something or ends, and takes it in. */
static void attend(struct tests *t, struct pollfd *fd)
{
	for (size_t i = 0; i < t->jobs; i++)
		fd[i] = (struct pollfd){
			.fd = t->job[i].kernel != NULL ? t->job[i].fd : -1,
			.events = POLLIN,
		};
	fd[t->jobs] = (struct pollfd){ .fd = signals_fd(), .events = POLLIN };
	if (poll(fd, t->jobs + 1, -1) <= 0)
		return;
	for (size_t i = 0; i < t->jobs; i++)
		if (t->job[i].kernel != NULL && fd[i].revents != 0)
			read_job(t, &t->job[i]);
}

static void end_all(struct tests *t)
{
	for (size_t i = 0; i < t->jobs; i++)
		if (t->job[i].kernel != NULL)
			kill(t->job[i].pid, SIGTERM);
	for (size_t i = 0; i < t->jobs; i++) {
		if (t->job[i].kernel == NULL)
			continue;
		/* It may wait for someone to read what it says. */
		close(t->job[i].fd);
		process_wait(t->job[i].pid);
	}
}

static void fill(struct tests *t, char *const *kernel, size_t count,
		 size_t *next)
{
	for (size_t i = 0; i < t->jobs && *next < count; i++) {
		if (t->job[i].kernel != NULL)
			continue;
		if (start_job(t, &t->job[i], kernel[*next]) != 0) {
			printf("FAIL  %s: %s\n", kernel[*next],
			       strerror(errno));
			t->failed++;
		}
		++*next;
	}
}

int tests_run(const struct boot_tools *tools, char *const *kernel,
	      size_t count, int jobs)
{
	struct tests t = { .tools = tools, .jobs = (size_t)jobs };
	struct pollfd *fd = need(calloc(t.jobs + 1, sizeof(*fd)));
	size_t next = 0;

	t.job = need(calloc(t.jobs, sizeof(*t.job)));
	while (!signals_caught() && (next < count || t.running > 0)) {
		fill(&t, kernel, count, &next);
		if (t.running > 0)
			attend(&t, fd);
	}
	if (signals_caught())
		end_all(&t);
	else
		printf("%zu passed, %zu failed\n", t.passed, t.failed);
	free(t.job);
	free(fd);
	return t.failed == 0 ? RUN_PASSED : RUN_FAILED;
}
