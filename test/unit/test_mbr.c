// SPDX-License-Identifier: 0BSD
/*
 * test_mbr.c - the partition table that mkimage writes, on disks too large
 * for the tests that make whole images.
 */
#include "../../tools/mbr.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CYLINDER (16 * 63)

struct row {
	uint64_t disk_sectors;
	uint8_t end_chs[3];
	uint8_t sectors[4];             /* little-endian */
};

static const struct row rows[] = {
	{ 3 * CYLINDER, { 15, 63, 2 }, { 0xcf, 0x0b, 0, 0 } },
	/* The cylinder's bits 8 and 9 lie above the sector. */
	{ 256 * CYLINDER, { 15, 63, 255 }, { 0xff, 0xef, 0x03, 0 } },
	{ 257 * CYLINDER, { 15, 0x7f, 0 }, { 0xef, 0xf3, 0x03, 0 } },
	{ 1024 * CYLINDER, { 15, 0xff, 255 }, { 0xff, 0xbf, 0x0f, 0 } },
	{ 1025 * CYLINDER, { 0xfe, 0xff, 0xff }, { 0xef, 0xc3, 0x0f, 0 } },
	/* At most 2^32 - 1 sectors. */
	{ 0x100000000, { 0xfe, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0xff } },
	{ 0xffffffff, { 0xfe, 0xff, 0xff }, { 0xfe, 0xff, 0xff, 0xff } },
	{ 0x100000001, { 0xfe, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0xff } },
	{ 1ull << 45, { 0xfe, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0xff } },
	/* Not a whole cylinder: head and sector count on their own. */
	{ 2, { 0, 2, 0 }, { 1, 0, 0, 0 } },
	{ 63, { 0, 63, 0 }, { 62, 0, 0, 0 } },
	{ 64, { 1, 1, 0 }, { 63, 0, 0, 0 } },
};

static void test_partition_table(void **state)
{
	static const uint8_t zero[3 * MBR_PARTITION_SIZE];
	uint8_t table[MBR_TABLE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const uint8_t start[] = { 0x80, 0, 2, 0, 0xda };
		const uint8_t lba[] = { 1, 0, 0, 0 };

		memset(table, 0xaa, sizeof(table));
		mbr_partition_table(row->disk_sectors, table);
		assert_memory_equal(table, start, sizeof(start));
		assert_memory_equal(table + 5, row->end_chs, 3);
		assert_memory_equal(table + 8, lba, sizeof(lba));
		assert_memory_equal(table + 12, row->sectors, 4);
		assert_memory_equal(table + 16, zero, sizeof(zero));
	}
}

static void test_first_read(void **state)
{
	(void)state;
	assert_int_equal(mbr_first_read(3), 3);
	assert_int_equal(mbr_first_read(FIRST_READ_SECTORS),
			 FIRST_READ_SECTORS);
	assert_int_equal(mbr_first_read(LOADER_MAX_SECTORS),
			 FIRST_READ_SECTORS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partition_table),
		cmocka_unit_test(test_first_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
