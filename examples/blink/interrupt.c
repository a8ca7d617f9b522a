// SPDX-License-Identifier: 0BSD
/* interrupt.c - blinks, and sleeps between: the timer wakes the processor. */

#include "../out.h"
#include "blink.h"
#include "registers.h"

_Noreturn void _start(const struct boot_info *info);

#define TICK_HZ         1000

#define VECTORS         256
#define PIC1_VECTOR     32              /* below are the exceptions */
#define PIC2_VECTOR     40
#define TIMER_IRQ       0
#define SPURIOUS_IRQ    7               /* sent when a line has dropped */
#define CODE_SELECTOR   0x08            /* of the loader's GDT */

struct interrupt_frame;

static struct idt_gate idt[VECTORS];
static volatile uint32_t ticks;

__attribute__((interrupt))
static void on_tick(struct interrupt_frame *frame)
{
	(void)frame;
	ticks++;
}

__attribute__((interrupt))
static void on_nothing(struct interrupt_frame *frame)
{
	(void)frame;
}

static void set_gate(unsigned int vector,
		     void (*handler)(struct interrupt_frame *))
{
	uint64_t offset = (uint64_t)handler;

	idt[vector] = (struct idt_gate){
		.offset_low = (uint16_t)offset,
		.offset_middle = (uint16_t)(offset >> 16),
		.offset_high = (uint32_t)(offset >> 32),
		.selector = CODE_SELECTOR,
		.type = GATE_INTERRUPT,
		.present = 1,
	};
}

/* The loader's table, so that a fault is still reported, and ours in it. */
static void start_idt(void)
{
	struct idt_pointer pointer;
	const struct idt_gate *loaders;

	__asm__ volatile("sidt %0" : "=m"(pointer));
	loaders = (const struct idt_gate *)pointer.base;
	for (unsigned int i = 0; i < VECTORS; i++)
		idt[i] = loaders[i];
	set_gate(PIC1_VECTOR + TIMER_IRQ, on_tick);
	set_gate(PIC1_VECTOR + SPURIOUS_IRQ, on_nothing);

	pointer = (struct idt_pointer){ sizeof(idt) - 1, (uint64_t)idt };
	__asm__ volatile("lidt %0" : : "m"(pointer));
}

/*
 * Moves IRQ 0 to 7, which the BIOS has at the vectors of exceptions 8 to 15,
 * and lets only the timer through. A single line needs no order among several,
 * so the PICs end each interrupt by themselves.
 */
static void start_pics(void)
{
	union pic_icw1 begin = { .icw1 = 1, .icw4_follows = 1 };
	union pic_icw4 mode = { .x86 = 1, .auto_end = 1 };
	union pic_mask first = { .timer = 0, .others = 0x7f };

	outb(PIC1_COMMAND, begin.byte);
	outb(PIC2_COMMAND, begin.byte);
	outb(PIC1_DATA, PIC1_VECTOR);
	outb(PIC2_DATA, PIC2_VECTOR);
	outb(PIC1_DATA, 1 << PIC_CASCADE);
	outb(PIC2_DATA, PIC_CASCADE);
	outb(PIC1_DATA, mode.byte);
	outb(PIC2_DATA, mode.byte);
	outb(PIC1_DATA, first.byte);
	outb(PIC2_DATA, 0xff);
}

static void start_timer(void)
{
	union pit_control periodic = {
		.channel = 0,
		.access = PIT_LOW_THEN_HIGH,
		.mode = PIT_RATE_GENERATOR,
	};
	uint32_t divisor = PIT_HZ / TICK_HZ;

	outb(PIT_CONTROL, periodic.byte);
	outb(PIT_CHANNEL_0, (uint8_t)divisor);
	outb(PIT_CHANNEL_0, (uint8_t)(divisor >> 8));
}

_Noreturn void _start(const struct boot_info *info)
{
	uint32_t last = 0;

	blink_start(info);
	start_idt();
	start_pics();
	start_timer();
	__asm__ volatile("sti");
	for (;;) {
		blink_toggle();
		while (ticks - last < blink_half(TICK_HZ))
			__asm__ volatile("hlt");
		last = ticks;
	}
}
