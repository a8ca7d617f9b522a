// SPDX-License-Identifier: 0BSD
/* rom.c - looks for the tables that firmware leaves in low memory. */
#include "rom.h"

#include <stdbool.h>
#include <string.h>

#include "rsdp.h"
#include "smbios.h"

/* "RSD PTR ", "_SM_" and "_SM3_": what each begins with, little-endian. */
#define RSDP            0x20445352
#define SMBIOS          0x5f4d535f
#define SMBIOS3         0x334d535f

/*
 * They have this in common, and nothing else: one comparison a step tells that
 * none of the three is there.
 */
#define SECOND_LETTER   'S'

#define STEPS_AT_ONCE   8
#define IS_AT(data, step) ((data)[(step) * ROM_STEP + 1] == SECOND_LETTER)
/* One of so many steps from data on. */
#define IS_IN(data) \
	(IS_AT(data, 0) || IS_AT(data, 1) || IS_AT(data, 2) || \
	 IS_AT(data, 3) || IS_AT(data, 4) || IS_AT(data, 5) || \
	 IS_AT(data, 6) || IS_AT(data, 7))

static bool all_found(const struct rom_table found[ROM_KINDS])
{
	unsigned kind;

	for (kind = 0; kind < ROM_KINDS && found[kind].size != 0; kind++)
		;
	return kind == ROM_KINDS;
}

/* Adds what is there. True if none is missing any more. */
static bool look_at(const uint8_t *data, size_t room,
		    struct rom_table found[ROM_KINDS])
{
	enum rom_kind kind;
	uint32_t word, size;
	int err;

	memcpy(&word, data, sizeof(word));
	if (word == RSDP) {
		kind = ROM_RSDP;
		err = rsdp_check(data, room, &size);
	} else if (word == SMBIOS) {
		kind = ROM_SMBIOS;
		err = smbios_check(data, room, &size);
	} else if (word == SMBIOS3) {
		kind = ROM_SMBIOS3;
		err = smbios3_check(data, room, &size);
	} else
		return false;
	if (err != 0 || found[kind].size != 0)
		return false;
	found[kind] = (struct rom_table){ data, size };
	return all_found(found);
}

/* STEPS_AT_ONCE steps, one of which may be it. True if none is missing. */
__attribute__((noinline))
static bool look(const uint8_t *at, const uint8_t *end,
		 struct rom_table found[ROM_KINDS])
{
	const uint8_t *stop = at + STEPS_AT_ONCE * ROM_STEP;

	do {
		if (IS_AT(at, 0) && look_at(at, (size_t)(end - at), found))
			return true;
		at += ROM_STEP;
	} while (at < stop);
	return false;
}

void rom_scan(const void *base, size_t size,
	      struct rom_table found[ROM_KINDS])
{
	const uint8_t *at = base;
	const uint8_t *end = at + size;
	const size_t half = STEPS_AT_ONCE * ROM_STEP;

	/* Two instructions a step and three for all: a tenth of what a small
	   kernel's boot takes. */
	for (; at < end; at += 2 * half) {
		if (IS_IN(at) && look(at, end, found))
			return;
		if (IS_IN(at + half) && look(at + half, end, found))
			return;
	}
}
