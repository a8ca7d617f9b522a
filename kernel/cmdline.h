/* SPDX-License-Identifier: 0BSD */
/*
 * cmdline.h - words of the kernel's command line: `word` or `name=value`.
 */
#ifndef STAGECOACH_KERNEL_CMDLINE_H
#define STAGECOACH_KERNEL_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Looks for a name; false if it is not there. Its value, as far as it fits,
 * goes to value[0 .. size - 1], NUL-terminated; empty if it has none.
 */
bool cmdline_find(const char *cmdline, const char *name, char *value,
		  size_t size);

#endif
