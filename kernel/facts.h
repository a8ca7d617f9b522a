/* SPDX-License-Identifier: 0BSD */
/*
 * facts.h - the test mode: all that boot_info tells of the machine, as it is,
 * for a program that knows the machine to compare. The command line's word
 * `facts` asks for it.
 */
#ifndef STAGECOACH_KERNEL_FACTS_H
#define STAGECOACH_KERNEL_FACTS_H

#include "boot_info.h"

/* Prints lines "fact: NAME NAME=VALUE ..."; nothing without the word. */
void facts_print(const struct boot_info *info);

#endif
