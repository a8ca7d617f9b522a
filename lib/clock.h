/* SPDX-License-Identifier: 0BSD */
/*
 * clock.h - the rate of the time stamp counter: from what the CPU says of
 * itself, or from how far the PC's timer went meanwhile. Never waits.
 */
#ifndef STAGECOACH_CLOCK_H
#define STAGECOACH_CLOCK_H

#include <stdint.h>

#define CLOCK_PIT_HZ    1193182         /* of the timer's input */
#define CLOCK_TICK      65536           /* of its cycles to a BIOS tick */
#define CLOCK_DAY_TICKS 0x1800b0        /* the BIOS counts from 0 again */

/* Rate in Hz, and how far off it may be, plus or minus. hz 0: not known. */
struct clock_rate {
	uint64_t hz;
	uint64_t error;
};

/* CPUID leaves; 0 where the CPU does not have them. */
struct clock_cpuid {
	uint32_t ratio_below;   /* 15h EAX: the counter's rate is the crystal's */
	uint32_t ratio_above;   /* 15h EBX:     times EBX / EAX */
	uint32_t crystal_hz;    /* 15h ECX; 0: it does not say */
	uint32_t base_mhz;      /* 16h EAX, low 16 bits */
};

/*
 * The rate by CPUID (Intel SDM vol. 2, CPUID, leaves 15H and 16H; vol. 3,
 * 18.7.3): crystal and ratio, else the base frequency, which the counter of
 * every CPU with leaf 16h goes by. hz 0 if the CPU does not tell.
 */
struct clock_rate clock_by_cpuid(const struct clock_cpuid *cpuid);

/*
 * The timer at one moment. Counter 0 of the PIT counts down CLOCK_TICK cycles
 * and interrupts; the BIOS counts these interrupts.
 */
struct clock_sample {
	uint64_t before, after; /* the counter, before and after reading it */
	uint32_t tick;          /* the BIOS's count, dword at 46ch */
	uint16_t count;         /* of counter 0, latched; 0 stands for 65536 */
	uint8_t status;         /* of counter 0, latched with it (PIT read-back
				   command C2h, Intel 8254) */
	uint8_t pending;        /* bit 0: IRQ 0 has been raised, and the BIOS
				   has not counted it (PIC 1, OCW3 0Ah) */
};

/*
 * The rate by two samples. lost is how many ticks the BIOS may have missed at
 * most between them, as interrupts were off for longer than a tick: they go
 * into the error. hz 0 if the time between is too short to tell the rate to
 * an eighth, or if the samples make no sense.
 */
struct clock_rate clock_by_timer(const struct clock_sample *first,
				 const struct clock_sample *last,
				 uint32_t lost);

#endif
