// SPDX-License-Identifier: 0BSD
/*
 * fuzz_mkimage.c - all of mkimage, from a kernel's file to an image, and on
 * through stage2: what mkimage accepts it lists as right, and the loader loads
 * it, byte for byte, unless the machine lacks the memory. A refusal is one
 * line, and leaves no file behind.
 *
 * Input: options; the kernel as a file, or changes of one that is right.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "fuzz_kernel.h"
#include "stage2_host.h"

#define FLAG_PIE        1
#define FLAG_SYMBOLS    2
#define FLAG_ALWAYS     4               /* --compress=always */
#define FLAG_NEVER      8
#define FLAG_CMDLINE    0x10
#define FLAG_MODULE     0x20
#define FLAG_AS_IT_IS   0x40            /* the input is the file */
#define FLAG_KASLR      0x80

#define PATH_SIZE       256

int mkimage_main(int argc, char **argv);

static int image_fd;

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
	CHECK(status == 0 || status == 1);
	return status;
}

static int make_image(uint8_t flags)
{
	const char *argv[14];
	char named[sizeof(module) + 8];
	int n = 0;

	argv[n++] = "mkimage";
	if (flags & FLAG_SYMBOLS)
		argv[n++] = "--symbols";
	if (flags & FLAG_ALWAYS)
		argv[n++] = "--compress=always";
	if (flags & FLAG_NEVER)
		argv[n++] = "--compress=never";
	if (flags & FLAG_CMDLINE)
		argv[n++] = "--cmdline=a=b c";
	if (flags & FLAG_KASLR)
		argv[n++] = "--kaslr";
	if (flags & FLAG_MODULE) {
		snprintf(named, sizeof(named), "%s=name", module);
		argv[n++] = "-m";
		argv[n++] = named;
	}
	argv[n++] = "-o";
	argv[n++] = image;
	argv[n++] = kernel;
	argv[n] = NULL;
	return run(argv);
}

static void list_image(void)
{
	const char *argv[] = { "mkimage", "-v", "-l", image, NULL };

	CHECK(run(argv) == 0);
}

/* One line, and nothing but the inputs in the folder. */
static void check_refusal(void)
{
	DIR *here = opendir(folder);
	size_t files = 0;

	CHECK(strncmp(said, "mkimage: ", 9) == 0);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1);
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

/* All that a machine may lack; nothing that mkimage could have told. */
static bool is_memory(const char *fatal)
{
	return strstr(fatal, "not enough memory for") ||
	       strstr(fatal, "is in more than") ||
	       strstr(fatal, "no room in the address space");
}

static void boot_image(const uint8_t *file, size_t size)
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
	if (stage2_host_run(&h))
		check_bytes(&h, file, size);
	else if (!is_memory(h.fatal)) {
		fprintf(stderr, "mkimage accepts, stage2 says: %s\n", h.fatal);
		abort();
	}
	close(image_fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[PIE_SIZE];
	struct fuzz f = { data, size };
	uint8_t flags = fuzz_u8(&f);
	size_t file_size = PIE_SIZE;

	if (fuzz_exec[0] == 0) {
		fuzz_make_kernels();
		make_folder();
		write_file(module, "module", 6);
	}
	if (flags & FLAG_AS_IT_IS) {
		file_size = f.left < sizeof(file) ? f.left : sizeof(file);
		fuzz_bytes(&f, file, file_size);
	} else {
		memcpy(file, flags & FLAG_PIE ? fuzz_pie : fuzz_exec,
		       sizeof(file));
		for (int i = 0; i < 8 && f.left > 0; i++) {
			if (fuzz_u8(&f) & 1)
				fuzz_change(&f, file + 0x3000, 0x200);
			else
				fuzz_change(&f, file, 64 + 6 * 56);
		}
	}
	write_file(kernel, file, file_size);
	if (make_image(flags) != 0) {
		check_refusal();
		return 0;
	}
	if (size % 4 == 0)              /* it takes as long as all else */
		list_image();
	boot_image(file, file_size);
	CHECK(unlink(image) == 0);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, 0, 2);
	if (i < 64)
		seed[0] = (uint8_t)(i & ~FLAG_NEVER);
	if (i == 64) {
		uint8_t *file = elf_exec();

		seed[0] = FLAG_AS_IT_IS;
		memcpy(seed + 1, file, 300);
		free(file);
		return 301;
	}
	return i < 64 ? 1 : 0;
}
