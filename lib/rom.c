// SPDX-License-Identifier: 0BSD
/* rom.c - looks for the tables that firmware leaves in low memory. */
#include "rom.h"

#include <stdbool.h>
#include <string.h>

#include "rsdp.h"
#include "smbios.h"

/* "RSD PTR ", "_SM_" and "_SM3_": what each begins with, little-endian. */
static const uint32_t anchor[ROM_KINDS] = {
	[ROM_RSDP] = 0x20445352, [ROM_SMBIOS] = 0x5f4d535f,
	[ROM_SMBIOS3] = 0x334d535f,
};

/*
 * They have this in common, and nothing else: one comparison a step tells that
 * none of the three is there.
 */
#define SECOND_LETTER   'S'

#define STEPS_AT_ONCE   8
#define IS_AT(data, step) ((data)[(step) * ROM_STEP + 1] == SECOND_LETTER)

static int check(unsigned kind, const uint8_t *data, size_t room,
		 uint32_t *size)
{
	if (kind == ROM_RSDP)
		return rsdp_check(data, room, size);
	if (kind == ROM_SMBIOS)
		return smbios_check(data, room, size);
	return smbios3_check(data, room, size);
}

static void look_at(const uint8_t *data, size_t room,
		    struct rom_table found[ROM_KINDS])
{
	uint32_t word, size;
	unsigned kind;

	memcpy(&word, data, sizeof(word));
	for (kind = 0; kind < ROM_KINDS; kind++) {
		if (word != anchor[kind] || found[kind].size != 0 ||
		    check(kind, data, room, &size) != 0)
			continue;
		found[kind].data = data;
		found[kind].size = size;
	}
}

static bool all_found(const struct rom_table found[ROM_KINDS])
{
	unsigned kind;

	for (kind = 0; kind < ROM_KINDS && found[kind].size != 0; kind++)
		;
	return kind == ROM_KINDS;
}

/* STEPS_AT_ONCE steps, one of which may be it. True if none is missing. */
__attribute__((noinline))
static bool look(const uint8_t *at, const uint8_t *end,
		 struct rom_table found[ROM_KINDS])
{
	const uint8_t *stop = at + STEPS_AT_ONCE * ROM_STEP;

	for (; at < stop; at += ROM_STEP)
		if (IS_AT(at, 0))
			look_at(at, (size_t)(end - at), found);
	return all_found(found);
}

void rom_scan(const void *base, size_t size,
	      struct rom_table found[ROM_KINDS])
{
	const uint8_t *at = base;
	const uint8_t *end = at + size;

	/* Two instructions a step and four for all: a tenth of what a small
	   kernel's boot takes. */
	for (; at < end; at += STEPS_AT_ONCE * ROM_STEP)
		if ((IS_AT(at, 0) || IS_AT(at, 1) || IS_AT(at, 2) ||
		     IS_AT(at, 3) || IS_AT(at, 4) || IS_AT(at, 5) ||
		     IS_AT(at, 6) || IS_AT(at, 7)) && look(at, end, found))
			return;
}
