/* SPDX-License-Identifier: 0BSD */
/*
 * selftest.h - breaks things on purpose, to show what happens then. Words of
 * the command line choose:
 *
 *   panic, panic=TEXT  panic()
 *   fault=NAME         what NAME says, see the table in selftest.c
 *   raise=VECTOR,CODE  as if the CPU had raised that exception (decimal, hex)
 *   storm              interrupts as fast as they come, see storm.h
 */
#ifndef STAGECOACH_KERNEL_SELFTEST_H
#define STAGECOACH_KERNEL_SELFTEST_H

#include "boot_info.h"

/* Returns if no word is there, or the test has been survived. */
void selftest_run(const struct boot_info *info);

#endif
