// SPDX-License-Identifier: 0BSD
/* image_reader.c - an image file as the disk that lib/image_file.c reads. */
#include "host.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "failure.h"
#include "fd_io.h"
#include "image_reader.h"

/* An LBA has 32 bits or is known to lie in the file: no product overflows. */
static int read_at(struct image_reader *r, uint64_t lba, void *data,
		   uint64_t sectors)
{
	r->error = 0;
	if (fd_read(r->fd, data, sectors * SECTOR_SIZE,
		    lba * SECTOR_SIZE) == 0)
		return IMAGE_OK;
	r->error = errno;
	return IMAGE_READ;
}

static int disk_read(struct image_disk *disk, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	struct image_reader *r = (struct image_reader *)disk;

	if (want > IMAGE_BLOCK_SECTORS)
		want = IMAGE_BLOCK_SECTORS;
	*data = r->data;
	*got = want;
	return read_at(r, lba, r->data, want);
}

void image_reader_init(struct image_reader *r, int fd, const char *name,
		       uint64_t size)
{
	*r = (struct image_reader){
		.disk = { .read = disk_read },
		.fd = fd,
		.name = name,
		.sectors = size / SECTOR_SIZE,
	};
}

int image_reader_get(struct image_reader *r, uint64_t lba, void *data,
		     size_t sectors, struct failure *f)
{
	struct image_fault fault = { .lba = lba };

	if (read_at(r, lba, data, sectors) == IMAGE_OK)
		return 0;
	return image_reader_fail(r, IMAGE_READ, &fault, f);
}

int image_reader_fail(const struct image_reader *r, int err,
		      const struct image_fault *fault, struct failure *f)
{
	if (err == IMAGE_READ && r->error != 0)
		return fail(f, r->name, "sector %" PRIu64 ": %s", fault->lba,
			    strerror(r->error));
	if (err == IMAGE_READ)
		return fail(f, r->name, "ends before sector %" PRIu64 " is "
			    "whole", fault->lba);
	if (err == IMAGE_BAD_FIELD || err == IMAGE_BAD_VERSION)
		return fail(f, r->name, "%s%s at sector %" PRIu64 ": %s (%"
			    PRIu64 ")", fault->what, fault->field, fault->lba,
			    image_strerror(err), fault->value);
	return fail(f, r->name, "%s at sector %" PRIu64 ": %s", fault->what,
		    fault->lba, image_strerror(err));
}
