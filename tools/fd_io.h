/* SPDX-License-Identifier: 0BSD */
/* fd_io.h - whole reads and writes at a place in a file. */
#ifndef STAGECOACH_FD_IO_H
#define STAGECOACH_FD_IO_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads size bytes at offset. Returns 0, or -1 with errno set; a file that
 * ends before is an error with errno 0.
 */
int fd_read(int fd, void *data, size_t size, uint64_t offset);

/* Writes size bytes at offset. Returns 0, or -1 with errno set. */
int fd_write(int fd, const void *data, size_t size, uint64_t offset);

#endif
