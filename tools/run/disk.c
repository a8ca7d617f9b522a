// SPDX-License-Identifier: 0BSD
/* disk.c - the disk that a run boots from. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "process.h"
#include "say.h"
#include "signals.h"
#include "words.h"

static const char *temp_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

/* Runs mkimage, which says itself what it does not like. */
static int run_mkimage(const char *mkimage, const char *kernel,
		       const char *cmdline, const char *image)
{
	struct words w = { 0 };
	int status;

	words_add(&w, "%s", mkimage);
	words_add(&w, "--output=%s", image);
	words_add(&w, "--cmdline=%s", cmdline);
	words_add(&w, "--");
	words_add(&w, "%s", kernel);
	status = process_run(w.word);
	if (status < 0)
		say("%s: %s", mkimage, strerror(errno));
	words_free(&w);
	return status == 0 && !signals_caught() ? 0 : -1;
}

static int open_image(struct disk *d, const char *image)
{
	d->read_fd = open(image, O_RDONLY | O_CLOEXEC);
	d->write_fd = open(image, O_RDWR | O_CLOEXEC);
	if (d->read_fd >= 0 && d->write_fd >= 0)
		return 0;
	say("%s: %s", image, strerror(errno));
	return -1;
}

int disk_make(struct disk *d, const char *mkimage, const char *kernel,
	      const char *cmdline)
{
	struct words path = { 0 };
	int err;

	*d = (struct disk){ -1, -1 };
	words_add(&path, "%s/stagecoach-XXXXXX", temp_folder());
	if (mkdtemp(path.word[0]) == NULL) {
		say("no temporary folder in %s: %s", temp_folder(),
		    strerror(errno));
		words_free(&path);
		return -1;
	}
	words_add(&path, "%s/disk.img", path.word[0]);
	err = run_mkimage(mkimage, kernel, cmdline, path.word[1]);
	if (err == 0)
		err = open_image(d, path.word[1]);
	unlink(path.word[1]);
	rmdir(path.word[0]);
	words_free(&path);
	return err;
}

void disk_close(struct disk *d)
{
	if (d->read_fd >= 0)
		close(d->read_fd);
	if (d->write_fd >= 0)
		close(d->write_fd);
	*d = (struct disk){ -1, -1 };
}
