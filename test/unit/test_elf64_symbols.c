// SPDX-License-Identifier: 0BSD
/*
 * test_elf64_symbols.c - names found, and damaged tables: every field with
 * its boundary values, every bit turned, the file cut at every byte. ASan
 * watches that nothing beyond the file is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "elf64_symbols.h"
#include "elf_build.h"

#define SYMBOLS         6
#define SYM(i)          (64u + 24 * (i))
#define NAMES           SYM(SYMBOLS)
#define NAMES_SIZE      sizeof(names)
#define SH(i)           (NAMES + 32u + 64 * (i))
#define SECTIONS        3
#define FILE_SIZE       SH(SECTIONS)

#define CODE            0xffffffff80000000ull

static const char names[] = "\0first\0second\0data\0outer";
#define FIRST   1u
#define SECOND  7u
#define DATA    14u
#define OUTER   19u

_Static_assert(NAMES_SIZE <= 32, "the section headers follow");

enum { NOTYPE = 0, OBJECT = 1, FUNC = 2, GLOBAL = 1 << 4 };

static void put_symbol(uint8_t *f, unsigned i, uint32_t name, uint8_t info,
		       uint16_t section, uint64_t value, uint64_t size)
{
	elf_put(f, SYM(i), 4, name);
	elf_put(f, SYM(i) + 4, 1, info);
	elf_put(f, SYM(i) + 6, 2, section);
	elf_put(f, SYM(i) + 8, 8, value);
	elf_put(f, SYM(i) + 16, 8, size);
}

static void put_section(uint8_t *f, unsigned i, uint32_t type, uint64_t offset,
			uint64_t size, uint32_t link, uint64_t entry_size)
{
	elf_put(f, SH(i) + 4, 4, type);
	elf_put(f, SH(i) + 24, 8, offset);
	elf_put(f, SH(i) + 32, 8, size);
	elf_put(f, SH(i) + 40, 4, link);
	elf_put(f, SH(i) + 56, 8, entry_size);
}

/* A file with functions, one within another, one without a size. */
static void build(uint8_t f[FILE_SIZE])
{
	memset(f, 0, FILE_SIZE);
	memcpy(f, "\x7f" "ELF\2\1\1", 7);
	elf_put(f, EH_SHOFF, 8, SH(0));
	elf_put(f, EH_SHENTSIZE, 2, 64);
	elf_put(f, EH_SHNUM, 2, SECTIONS);
	put_section(f, 1, 2, SYM(0), 24 * SYMBOLS, 2, 24);
	put_section(f, 2, 3, NAMES, NAMES_SIZE, 0, 0);
	put_symbol(f, 1, FIRST, FUNC, 1, CODE + 0x100, 0x40);
	put_symbol(f, 2, SECOND, GLOBAL | FUNC, 1, CODE + 0x400, 0);
	put_symbol(f, 3, DATA, OBJECT, 1, CODE + 0x120, 8);
	put_symbol(f, 4, OUTER, FUNC, 1, CODE + 0xc0, 0x100);
	put_symbol(f, 5, DATA, FUNC, 0, CODE + 0x130, 8);
	memcpy(f + NAMES, names, NAMES_SIZE);
}

/* Looks an address up in a copy that ASan knows the end of. */
static char *look_up(const uint8_t *file, size_t size, uint64_t address,
		     uint64_t *offset, bool *opened)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct elf64_symbols symbols;
	const char *name;
	char *kept = NULL;

	assert_non_null(copy);
	memcpy(copy, file, size);
	*opened = elf64_symbols_open(copy, size, &symbols);
	name = elf64_symbols_find(&symbols, address, offset);
	if (name) {
		kept = malloc(strlen(name) + 1);
		assert_non_null(kept);
		strcpy(kept, name);
	}
	free(copy);
	return kept;
}

