// SPDX-License-Identifier: 0BSD
/* fd_io.c - whole reads and writes at a place in a file. */
#include "host.h"

#include <errno.h>
#include <unistd.h>

#include "fd_io.h"

int fd_read(int fd, void *data, size_t size, uint64_t offset)
{
	uint8_t *to = data;

	while (size > 0) {
		ssize_t got = pread(fd, to, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0) {
			errno = 0;
			return -1;
		}
		to += got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

int fd_write(int fd, const void *data, size_t size, uint64_t offset)
{
	const uint8_t *from = data;

	while (size > 0) {
		ssize_t put = pwrite(fd, from, size, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		from += put;
		size -= (size_t)put;
		offset += (uint64_t)put;
	}
	return 0;
}
