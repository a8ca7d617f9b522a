// SPDX-License-Identifier: 0BSD
/*
 * output.c - the file mkimage makes.
 *
 * Signals: a handler that removes the temporary file would need its name in a
 * global and could meet it half made. Instead the deadly signals are blocked
 * while the file exists, looked for at each write, and let through when it is
 * gone: the program then dies of them as its parent expects.
 */
#include "host.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "fd_io.h"
#include "input.h"
#include "output.h"

#define TEMP_TRIES 100

static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define DEADLY_COUNT (sizeof(deadly) / sizeof(deadly[0]))

static int fail_errno(const struct output *out, struct failure *f)
{
	return fail(f, out->path, "%s", strerror(errno));
}

/* What is there under the output's name is a file we may replace. */
static int check_present(const struct output *out, const struct stat *present,
			 const struct input *const *inputs, size_t input_count,
			 struct failure *f)
{
	const char *kind = file_kind(present->st_mode);

	if (kind != NULL)
		return fail(f, out->path, "%s; the image is written to a "
			    "regular file only", kind);
	for (size_t i = 0; i < input_count; i++) {
		const struct stat *in = &inputs[i]->stat;

		if (in->st_dev == present->st_dev &&
		    in->st_ino == present->st_ino)
			return fail(f, out->path,
				    "is an input and the output");
	}
	return 0;
}

/* Finds out->target: the file that a symbolic link leads to, not the link. */
static int resolve(struct output *out, const struct input *const *inputs,
		   size_t input_count, struct failure *f)
{
	struct stat present;
	size_t size;

	if (stat(out->path, &present) == 0) {
		if (check_present(out, &present, inputs, input_count, f) != 0)
			return -1;
		out->target = realpath(out->path, NULL);
	} else if (errno != ENOENT) {
		return fail_errno(out, f);
	} else if (lstat(out->path, &present) == 0) {
		return fail(f, out->path, "is a symbolic link to nothing");
	} else {
		out->target = strdup(out->path);
	}
	if (out->target == NULL)
		return fail_errno(out, f);

	/* An empty name and one with a slash at its end name no file. */
	out->name = path_base(out->target, &size);
	if (size == 0 || out->name[size] != '\0')
		return fail(f, out->path, "%s", strerror(ENOENT));
	return 0;
}

static int open_folder(struct output *out, struct failure *f)
{
	size_t size = (size_t)(out->name - out->target);
	char *folder = size == 0 ? strdup(".") : strndup(out->target, size);

	if (folder == NULL)
		return fail_errno(out, f);
	out->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	return out->folder < 0 ? fail_errno(out, f) : 0;
}

/* Blocks the signals that would end us, save those our parent keeps away. */
static void hold_signals(struct output *out)
{
	struct sigaction action;

	for (size_t i = 0; i < DEADLY_COUNT; i++)
		if (sigismember(&out->mask, deadly[i]) == 0 &&
		    sigaction(deadly[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&out->held, deadly[i]);
	sigprocmask(SIG_BLOCK, &out->held, NULL);
}

static int check_signals(const struct output *out, struct failure *f)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < DEADLY_COUNT; i++)
		if (sigismember(&out->held, deadly[i]) == 1 &&
		    sigismember(&pending, deadly[i]) == 1)
			return fail(f, out->path, "interrupted");
	return 0;
}

/* Not mkstemp(): this file keeps the rights that the umask gives it. */
static int open_temp(struct output *out, struct failure *f)
{
	for (int i = 0; i < TEMP_TRIES; i++) {
		snprintf(out->temp, sizeof(out->temp), ".mkimage-%ld-%d",
			 (long)getpid(), i);
		out->fd = openat(out->folder, out->temp,
				 O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (out->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	out->temp[0] = '\0';
	return fail_errno(out, f);
}

int output_begin(struct output *out, const char *path,
		 const struct input *const *inputs, size_t input_count,
		 struct failure *f)
{
	*out = (struct output){ .path = path, .folder = -1, .fd = -1 };
	sigemptyset(&out->held);
	sigprocmask(SIG_BLOCK, NULL, &out->mask);
	if (resolve(out, inputs, input_count, f) != 0 ||
	    open_folder(out, f) != 0)
		return -1;
	hold_signals(out);
	return open_temp(out, f);
}

int output_write(struct output *out, const void *data, size_t size,
		 uint64_t offset, struct failure *f)
{
	if (check_signals(out, f) != 0)
		return -1;
	if (fd_write(out->fd, data, size, offset) != 0)
		return fail_errno(out, f);
	return 0;
}

int output_set_size(struct output *out, uint64_t size, struct failure *f)
{
	if (ftruncate(out->fd, (off_t)size) != 0)
		return fail_errno(out, f);
	return 0;
}

/* Some file systems cannot sync a folder and say so in one of these ways. */
static int sync_folder(const struct output *out, struct failure *f)
{
	if (fsync(out->folder) != 0 && errno != EINVAL && errno != EROFS)
		return fail_errno(out, f);
	return 0;
}

int output_commit(struct output *out, struct failure *f)
{
	int fd = out->fd;

	if (fsync(fd) != 0)
		return fail_errno(out, f);
	/* NFS and quotas report a failed write as late as here. */
	out->fd = -1;
	if (close(fd) != 0)
		return fail_errno(out, f);
	if (check_signals(out, f) != 0)
		return -1;
	if (renameat(out->folder, out->temp, out->folder, out->name) != 0)
		return fail_errno(out, f);
	out->temp[0] = '\0';
	return sync_folder(out, f);
}

void output_end(struct output *out)
{
	if (out->fd >= 0)
		close(out->fd);
	if (out->temp[0] != '\0')
		unlinkat(out->folder, out->temp, 0);
	if (out->folder >= 0)
		close(out->folder);
	free(out->target);
	sigprocmask(SIG_SETMASK, &out->mask, NULL);
}
