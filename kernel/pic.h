/* SPDX-License-Identifier: 0BSD */
/*
 * pic.h - the two 8259 interrupt controllers, lines 0 to 7 and 8 to 15.
 */
#ifndef STAGECOACH_KERNEL_PIC_H
#define STAGECOACH_KERNEL_PIC_H

#include <stdbool.h>
#include <stdint.h>

/* Puts line 0 at a vector (a multiple of 8), the others behind; masks all. */
void pic_init(uint8_t vector);

void pic_unmask(unsigned int line);

/*
 * True if nobody raised the line: the controller reports its last one when a
 * request goes away too early. Such an interrupt must not be ended.
 */
bool pic_is_spurious(unsigned int line);

/* The interrupt has been handled; the next one may come. */
void pic_done(unsigned int line);

#endif
