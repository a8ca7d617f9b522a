// SPDX-License-Identifier: 0BSD
/*
 * test_rom.c - RSDP and SMBIOS entry points: each byte of each, and where in
 * a ROM they are found.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "byte_sum.h"
#include "rom.h"
#include "rsdp.h"
#include "smbios.h"

static void test_byte_sum(void **state)
{
	static const uint8_t data[] = { 0x80, 0xff, 2, 0x81, 7 };

	(void)state;
	assert_int_equal(byte_sum(data, 0), 0);
	assert_int_equal(byte_sum(data, 3), 0x81);
	assert_int_equal(byte_sum(data, 4), 2);
}

/* Makes the byte at `at` the one that lets data[0, size) add up to 0. */
static void seal(uint8_t *data, size_t size, size_t at)
{
	uint8_t sum = 0;

	data[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	data[at] = (uint8_t)(0 - sum);
}

/* revision 0: 20 bytes; 2: length bytes. */
static void make_rsdp(uint8_t *data, uint8_t revision, uint32_t length)
{
	memset(data, 0x11, revision >= 2 ? length : RSDP_SIZE_1);
	memcpy(data, "RSD PTR ", 8);
	data[15] = revision;
	if (revision >= 2)
		memcpy(data + 20, &length, 4);
	seal(data, RSDP_SIZE_1, 8);
	if (revision >= 2)
		seal(data, length, 32);
}

static void make_smbios(uint8_t *data, uint8_t length)
{
	memset(data, 0x22, SMBIOS_SIZE);
	memcpy(data, "_SM_", 4);
	data[5] = length;
	memcpy(data + 16, "_DMI_", 5);
	data[30] = 0;                   /* so a length of 30 adds up, too */
	seal(data + 16, 15, 5);
	seal(data, length, 4);
}

static void make_smbios3(uint8_t *data, uint8_t length)
{
	memset(data, 0x33, length);
	memcpy(data, "_SM3_", 5);
	data[6] = length;
	seal(data, length, 5);
}

typedef int check_function(const void *, size_t, uint32_t *);

/* Good as it is; any other byte anywhere in it, and any cut, is refused. */
static void check_bytes(check_function *check, const uint8_t *good,
			size_t size, int cut_off)
{
	uint8_t *data = malloc(size + 1);
	uint32_t found = 0;

	memcpy(data + 1, good, size);
	assert_int_equal(check(data + 1, size, &found), 0);
	assert_int_equal(found, size);
	for (size_t i = 1; i <= size; i++)
		for (int bit = 0; bit < 8; bit++) {
			data[i] ^= (uint8_t)(1 << bit);
			assert_true(check(data + 1, size, &found) < 0);
			data[i] ^= (uint8_t)(1 << bit);
		}
	free(data);
	for (size_t cut = 0; cut < size; cut++) {
		data = malloc(cut + 1);
		memcpy(data, good, cut);
		assert_int_equal(check(data, cut, &found), cut_off);
		free(data);
	}
}

static void test_rsdp(void **state)
{
	uint8_t data[64];
	uint32_t size, length;

	(void)state;
	make_rsdp(data, 2, 36);
	check_bytes(rsdp_check, data, 36, RSDP_CUT_OFF);
	make_rsdp(data, 2, 50);
	check_bytes(rsdp_check, data, 50, RSDP_CUT_OFF);
	make_rsdp(data, 6, 36);
	assert_int_equal(rsdp_check(data, 64, &size), 0);
	make_rsdp(data, 1, 0);
	assert_int_equal(rsdp_check(data, 20, &size), 0);
	assert_int_equal(size, 20);

	/* ACPI 1.0: any bit of 20 bytes, but for one that makes it 2.0. */
	make_rsdp(data, 0, 0);
	for (size_t i = 0; i < 20; i++) {
		data[i] ^= 1;
		assert_int_equal(rsdp_check(data, 20, &size),
				 i < 8 ? RSDP_SIGNATURE : RSDP_SUM);
		data[i] ^= 1;
	}
	assert_int_equal(rsdp_check(data, 19, &size), RSDP_CUT_OFF);

	/* Lengths that the sum would let pass. */
	make_rsdp(data, 2, 36);
	for (length = 0; length < 36; length++) {
		memcpy(data + 20, &length, 4);
		assert_int_equal(rsdp_check(data, 64, &size), RSDP_LENGTH);
	}
	length = 0xffffffff;
	memcpy(data + 20, &length, 4);
	assert_int_equal(rsdp_check(data, 64, &size), RSDP_CUT_OFF);
	make_rsdp(data, 2, 36);
	data[33] ^= 1;
	assert_int_equal(rsdp_check(data, 64, &size), RSDP_LONG_SUM);
}

static void test_smbios(void **state)
{
	uint8_t data[SMBIOS_SIZE + 1];
	uint32_t size;

	(void)state;
	make_smbios(data, 31);
	check_bytes(smbios_check, data, 31, SMBIOS_CUT_OFF);
	make_smbios(data, 30);
	assert_int_equal(smbios_check(data, 31, &size), 0);
	assert_int_equal(size, 31);
	for (unsigned length = 0; length < 256; length++) {
		if (length == 30 || length == 31)
			continue;
		data[5] = (uint8_t)length;
		assert_int_equal(smbios_check(data, 31, &size),
				 SMBIOS_LENGTH);
	}
	/* What is wrong between the two sums, put right in the first. */
	make_smbios(data, 31);
	data[16] = 'x';
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_DMI);
	make_smbios(data, 31);
	data[20] = 'x';                 /* "_DMIx" */
	seal(data + 16, 15, 5);
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_DMI);
	make_smbios(data, 31);
	data[3] = 'x';
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_ANCHOR);
	make_smbios(data, 31);
	data[30] = 0x26;                /* it counts in both sums */
	seal(data + 16, 15, 5);
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_OK);
	make_smbios(data, 31);
	data[29] ^= 1;
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_DMI_SUM);
	make_smbios(data, 31);
	memset(data + 24, 0, 4);
	seal(data + 16, 15, 5);
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_NO_TABLE);
	make_smbios(data, 31);
	memset(data + 22, 0, 2);
	seal(data + 16, 15, 5);
	seal(data, 31, 4);
	assert_int_equal(smbios_check(data, 31, &size), SMBIOS_NO_TABLE);
	/* Any byte of the table's size and of its address makes it one. */
	for (int i = 0; i < 8; i++) {
		make_smbios(data, 31);
		memset(data + 22, 0, 6);
		data[22 + i % 2] = 1;
		data[24 + i % 4] = 1;
		seal(data + 16, 15, 5);
		seal(data, 31, 4);
		assert_int_equal(smbios_check(data, 31, &size), SMBIOS_OK);
	}
}

