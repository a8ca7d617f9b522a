// SPDX-License-Identifier: 0BSD
// check.c - counts the checks and reports those that fail; reads the command
// line.

#include "check.h"

#include <stdarg.h>

#include "contract.h"
#include "format.h"
#include "serial.h"

/* One fault can fail a check on every page: do not report for minutes. */
#define REPORTS_MAX     60

/* In .data, because what the loader makes of .bss is under test. */
static unsigned int checks __attribute__((section(".data")));
static unsigned int failures __attribute__((section(".data")));

void say_text(const char *text)
{
	while (*text != '\0')
		serial_put(*text++);
}

void say(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vformat(text, sizeof(text), fmt, args);
	va_end(args);
	say_text(text);
}

static void count(bool ok, const char *name, uint64_t got, const char *relation,
		  uint64_t want)
{
	checks++;
	if (ok)
		return;
	failures++;
	if (failures <= REPORTS_MAX)
		say("FAIL: %s (got 0x%llx%s0x%llx)\n", name,
		    (unsigned long long)got, relation,
		    (unsigned long long)want);
}

void check_equal(const char *name, uint64_t got, uint64_t want)
{
	count(got == want, name, got, " want ", want);
}

void check_at_least(const char *name, uint64_t got, uint64_t want)
{
	count(got >= want, name, got, " want at least ", want);
}

void check(const char *name, bool ok, uint64_t got)
{
	checks++;
	if (ok)
		return;
	failures++;
	if (failures <= REPORTS_MAX)
		say("FAIL: %s (got 0x%llx)\n", name, (unsigned long long)got);
}

unsigned int checks_done(void)
{
	return checks;
}

unsigned int checks_failed(void)
{
	return failures;
}

static bool begins(const char *text, const char *with)
{
	while (*with != '\0')
		if (*text++ != *with++)
			return false;
	return true;
}

static size_t length(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}

/* The command line's next word at or behind text. */
static const char *next_word(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static const char *word_end(const char *text)
{
	while (*text != ' ' && *text != '\0')
		text++;
	return text;
}

bool option(const struct boot_info *info, const char *word)
{
	const char *w = next_word(info->cmdline);

	for (; *w != '\0'; w = next_word(word_end(w)))
		if (begins(w, word) && w + length(word) == word_end(w))
			return true;
	return false;
}

const char *option_text(const struct boot_info *info, const char *name)
{
	const char *w = next_word(info->cmdline);

	for (; *w != '\0'; w = next_word(word_end(w)))
		if (begins(w, name) && w[length(name)] == '=')
			return w + length(name) + 1;
	return NULL;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

uint64_t parse_number(const char **text)
{
	uint64_t value = 0;
	int base = 10;

	if (begins(*text, "0x")) {
		base = 16;
		*text += 2;
	}
	for (; digit(**text) >= 0 && digit(**text) < base; (*text)++)
		value = value * (uint64_t)base + (uint64_t)digit(**text);
	return value;
}

bool option_number(const struct boot_info *info, const char *name,
		   uint64_t *value)
{
	const char *text = option_text(info, name);

	if (text == NULL)
		return false;
	*value = parse_number(&text);
	return true;
}
