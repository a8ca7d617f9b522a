/* SPDX-License-Identifier: 0BSD */
/*
 * input.h - a file that mkimage reads: opened once, read piece by piece, and
 * at the end known not to have changed meanwhile.
 */
#ifndef STAGECOACH_INPUT_H
#define STAGECOACH_INPUT_H

#include <sys/stat.h>

#include <stddef.h>
#include <stdint.h>

struct failure;

struct input {
	const char *path;
	int fd;                         /* -1: not open */
	uint64_t size;
	struct stat stat;               /* as it was when it was opened */
};

/* Opens a regular file; anything else is refused unopened. */
int input_open(struct input *in, const char *path, struct failure *f);

/* Reads size bytes at offset, all of them within in->size. */
int input_read(const struct input *in, void *data, size_t size,
	       uint64_t offset, struct failure *f);

/* Refuses a file that was written to since input_open(). */
int input_check_unchanged(const struct input *in, struct failure *f);

void input_close(struct input *in);

/* The last part of a path, slashes behind it ignored; size bytes. */
const char *path_base(const char *path, size_t *size);

/* "is a directory" and so on; NULL for a regular file. */
const char *file_kind(mode_t mode);

#endif
