// SPDX-License-Identifier: 0BSD
/* process.c - finding, starting and ending other programs. */
#include "host.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "say.h"
#include "signals.h"

#define EXIT_NO_EXEC    127     /* as shells have it */

int64_t process_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

/* FOLDER/NAME, malloc'ed; folder is not terminated. */
static char *join(const char *folder, size_t size, const char *name)
{
	char *path = need(malloc(size + strlen(name) + 2));

	memcpy(path, folder, size);
	path[size] = '/';
	strcpy(path + size + 1, name);
	return path;
}

char *process_find(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/') != NULL)
		return is_program(name) ? need(strdup(name)) : NULL;
	while (path != NULL && *name != '\0') {
		size_t size = strcspn(path, ":");
		/* An empty part of PATH is the current folder. */
		char *found = size > 0 ? join(path, size, name) :
					 join(".", 1, name);

		if (is_program(found))
			return found;
		free(found);
		path = path[size] == ':' ? path + size + 1 : NULL;
	}
	return NULL;
}

/* This program's own file, links resolved; malloc'ed, NULL if not known. */
static char *own_path(const char *program)
{
	char *own = realpath("/proc/self/exe", NULL);
	char *found;

	if (own != NULL)
		return own;
	found = process_find(program);
	own = found != NULL ? realpath(found, NULL) : NULL;
	free(found);
	return own;
}

char *process_beside(const char *program, const char *name)
{
	char *own = own_path(program);
	const char *slash = own != NULL ? strrchr(own, '/') : NULL;
	char *path = slash != NULL ? join(own, (size_t)(slash - own), name) :
				     join(".", 1, name);

	free(own);
	return path;
}

static int keep_to_ourselves(const int fd[2])
{
	return fcntl(fd[0], F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(fd[1], F_SETFD, FD_CLOEXEC) == 0 ? 0 : -1;
}

int process_pipe(int fd[2])
{
	return pipe(fd) == 0 ? keep_to_ourselves(fd) : -1;
}

int process_socket_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0 ?
		keep_to_ourselves(fd) : -1;
}

static _Noreturn void become(char *const *argv, const int *keep, size_t count,
			     int out)
{
	int null = open("/dev/null", O_RDONLY);

	signals_restore();
	if (null > STDIN_FILENO) {
		dup2(null, STDIN_FILENO);
		close(null);
	}
	dup2(out >= 0 ? out : STDERR_FILENO, STDOUT_FILENO);
	for (size_t i = 0; i < count; i++)
		fcntl(keep[i], F_SETFD, 0);
	execv(argv[0], argv);
	say("%s: %s", argv[0], strerror(errno));
	_exit(EXIT_NO_EXEC);
}

void process_die_with(pid_t parent, int last_will)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, last_will);
#else
	(void)last_will;
#endif
	/* It may have been gone already. */
	if (getppid() != parent)
		_exit(EXIT_NO_EXEC);
}

pid_t process_start(char *const *argv, const int *keep, size_t count, int out,
		    int last_will)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	process_die_with(parent, last_will);
	become(argv, keep, count, out);
}

int process_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int process_run(char *const *argv)
{
	pid_t pid = process_start(argv, NULL, 0, -1, SIGTERM);
	int status;

	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
		if (signals_caught())
			kill(pid, SIGTERM);
	}
	return status;
}
