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

#define HAS_LETTER(data, step) ((data)[(step) * ROM_STEP + 1] == SECOND_LETTER)
/* One of four steps from that one on. */
#define IS_IN_4(data, step) \
	(HAS_LETTER(data, step) || HAS_LETTER(data, (step) + 1) || \
	 HAS_LETTER(data, (step) + 2) || HAS_LETTER(data, (step) + 3))

/*
 * Nothing is left to be found: where both entry points of SMBIOS are, they say
 * the same version of it (DSP0134 3.0, 5.2), and below 3 there is only one.
 */
static bool all_found(const struct rom_table found[ROM_KINDS])
{
	const uint8_t *smbios = found[ROM_SMBIOS].data;

	if (found[ROM_RSDP].size == 0 || found[ROM_SMBIOS].size == 0)
		return false;
	return found[ROM_SMBIOS3].size != 0 || smbios[SMBIOS_AT_MAJOR] < 3;
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

/*
 * Goes from `at` to four steps one of which has the letter, or to the last of
 * all, fifteen at most. 64 KiB of ROM are an eighth of what a small kernel's
 * boot takes: two instructions a step, four for sixteen, and 35 more for each
 * letter that is there by chance. From the middle of sixteen, all are within
 * reach of a short instruction.
 */
static const uint8_t *find_letter(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *mid = at + 8 * ROM_STEP;
	const uint8_t *last = end - 8 * ROM_STEP;

	if (mid <= last) do {
		if (IS_IN_4(mid, -8))
			return mid - 8 * ROM_STEP;
		if (IS_IN_4(mid, -4))
			return mid - 4 * ROM_STEP;
		if (IS_IN_4(mid, 0))
			return mid;
		if (IS_IN_4(mid, 4))
			return mid + 4 * ROM_STEP;
		mid += 16 * ROM_STEP;
	} while (mid <= last);
	return mid - 8 * ROM_STEP;
}

void rom_scan(const void *base, size_t size,
	      struct rom_table found[ROM_KINDS])
{
	const uint8_t *at = base;
	const uint8_t *end = at + size;

	for (at = find_letter(at, end); at < end; at += ROM_STEP) {
		if (!HAS_LETTER(at, 0))
			continue;
		if (look_at(at, (size_t)(end - at), found))
			return;
		at = find_letter(at + ROM_STEP, end) - ROM_STEP;
	}
}
