/* SPDX-License-Identifier: 0BSD */
/*
 * framebuffer.h - text on a linear framebuffer.
 */
#ifndef STAGECOACH_KERNEL_FRAMEBUFFER_H
#define STAGECOACH_KERNEL_FRAMEBUFFER_H

#include "console.h"

extern const struct console framebuffer_console;

#endif
