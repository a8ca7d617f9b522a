/* SPDX-License-Identifier: 0BSD */
/*
 * keyboard.h - characters from the keyboard, as a US keyboard has them.
 */
#ifndef STAGECOACH_KERNEL_KEYBOARD_H
#define STAGECOACH_KERNEL_KEYBOARD_H

/* Needs the IDT. */
void keyboard_init(void);

/* The next character, -1 if none has been typed. */
int keyboard_get(void);

#endif
