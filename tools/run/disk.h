/* SPDX-License-Identifier: 0BSD */
/*
 * disk.h - the disk that a run boots from: made by mkimage, and nameless from
 * then on, so that nothing is left of it however the run ends.
 */
#ifndef STAGECOACH_RUN_DISK_H
#define STAGECOACH_RUN_DISK_H

struct disk {
	int read_fd;            /* QEMU wants one of each kind */
	int write_fd;
};

/*
 * Has mkimage, a path, make the image of a kernel. Returns 0, or -1; why is
 * said, unless a signal came.
 */
int disk_make(struct disk *d, const char *mkimage, const char *kernel,
	      const char *cmdline);

void disk_close(struct disk *d);

#endif
