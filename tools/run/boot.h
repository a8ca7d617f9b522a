/* SPDX-License-Identifier: 0BSD */
/* boot.h - one run: from a kernel to a verdict. */
#ifndef STAGECOACH_RUN_BOOT_H
#define STAGECOACH_RUN_BOOT_H

#include <stdbool.h>

#include "config.h"

/* What every run of this call shares. */
struct boot_tools {
	const struct config *config;
	char *mkimage;          /* paths, malloc'ed */
	char *qemu;
	const char *window;
};

/*
 * Boots the kernel and returns an enum run_status; what is not a success is
 * explained on stderr. If a signal came, the caller is to die of it.
 */
int boot(const struct boot_tools *tools, const char *kernel,
	 const char *cmdline, bool test);

#endif
