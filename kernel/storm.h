/* SPDX-License-Identifier: 0BSD */
/*
 * storm.h - computes under a storm of interrupts, and sees whether one of them
 * leaves a trace: in a register, a flag, the stack or memory.
 */
#ifndef STAGECOACH_KERNEL_STORM_H
#define STAGECOACH_KERNEL_STORM_H

/* Prints one line with what came out. The timer's rate is changed. */
void storm_run(void);

#endif
