// SPDX-License-Identifier: 0BSD
/*
 * count_plugin.c - counts the guest's instructions between two addresses, in
 * QEMU's TCG.
 *
 * usage: qemu -plugin count_plugin.so,from=ADDRESS,to=ADDRESS -d plugin
 *
 * Prints "count: N" on the first instruction at `to` after the first at
 * `from`. Both are linear addresses. A rep instruction counts each round.
 *
 * Debian has plugins in its QEMU, but no package with qemu-plugin.h; what is
 * needed of it is declared here, after QEMU's manual ("QEMU TCG Plugins", API
 * version 1).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT          __attribute__((visibility("default")))
#define API_VERSION     1
#define CB_NO_REGS      0
#define INLINE_ADD_U64  0

struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_outs(const char *text);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *,
						 size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *insn, void (*cb)(unsigned cpu, void *data),
	int flags, void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(
	struct qemu_plugin_tb *tb, int op, void *counter, uint64_t add);

EXPORT int qemu_plugin_version = API_VERSION;

static uint64_t count, from, to;
static uint64_t began;
static bool running, done;

static void at_from(unsigned cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!running)
		began = count;
	running = true;
}

static void at_to(unsigned cpu, void *data)
{
	char text[40];

	(void)cpu;
	(void)data;
	if (!running || done)
		return;
	done = true;
	snprintf(text, sizeof(text), "count: %" PRIu64 "\n", count - began);
	qemu_plugin_outs(text);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &count, n);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);

		if (at == from)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, at_from, CB_NO_REGS, NULL);
		else if (at == to)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, at_to, CB_NO_REGS, NULL);
	}
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "from=", 5) == 0)
			from = strtoull(argv[i] + 5, NULL, 0);
		else if (strncmp(argv[i], "to=", 3) == 0)
			to = strtoull(argv[i] + 3, NULL, 0);
		else
			return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
