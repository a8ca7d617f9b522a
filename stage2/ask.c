// SPDX-License-Identifier: 0BSD
/* ask.c - BIOS calls that take few registers: most of them. */
#include "bios.h"

bool bios_ask(uint8_t vector, uint32_t eax, uint32_t ebx, uint32_t edx,
	      struct bios_regs *answer)
{
	*answer = (struct bios_regs){
		.eax = eax, .ebx = ebx, .edx = edx, .esi = BIOS_BUF,
	};
	bios_call(vector, answer);
	return !bios_failed(answer);
}
