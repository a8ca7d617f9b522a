// SPDX-License-Identifier: 0BSD
/* a20.c - the A20 line: without it every odd MiB is the even one below. */
#include <stdbool.h>

#include "a20.h"
#include "bios.h"
#include "console.h"
#include "io.h"
#include "layout.h"

#define ROUNDS          8               /* over all the ways there are */
#define KBC_DATA        0x60
#define KBC_STATUS      0x64
#define KBC_COMMAND     0x64
#define KBC_OUTPUT_FULL 0x01
#define KBC_INPUT_FULL  0x02
#define KBC_ABSENT      0xff            /* an empty bus reads all ones */
#define KBC_LOOKS       100000
#define KBC_WRITE_PORT  0xd1
#define KBC_PORT_A20    0xdf            /* A20 on, reset line high */
#define KBC_NULL        0xff            /* UHCI's emulation waits for it */
#define FAST_PORT       0x92
#define FAST_A20        0x02
#define FAST_RESET      0x01            /* set: the machine restarts */

/*
 * True if the word 1 MiB above one of ours does not follow it. Only the low
 * one is written: a machine of 1 MiB has nothing above, and what it reads
 * there does not follow either.
 */
static bool a20_is_on(unsigned looks)
{
	volatile uint32_t *low = phys(BIOS_BUF);
	volatile uint32_t *high = phys(BIOS_BUF + 0x100000);
	uint32_t saved = *low, value = saved;
	bool on = false;

	while (!on && looks-- > 0) {
		*low = ++value;
		io_delay();
		on = *high != value;
	}
	*low = saved;
	return on;
}

/* Some keyboard controllers are slow: look for a while before giving up. */
#define LOOKS_ONCE      3
#define LOOKS_LONG      10000

static bool kbc_ready(void)
{
	unsigned looks;
	uint8_t status;

	for (looks = 0; looks < KBC_LOOKS; looks++) {
		io_delay();
		status = in8(KBC_STATUS);
		if (status == KBC_ABSENT)
			return false;
		if (status & KBC_OUTPUT_FULL)
			in8(KBC_DATA);          /* a key: in the way */
		else if (!(status & KBC_INPUT_FULL))
			return true;
	}
	return false;
}

static void try_bios(void)
{
	struct bios_regs r;

	bios_ask(0x15, 0x2401, 0, 0, &r);       /* whatever it answers, we look */
}

static void try_kbc(void)
{
	if (!kbc_ready())
		return;
	out8(KBC_COMMAND, KBC_WRITE_PORT);
	if (!kbc_ready())
		return;
	out8(KBC_DATA, KBC_PORT_A20);
	if (!kbc_ready())
		return;
	out8(KBC_COMMAND, KBC_NULL);
	kbc_ready();
}

static void try_fast(void)
{
	uint8_t port = in8(FAST_PORT);

	if (port == 0xff || port & FAST_A20)
		return;
	out8(FAST_PORT, (port | FAST_A20) & ~FAST_RESET);
}

void a20_enable(void)
{
	unsigned round;

	if (a20_is_on(LOOKS_ONCE))
		return;
	for (round = 0; round < ROUNDS; round++) {
		try_bios();
		if (a20_is_on(LOOKS_ONCE))
			return;
		try_kbc();
		if (a20_is_on(LOOKS_LONG))
			return;
		try_fast();
		if (a20_is_on(LOOKS_LONG))
			return;
	}
	die("the A20 line stays off: BIOS, keyboard controller (status %02x) "
	    "and port 92h (%02x) tried", in8(KBC_STATUS), in8(FAST_PORT));
}

void a20_mend(void)
{
	static bool mending;

	/* Asking the BIOS to turn it on is a BIOS call, too. */
	if (mending)
		return;
	mending = true;
	a20_enable();
	mending = false;
}
