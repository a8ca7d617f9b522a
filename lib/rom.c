// SPDX-License-Identifier: 0BSD
/* rom.c - looks for the tables that firmware leaves in low memory. */
#include "rom.h"

#include "rsdp.h"
#include "smbios.h"

/*
 * "RSD PTR ", "_SM_" and "_SM3_" have this in common, and nothing else: one
 * comparison a step tells that none of the three is there.
 */
#define SECOND_LETTER   'S'

#define STEPS_AT_ONCE   4

static int check(unsigned kind, const uint8_t *data, size_t room,
		 uint32_t *size)
{
	if (kind == ROM_RSDP)
		return rsdp_check(data, room, size);
	if (kind == ROM_SMBIOS)
		return smbios_check(data, room, size);
	return smbios3_check(data, room, size);
}

/* How many kinds there are in found[] when it has been looked at. */
__attribute__((noinline))
static unsigned look_at(const uint8_t *data, size_t room,
			struct rom_table found[ROM_KINDS])
{
	unsigned kind, count = 0;
	uint32_t size;

	for (kind = 0; kind < ROM_KINDS; kind++) {
		if (found[kind].size == 0 &&
		    check(kind, data, room, &size) == 0) {
			found[kind].data = data;
			found[kind].size = size;
		}
		count += found[kind].size != 0;
	}
	return count;
}

void rom_scan(const void *base, size_t size,
	      struct rom_table found[ROM_KINDS])
{
	const uint8_t *at = base;
	const uint8_t *end = at + size;
	int i;

	for (; at < end; at += STEPS_AT_ONCE * ROM_STEP) {
		/* Three instructions a step with this test, seven without. */
		if (at[1] != SECOND_LETTER &&
		    at[1 + ROM_STEP] != SECOND_LETTER &&
		    at[1 + 2 * ROM_STEP] != SECOND_LETTER &&
		    at[1 + 3 * ROM_STEP] != SECOND_LETTER)
			continue;
		for (i = 0; i < STEPS_AT_ONCE; i++)
			if (look_at(at + i * ROM_STEP,
				    (size_t)(end - at) - (size_t)i * ROM_STEP,
				    found) == ROM_KINDS)
				return;
	}
}
