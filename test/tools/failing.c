// SPDX-License-Identifier: 0BSD
/*
 * failing.c - preloaded into mkimage: the function that $FAIL names fails, with
 * the error $FAIL_ERRNO or else EIO. Large-file names too: which one is called
 * is the C library's business.
 */
#define _GNU_SOURCE

#include <sys/stat.h>
#include <sys/types.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int fails(const char *name)
{
	const char *wanted = getenv("FAIL");

	if (wanted == NULL || strcmp(wanted, name) != 0)
		return 0;
	errno = getenv("FAIL_ERRNO") == NULL ? EIO : atoi(getenv("FAIL_ERRNO"));
	return 1;
}

/* type name(parameters), called with arguments. */
#define FAILING(type, name, alias, parameters, arguments)               \
	type alias parameters                                           \
	{                                                               \
		type (*real)parameters;                                 \
									\
		if (fails(#name))                                       \
			return -1;                                      \
		*(void **)&real = dlsym(RTLD_NEXT, #alias);             \
		return real arguments;                                  \
	}

int fsync(int fd)
{
	struct stat st;
	int (*real)(int);

	if (fstat(fd, &st) == 0 &&
	    fails(S_ISDIR(st.st_mode) ? "fsync of a folder" : "fsync"))
		return -1;
	*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	return real(fd);
}

FAILING(int, close, close, (int fd), (fd))
FAILING(int, renameat, renameat, (int a, const char *b, int c, const char *d),
	(a, b, c, d))
FAILING(int, ftruncate, ftruncate, (int fd, off_t size), (fd, size))
FAILING(int, ftruncate, ftruncate64, (int fd, off_t size), (fd, size))
FAILING(ssize_t, pwrite, pwrite, (int fd, const void *p, size_t n, off_t at),
	(fd, p, n, at))
FAILING(ssize_t, pwrite, pwrite64, (int fd, const void *p, size_t n, off_t at),
	(fd, p, n, at))
FAILING(int, openat, openat, (int fd, const char *name, int flags, mode_t m),
	(fd, name, flags, m))
FAILING(int, openat, openat64, (int fd, const char *name, int flags, mode_t m),
	(fd, name, flags, m))