static void test_smbios3(void **state)
{
	uint8_t data[255];
	uint32_t size;

	(void)state;
	make_smbios3(data, 24);
	check_bytes(smbios3_check, data, 24, SMBIOS_CUT_OFF);
	make_smbios3(data, 32);
	check_bytes(smbios3_check, data, 32, SMBIOS_CUT_OFF);
	make_smbios3(data, 24);
	for (uint8_t length = 0; length < 24; length++) {
		data[6] = length;
		assert_int_equal(smbios3_check(data, 255, &size),
				 SMBIOS_LENGTH);
	}
	make_smbios3(data, 24);
	memset(data + 16, 0, 8);
	seal(data, 24, 5);
	assert_int_equal(smbios3_check(data, 24, &size), SMBIOS_NO_TABLE);
	make_smbios3(data, 24);
	memset(data + 12, 0, 4);
	seal(data, 24, 5);
	assert_int_equal(smbios3_check(data, 24, &size), SMBIOS_NO_TABLE);
	for (int i = 0; i < 8; i++) {
		make_smbios3(data, 24);
		memset(data + 12, 0, 12);
		data[12 + i % 4] = 1;
		data[16 + i] = 1;
		seal(data, 24, 5);
		assert_int_equal(smbios3_check(data, 24, &size), SMBIOS_OK);
	}
	make_smbios3(data, 24);
	data[4] = 'x';                  /* "_SM3x" */
	seal(data, 24, 5);
	assert_int_equal(smbios3_check(data, 24, &size), SMBIOS_ANCHOR);
}

