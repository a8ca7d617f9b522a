/* SPDX-License-Identifier: 0BSD */
/* config.h - how to run: defaults, stagecoach.ini, then the command line. */
#ifndef STAGECOACH_RUN_CONFIG_H
#define STAGECOACH_RUN_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "words.h"

#define CONFIG_FILE     "stagecoach.ini"

struct config {
	char *qemu;             /* malloc'ed, as is memory */
	char *memory;           /* for QEMU's -m */
	int64_t run_timeout;    /* milliseconds, 0: none */
	int64_t test_timeout;
	int success_status;     /* QEMU's exit status that means success */
	bool reboot;            /* the kernel may: a reset does not end a run */
	struct words run_args;  /* for QEMU, of runs that are no tests */
	struct words test_args; /* for QEMU, of tests */
};

void config_init(struct config *c);

/*
 * Reads the file at path, or, if that is NULL, the stagecoach.ini of the
 * project: in the folder that Cargo names, else in the current one, else none.
 * Returns 0, or -1 if something is wrong; the message is out then.
 */
int config_read(struct config *c, const char *path);

/* Sets a malloc'ed string to a copy of text. */
void config_replace(char **where, const char *text);

void config_free(struct config *c);

/* "30", "0.5": to milliseconds. Returns 0, or -1 if it is nothing such. */
int config_seconds(const char *text, int64_t *milliseconds);

/* "64M", "2G", "256": something that QEMU's -m takes. */
bool config_is_memory(const char *text);

#endif
