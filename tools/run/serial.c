// SPDX-License-Identifier: 0BSD
/* serial.c - the kernel's serial port, to standard output. */
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "process.h"    /* process_clock */
#include "say.h"
#include "serial.h"
#include "signals.h"

/* What poll() calls writable takes this much without blocking. */
#define CHUNK           PIPE_BUF
#define QUIET_TIME      200             /* ms; stage1 sends no line end */
#define MESSAGE_TIME    700             /* ms; then it is taken as it is */

static const char mark[] = "stagecoach: ";

#define MARK_SIZE (sizeof(mark) - 1)

/*
 * How the fault reporter goes on. A kernel may have left a line unfinished
 * before it: "test_paging ... ".
 */
static const char *const reports[] = {
	"stagecoach: exception ", "stagecoach: interrupt ",
	"stagecoach: vector ", "stagecoach: the kernel returned ",
};

void serial_begin(struct serial *s, int fd)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
}

struct pollfd serial_want(const struct serial *s)
{
	if (s->start < s->end)
		return (struct pollfd){ .fd = STDOUT_FILENO,
					.events = POLLOUT };
	return (struct pollfd){ .fd = s->ended ? -1 : s->fd,
				.events = POLLIN };
}

static bool ends_with(const struct serial *s, const char *text)
{
	size_t size = strlen(text);

	return s->column >= size &&
	       memcmp(s->line + s->column - size, text, size) == 0;
}

/* True if the line so far is the loader's. */
static bool is_message(const struct serial *s)
{
	if (s->column == MARK_SIZE && memcmp(s->line, mark, MARK_SIZE) == 0)
		return true;
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (ends_with(s, reports[i]))
			return true;
	return false;
}

static void begin_message(struct serial *s)
{
	size_t start = s->column;

	/* It begins at the last mark, wherever in the line that is. */
	while (memcmp(s->line + start - MARK_SIZE, mark, MARK_SIZE) != 0)
		start--;
	s->message_size = s->column - (start - MARK_SIZE);
	memcpy(s->message, s->line + start - MARK_SIZE, s->message_size);
	s->message_time = s->last_time;
}

static void watch_byte(struct serial *s, char c)
{
	bool line_end = c == '\n' || c == '\r';

	if (s->message_time != 0) {
		if (line_end)
			s->message_whole = true;
		else if (!s->message_whole &&
			 s->message_size < sizeof(s->message) - 1)
			s->message[s->message_size++] = c;
		return;
	}
	if (line_end) {
		s->column = 0;
		return;
	}
	/* A long line: what counts is its beginning, which was seen, and its
	   end. */
	if (s->column == sizeof(s->line)) {
		s->column = sizeof(s->line) / 2;
		memcpy(s->line, s->line + s->column, s->column);
	}
	s->line[s->column++] = c;
	if (c == ' ' && is_message(s))
		begin_message(s);
}

int64_t serial_message_due(const struct serial *s)
{
	int64_t quiet = s->last_time + QUIET_TIME;
	int64_t late = s->message_time + MESSAGE_TIME;

	if (s->message_time == 0)
		return 0;
	return quiet < late ? quiet : late;
}

static void read_some(struct serial *s)
{
	ssize_t got = read(s->fd, s->data, sizeof(s->data));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		s->ended = true;
		return;
	}
	s->start = 0;
	s->end = (size_t)got;
	s->last_time = process_clock();
	for (size_t i = 0; i < s->end; i++)
		watch_byte(s, s->data[i]);
}

static void write_some(struct serial *s)
{
	size_t size = s->end - s->start;
	ssize_t put = write(STDOUT_FILENO, s->data + s->start,
			    size < CHUNK ? size : CHUNK);

	if (put >= 0) {
		s->start += (size_t)put;
	} else if (errno == EPIPE) {
		/* As any filter whose reader is gone. */
		signals_pretend(SIGPIPE);
		s->broken = true;
	} else if (errno != EINTR && errno != EAGAIN) {
		say("standard output: %s", strerror(errno));
		s->broken = true;
	}
}

void serial_move(struct serial *s, const struct pollfd *ready)
{
	if (ready->revents == 0)
		return;
	if (ready->fd == STDOUT_FILENO)
		write_some(s);
	else
		read_some(s);
}

void serial_drain(struct serial *s, int patience)
{
	while (!s->broken && (!s->ended || s->start < s->end) &&
	       !signals_caught()) {
		struct pollfd fd[2] = {
			serial_want(s),
			{ .fd = signals_fd(), .events = POLLIN },
		};
		/* All that QEMU wrote is there; to wait for the pipe's end
		   would be to wait for heirs that QEMU may have. */
		int ready = poll(fd, 2, fd[0].fd == s->fd ? 0 : patience);

		if (ready == 0)
			break;
		if (ready > 0)
			serial_move(s, &fd[0]);
	}
}
