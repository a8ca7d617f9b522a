// SPDX-License-Identifier: 0BSD
/*
 * progress.c - how far a load is, for those who wait.
 *
 * Time is the BIOS's count of timer interrupts, which come in while it reads.
 * Unlike the TSC it needs no calibration; a BIOS that does not count costs the
 * line, no more. A look is a dozen instructions to the 56,000 of a read, a
 * line 5 ms of a second, most of it COM1's.
 */
#include "console.h"
#include "io.h"
#include "layout.h"
#include "progress.h"

#define SECOND          18              /* ticks: there are 18.2 to one */
#define SECTORS_PER_MIB 2048

static uint32_t ticks(void)
{
	return phys_read32(BDA_TICKS);
}

/* "\r": the next line goes over this one, and so does a fatal one. */
static void show(const struct progress *p, uint64_t done, uint32_t time)
{
	console_print("\r%.40s: %u %%, %u MiB/s  ", p->name,
		      (unsigned)(done * 100 / p->sectors),
		      (unsigned)(done * SECOND / SECTORS_PER_MIB /
				 (time + (time == 0))));
}

void progress_open(struct progress *p)
{
	p->last = ticks();
}

void progress_begin(struct progress *p, const char *name, uint64_t lba,
		    uint64_t sectors)
{
	p->name = name;
	p->lba = lba;
	p->sectors = sectors;
	p->begun = ticks();
	p->shown = false;
}

void progress_at(struct progress *p, uint64_t lba)
{
	uint32_t now = ticks();
	uint64_t done = lba - p->lba;

	if (now - p->last < SECOND || done > p->sectors || p->sectors == 0)
		return;
	/* At midnight the count begins anew: one line comes early. */
	if (now < p->begun)
		p->begun = now;
	p->last = now;
	p->shown = true;
	show(p, done, now - p->begun);
}

void progress_end(struct progress *p)
{
	if (p->shown) {
		show(p, p->sectors, ticks() - p->begun);
		console_write("\n");
	}
	p->sectors = 0;
}
