// SPDX-License-Identifier: 0BSD
// interrupt.c - the interrupt descriptor table (Intel SDM vol. 3, 6.14.1), and
// the way from a vector to its handler.

#include "interrupt.h"

#include "cpu.h"
#include "exception.h"
#include "gdt.h"
#include "pic.h"

#define GATE_INTERRUPT  0x8e            /* present; turns interrupts off */

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

_Static_assert(sizeof(struct gate) == 16, "a gate is the CPU's");

static struct gate idt[VECTORS];
static void (*handlers[IRQ_LINES])(void);

static uint8_t stack_of(unsigned int vector)
{
	switch (vector) {
	case VECTOR_NMI:                return IST_NMI;
	case VECTOR_DOUBLE_FAULT:       return IST_DOUBLE_FAULT;
	case VECTOR_MACHINE_CHECK:      return IST_MACHINE_CHECK;
	default:                        return IST_NONE;
	}
}

void interrupt_init(void)
{
	struct cpu_table table = { sizeof(idt) - 1, idt };

	for (unsigned int i = 0; i < VECTORS; i++)
		idt[i] = (struct gate){
			.offset_low = (uint16_t)vector_entry[i],
			.offset_middle = (uint16_t)(vector_entry[i] >> 16),
			.offset_high = (uint32_t)(vector_entry[i] >> 32),
			.selector = GDT_CODE,
			.ist = stack_of(i),
			.type = GATE_INTERRUPT,
		};
	__asm__ volatile("lidt %0" : : "m"(table));
	pic_init(IRQ_VECTOR);
}

void interrupt_handle(unsigned int line, void (*handler)(void))
{
	handlers[line] = handler;
	pic_unmask(line);
}

void interrupt_dispatch(struct interrupt_frame *frame)
{
	unsigned int line = (unsigned int)frame->vector - IRQ_VECTOR;

	if (frame->vector < EXCEPTIONS)
		exception_report(frame);
	if (pic_is_spurious(line))
		return;
	if (handlers[line] != NULL)
		handlers[line]();
	pic_done(line);
}
