/* SPDX-License-Identifier: 0BSD */
/*
 * registers.h - the devices' registers as types: a field is a name.
 *
 * Fields are listed from bit 0 up, which is how compilers for x86-64 place
 * them (System V ABI, 3.1.2). A register goes through its port as .byte.
 */
#ifndef BLINK_REGISTERS_H
#define BLINK_REGISTERS_H

#include <stdint.h>

/* ---- keyboard controller (8042) ---- */

#define KBC_DATA        0x60
#define KBC_STATUS      0x64

union kbc_status {
	uint8_t byte;
	struct {
		uint8_t output_full : 1;        /* there is a byte to read */
		uint8_t input_full : 1;         /* it cannot take another one */
		uint8_t system : 1;
		uint8_t was_command : 1;
		uint8_t unlocked : 1;
		uint8_t from_mouse : 1;         /* the byte to read is */
		uint8_t timeout : 1;
		uint8_t parity : 1;
	};
};

/* The keyboard's own language, through the data port. */
enum keyboard_byte {
	KEYBOARD_SET_LEDS = 0xed,               /* union keyboard_leds follows */
	KEYBOARD_ACK = 0xfa,
	KEYBOARD_RESEND = 0xfe,
};

union keyboard_leds {
	uint8_t byte;
	struct {
		uint8_t scroll : 1;
		uint8_t num : 1;
		uint8_t caps : 1;
		uint8_t reserved : 5;
	};
};

/* ---- programmable interval timer (8254) ---- */

#define PIT_HZ          1193182
#define PIT_CHANNEL_0   0x40
#define PIT_CHANNEL_2   0x42
#define PIT_CONTROL     0x43

enum pit_access { PIT_LATCH, PIT_LOW_BYTE, PIT_HIGH_BYTE, PIT_LOW_THEN_HIGH };
enum pit_mode { PIT_ONE_SHOT = 0, PIT_RATE_GENERATOR = 2 };

union pit_control {
	uint8_t byte;
	struct {
		uint8_t decimal : 1;
		uint8_t mode : 3;               /* enum pit_mode */
		uint8_t access : 2;             /* enum pit_access */
		uint8_t channel : 2;
	};
};

/* Channel 2 is wired to a port of the speaker's. */
#define SPEAKER         0x61

union speaker {
	uint8_t byte;
	struct {
		uint8_t timer_gate : 1;         /* channel 2 counts */
		uint8_t sound : 1;
		uint8_t parity_off : 1;
		uint8_t bus_check_off : 1;
		uint8_t refresh : 1;
		uint8_t timer_out : 1;          /* channel 2's output */
		uint8_t bus_check : 1;
		uint8_t parity : 1;
	};
};

/* ---- interrupt controllers (two 8259A, the second on the first's IRQ 2) -- */

#define PIC1_COMMAND    0x20
#define PIC1_DATA       0x21
#define PIC2_COMMAND    0xa0
#define PIC2_DATA       0xa1
#define PIC_CASCADE     2                       /* IRQ of the second one */

/* First of four bytes that set a PIC up; the others go to its data port. */
union pic_icw1 {
	uint8_t byte;
	struct {
		uint8_t icw4_follows : 1;
		uint8_t single : 1;
		uint8_t interval_4 : 1;
		uint8_t level : 1;
		uint8_t icw1 : 1;               /* 1: this is one */
		uint8_t vector : 3;             /* 8080 only */
	};
};

union pic_icw4 {
	uint8_t byte;
	struct {
		uint8_t x86 : 1;
		uint8_t auto_end : 1;
		uint8_t master : 1;
		uint8_t buffered : 1;
		uint8_t nested : 1;
		uint8_t reserved : 3;
	};
};

/* One bit an IRQ; 1: it does not come through. */
union pic_mask {
	uint8_t byte;
	struct {
		uint8_t timer : 1;
		uint8_t others : 7;
	};
};

/* ---- the processor ---- */

/* An entry of the IDT (Intel SDM vol. 3, 6.14.1). */
struct idt_gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t stack_table : 3;                /* IST; 0: stay on the stack */
	uint8_t zero : 5;
	uint8_t type : 4;
	uint8_t system : 1;                     /* 0 */
	uint8_t ring : 2;
	uint8_t present : 1;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

#define GATE_INTERRUPT  0xe                     /* type: clears IF */

/* What lidt and sidt read and write. */
struct __attribute__((packed)) idt_pointer {
	uint16_t limit;                         /* its last byte's offset */
	uint64_t base;
};

_Static_assert(sizeof(union kbc_status) == 1, "kbc_status");
_Static_assert(sizeof(union keyboard_leds) == 1, "keyboard_leds");
_Static_assert(sizeof(union pit_control) == 1, "pit_control");
_Static_assert(sizeof(union speaker) == 1, "speaker");
_Static_assert(sizeof(union pic_icw1) == 1, "pic_icw1");
_Static_assert(sizeof(union pic_icw4) == 1, "pic_icw4");
_Static_assert(sizeof(union pic_mask) == 1, "pic_mask");
_Static_assert(sizeof(struct idt_gate) == 16, "idt_gate");
_Static_assert(sizeof(struct idt_pointer) == 10, "idt_pointer");

#endif
