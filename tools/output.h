/* SPDX-License-Identifier: 0BSD */
/*
 * output.h - the file mkimage makes: written under a temporary name in the
 * same folder, so that it appears under its own name whole or not at all.
 */
#ifndef STAGECOACH_OUTPUT_H
#define STAGECOACH_OUTPUT_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct failure;
struct input;

struct output {
	const char *path;               /* as the user wrote it */
	char *target;                   /* links resolved; malloc'ed */
	const char *name;               /* last part of target */
	char temp[64];                  /* name of what is being written, in
					   the same folder; "": none */
	int folder;                     /* descriptor of that folder */
	int fd;
	sigset_t held;                  /* signals that wait until the file is
					   done or gone */
	sigset_t mask;                  /* as it was before */
};

/*
 * Begins a file. Refuses a path where something other than a regular file is,
 * and one that is the same file as one of the inputs. From here on the
 * signals that would end the program are held back until output_end(), which
 * has to follow in any case.
 */
int output_begin(struct output *out, const char *path,
		 const struct input *const *inputs, size_t input_count,
		 struct failure *f);

/* Writes; an error too if a signal asks for an end. */
int output_write(struct output *out, const void *data, size_t size,
		 uint64_t offset, struct failure *f);

/* Gives the file its size; what was not written reads as zero. */
int output_set_size(struct output *out, uint64_t size, struct failure *f);

/* Makes the file durable, then gives it its name. */
int output_commit(struct output *out, struct failure *f);

/*
 * Removes what there is unless it was committed, and lets signals through
 * again: if one is waiting, the program ends here.
 */
void output_end(struct output *out);

#endif
