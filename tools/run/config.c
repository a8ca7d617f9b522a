// SPDX-License-Identifier: 0BSD
/*
 * config.c - stagecoach.ini: a line is blank, a comment (# or ;), or
 * key = value. All else is refused, with file and line: a setting that is
 * misspelt and ignored costs more time than one that is refused.
 */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "say.h"

#define MAX_LINE        4096
#define MAX_SECONDS     1000000
#define BLANKS          " \t\r\n"

void config_replace(char **where, const char *text)
{
	free(*where);
	*where = need(strdup(text));
}

int config_seconds(const char *text, int64_t *milliseconds)
{
	int64_t value = 0, unit = 1000;
	const char *c = text;

	for (; *c >= '0' && *c <= '9' && value <= MAX_SECONDS; c++)
		value = value * 10 + (*c - '0');
	value *= 1000;
	if (*c == '.' && c != text)
		for (c++; *c >= '0' && *c <= '9'; c++) {
			unit /= 10;
			value += unit * (*c - '0');
		}
	if (c == text || *c != '\0' || c[-1] == '.' ||
	    value > MAX_SECONDS * 1000ll)
		return -1;
	*milliseconds = value;
	return 0;
}

bool config_is_memory(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits < 10 && text[0] != '0' &&
	       (text[digits] == '\0' ||
		(strchr("KMGT", text[digits]) && text[digits + 1] == '\0'));
}

/* ---- what each key sets: NULL, or what its value has to be --------------- */

static const char *set_qemu(struct config *c, const char *value)
{
	if (*value == '\0')
		return "a program";
	config_replace(&c->qemu, value);
	return NULL;
}

static const char *set_memory(struct config *c, const char *value)
{
	if (!config_is_memory(value))
		return "a size such as 128M";
	config_replace(&c->memory, value);
	return NULL;
}

static const char *set_time(int64_t *where, const char *value)
{
	return config_seconds(value, where) == 0 ? NULL :
		"a number of seconds, 0 for no limit";
}

static const char *set_run_timeout(struct config *c, const char *value)
{
	return set_time(&c->run_timeout, value);
}

static const char *set_test_timeout(struct config *c, const char *value)
{
	return set_time(&c->test_timeout, value);
}

/* isa-debug-exit ends QEMU with (value << 1) | 1. */
static const char *set_success(struct config *c, const char *value)
{
	char *end;
	long status = strtol(value, &end, 10);

	if (*value < '0' || *value > '9' || *end != '\0' || status < 1 ||
	    status > 255 || status % 2 == 0)
		return "an odd number from 1 to 255: QEMU's exit status is "
		       "twice what the kernel writes to port 0xf4, plus 1";
	c->success_status = (int)status;
	return NULL;
}

static const char *set_no_reboot(struct config *c, const char *value)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return "true or false";
	c->reboot = strcmp(value, "false") == 0;
	return NULL;
}

static const char *set_args(struct words *where, const char *value)
{
	return words_split(where, value) == 0 ? NULL :
		"words for QEMU, each quote closed";
}

static const char *set_run_args(struct config *c, const char *value)
{
	return set_args(&c->run_args, value);
}

static const char *set_test_args(struct config *c, const char *value)
{
	return set_args(&c->test_args, value);
}

