// SPDX-License-Identifier: 0BSD
// pic.c - the two 8259 interrupt controllers. The BIOS has lines 0 to 7 on
// vectors 8 to 15, which are exceptions: a double fault on every tick.

#include "pic.h"

#include "cpu.h"

#define PIC1            0x20            /* lines 0 to 7 */
#define PIC2            0xa0            /* lines 8 to 15, by way of line 2 */
#define PIC_DATA        1               /* from the command port */
#define LINES           8
#define CASCADE         2
#define LAST            7

#define ICW1_INIT       0x11            /* edges, cascade, ICW4 will come */
#define ICW4_8086       0x01
#define OCW2_EOI        0x20            /* end of interrupt */
#define OCW3_READ_ISR   0x0b            /* next: what is being served */

static uint8_t masks[2] = { 0xff, 0xff };

/* A write to an unused port takes 1 us: old controllers are that slow. */
static void write(uint16_t port, uint8_t value)
{
	outb(port, value);
	outb(0x80, 0);
}

/* Four words, the first to the command port, the others to the data port. */
static void start(uint16_t pic, uint8_t vector, uint8_t cascade)
{
	write(pic, ICW1_INIT);
	write(pic + PIC_DATA, vector);
	write(pic + PIC_DATA, cascade);
	write(pic + PIC_DATA, ICW4_8086);
	write(pic + PIC_DATA, 0xff);
}

void pic_init(uint8_t vector)
{
	start(PIC1, vector, 1 << CASCADE);      /* as bits: lines with a PIC */
	start(PIC2, vector + LINES, CASCADE);   /* as a number: its line */
}

static void clear_mask(unsigned int line)
{
	unsigned int pic = line / LINES;

	masks[pic] &= (uint8_t)~(1u << line % LINES);
	write((pic ? PIC2 : PIC1) + PIC_DATA, masks[pic]);
}

void pic_unmask(unsigned int line)
{
	clear_mask(line);
	if (line >= LINES)
		clear_mask(CASCADE);
}

static bool is_served(uint16_t pic)
{
	outb(pic, OCW3_READ_ISR);
	return inb(pic) >> LAST & 1;
}

bool pic_is_spurious(unsigned int line)
{
	if (line % LINES != LAST)
		return false;
	if (is_served(line < LINES ? PIC1 : PIC2))
		return false;
	if (line >= LINES)
		outb(PIC1, OCW2_EOI);           /* its cascade was real */
	return true;
}

void pic_done(unsigned int line)
{
	if (line >= LINES)
		outb(PIC2, OCW2_EOI);
	outb(PIC1, OCW2_EOI);
}
