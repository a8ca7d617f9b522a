/* SPDX-License-Identifier: 0BSD */
/* firmware.h - the tables that the firmware has left in low memory. */
#ifndef STAGE2_FIRMWARE_H
#define STAGE2_FIRMWARE_H

#include "rom.h"

/* Fills found[] with what there is of RSDP and SMBIOS entry points. */
void firmware_find(struct rom_table found[ROM_KINDS]);

#endif
