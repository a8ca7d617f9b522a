/* SPDX-License-Identifier: 0BSD */
/* options.h - mkimage's command line. */
#ifndef STAGECOACH_OPTIONS_H
#define STAGECOACH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "image.h"      /* IMAGE_MAX_MODULES */
#include "pack.h"       /* enum pack_mode */
#include "wish_options.h"

struct module_option {
	const char *path;
	const char *name;               /* not terminated */
	size_t name_size;
};

enum action {
	ACTION_BUILD,
	ACTION_LIST,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_USAGE_ERROR,             /* the message is out */
};

struct options {
	enum action action;
	const char *kernel;
	const char *output;             /* NULL: after the kernel's name */
	const char *cmdline;            /* NULL or "": none */
	const char *list;               /* the image to list */
	enum pack_mode compress;
	bool symbols;
	bool verbose;
	struct module_option module[IMAGE_MAX_MODULES];
	size_t module_count;
	struct wish_options wishes;
};

/* Keeps pointers into argv, in which it cuts the names off module paths. */
void options_parse(struct options *o, int argc, char **argv);

void options_help(void);

#endif