static void expect(const uint8_t *file, uint64_t address, const char *want,
		   uint64_t want_offset)
{
	uint64_t offset = 0;
	bool opened;
	char *name = look_up(file, FILE_SIZE, address, &offset, &opened);

	assert_true(opened);
	if (want) {
		assert_non_null(name);
		assert_string_equal(name, want);
		assert_int_equal(offset, want_offset);
	} else {
		assert_null(name);
	}
	free(name);
}

static void test_addresses(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	expect(f, CODE + 0xbf, NULL, 0);
	expect(f, CODE + 0xc0, "outer", 0);
	expect(f, CODE + 0xff, "outer", 0x3f);
	expect(f, CODE + 0x100, "first", 0);
	expect(f, CODE + 0x134, "first", 0x34); /* not data, not undefined */
	expect(f, CODE + 0x13f, "first", 0x3f);
	expect(f, CODE + 0x140, "outer", 0x80);
	expect(f, CODE + 0x1bf, "outer", 0xff);
	expect(f, CODE + 0x1c0, NULL, 0);
	expect(f, CODE + 0x400, "second", 0);
	expect(f, P64M1, "second", P64M1 - CODE - 0x400);
	expect(f, 0, NULL, 0);
}

/* What else a symbol may be, and which of two counts. */
static void test_kinds(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	put_symbol(f, 3, DATA, 3, 1, CODE + 0x120, 8);  /* of a section */
	expect(f, CODE + 0x124, "first", 0x24);
	put_symbol(f, 5, DATA, FUNC, 1, CODE + 0x100, 0x40);
	expect(f, CODE + 0x124, "first", 0x24);
	build(f);
	put_symbol(f, 0, FIRST, FUNC, 1, CODE, 8);
	elf_put(f, SH(1) + 32, 8, 24);                  /* the only one */
	expect(f, CODE + 7, "first", 7);
}

/* Tables may end with the file, and then may be empty. */
static void test_ends_of_tables(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	elf_put(f, SH(2) + 32, 8, FILE_SIZE - NAMES);
	expect(f, CODE + 0xc0, "outer", 0);
	elf_put(f, SH(2) + 24, 8, FILE_SIZE);
	elf_put(f, SH(2) + 32, 8, 0);
	expect(f, CODE + 0xc0, NULL, 0);
	elf_put(f, SH(1) + 24, 8, FILE_SIZE);
	elf_put(f, SH(1) + 32, 8, 0);
	expect(f, CODE + 0xc0, NULL, 0);
}

static void test_labels(void **state)
{
	uint8_t f[FILE_SIZE];
	struct elf64_symbols symbols;
	uint64_t offset = 0;

	(void)state;
	build(f);
	assert_true(elf64_symbols_open(f, FILE_SIZE, &symbols));
	assert_null(elf64_symbols_label(&symbols, P64M1, &offset));

	put_symbol(f, 3, DATA, NOTYPE, 1, CODE + 0x300, 0);
	put_symbol(f, 5, OUTER, NOTYPE, 0xfff1, CODE + 0x310, 0);
	assert_null(elf64_symbols_label(&symbols, CODE + 0x2ff, &offset));
	assert_string_equal(elf64_symbols_label(&symbols, CODE + 0x320,
						&offset), "data");
	assert_int_equal(offset, 0x20);         /* a number is no label */
	put_symbol(f, 5, OUTER, NOTYPE, 0xfff0, CODE + 0x310, 0);
	assert_string_equal(elf64_symbols_label(&symbols, CODE + 0x310,
						&offset), "outer");
	assert_int_equal(offset, 0);

	put_symbol(f, 5, OUTER, NOTYPE, 0, CODE + 0x310, 0);
	assert_string_equal(elf64_symbols_label(&symbols, CODE + 0x320,
						&offset), "data");
	put_symbol(f, 5, 0, NOTYPE, 1, CODE + 0x310, 0);
	assert_string_equal(elf64_symbols_label(&symbols, CODE + 0x320,
						&offset), "data");
	put_symbol(f, 5, OUTER, NOTYPE, 1, CODE + 0x310, 0);
	assert_string_equal(elf64_symbols_label(&symbols, CODE + 0x320,
						&offset), "outer");
	assert_int_equal(offset, 0x10);
}