static const struct key {
	const char *name;
	const char *(*set)(struct config *c, const char *value);
} keys[] = {
	{ "qemu", set_qemu },
	{ "memory", set_memory },
	{ "run-args", set_run_args },
	{ "test-args", set_test_args },
	{ "run-timeout", set_run_timeout },
	{ "test-timeout", set_test_timeout },
	{ "success-exit-code", set_success },
	{ "no-reboot", set_no_reboot },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* ---- the file ------------------------------------------------------------ */

struct place {
	const char *path;
	unsigned line;
	unsigned seen[KEY_COUNT];       /* line of each key, 0: not yet */
};

static int refuse(const struct place *at, const char *reason,
		  const char *detail)
{
	say("%s:%u: %s%s", at->path, at->line, reason, detail);
	return -1;
}

static int set(struct config *c, struct place *at, const char *name,
	       const char *value)
{
	const char *wanted;
	size_t i;

	for (i = 0; i < KEY_COUNT && strcmp(keys[i].name, name) != 0; i++)
		;
	if (i == KEY_COUNT)
		return refuse(at, "unknown key: ", name);
	if (at->seen[i] != 0)
		return refuse(at, "for a second time: ", name);
	at->seen[i] = at->line;
	wanted = keys[i].set(c, value);
	if (wanted == NULL)
		return 0;
	say("%s:%u: %s is to be %s", at->path, at->line, name, wanted);
	return -1;
}

/* The text without the blanks around it; writes into it. */
static char *trim(char *text)
{
	size_t size;

	text += strspn(text, BLANKS);
	for (size = strlen(text); size > 0; size--)
		if (strchr(BLANKS, text[size - 1]) == NULL)
			break;
	text[size] = '\0';
	return text;
}

static int read_line(struct config *c, struct place *at, char *line)
{
	char *key = trim(line);
	char *equals = strchr(key, '=');

	if (*key == '\0' || *key == '#' || *key == ';')
		return 0;
	if (*key == '[')
		return refuse(at, "this file has no sections: ", key);
	if (equals == NULL)
		return refuse(at, "not of the form key = value: ", key);
	*equals = '\0';
	return set(c, at, trim(key), trim(equals + 1));
}

static int read_lines(struct config *c, struct place *at, FILE *file)
{
	char line[MAX_LINE];
	size_t size = 0;
	int byte;

	do {
		byte = getc(file);
		if (byte == '\0')
			return refuse(at, "not text", "");
		if (byte != '\n' && byte != EOF) {
			if (size == MAX_LINE - 1)
				return refuse(at, "a line of more than "
					      "4095 bytes", "");
			line[size++] = (char)byte;
			continue;
		}
		line[size] = '\0';
		if (read_line(c, at, line) != 0)
			return -1;
		size = 0;
		at->line++;
	} while (byte != EOF);
	if (ferror(file)) {
		say("%s: %s", at->path, strerror(errno));
		return -1;
	}
	return 0;
}

static int read_file(struct config *c, const char *path, FILE *file)
{
	struct place at = { .path = path, .line = 1 };
	int err = read_lines(c, &at, file);

	fclose(file);
	return err;
}

/* A file that need not be there: 1 if it is not, else as config_read(). */
static int try_file(struct config *c, const char *path)
{
	FILE *file = fopen(path, "re");

	if (file != NULL)
		return read_file(c, path, file);
	if (errno == ENOENT || errno == ENOTDIR)
		return 1;
	say("%s: %s", path, strerror(errno));
	return -1;
}

int config_read(struct config *c, const char *path)
{
	/* Cargo starts its runner where the user is, and says where the
	   project is. */
	const char *project = getenv("CARGO_MANIFEST_DIR");
	int err = 1;

	if (path != NULL) {
		err = try_file(c, path);
		if (err == 1)
			say("%s: %s", path, strerror(errno));
		return err == 0 ? 0 : -1;
	}
	if (project != NULL && *project != '\0') {
		struct words name = { 0 };

		words_add(&name, "%s/" CONFIG_FILE, project);
		err = try_file(c, name.word[0]);
		words_free(&name);
	}
	if (err == 1)
		err = try_file(c, CONFIG_FILE);
	return err == 1 ? 0 : err;
}

void config_init(struct config *c)
{
	*c = (struct config){
		.test_timeout = 300 * 1000,
		.success_status = 33,           /* 0x10 at port 0xf4 */
	};
	config_replace(&c->qemu, "qemu-system-x86_64");
	config_replace(&c->memory, "128M");
}

void config_free(struct config *c)
{
	free(c->qemu);
	free(c->memory);
	words_free(&c->run_args);
	words_free(&c->test_args);
}