/* Each alone, at every step; and at no other place. */
static void test_places(void **state)
{
	uint8_t *rom = malloc(1024);

	(void)state;
	for (size_t i = 0; i < 2 * 1024; i++)
		for (int kind = 0; kind < ROM_KINDS; kind++) {
			const size_t at = i / 2;
			static const uint32_t sizes[] = { 36, 31, 24 };
			struct rom_table found[ROM_KINDS] = { { NULL, 0 } };
			uint8_t table[64];

			/* With what the first look is for, everywhere,
			   or nowhere but in the table. */
			memset(rom, i % 2 ? 'S' : 0, 1024);
			if (kind == ROM_RSDP)
				make_rsdp(table, 2, 36);
			else if (kind == ROM_SMBIOS)
				make_smbios(table, 31);
			else
				make_smbios3(table, 24);
			if (1024 - at < sizes[kind]) {
				/* Cut off by the end of the ROM. */
				memcpy(rom + at, table, 1024 - at);
				rom_scan(rom, 1024, found);
				assert_int_equal(found[kind].size, 0);
				continue;
			}
			memcpy(rom + at, table, sizes[kind]);
			rom_scan(rom, 1024, found);
			for (int k = 0; k < ROM_KINDS; k++) {
				int here = k == kind && at % 16 == 0;

				assert_int_equal(found[k].size,
						 here ? sizes[kind] : 0);
				assert_ptr_equal(found[k].data,
						 here ? rom + at : NULL);
			}
		}
	free(rom);
}

/* All of them, in any order; nothing is read behind the last. */
static void test_ends_early(void **state)
{
	(void)state;
	for (int i = 0; i < ROM_KINDS; i++) {
		static const size_t at[] = { 0, 64, 160 };
		uint8_t *rom = calloc(1, 512);
		struct rom_table found[ROM_KINDS] = { { NULL, 0 } };

		make_rsdp(rom + at[i], 2, 36);
		make_smbios(rom + at[(i + 1) % 3], 31);
		make_smbios3(rom + at[(i + 2) % 3], 24);
		rom_scan(rom, 1 << 20, found);
		assert_ptr_equal(found[ROM_RSDP].data, rom + at[i]);
		assert_ptr_equal(found[ROM_SMBIOS].data,
				 rom + at[(i + 1) % 3]);
		assert_ptr_equal(found[ROM_SMBIOS3].data,
				 rom + at[(i + 2) % 3]);
		free(rom);
	}
}

/* RSDP, and SMBIOS of that major version, at these places. */
static void make_version(uint8_t *rom, size_t rsdp, size_t smbios,
			 uint8_t major)
{
	make_rsdp(rom + rsdp, 2, 36);
	make_smbios(rom + smbios, 31);
	rom[smbios + 6] = major;
	seal(rom + smbios, 31, 4);
}

/* Where SMBIOS is older than 3.0, its third kind is not looked for. */
static void test_version_2(void **state)
{
	static const struct {
		size_t rsdp, smbios;
		uint8_t major;
	} rows[] = { { 0, 64, 2 }, { 64, 0, 2 }, { 0, 64, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_new = rows[i].major >= 3;
		uint8_t *rom = calloc(1, 512);
		struct rom_table found[ROM_KINDS] = { { NULL, 0 } };

		make_version(rom, rows[i].rsdp, rows[i].smbios, rows[i].major);
		make_smbios3(rom + 160, 24);
		rom_scan(rom, 1 << 20, found);
		assert_ptr_equal(found[ROM_RSDP].data, rom + rows[i].rsdp);
		assert_ptr_equal(found[ROM_SMBIOS].data, rom + rows[i].smbios);
		assert_int_equal(found[ROM_SMBIOS3].size, is_new ? 24 : 0);
		free(rom);
	}
}

/* The first good one of each; what was found before stays. */
static void test_first(void **state)
{
	uint8_t *rom = calloc(1, 4096);
	struct rom_table found[ROM_KINDS] = { { NULL, 0 } };

	(void)state;
	make_rsdp(rom + 64, 2, 36);
	rom[64 + 35] ^= 1;              /* a bad one before it */
	make_rsdp(rom + 128, 0, 0);
	make_rsdp(rom + 256, 2, 36);
	make_smbios3(rom + 512, 24);
	make_smbios(rom + 1024, 31);
	make_smbios(rom + 2048, 31);
	rom_scan(rom, 1024, found);
	assert_ptr_equal(found[ROM_RSDP].data, rom + 128);
	assert_int_equal(found[ROM_RSDP].size, 20);
	assert_ptr_equal(found[ROM_SMBIOS3].data, rom + 512);
	assert_int_equal(found[ROM_SMBIOS].size, 0);
	rom_scan(rom + 1024, 3072, found);
	assert_ptr_equal(found[ROM_RSDP].data, rom + 128);
	assert_ptr_equal(found[ROM_SMBIOS].data, rom + 1024);
	rom_scan(rom, 0, found);
	free(rom);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_sum),
		cmocka_unit_test(test_rsdp),
		cmocka_unit_test(test_smbios),
		cmocka_unit_test(test_smbios3),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_ends_early),
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