static void test_name_that_does_not_end(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	elf_put(f, SH(2) + 32, 8, NAMES_SIZE - 1);
	expect(f, CODE + 0xc0, NULL, 0);
	expect(f, CODE + 0x100, "first", 0);
	build(f);
	elf_put(f, SYM(1), 4, NAMES_SIZE);
	expect(f, CODE + 0x100, NULL, 0);
	elf_put(f, SYM(1), 4, P32M1);
	expect(f, CODE + 0x100, NULL, 0);
}

/* Each of these alone makes a file without a symbol table. */
static const struct {
	size_t at;
	unsigned width;
	uint64_t value;
} refusals[] = {
	{ 0, 1, 0 },                            /* magic */
	{ EH_CLASS, 1, 1 },
	{ EH_DATA, 1, 2 },
	{ EH_SHENTSIZE, 2, 0 }, { EH_SHENTSIZE, 2, 63 },
	{ EH_SHNUM, 2, 0 }, { EH_SHNUM, 2, 1 }, { EH_SHNUM, 2, SECTIONS + 1 },
	{ EH_SHNUM, 2, 0xffff },
	{ EH_SHOFF, 8, SH(0) + 1 }, { EH_SHOFF, 8, FILE_SIZE },
	{ EH_SHOFF, 8, FILE_SIZE + 1 }, { EH_SHOFF, 8, P63 },
	{ EH_SHOFF, 8, P64M1 },
	{ SH(1) + 4, 4, 11 },                   /* SHT_DYNSYM only */
	{ SH(1) + 24, 8, FILE_SIZE }, { SH(1) + 24, 8, P64M1 },
	{ SH(1) + 32, 8, FILE_SIZE - SYM(0) + 1 }, { SH(1) + 32, 8, P64M1 },
	{ SH(1) + 40, 4, SECTIONS }, { SH(1) + 40, 4, P32M1 },
	{ SH(1) + 40, 4, 1 },                   /* names are no SHT_STRTAB */
	{ SH(1) + 56, 8, 0 }, { SH(1) + 56, 8, 23 },
	{ SH(2) + 24, 8, FILE_SIZE + 1 }, { SH(2) + 24, 8, P64M1 },
	{ SH(2) + 32, 8, FILE_SIZE - NAMES + 1 }, { SH(2) + 32, 8, P64M1 },
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		uint8_t f[FILE_SIZE];
		uint64_t offset;
		bool opened;
		char *name;

		build(f);
		elf_put(f, refusals[i].at, refusals[i].width,
			refusals[i].value);
		name = look_up(f, FILE_SIZE, CODE + 0x100, &offset, &opened);
		if (opened)
			fail_msg("row %zu was accepted", i);
		assert_null(name);
	}
}

static void test_cut_at_every_byte(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	for (size_t size = 0; size < FILE_SIZE; size++) {
		uint64_t offset;
		bool opened;
		char *name = look_up(f, size, CODE + 0x100, &offset, &opened);

		assert_false(opened);
		assert_null(name);
	}
}

/* No verdict expected: only that ASan and UBSan find nothing. */
static void test_every_bit_turned(void **state)
{
	uint8_t f[FILE_SIZE];

	(void)state;
	build(f);
	for (size_t bit = 0; bit < 8 * FILE_SIZE; bit++) {
		uint64_t offset;
		bool opened;

		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
		free(look_up(f, FILE_SIZE, CODE + 0x100, &offset, &opened));
		free(look_up(f, FILE_SIZE, P64M1, &offset, &opened));
		f[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_ends_of_tables),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_name_that_does_not_end),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_every_bit_turned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
