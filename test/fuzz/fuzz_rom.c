// SPDX-License-Identifier: 0BSD
/*
 * fuzz_rom.c - RSDP and SMBIOS entry points in memory that holds anything:
 * what is found is whole, right by its sums, and the first of its kind; and
 * whatever is wanted is found.
 *
 * Input: what to put right, and where; then the memory.
 */
#include "fuzz.h"

#include "rom.h"
#include "rsdp.h"
#include "smbios.h"

#define MAX_ROOM        512
#define UNIT            256             /* rom_scan() takes multiples */

static uint8_t memory[MAX_ROOM];

static uint8_t sum(const uint8_t *at, size_t size)
{
	uint8_t total = 0;

	for (size_t i = 0; i < size; i++)
		total = (uint8_t)(total + at[i]);
	return total;
}

static uint32_t dword(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

/* How long the table is that begins here, 0: none does. */
static uint32_t rsdp_at(const uint8_t *at, size_t room)
{
	if (room < 20 || memcmp(at, "RSD PTR ", 8) != 0 || sum(at, 20) != 0)
		return 0;
	if (at[15] < 2)
		return 20;
	if (room < 36 || dword(at + 20) < 36 || dword(at + 20) > room ||
	    sum(at, dword(at + 20)) != 0)
		return 0;
	return dword(at + 20);
}

static uint32_t smbios_at(const uint8_t *at, size_t room)
{
	if (room < 31 || memcmp(at, "_SM_", 4) != 0 ||
	    memcmp(at + 16, "_DMI_", 5) != 0 || at[5] < 30 || at[5] > 31 ||
	    sum(at, at[5]) != 0 || sum(at + 16, 15) != 0 ||
	    (at[22] | at[23]) == 0 || dword(at + 24) == 0)
		return 0;
	return 31;
}

static uint32_t smbios3_at(const uint8_t *at, size_t room)
{
	if (room < 24 || memcmp(at, "_SM3_", 5) != 0 || at[6] < 24 ||
	    at[6] > room || sum(at, at[6]) != 0 || dword(at + 12) == 0 ||
	    (dword(at + 16) | dword(at + 20)) == 0)
		return 0;
	return at[6];
}

static uint32_t table_at(int kind, const uint8_t *at, size_t room)
{
	switch (kind) {
	case ROM_RSDP:
		return rsdp_at(at, room);
	case ROM_SMBIOS:
		return smbios_at(at, room);
	default:
		return smbios3_at(at, room);
	}
}

/* The first of a kind; room if there is none. */
static size_t first(int kind, size_t room)
{
	size_t at = 0;

	while (at < room && table_at(kind, memory + at, room - at) == 0)
		at += ROM_STEP;
	return at;
}

/* Behind an RSDP and an SMBIOS below 3 no entry point of SMBIOS 3 is wanted. */
static bool is_unwanted(int kind, size_t at, size_t room)
{
	size_t rsdp = first(ROM_RSDP, room), smbios = first(ROM_SMBIOS, room);

	return kind == ROM_SMBIOS3 && at > rsdp && at > smbios &&
	       memory[smbios + 6] < 3;
}

static void check_scan(size_t room)
{
	struct rom_table found[ROM_KINDS] = { { NULL, 0 } };

	rom_scan(memory, room, found);
	for (int kind = 0; kind < ROM_KINDS; kind++) {
		size_t at = first(kind, room);

		if (at == room || is_unwanted(kind, at, room)) {
			CHECK(found[kind].size == 0);
			continue;
		}
		CHECK(found[kind].data == memory + at);
		CHECK(found[kind].size ==
		      table_at(kind, memory + at, room - at));
	}
}

/* At any address, with any room. */
static void check_one(size_t at, size_t room)
{
	uint32_t size = 0;
	int err;

	err = rsdp_check(memory + at, room, &size);
	CHECK((err == 0 ? size : 0) == rsdp_at(memory + at, room));
	size = 0;
	err = smbios_check(memory + at, room, &size);
	CHECK((err == 0 ? size : 0) == smbios_at(memory + at, room));
	size = 0;
	err = smbios3_check(memory + at, room, &size);
	CHECK((err == 0 ? size : 0) == smbios3_at(memory + at, room));
}

/* Signature, length and sums put right, so that what is behind them is met. */
static void put_right(uint8_t what, size_t at, size_t room)
{
	uint8_t *byte = memory + at;
	size_t size = what >> 2;

	if (room - at < 64)
		return;
	switch (what % 4) {
	case 1:
		memcpy(byte, "RSD PTR ", 8);
		byte[8] = (uint8_t)(byte[8] - sum(byte, 20));
		if (size >= 36) {
			byte[20] = (uint8_t)size;
			memset(byte + 21, 0, 3);
			byte[8] = (uint8_t)(byte[8] - sum(byte, 20));
			byte[32] = (uint8_t)(byte[32] - sum(byte, size));
		}
		break;
	case 2:
		memcpy(byte, "_SM_", 4);
		memcpy(byte + 16, "_DMI_", 5);
		byte[5] = (uint8_t)(30 + size % 2);
		byte[21] = (uint8_t)(byte[21] - sum(byte + 16, 15));
		byte[4] = (uint8_t)(byte[4] - sum(byte, byte[5]));
		break;
	case 3:
		memcpy(byte, "_SM3_", 5);
		byte[6] = (uint8_t)size;
		byte[5] = (uint8_t)(byte[5] - sum(byte, size));
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t what[3], at[3], shift, cut;
	size_t room;

	fuzz_bytes(&f, what, sizeof(what));
	fuzz_bytes(&f, at, sizeof(at));
	shift = fuzz_u8(&f);
	cut = fuzz_u8(&f);
	room = (f.left + UNIT - 1) / UNIT * UNIT;
	if (room > MAX_ROOM)
		room = MAX_ROOM;
	fuzz_bytes(&f, memory, room);
	for (size_t i = 0; i < sizeof(what) && room > 0; i++)
		put_right(what[i], at[i] * ROM_STEP % room, room);
	FUZZ_FORBID(memory + room, sizeof(memory) - room);
	check_scan(room);
	if (shift < room && cut <= room - shift)
		check_one(shift, room - shift - cut);
	FUZZ_ALLOW(memory, sizeof(memory));
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, (int)i, 8 + 256);
	seed[0] = (uint8_t)(1 + (i > 0) * 4 * 40);
	seed[1] = 2;
	seed[2] = 3 + 4 * 24;
	seed[3] = 0;
	seed[4] = 5;
	seed[5] = 10;
	if (i > 0)
		seed[8 + 15] = 2;
	return i < 2 ? 8 + 256 : 0;
}
