/* SPDX-License-Identifier: 0BSD */
/* tests.h - many kernels, each a test, in parallel. */
#ifndef STAGECOACH_RUN_TESTS_H
#define STAGECOACH_RUN_TESTS_H

#include "boot.h"

/*
 * Boots them, jobs at a time. A line each goes to standard output, at the end
 * "N passed, N failed"; of those that failed, the last of what they said goes
 * to stderr. Returns an enum run_status. If a signal came, the caller is to
 * die of it.
 */
int tests_run(const struct boot_tools *tools, char *const *kernel,
	      size_t count, int jobs);

#endif
