// SPDX-License-Identifier: 0BSD
/*
 * main_replay.c - runs a fuzz target over its seeds and its corpus, without
 * libFuzzer: any compiler will do.
 *
 * usage: NAME CORPUS...              runs all of it
 *        NAME --unpack FOLDER CORPUS...  a file each, for libFuzzer
 *        NAME --pack FILE...         the files as a corpus, on stdout
 *        NAME --run FILE...          runs files as they are
 *
 * A corpus is text, so that a change of it can be read: an input a line, in
 * hexadecimal, an empty one as "-"; "#" begins a comment.
 */
#define _POSIX_C_SOURCE 200809L /* getline() */
#include <ctype.h>
#include <errno.h>

#include "fuzz.h"

#define MAX_INPUT       (1 << 20)

static const char *unpack_folder;       /* NULL: run the inputs */
static unsigned inputs;

static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "is not "
		"what it should be");
	exit(2);
}

static void unpack(const uint8_t *data, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/kept-%04u", unpack_folder, inputs);
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		give_up(path);
}

/* In memory of its own size: a byte read too far is seen. */
static void take(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		give_up("memory");
	memcpy(copy, data, size);
	if (unpack_folder)
		unpack(copy, size);
	else
		LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	inputs++;
}

static void take_seeds(void)
{
	static uint8_t seed[FUZZ_SEED_MAX];
	size_t size;

	for (size_t i = 0; (size = fuzz_seed(i, seed)) > 0; i++)
		take(seed, size);
}

static void take_line(const char *path, const char *line)
{
	static uint8_t data[MAX_INPUT];
	size_t size = 0;
	unsigned byte;

	while (isxdigit((unsigned char)*line)) {
		if (size == MAX_INPUT || sscanf(line, "%2x", &byte) != 1 ||
		    !isxdigit((unsigned char)line[1]))
			give_up(path);
		data[size++] = (uint8_t)byte;
		line += 2;
	}
	if (*line == '-' && size == 0)
		line++;
	if (*line != '\n' && *line != '\0')
		give_up(path);
	take(data, size);
}

static void take_corpus(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!file)
		give_up(path);
	errno = 0;
	while (getline(&line, &room, file) > 0)
		if (*line != '#' && *line != '\n')
			take_line(path, line);
	free(line);
	fclose(file);
}

static size_t read_file(const char *path, uint8_t *data)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file)
		give_up(path);
	errno = 0;
	size = fread(data, 1, MAX_INPUT, file);
	if (ferror(file) || size == MAX_INPUT)
		give_up(path);
	fclose(file);
	return size;
}

static void pack(const uint8_t *data, size_t size)
{
	if (size == 0)
		putchar('-');
	for (size_t i = 0; i < size; i++)
		printf("%02x", (unsigned)data[i]);
	putchar('\n');
}

static int do_files(char **path, void (*with)(const uint8_t *, size_t))
{
	static uint8_t data[MAX_INPUT];

	for (; *path; path++)
		with(data, read_file(*path, data));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--pack") == 0)
		return do_files(argv + 2, pack);
	if (argc > 2 && strcmp(argv[1], "--run") == 0)
		return do_files(argv + 2, take);
	if (argc > 3 && strcmp(argv[1], "--unpack") == 0) {
		unpack_folder = argv[2];
		argv += 2;
	} else if (argc < 2) {
		fprintf(stderr, "usage: %s CORPUS...\n", argv[0]);
		return 2;
	}
	take_seeds();
	while (*++argv)
		take_corpus(*argv);
	printf("%u inputs\n", inputs);
	return 0;
}
