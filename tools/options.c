// SPDX-License-Identifier: 0BSD
/* options.c - mkimage's command line. */
#include "host.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "input.h"      /* path_base */
#include "options.h"
#include "text.h"

#define OPTION_COMPRESS 256
#define OPTION_SYMBOLS  257
#define OPTION_HELP     258
#define OPTION_VERSION  259
#define OPTION_FORMAT   260
#define OPTION_STACK    261
#define OPTION_PHYS     262
#define OPTION_VIDEO    263
/* Two for each flag, the second for --no-FLAG. */
#define OPTION_FLAGS    264

static const char short_options[] = "o:c:m:l:v";

/* Wishes that are on or off: their options, from OPTION_FLAGS on. */
static const uint32_t flag_options[] = {
	BOOT_WISH_GRAPHICS_ONLY, BOOT_WISH_KASLR, BOOT_WISH_VIDEO_MODES,
	BOOT_WISH_EDID,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "cmdline", required_argument, NULL, 'c' },
	{ "module", required_argument, NULL, 'm' },
	{ "compress", required_argument, NULL, OPTION_COMPRESS },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "symbols", no_argument, NULL, OPTION_SYMBOLS },
	{ "stack-size", required_argument, NULL, OPTION_STACK },
	{ "phys-offset", required_argument, NULL, OPTION_PHYS },
	{ "video", required_argument, NULL, OPTION_VIDEO },
	{ "graphics-only", no_argument, NULL, OPTION_FLAGS },
	{ "no-graphics-only", no_argument, NULL, OPTION_FLAGS + 1 },
	{ "kaslr", no_argument, NULL, OPTION_FLAGS + 2 },
	{ "no-kaslr", no_argument, NULL, OPTION_FLAGS + 3 },
	{ "video-modes", no_argument, NULL, OPTION_FLAGS + 4 },
	{ "no-video-modes", no_argument, NULL, OPTION_FLAGS + 5 },
	{ "edid", no_argument, NULL, OPTION_FLAGS + 6 },
	{ "no-edid", no_argument, NULL, OPTION_FLAGS + 7 },
	{ "verbose", no_argument, NULL, 'v' },
	{ "list", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

void options_help(void)
{
	fputs(
"Usage: mkimage [OPTION]... KERNEL\n"
"  or:  mkimage [-v] --list IMAGE\n"
"Make a disk image that boots KERNEL, an ELF64 x86-64 executable, on any PC\n"
"BIOS; or list and verify such an image.\n"
"\n"
"  -o, --output=IMAGE        write IMAGE (default: KERNEL's name with .img in\n"
"                              place of its suffix, in the current folder)\n"
"  -c, --cmdline=TEXT        hand TEXT to the kernel as its command line\n"
"  -m, --module=FILE[=NAME]  hand FILE to the kernel, under NAME (default:\n"
"                              its base name); NAME follows the last '='\n"
"      --compress=WHEN       auto: where it makes the boot faster (default);\n"
"                              always: where it saves a sector; never\n"
"      --format=raw          what IMAGE is; qemu-img converts it to others\n"
"      --symbols             carry every byte of KERNEL, its symbols too\n"
"  -l, --list=IMAGE          print what IMAGE holds and verify all of it\n"
"  -v, --verbose             list the image that was made; with --list, each\n"
"                              block as well\n"
"      --help                print this text\n"
"      --version             print the version\n"
"\n"
"What the loader does before it enters KERNEL. Each wins over what KERNEL\n"
"itself wishes (struct boot_wishes in boot_info.h):\n"
"\n"
"      --stack-size=SIZE     bytes, with K, M or G at the end: 64K (default)\n"
"                              to 1G, whole pages\n"
"      --phys-offset=ADDR    map physical memory at ADDR, a multiple of 1 GiB;\n"
"                              none: do not map it; default\n"
"      --video=MODE          WIDTHxHEIGHT[xBITS]; min:WIDTHxHEIGHT[xBITS], the\n"
"                              smallest of at least that; best[xBITS], the\n"
"                              monitor's own; text; default, as the BIOS has it\n"
"      --graphics-only       stop where there is no such mode, rather than\n"
"                              boot in text mode\n"
"      --kaslr               move a position-independent KERNEL at random\n"
"      --video-modes         hand over the list of video modes\n"
"      --edid                hand over what the monitor says of itself\n"
"      --no-graphics-only, --no-kaslr, --no-video-modes, --no-edid\n"
"                            do not\n"
"\n"
"Exit status: 0 if all went well, 1 if something was refused, 2 if the\n"
"command line is wrong.\n", stdout);
}

/* "mkimage: reason 'detail'", and where to find help. */
static void usage_error(struct options *o, const char *reason,
			const char *detail)
{
	fprintf(stderr, "mkimage: %s", reason);
	if (detail != NULL) {
		fputs(" '", stderr);
		text_print(stderr, detail, strlen(detail));
		fputc('\'', stderr);
	}
	fputs("\nTry 'mkimage --help' for more information.\n", stderr);
	o->action = ACTION_USAGE_ERROR;
}

static void add_module(struct options *o, char *arg)
{
	struct module_option *m = &o->module[o->module_count];
	char *equals = strrchr(arg, '=');

	if (o->module_count == IMAGE_MAX_MODULES) {
		usage_error(o, "more than 64 modules", NULL);
		return;
	}
	m->path = arg;
	m->name = path_base(arg, &m->name_size);
	if (equals != NULL) {
		*equals = '\0';
		m->name = equals + 1;
		m->name_size = strlen(m->name);
	}
	if (m->path[0] == '\0')
		usage_error(o, "a module without a file", NULL);
	else if (m->name_size == 0)
		usage_error(o, "a module without a name:", arg);
	else if (m->name_size > IMAGE_MAX_NAME)
		usage_error(o, "a module's name is longer than 255 bytes:",
			    m->name);
	else
		o->module_count++;
}

static void set_compress(struct options *o, const char *arg)
{
	if (strcmp(arg, "auto") == 0)
		o->compress = PACK_AUTO;
	else if (strcmp(arg, "always") == 0)
		o->compress = PACK_ALWAYS;
	else if (strcmp(arg, "never") == 0)
		o->compress = PACK_NEVER;
	else
		usage_error(o, "--compress is auto, always or never, not", arg);
}

/* One format is enough: qemu-img knows all others. */
static void check_format(struct options *o, const char *arg)
{
	if (strcmp(arg, "raw") != 0)
		usage_error(o, "--format is raw (use qemu-img convert -f raw "
			    "-O FORMAT for others), not", arg);
}

static void set_cmdline(struct options *o, const char *arg)
{
	o->cmdline = arg;
	if (strlen(arg) > IMAGE_MAX_CMDLINE)
		usage_error(o, "the command line is longer than 65535 bytes",
			    NULL);
}

static void set_wish(struct options *o, int option, const char *arg)
{
	struct wish_options *w = &o->wishes;

	switch (option) {
	case OPTION_STACK:
		if (!wish_set_stack_size(w, arg))
			usage_error(o, "--stack-size is default or whole pages "
				    "from 64K to 1G, not", arg);
		break;
	case OPTION_PHYS:
		if (!wish_set_phys_offset(w, arg))
			usage_error(o, "--phys-offset is none, default or a "
				    "canonical address that 1 GiB divides, "
				    "not", arg);
		break;
	case OPTION_VIDEO:
		if (!wish_set_video(w, arg))
			usage_error(o, "--video is default, text, best, "
				    "WIDTHxHEIGHT[xBITS] or min: and that, "
				    "not", arg);
		break;
	default:
		option -= OPTION_FLAGS;
		wish_set_flag(w, flag_options[option / 2], option % 2 == 0);
	}
}

static void apply(struct options *o, int option, char *arg)
{
	if (option >= OPTION_STACK) {
		set_wish(o, option, arg);
		return;
	}
	switch (option) {
	case 'o':
		o->output = arg;
		break;
	case 'c':
		set_cmdline(o, arg);
		break;
	case 'm':
		add_module(o, arg);
		break;
	case 'l':
		o->action = ACTION_LIST;
		o->list = arg;
		break;
	case 'v':
		o->verbose = true;
		break;
	case OPTION_COMPRESS:
		set_compress(o, arg);
		break;
	case OPTION_FORMAT:
		check_format(o, arg);
		break;
	case OPTION_SYMBOLS:
		o->symbols = true;
		break;
	case OPTION_HELP:
		o->action = ACTION_HELP;
		break;
	case OPTION_VERSION:
		o->action = ACTION_VERSION;
		break;
	default:
		/* getopt_long() has said what is wrong. */
		fputs("Try 'mkimage --help' for more information.\n", stderr);
		o->action = ACTION_USAGE_ERROR;
	}
}

/* What is left on the line after the options. */
static void take_operands(struct options *o, int count, char **operand)
{
	bool list = o->action == ACTION_LIST;

	if (list && (count > 0 || o->output != NULL || o->cmdline != NULL ||
		     o->module_count > 0 || o->symbols ||
		     o->wishes.given != 0))
		usage_error(o, "--list makes no image: it goes with -v alone",
			    NULL);
	else if (!list && count == 0)
		usage_error(o, "no kernel given", NULL);
	else if (!list && count > 1)
		usage_error(o, "one kernel only; there is also", operand[1]);
	else if (!list)
		o->kernel = operand[0];
}

void options_parse(struct options *o, int argc, char **argv)
{
	static char name[] = "mkimage";
	int option;

	*o = (struct options){ .action = ACTION_BUILD };
	/* getopt_long() puts it before its messages. */
	if (argc > 0)
		argv[0] = name;
	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		apply(o, option, optarg);
		if (o->action > ACTION_LIST)
			return;
	}
	take_operands(o, argc - optind, argv + optind);
}
