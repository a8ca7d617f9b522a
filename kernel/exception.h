/* SPDX-License-Identifier: 0BSD */
/*
 * exception.h - the report of an exception: which, where, why.
 */
#ifndef STAGECOACH_KERNEL_EXCEPTION_H
#define STAGECOACH_KERNEL_EXCEPTION_H

#include "interrupt.h"

/* Those that the rest of the kernel knows by name. */
#define VECTOR_NMI              2
#define VECTOR_DOUBLE_FAULT     8
#define VECTOR_PAGE_FAULT       14
#define VECTOR_MACHINE_CHECK    18

/* Prints all there is to know, on every console, and halts. */
_Noreturn void exception_report(const struct interrupt_frame *frame);

#endif
