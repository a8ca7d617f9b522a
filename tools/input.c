// SPDX-License-Identifier: 0BSD
/* input.c - a file that mkimage reads. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "fd_io.h"
#include "input.h"

const char *file_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return NULL;
	if (S_ISDIR(mode))
		return "is a directory";
	if (S_ISFIFO(mode))
		return "is a FIFO";
	if (S_ISBLK(mode))
		return "is a block device";
	if (S_ISCHR(mode))
		return "is a character device";
	if (S_ISSOCK(mode))
		return "is a socket";
	return "is not a regular file";
}

static int check_kind(const char *path, mode_t mode, struct failure *f)
{
	const char *kind = file_kind(mode);

	return kind == NULL ? 0 :
		fail(f, path, "%s; a regular file is needed", kind);
}

int input_open(struct input *in, const char *path, struct failure *f)
{
	*in = (struct input){ .path = path, .fd = -1 };

	/* Before open(), which would wait for a FIFO's writer, rewind a tape
	   or start a watchdog. */
	if (stat(path, &in->stat) != 0)
		return fail(f, path, "%s", strerror(errno));
	if (check_kind(path, in->stat.st_mode, f) != 0)
		return -1;

	in->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &in->stat) != 0)
		return fail(f, path, "%s", strerror(errno));
	in->size = (uint64_t)in->stat.st_size;
	return check_kind(path, in->stat.st_mode, f);
}

int input_read(const struct input *in, void *data, size_t size,
	       uint64_t offset, struct failure *f)
{
	if (fd_read(in->fd, data, size, offset) == 0)
		return 0;
	if (errno == 0)
		return fail(f, in->path, "became shorter while it was read");
	return fail(f, in->path, "%s", strerror(errno));
}

int input_check_unchanged(const struct input *in, struct failure *f)
{
	struct stat now;
	uint8_t more;

	/* Files of /proc have a size of 0 and content all the same. */
	if (fd_read(in->fd, &more, 1, in->size) == 0)
		return fail(f, in->path, "goes on behind its end: it changed "
			    "while it was read, or is no ordinary file");
	if (errno != 0 || fstat(in->fd, &now) != 0)
		return fail(f, in->path, "%s", strerror(errno));
	if (now.st_size != in->stat.st_size ||
	    now.st_mtim.tv_sec != in->stat.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != in->stat.st_mtim.tv_nsec)
		return fail(f, in->path, "changed while it was read");
	return 0;
}

void input_close(struct input *in)
{
	if (in->fd >= 0)
		close(in->fd);
	in->fd = -1;
}

const char *path_base(const char *path, size_t *size)
{
	size_t end = strlen(path);
	size_t start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	*size = end - start;
	return path + start;
}
