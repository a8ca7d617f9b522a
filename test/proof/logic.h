/* SPDX-License-Identifier: 0BSD */
/* logic.h - the words that the contracts in lib/ use; read before each file. */
#include "bytes.acsl.h"
#include "elf64.acsl.h"
#include "image.acsl.h"
#include "memmap.acsl.h"
