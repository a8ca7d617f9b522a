// SPDX-License-Identifier: 0BSD
/* monitor.c - QEMU's control socket (QMP). */
#include "host.h"

#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "monitor.h"

/* Never blocks: the commands of a run are shorter than the socket's buffer. */
static void send_text(struct monitor *m, const char *text)
{
	/* Where QEMU is gone, reading says so. */
	if (send(m->fd, text, strlen(text), MSG_DONTWAIT) < 0)
		return;
}

void monitor_begin(struct monitor *m, int fd, bool start)
{
	*m = (struct monitor){ .fd = fd };
	/* QEMU reads this when it is up: no round trip to wait for. */
	send_text(m, "{\"execute\":\"qmp_capabilities\"}");
	if (start)
		send_text(m, "{\"execute\":\"cont\"}");
}

void monitor_ask_registers(struct monitor *m, bool mappings)
{
	m->wants_mappings = mappings;
	send_text(m, "{\"execute\":\"stop\"}"
		     "{\"execute\":\"human-monitor-command\",\"arguments\":"
		     "{\"command-line\":\"info registers\"}}");
	if (mappings)
		send_text(m, "{\"execute\":\"human-monitor-command\","
			     "\"arguments\":{\"command-line\":\"info mem\"}}");
}

/* Registers come first, then what is mapped. */
static void take_answer(struct monitor *m)
{
	if (m->registers[0] == '\0') {
		json_string(m->line, "return", m->registers,
			    sizeof(m->registers));
		m->answered = m->registers[0] != '\0' && !m->wants_mappings;
	} else if (m->wants_mappings) {
		json_string(m->line, "return", m->mappings,
			    sizeof(m->mappings));
		m->answered = m->mappings[0] != '\0';
	}
}

static void take_event(struct monitor *m, const char *event)
{
	if (strcmp(event, "RESUME") == 0)
		m->started = true;
	if (strcmp(event, "SHUTDOWN") == 0)
		json_string(m->line, "reason", m->shutdown,
			    sizeof(m->shutdown));
	/* A debugger stops the machine, too; QEMU tells when it is asked. */
	if (strcmp(event, "STOP") == 0)
		send_text(m, "{\"execute\":\"query-status\"}");
}

static void take_line(struct monitor *m)
{
	char text[32];

	if (json_string(m->line, "event", text, sizeof(text)))
		take_event(m, text);
	else if (json_string(m->line, "status", text, sizeof(text)))
		m->failed = strcmp(text, "internal-error") == 0;
	else
		take_answer(m);
}

bool monitor_read(struct monitor *m)
{
	char *end;
	ssize_t got;

	/* No line is that long; if one were, its head would be lost. */
	if (m->size == sizeof(m->line) - 1)
		m->size = 0;
	got = read(m->fd, m->line + m->size, sizeof(m->line) - 1 - m->size);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (got == 0)
		return false;
	m->size += (size_t)got;
	m->line[m->size] = '\0';
	while ((end = memchr(m->line, '\n', m->size)) != NULL) {
		*end = '\0';
		take_line(m);
		m->size -= (size_t)(end + 1 - m->line);
		memmove(m->line, end + 1, m->size + 1);
	}
	return true;
}
