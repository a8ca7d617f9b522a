// SPDX-License-Identifier: 0BSD
/*
 * fuzz_mkimage.c - all of mkimage, from a kernel's file to an image, and on
 * through stage2: what mkimage accepts it lists as right, and the loader loads
 * it, byte for byte, unless the machine lacks the memory. A refusal is one
 * line, and leaves no file behind.
 *
 * Input: options and what goes with them; the kernel as a file, or changes of
 * one that is right.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "fuzz_arguments.h"
#include "fuzz_kernel.h"
#include "stage2_host.h"
#include "wishes.h"

#define FLAG_PIE        1
#define FLAG_SYMBOLS    2
#define FLAG_ALWAYS     4               /* --compress=always */
#define FLAG_NEVER      8
#define FLAG_CMDLINE    0x10
#define FLAG_MODULE     0x20
#define FLAG_AS_IT_IS   0x40            /* the input is the file */
#define FLAG_KASLR      0x80

/* Of the second byte: what takes more of the input. */
#define MORE_OPTIONS    0xf             /* fuzz_arguments.h */
#define MORE_WISHES     0x10            /* the kernel's own */
#define MORE_CMDLINE    0x20
#define MORE_NAME       0x40            /* the module's */
#define MORE_MODULE     0x80            /* its bytes */

#define PATH_SIZE       256
#define MODULE_SIZE     200000

int mkimage_main(int argc, char **argv);

static int image_fd;

static uint8_t module_bytes[MODULE_SIZE];
static size_t module_size;

static char folder[PATH_SIZE], kernel[PATH_SIZE + 16], module[PATH_SIZE + 16],
	image[PATH_SIZE + 16];

/* A folder of its own to work in. */
static void make_folder(void)
{
	const char *where = getenv("TMPDIR");

	CHECK(snprintf(folder, sizeof(folder), "%s/mkimage-XXXXXX",
		       where ? where : "/tmp") < PATH_SIZE);
	CHECK(mkdtemp(folder));
	snprintf(kernel, sizeof(kernel), "%s/kernel", folder);
	snprintf(module, sizeof(module), "%s/module", folder);
	snprintf(image, sizeof(image), "%s/image", folder);
}

static void write_file(const char *name, const void *data, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* What it says on either stream. */
static char said[4096];

/* mkimage writes into the arguments of -m, and into no other. */
static int run(const char **argv)
{
	FILE *out = stdout, *err = stderr;
	int argc = 0, status;

	memset(said, 0, sizeof(said));
	while (argv[argc])
		argc++;
	fflush(out);
	stdout = stderr = fmemopen(said, sizeof(said), "w");
	optind = 0;                     /* getopt(3): starts anew */
	status = mkimage_main(argc, (char **)argv);
	fclose(stdout);
	stdout = out;
	stderr = err;
	return status;
}

/* Bytes in runs, so that some blocks are zero, some shrink, some do not. */
static void make_module(struct fuzz *f)
{
	uint32_t noise = 1;
	size_t at = 0;

	module_size = fuzz_u16(f) * 4u % (MODULE_SIZE + 1);
	while (at < module_size) {
		uint8_t how = fuzz_u8(f);
		size_t size = (fuzz_u8(f) + 1u) * 256;

		for (; size > 0 && at < module_size; size--) {
			noise = noise * 1664525 + 1013904223;
			module_bytes[at++] = how < 64 ? 0 :
				how < 128 ? how : (uint8_t)(noise >> 24);
		}
	}
	write_file(module, module_bytes, module_size);
}

static void add_module(struct fuzz *f, uint8_t more)
{
	static const char *const name[] = { "name", "a=b", "\xc3\xa4" };
	char option[sizeof(module) + 2];
	struct fuzz nothing = { NULL, 0 };

	memcpy(module_bytes, "module", 6);
	module_size = 6;
	if (more & MORE_MODULE)
		make_module(f);
	else
		write_file(module, module_bytes, module_size);
	snprintf(option, sizeof(option), "%s=", module);
	fuzz_add("-m");
	fuzz_add_value(more & MORE_NAME ? f : &nothing, option, name,
		       FUZZ_COUNT(name));
}

static void make_arguments(struct fuzz *f, uint8_t flags, uint8_t more)
{
	static const char *const cmdline[] = { "a=b c", "" };

	memset(&fuzz_line, 0, sizeof(fuzz_line));
	fuzz_add("mkimage");
	if (flags & FLAG_SYMBOLS)
		fuzz_add("--symbols");
	if (flags & FLAG_ALWAYS)
		fuzz_add("--compress=always");
	if (flags & FLAG_NEVER)
		fuzz_add("--compress=never");
	if (flags & FLAG_KASLR)
		fuzz_add("--kaslr");
	fuzz_wishes(f, more & MORE_OPTIONS);
	if (more & MORE_CMDLINE)
		fuzz_add_value(f, "--cmdline=", cmdline, FUZZ_COUNT(cmdline));
	else if (flags & FLAG_CMDLINE)
		fuzz_add("--cmdline=a=b c");
	if (flags & FLAG_MODULE)
		add_module(f, more);
	fuzz_add("-o");
	fuzz_add(image);
	fuzz_add(kernel);
}

static void list_image(void)
{
	const char *argv[] = { "mkimage", "-v", "-l", image, NULL };

	CHECK(run(argv) == 0);
}

/*
 * One line (behind a wrong command line, one more says where help is), and
 * nothing but the inputs in the folder.
 */
static void check_refusal(int status)
{
	static const char help[] = "Try 'mkimage --help' for more "
				   "information.\n";
	DIR *here = opendir(folder);
	const char *end = strchr(said, '\n');
	size_t files = 0;

	CHECK(strncmp(said, "mkimage: ", 9) == 0 && end);
	CHECK(status == 1 || (status == 2 && fuzz_line.free));
	CHECK(strcmp(end + 1, status == 1 ? "" : help) == 0);
	CHECK(here);
	while (readdir(here))
		files++;
	closedir(here);
	CHECK(files == 4);              /* ".", "..", kernel, module */
}

/* ---- the loader ----------------------------------------------------------- */

static int read_disk(struct image_disk *disk, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	static uint8_t buffer[DISK_BUF_SECTORS * SECTOR_SIZE];

	(void)disk;
	*got = want < DISK_BUF_SECTORS ? want : DISK_BUF_SECTORS;
	*data = buffer;
	return pread(image_fd, buffer, *got * SECTOR_SIZE,
		     (off_t)(lba * SECTOR_SIZE)) ==
	       (ssize_t)(*got * SECTOR_SIZE) ? 0 : -1;
}

/* Every segment is what the file says, where nothing relocates it. */
static void check_bytes(const struct stage2_host *h, const uint8_t *file,
			size_t size)
{
	const struct elf64_plan *plan = &h->boot->kernel->plan;

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t step = s->memsz / 64 + 1;

		CHECK(s->filesz == 0 || s->offset + s->filesz <= size);
		for (uint64_t k = 0; k < s->memsz; k += step)
			CHECK(plan->dynamic_size != 0 ||
			      stage2_host_byte(h, s->vaddr + k) ==
			      (k < s->filesz ? file[s->offset + k] : 0));
	}
}

