/* SPDX-License-Identifier: 0BSD */
/* a20.h - the A20 line: without it every odd MiB is the even one below. */
#ifndef STAGE2_A20_H
#define STAGE2_A20_H

/* Turns A20 on, or dies with a sentence. */
void a20_enable(void);

/*
 * bios_call() asks for this when the firmware may have turned A20 off: looks,
 * and turns it on again.
 */
void a20_mend(void);

#endif
