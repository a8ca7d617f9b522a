// SPDX-License-Identifier: 0BSD
/* machine.c - QEMU, its wires, and its end. */
#include "host.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "process.h"
#include "say.h"
#include "signals.h"

#define END_TIME        2000            /* ms for QEMU to clean up */
#define LOG_CHUNK       4096

/* What QEMU holds of the wires. */
enum { MONITOR, SERIAL, LOG, WIRES };

static void add_wires(struct words *w, const int wire[WIRES],
		      const struct disk *disk)
{
	words_add(w, "-chardev");
	words_add(w, "socket,id=stagecoach-qmp,fd=%d", wire[MONITOR]);
	words_add(w, "-mon");
	words_add(w, "chardev=stagecoach-qmp,mode=control");
	/* A pipe: a socket's buffer is full after some hundred of the single
	   bytes that QEMU sends, and a UART that cannot send loses bytes. */
	words_add(w, "-chardev");
	words_add(w, "file,id=stagecoach-com1,path=/dev/fd/%d", wire[SERIAL]);
	words_add(w, "-serial");
	words_add(w, "chardev:stagecoach-com1");
	/* Of all that QEMU can log the only thing that tells a triple fault
	   from a reset which the kernel asked for. */
	words_add(w, "-d");
	words_add(w, "cpu_reset");
	words_add(w, "-D");
	words_add(w, "/dev/fd/%d", wire[LOG]);
	words_add(w, "-add-fd");
	words_add(w, "fd=%d,set=1", disk->read_fd);
	words_add(w, "-add-fd");
	words_add(w, "fd=%d,set=1", disk->write_fd);
	words_add(w, "-drive");
	words_add(w, "file=/dev/fdset/1,format=raw,if=ide,cache=unsafe");
}

static void make_command(struct words *w, const struct machine_setup *setup,
			 const int wire[WIRES], const struct disk *disk)
{
	words_add(w, "%s", setup->qemu);
	words_add(w, "-nodefaults");
	words_add(w, "-machine");
	words_add(w, "pc");
	words_add(w, "-m");
	words_add(w, "%s", setup->memory);
	words_add(w, "-vga");
	words_add(w, "std");
	words_add(w, "-display");
	words_add(w, "%s", setup->window);
	words_add(w, "-device");
	words_add(w, "isa-debug-exit,iobase=0xf4,iosize=4");
	/* A machine that was reset or powered off stays, to be looked at. */
	words_add(w, "-action");
	words_add(w, "reboot=%s,shutdown=pause",
		  setup->reboot ? "reset" : "shutdown");
	words_add(w, "-S");
	add_wires(w, wire, disk);
	words_append(w, setup->args);
}

static void close_all(const int *fd, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* Ours go into *m, theirs into wire. */
static int make_wires(struct machine *m, int wire[WIRES])
{
	int *ours[WIRES] = { &m->monitor, &m->serial, &m->log };

	for (int i = 0; i < WIRES; i++) {
		int end[2];
		int err = i == MONITOR ? process_socket_pair(end) :
					 process_pipe(end);

		if (err != 0)
			return -1;
		*ours[i] = end[0];
		wire[i] = end[1];
	}
	return fcntl(m->log, F_SETFL, O_NONBLOCK);
}

int machine_start(struct machine *m, const struct machine_setup *setup,
		  const struct disk *disk)
{
	int wire[WIRES] = { -1, -1, -1 };
	struct words command = { 0 };

	*m = (struct machine){ .monitor = -1, .serial = -1, .log = -1 };
	if (make_wires(m, wire) == 0) {
		int keep[] = { wire[MONITOR], wire[SERIAL], wire[LOG],
			       disk->read_fd, disk->write_fd };

		make_command(&command, setup, wire, disk);
		m->pid = process_start(command.word, keep,
				       sizeof(keep) / sizeof(keep[0]), -1,
				       SIGKILL);
		words_free(&command);
	} else {
		m->pid = -1;
	}
	if (m->pid < 0) {
		say("%s: %s", setup->qemu, strerror(errno));
		m->pid = 0;
	}
	close_all(wire, WIRES);
	return m->pid > 0 ? 0 : -1;
}

void machine_end(struct machine *m)
{
	if (m->pid <= 0)
		return;
	/* Its disk is about to vanish: nothing needs to be put in order. */
	kill(m->pid, SIGKILL);
	m->status = process_wait(m->pid);
	m->pid = 0;
}

void machine_wait(struct machine *m)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	int64_t end = process_clock() + END_TIME;

	while (m->pid > 0 && process_clock() < end && !signals_caught()) {
		if (waitpid(m->pid, &m->status, WNOHANG) == m->pid)
			m->pid = 0;
		else
			nanosleep(&tick, NULL);
	}
	machine_end(m);
}

bool machine_read_log(struct machine *m)
{
	static const char mark[] = "Triple fault\n";
	char text[LOG_CHUNK];
	ssize_t got = read(m->log, text, sizeof(text));

	if (got < 0)
		return errno == EINTR;
	/* The mark's first letter is nowhere else in it. */
	for (ssize_t i = 0; i < got && !m->triple_fault; i++) {
		if (text[i] == mark[m->log_match])
			m->log_match++;
		else
			m->log_match = text[i] == mark[0];
		m->triple_fault = mark[m->log_match] == '\0';
	}
	return got > 0;
}

void machine_close(struct machine *m)
{
	int fd[] = { m->monitor, m->serial, m->log };

	machine_end(m);
	close_all(fd, sizeof(fd) / sizeof(fd[0]));
	m->monitor = m->serial = m->log = -1;
}

/* True if `qemu -display help` has the kind on a line of its own. */
static bool has_line(const char *text, const char *kind)
{
	size_t size = strlen(kind);

	for (const char *at = strstr(text, kind); at != NULL;
	     at = strstr(at + 1, kind))
		if ((at == text || at[-1] == '\n') &&
		    (at[size] == '\n' || at[size] == '\0'))
			return true;
	return false;
}

static void read_kinds(const char *qemu, char *text, size_t size)
{
	struct words w = { 0 };
	size_t length = 0;
	ssize_t got = 1;
	int out[2];
	pid_t pid;

	text[0] = '\0';
	if (process_pipe(out) != 0)
		return;
	words_add(&w, "%s", qemu);
	words_add(&w, "-display");
	words_add(&w, "help");
	pid = process_start(w.word, NULL, 0, out[1], SIGKILL);
	words_free(&w);
	close(out[1]);
	while (pid > 0 && length < size - 1 && got > 0) {
		got = read(out[0], text + length, size - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	text[length] = '\0';
	close(out[0]);
	if (pid > 0)
		process_wait(pid);
}

const char *machine_window(const char *qemu)
{
	static const char *const kinds[] = { "gtk", "sdl", "cocoa" };
	const char *gui = getenv("GUI");
	char text[1024];

	if (gui == NULL || strcmp(gui, "1") != 0)
		return "none";
	read_kinds(qemu, text, sizeof(text));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (has_line(text, kinds[i]))
			return kinds[i];
	say("this QEMU opens no windows (Debian: install qemu-system-gui)");
	return "none";
}