/* The module comes first into the window. */
static void check_module(const struct stage2_host *h)
{
	uint64_t base = h->boot->kernel->space.window + PAGE_SIZE;

	for (size_t k = 0; k < module_size; k += module_size / 64 + 1) {
		uint64_t room;
		const uint8_t *byte = memory_find(&h->boot->window, base + k,
						  1, &room);

		CHECK(byte && *byte == module_bytes[k]);
	}
}

/* All that a machine may lack; nothing that mkimage could have told. */
static bool is_memory(const char *fatal)
{
	return strstr(fatal, "not enough memory for") ||
	       strstr(fatal, "is in more than") ||
	       strstr(fatal, "no room in the address space");
}

static void boot_image(const uint8_t *file, size_t size, bool has_module)
{
	static const struct e820_entry memory[] = {
		{ 0, 0x9f000, 1, 1 },
		{ 0x100000, 0x780000 - 0x100000, 1, 1 },
	};
	struct stage2_host h = {
		.read = read_disk, .entry = memory,
		.entries = FUZZ_COUNT(memory), .nx = true,
		.random = size * CHECKSUM_STEP,
	};

	image_fd = open(image, O_RDONLY);
	CHECK(pread(image_fd, &h.header, sizeof(h.header), SECTOR_SIZE) ==
	      sizeof(h.header));
	if (stage2_host_run(&h)) {
		check_bytes(&h, file, size);
		if (has_module)
			check_module(&h);
	} else if (!is_memory(h.fatal)) {
		fprintf(stderr, "mkimage accepts, stage2 says: %s\n", h.fatal);
		abort();
	}
	close(image_fd);
}

static size_t make_kernel(struct fuzz *f, uint8_t flags, uint8_t *file)
{
	if (flags & FLAG_AS_IT_IS) {
		size_t size = f->left < PIE_SIZE ? f->left : PIE_SIZE;

		fuzz_bytes(f, file, size);
		return size;
	}
	memcpy(file, flags & FLAG_PIE ? fuzz_pie : fuzz_exec, PIE_SIZE);
	for (int i = 0; i < 8 && f->left > 0; i++) {
		if (fuzz_u8(f) & 1)
			fuzz_change(f, file + 0x3000, 0x200);
		else
			fuzz_change(f, file, 64 + 6 * 56);
	}
	return PIE_SIZE;
}

/* Wishes that are right, with some fields changed. */
static void make_wishes(struct fuzz *f, struct boot_wishes *w)
{
	wishes_none(w);
	for (uint8_t changes = fuzz_u8(f) % 4; changes > 0; changes--)
		fuzz_change(f, (uint8_t *)w, sizeof(*w));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[PIE_SIZE];
	struct fuzz f = { data, size };
	uint8_t flags = fuzz_u8(&f), more = fuzz_u8(&f);
	struct boot_wishes wishes;
	size_t file_size;
	int status;

	if (fuzz_exec[0] == 0) {
		fuzz_make_kernels();
		make_folder();
		write_file(module, "", 0);
	}
	make_arguments(&f, flags, more);
	if (more & MORE_WISHES)
		make_wishes(&f, &wishes);
	file_size = make_kernel(&f, flags, file);
	if (more & MORE_WISHES)
		memcpy(file + FUZZ_WISHES_AT, &wishes, sizeof(wishes));
	write_file(kernel, file, file_size);
	status = run(fuzz_line.argument);
	if (status != 0) {
		check_refusal(status);
		return 0;
	}
	if (size % 4 == 0)              /* it takes as long as all else */
		list_image();
	boot_image(file, file_size, flags & FLAG_MODULE);
	CHECK(unlink(image) == 0);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, 0, 16);
	if (i < 64)
		seed[0] = (uint8_t)(i & ~FLAG_NEVER);
	if (i == 64) {
		uint8_t *file = elf_exec();

		seed[0] = FLAG_AS_IT_IS;
		memcpy(seed + 2, file, 300);
		free(file);
		return 302;
	}
	if (i > 64 && i <= 64 + 255) {  /* values that are right */
		seed[0] = FLAG_MODULE | FLAG_SYMBOLS;
		seed[1] = (uint8_t)(i - 64);
		return 16;
	}
	return i < 64 ? 1 : 0;
}
