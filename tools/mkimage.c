// SPDX-License-Identifier: 0BSD
/*
 * mkimage.c - makes a disk image that boots a kernel, or lists one.
 *
 * Who calls whom: options (with wish_options) reads the command line; input,
 * kernel, kernel_relocate and kernel_wishes judge what goes in; image_write
 * lays it out in an output, with the help of pack, pack_many, progress,
 * image_layout, image_front, mbr and image_id;
 * image_list prints and verifies it.
 */
#include "host.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "failure.h"
#include "image_front.h"        /* image_check_stages */
#include "image_list.h"
#include "image_write.h"
#include "input.h"
#include "kernel.h"
#include "options.h"
#include "output.h"
#include "text.h"

#define EXIT_REFUSED    1
#define EXIT_USAGE      2

#define IMAGE_SUFFIX    ".img"

/* Everything that goes into an image. */
struct build {
	struct kernel kernel;
	struct input module[IMAGE_MAX_MODULES];
	size_t module_count;
	struct content content[IMAGE_MAX_FILES];
	size_t content_count;
	struct boot_wishes wishes;      /* the kernel's and the options' */
	const char *path;               /* of the image */
	char *default_path;             /* malloc'ed; NULL: it was given */
};

static int read_module(const struct content *c, void *data, size_t size,
		       uint64_t offset, struct failure *f)
{
	return input_read(c->source, data, size, offset, f);
}

static int read_cmdline(const struct content *c, void *data, size_t size,
			uint64_t offset, struct failure *f)
{
	(void)f;
	memcpy(data, (const char *)c->source + offset, size);
	return 0;
}

static void add_cmdline(struct build *b, const char *cmdline)
{
	b->content[b->content_count++] = (struct content){
		.type = IMAGE_CMDLINE,
		.name = "",
		.size = strlen(cmdline),
		.read = read_cmdline,
		.source = cmdline,
	};
}

static int add_module(struct build *b, const struct module_option *option,
		      struct failure *f)
{
	struct input *in = &b->module[b->module_count++];

	if (input_open(in, option->path, f) != 0)
		return -1;
	if (in->size > IMAGE_MAX_FILE)
		return fail(f, option->path, "is larger than 1 TiB");
	b->content[b->content_count++] = (struct content){
		.type = IMAGE_MODULE,
		.name = option->name,
		.name_size = option->name_size,
		.size = in->size,
		.read = read_module,
		.source = in,
	};
	return 0;
}

static int open_inputs(struct build *b, const struct options *o,
		       struct failure *f)
{
	if (kernel_open(&b->kernel, o->kernel, o->symbols, f) != 0)
		return -1;
	b->wishes = b->kernel.wishes;
	wish_apply(&o->wishes, &b->wishes);
	if (kernel_check_wishes(&b->kernel, &b->wishes, f) != 0)
		return -1;
	b->content[b->content_count++] = kernel_content(&b->kernel);
	if (o->cmdline != NULL && o->cmdline[0] != '\0')
		add_cmdline(b, o->cmdline);
	for (size_t i = 0; i < o->module_count; i++)
		if (add_module(b, &o->module[i], f) != 0)
			return -1;
	return 0;
}

static void close_inputs(struct build *b)
{
	kernel_close(&b->kernel);
	for (size_t i = 0; i < b->module_count; i++)
		input_close(&b->module[i]);
	free(b->default_path);
}

static int check_unchanged(const struct build *b, struct failure *f)
{
	if (input_check_unchanged(&b->kernel.input, f) != 0)
		return -1;
	for (size_t i = 0; i < b->module_count; i++)
		if (input_check_unchanged(&b->module[i], f) != 0)
			return -1;
	return 0;
}

static int show(const struct output *out, struct failure *f)
{
	struct stat st;

	if (fstat(out->fd, &st) != 0)
		return fail(f, out->path, "%s", strerror(errno));
	return image_list(out->fd, out->path, (uint64_t)st.st_size,
			  LIST_FILES, f);
}

static int write_output(struct output *out, const struct build *b,
			const struct options *o, struct failure *f)
{
	const struct input *inputs[1 + IMAGE_MAX_MODULES];
	size_t count = 0;

	inputs[count++] = &b->kernel.input;
	for (size_t i = 0; i < b->module_count; i++)
		inputs[count++] = &b->module[i];
	if (output_begin(out, b->path, inputs, count, f) != 0 ||
	    image_write(out, b->content, b->content_count, &b->wishes,
			o->compress, f) != 0 ||
	    check_unchanged(b, f) != 0)
		return -1;
	if (o->verbose && show(out, f) != 0)
		return -1;
	return output_commit(out, f);
}

/* kernel.elf -> kernel.img, malloc'ed; a leading dot begins no suffix. */
static char *default_output(const char *kernel)
{
	size_t size;
	const char *base = path_base(kernel, &size);
	size_t stem = size;
	char *name = malloc(size + sizeof(IMAGE_SUFFIX));

	if (name == NULL)
		return NULL;
	while (stem > 0 && base[stem - 1] != '.')
		stem--;
	stem = stem > 1 ? stem - 1 : size;
	memcpy(name, base, stem);
	memcpy(name + stem, IMAGE_SUFFIX, sizeof(IMAGE_SUFFIX));
	return name;
}

static int make_output(struct build *b, const struct options *o,
		       struct failure *f)
{
	struct output out;
	int err;

	if (image_check_stages(f) != 0)
		return -1;
	b->path = o->output;
	if (b->path == NULL)
		b->path = b->default_path = default_output(o->kernel);
	if (b->path == NULL)
		return fail(f, o->kernel, "%s", strerror(ENOMEM));
	err = write_output(&out, b, o, f);
	output_end(&out);
	return err;
}

static int build_image(const struct options *o)
{
	struct build *b = calloc(1, sizeof(*b));
	struct failure f;
	int err;

	if (b == NULL)
		err = fail(&f, o->kernel, "%s", strerror(ENOMEM));
	else if (open_inputs(b, o, &f) != 0)
		err = -1;
	else
		err = make_output(b, o, &f);
	/* Last of all, so that a refusal is one line. */
	if (err != 0)
		failure_print(&f);
	else
		kernel_notes(&b->kernel);
	if (b != NULL)
		close_inputs(b);
	free(b);
	return err == 0 ? EXIT_SUCCESS : EXIT_REFUSED;
}

static int list_image(const struct options *o)
{
	struct failure f;

	if (image_list_path(o->list, o->verbose ? LIST_BLOCKS : LIST_FILES,
			    &f) == 0)
		return EXIT_SUCCESS;
	fflush(stdout);
	failure_print(&f);
	return EXIT_REFUSED;
}

/* Ends a run that only prints. */
static int printed(void)
{
	struct failure f;

	if (text_flush(&f) == 0)
		return EXIT_SUCCESS;
	failure_print(&f);
	return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	struct options options;

	signal(SIGPIPE, SIG_IGN);       /* an error of write() instead */
	signal(SIGXFSZ, SIG_IGN);       /* likewise: ulimit -f */

	options_parse(&options, argc, argv);
	switch (options.action) {
	case ACTION_BUILD:
		return build_image(&options);
	case ACTION_LIST:
		return list_image(&options);
	case ACTION_HELP:
		options_help();
		return printed();
	case ACTION_VERSION:
		printf("mkimage (Stagecoach) %s\n", STAGECOACH_VERSION);
		return printed();
	case ACTION_USAGE_ERROR:
		break;
	}
	return EXIT_USAGE;
}
