// SPDX-License-Identifier: 0BSD
/* text.c - text on the standard streams. */
#include "host.h"

#include <errno.h>
#include <string.h>

#include "failure.h"
#include "text.h"

void text_print(FILE *out, const char *text, size_t size)
{
	for (; size > 0; text++, size--) {
		unsigned char c = (unsigned char)*text;

		fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
	}
}

int text_flush(struct failure *f)
{
	/* Without an error of its own, fflush() still leaves the mark of an
	   earlier write that failed; its errno is gone. */
	if (fflush(stdout) != 0)
		return fail(f, "standard output", "%s", strerror(errno));
	if (ferror(stdout))
		return fail(f, "standard output", "write error");
	return 0;
}
