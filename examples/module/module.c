// SPDX-License-Identifier: 0BSD
/* module.c - walks a ramdisk, a tar archive that the loader brought along. */

#include <stdbool.h>
#include <stddef.h>

#include "../out.h"
#include "boot_info.h"

_Noreturn void _start(const struct boot_info *info);

#define BLOCK   512             /* a tar archive consists of these */

/* What stands before each file (POSIX.1-1988, "ustar"); numbers are octal. */
struct tar_header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;              /* '0': a file */
	char link[100];
	char magic[6];          /* "ustar" */
	char version[2];
	char user[32];
	char group[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char pad[12];
};

_Static_assert(sizeof(struct tar_header) == BLOCK, "tar_header");

static uint64_t octal(const char *text, size_t size)
{
	uint64_t n = 0;

	for (size_t i = 0; i < size && text[i] >= '0' && text[i] <= '7'; i++)
		n = n * 8 + (uint64_t)(text[i] - '0');
	return n;
}

static bool is_ustar(const struct tar_header *h)
{
	static const char magic[] = "ustar";

	for (size_t i = 0; i < sizeof(magic) - 1; i++)
		if (h->magic[i] != magic[i])
			return false;
	return true;
}

static void print_text(const char *text, uint64_t size)
{
	for (uint64_t i = 0; i < size && text[i] != '\0'; i++)
		out_char(text[i]);
}

/* Prints one file; returns what it takes of the archive, 0 at the end. */
static uint64_t walk(const char *at, uint64_t left)
{
	const struct tar_header *h = (const struct tar_header *)at;
	uint64_t size;

	/* Blocks of zeros end the archive. */
	if (left < BLOCK || !is_ustar(h))
		return 0;
	size = octal(h->size, sizeof(h->size));
	if (size > left - BLOCK)
		return 0;               /* it claims more than there is */
	if (h->type == '0') {
		print_text(h->name, sizeof(h->name));
		out(", ");
		out_number(size);
		out(" bytes:\n");
		print_text(at + BLOCK, size);
	}
	size = (size + BLOCK - 1) / BLOCK * BLOCK;
	return size < left - BLOCK ? BLOCK + size : left;
}

_Noreturn void _start(const struct boot_info *info)
{
	const struct boot_module *module = &info->modules[0];
	uint64_t at = 0, step;

	out_start();
	if (info->module_count == 0) {
		out("no module: mkimage -m brings one\n");
		out_end(OUT_EXIT_FAILED);
	}
	out("module ");
	out(module->name);
	out(", ");
	out_number(module->size);
	out(" bytes\n");
	while ((step = walk((const char *)module->data + at,
			    module->size - at)) > 0)
		at += step;
	out_end(OUT_EXIT_OK);
}
