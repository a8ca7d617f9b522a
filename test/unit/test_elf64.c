// SPDX-License-Identifier: 0BSD
/*
 * test_elf64.c - what elf64_parse() refuses, with the reason, and what it
 * accepts: one row a field, with its boundary values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "elf64.h"
#include "elf_build.h"

/* Which reasons a row has been seen for, by distance from the base. */
static bool seen[ELF64_ERR_END - ELF64_ERR_BASE];

static const char *const names[] = {
#define NAME(name, sentence) #name,
	ELF64_ERRORS(NAME)
#undef NAME
};

static const char *name_of(int err)
{
	return err == ELF64_OK ? "OK" : names[err - ELF64_ERR_BASE - 1];
}

/*
 * Parses size bytes of a file, in an allocation of just that size so that
 * ASan sees a byte read too many, and checks the verdict.
 */
static void expect(const char *what, uint64_t value, const uint8_t *file,
		   uint64_t size, int want, struct elf64_plan *plan,
		   struct elf64_fault *fault)
{
	uint8_t *copy = malloc(size ? size : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, file, size);
	memset(plan, 0xa5, sizeof(*plan));
	memset(fault, 0xa5, sizeof(*fault));
	err = elf64_parse(copy, size, plan, fault);
	free(copy);
	if (err != want)
		fail_msg("%s = 0x%llx: %s, not %s", what,
			 (unsigned long long)value, name_of(err),
			 name_of(want));
	if (err == ELF64_OK && !elf_check_plan(plan, size))
		fail_msg("%s = 0x%llx: plan breaks its promises", what,
			 (unsigned long long)value);
	if (err != ELF64_OK) {
		seen[err - ELF64_ERR_BASE] = true;
		assert_in_range(fault->segment + 1, 0, ELF64_MAX_PHDRS);
		if (!elf_check_fault(err, fault))
			fail_msg("%s = 0x%llx: more numbers than %s shows",
				 what, (unsigned long long)value,
				 name_of(err));
	}
}

/* A value for a field, and the verdict. */
struct boundary {
	uint64_t value;
	int want;
};

/* One field of elf_exec(). */
struct field {
	const char *name;
	unsigned at;
	unsigned width;
	struct boundary b[24];          /* up to END */
};

#define END     { P64M1, 1 }
#define ANY_8(at_, name_) \
	{ name_, at_, 8, { { 0, OK }, { 1, OK }, { EXEC_SIZE - 1, OK }, \
	  { EXEC_SIZE, OK }, { EXEC_SIZE + 1, OK }, { P31, OK }, \
	  { P32M1, OK }, { P63, OK }, { P64M1, OK }, END } }
#define ANY_2(at_, name_) \
	{ name_, at_, 2, { { 0, OK }, { 1, OK }, { 0x7fff, OK }, \
	  { 0xffff, OK }, END } }

static const struct field fields[] = {
{ "e_ident magic", 0, 4, { { 0, E(NOT_ELF) }, { 1, E(NOT_ELF) },
	{ 0x464c457e, E(NOT_ELF) }, { 0x464c457f, OK },
	{ 0x464c4580, E(NOT_ELF) }, { 0x7f454c46, E(NOT_ELF) },
	{ P31, E(NOT_ELF) }, { P32M1, E(NOT_ELF) }, END } },
{ "EI_CLASS", EH_CLASS, 1, { { 0, E(CLASS) }, { 1, E(CLASS) }, { 2, OK },
	{ 3, E(CLASS) }, { 255, E(CLASS) }, END } },
{ "EI_DATA", EH_DATA, 1, { { 0, E(BYTE_ORDER) }, { 1, OK },
	{ 2, E(BYTE_ORDER) }, { 255, E(BYTE_ORDER) }, END } },
{ "EI_VERSION", EH_IDENT_VERSION, 1, { { 0, E(VERSION) }, { 1, OK },
	{ 2, E(VERSION) }, { 255, E(VERSION) }, END } },
{ "EI_OSABI", EH_OSABI, 1, { { 0, OK }, { 1, OK }, { 9, OK }, { 255, OK },
	END } },
{ "e_type", EH_TYPE, 2, { { 0, E(TYPE) }, { 1, E(TYPE) }, { 2, OK },
	{ 3, E(NO_DYNAMIC) }, { 4, E(TYPE) }, { 0x102, E(TYPE) },
	{ 0xffff, E(TYPE) }, END } },
{ "e_machine", EH_MACHINE, 2, { { 0, E(MACHINE) }, { 3, E(MACHINE) },
	{ 61, E(MACHINE) }, { 62, OK }, { 63, E(MACHINE) },
	{ 183, E(MACHINE) }, { 0x3e00, E(MACHINE) }, { 0xffff, E(MACHINE) },
	END } },
{ "e_version", EH_VERSION, 4, { { 0, E(VERSION) }, { 1, OK },
	{ 2, E(VERSION) }, { P31, E(VERSION) }, { P32M1, E(VERSION) }, END } },
{ "e_entry", EH_ENTRY, 8, { { 0, E(NO_ENTRY) }, { 1, E(ENTRY_OUTSIDE) },
	{ 0x1fffff, E(ENTRY_OUTSIDE) }, { 0x200000, OK }, { 0x2007ff, OK },
	{ 0x200800, E(ENTRY_OUTSIDE) }, { 0x200801, E(ENTRY_OUTSIDE) },
	{ 0x201000, E(ENTRY_NOT_CODE) }, { 0x202000, E(ENTRY_NOT_CODE) },
	{ 0x204fff, E(ENTRY_NOT_CODE) }, { 0x205000, E(ENTRY_OUTSIDE) },
	{ EXEC_SIZE, E(ENTRY_OUTSIDE) }, { P31, E(ENTRY_OUTSIDE) },
	{ P32M1, E(ENTRY_OUTSIDE) }, { LOW_END - 1, E(ENTRY_OUTSIDE) },
	{ LOW_END, E(ENTRY_NOT_CANONICAL) },
	{ HIGH - 1, E(ENTRY_NOT_CANONICAL) }, { HIGH, E(ENTRY_OUTSIDE) },
	{ P63, E(ENTRY_NOT_CANONICAL) }, { P64M1, E(ENTRY_OUTSIDE) }, END } },
/* A table that ends with the file holds 0 here: read, nothing to load. */
{ "e_phoff", EH_PHOFF, 8, { { 0, E(PHDRS_LOW) }, { 1, E(PHDRS_LOW) },
	{ 63, E(PHDRS_LOW) }, { 64, OK }, { 65, E(PHDRS_UNALIGNED) },
	{ 0x1004, E(PHDRS_UNALIGNED) },
	{ EXEC_SIZE - 4 * 56 - 1, E(PHDRS_UNALIGNED) },
	{ EXEC_SIZE - 4 * 56, E(NOTHING) },
	{ EXEC_SIZE - 4 * 56 + 1, E(PHDRS_OUTSIDE) },
	{ EXEC_SIZE - 1, E(PHDRS_OUTSIDE) }, { EXEC_SIZE, E(PHDRS_OUTSIDE) },
	{ EXEC_SIZE + 1, E(PHDRS_OUTSIDE) }, { P31, E(PHDRS_OUTSIDE) },
	{ P32M1, E(PHDRS_OUTSIDE) }, { P63, E(PHDRS_OUTSIDE) },
	{ 0ull - 56, E(PHDRS_OUTSIDE) }, { 0ull - 4 * 56, E(PHDRS_OUTSIDE) },
	{ P64M1, E(PHDRS_OUTSIDE) }, END } },
ANY_8(EH_SHOFF, "e_shoff"),
{ "e_flags", EH_FLAGS, 4, { { 0, OK }, { 1, OK }, { P31, OK }, { P32M1, OK },
	END } },
{ "e_ehsize", EH_EHSIZE, 2, { { 0, E(HEADER_BYTES) }, { 1, E(HEADER_BYTES) },
	{ 52, E(HEADER_BYTES) }, { 63, E(HEADER_BYTES) }, { 64, OK },
	{ 65, E(HEADER_BYTES) }, { 0xffff, E(HEADER_BYTES) }, END } },
{ "e_phentsize", EH_PHENTSIZE, 2, { { 0, E(PHDR_BYTES) },
	{ 1, E(PHDR_BYTES) }, { 32, E(PHDR_BYTES) }, { 55, E(PHDR_BYTES) },
	{ 56, OK }, { 57, E(PHDR_BYTES) }, { 64, E(PHDR_BYTES) },
	{ 0xffff, E(PHDR_BYTES) }, END } },
{ "e_phnum", EH_PHNUM, 2, { { 0, E(NO_PHDRS) }, { 1, OK }, { 2, OK },
	{ 4, OK }, { 5, OK }, { 64, OK }, { 65, E(MANY_PHDRS) },
	{ 0x7fff, E(MANY_PHDRS) }, { 0xfffe, E(MANY_PHDRS) },
	{ 0xffff, E(MANY_PHDRS) }, END } },
ANY_2(EH_SHENTSIZE, "e_shentsize"),
ANY_2(EH_SHNUM, "e_shnum"),
ANY_2(EH_SHSTRNDX, "e_shstrndx"),
{ "text p_type", PH_TYPE(TEXT), 4, { { 0, E(NO_CODE) }, { 1, OK },
	{ 2, E(NO_CODE) }, { 7, E(NO_CODE) }, { 0x101, E(NO_CODE) },
	{ P31, E(NO_CODE) }, { P32M1, E(NO_CODE) }, END } },
{ "text p_flags", PH_FLAGS(TEXT), 4, { { 0, E(NO_RIGHTS) }, { 1, OK },
	{ 2, E(NO_CODE) }, { 3, OK }, { 4, E(NO_CODE) }, { 5, OK }, { 7, OK },
	{ 8, E(NO_RIGHTS) }, { P31, E(NO_RIGHTS) }, { P32M1, OK }, END } },
{ "text p_offset", PH_OFFSET(TEXT), 8, { { 0, OK }, { 1, E(CONGRUENCE) },
	{ 0xfff, E(CONGRUENCE) }, { 0x1000, OK }, { 0x1001, E(CONGRUENCE) },
	{ 0x2000, OK }, { EXEC_SIZE - 0x800, E(CONGRUENCE) },
	{ EXEC_SIZE - 0x800 + 1, E(OUTSIDE_FILE) },
	{ EXEC_SIZE - 1, E(OUTSIDE_FILE) }, { EXEC_SIZE, E(OUTSIDE_FILE) },
	{ EXEC_SIZE + 1, E(OUTSIDE_FILE) }, { P31, E(OUTSIDE_FILE) },
	{ P32M1, E(OUTSIDE_FILE) }, { P63, E(OUTSIDE_FILE) },
	{ 0ull - 0x800, E(OUTSIDE_FILE) }, { 0ull - 0x1000, E(OUTSIDE_FILE) },
	{ P64M1, E(OUTSIDE_FILE) }, END } },
{ "data p_offset", PH_OFFSET(DATA), 8, { { 0x3000, OK }, { 0x2000, OK },
	{ 0x3001, E(OUTSIDE_FILE) }, { 0x4000, E(OUTSIDE_FILE) }, END } },
{ "text p_vaddr", PH_VADDR(TEXT), 8, { { 0, E(RESERVED) },
	{ 1, E(CONGRUENCE) }, { 0x1f000, E(RESERVED) },
	{ 0x20000, E(ENTRY_OUTSIDE) }, { 0x9f000, E(ENTRY_OUTSIDE) },
	{ 0xa0000, E(RESERVED) }, { 0xbf000, E(RESERVED) },
	{ 0xc0000, E(ENTRY_OUTSIDE) }, { 0x1ff000, E(ENTRY_OUTSIDE) },
	{ 0x201000, E(OVERLAP) }, { 0x202000, E(OVERLAP) },
	{ 0x204000, E(OVERLAP) }, { 0x205000, E(ENTRY_OUTSIDE) },
	{ P31, E(ENTRY_OUTSIDE) }, { P32M1, E(CONGRUENCE) },
	{ LOW_END - 0x1000, E(ENTRY_OUTSIDE) }, { LOW_END, E(NOT_CANONICAL) },
	{ P63, E(NOT_CANONICAL) }, { HIGH - 0x1000, E(NOT_CANONICAL) },
	{ HIGH, E(ENTRY_OUTSIDE) }, { 0ull - 0x1000, E(ENTRY_OUTSIDE) },
	{ P64M1, E(CONGRUENCE) }, END } },
ANY_8(PH_PADDR(TEXT), "text p_paddr"),
{ "text p_filesz", PH_FILESZ(TEXT), 8, { { 0, E(ENTRY_ZEROS) },
	{ 1, E(ENTRY_ZEROS) }, { 0x10, E(ENTRY_ZEROS) }, { 0x11, OK },
	{ 0x7ff, OK }, { 0x800, OK }, { 0x801, E(FILE_BYTES) },
	{ EXEC_SIZE, E(FILE_BYTES) }, { P31, E(FILE_BYTES) },
	{ P32M1, E(FILE_BYTES) }, { P63, E(FILE_BYTES) },
	{ P64M1, E(FILE_BYTES) }, END } },
{ "data p_filesz", PH_FILESZ(DATA), 8, { { 0, OK }, { 1, OK }, { 0xff, OK },
	{ 0x100, OK }, { 0x101, E(OUTSIDE_FILE) }, { 0x3000, E(OUTSIDE_FILE) },
	{ 0x3001, E(FILE_BYTES) }, { P64M1, E(FILE_BYTES) }, END } },
{ "text p_memsz", PH_MEMSZ(TEXT), 8, { { 0, E(NO_CODE) },
	{ 1, E(FILE_BYTES) }, { 0x7ff, E(FILE_BYTES) }, { 0x800, OK },
	{ 0x801, OK }, { 0x1000, OK }, { 0x1001, E(OVERLAP) },
	{ P31, E(OVERLAP) }, { P32M1, E(OVERLAP) },
	{ LOW_END - 0x200000, E(MEMORY) },
	{ LOW_END - 0x200000 + 1, E(NOT_CANONICAL) },
	{ HIGH, E(NOT_CANONICAL) }, { P63, E(NOT_CANONICAL) },
	{ 0ull - 0x200000, E(NOT_CANONICAL) },
	{ 0ull - 0x200000 + 1, E(WRAPS) }, { P64M1, E(WRAPS) }, END } },
{ "data p_memsz", PH_MEMSZ(DATA), 8, { { 0, OK }, { 1, E(FILE_BYTES) },
	{ 0xff, E(FILE_BYTES) }, { 0x100, OK }, { P31, OK }, { P32M1, OK },
	{ 64 * GIB - 0xc00, OK }, { 64 * GIB - 0xc00 + 1, E(MEMORY) },
	{ 64 * GIB, E(MEMORY) }, { 1ull << 40, E(MEMORY) },
	{ P63, E(NOT_CANONICAL) }, { P64M1, E(WRAPS) }, END } },
{ "text p_align", PH_ALIGN(TEXT), 8, { { 0, OK }, { 1, OK }, { 2, OK },
	{ 3, E(ALIGNMENT) }, { 0x800, OK }, { 0xfff, E(ALIGNMENT) },
	{ 0x1000, OK }, { 0x1001, E(ALIGNMENT) }, { 0x2000, E(CONGRUENCE) },
	{ P31, E(CONGRUENCE) }, { P32M1, E(ALIGNMENT) },
	{ P63, E(CONGRUENCE) }, { P64M1, E(ALIGNMENT) }, END } },
};

static void test_fields(void **state)
{
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (const struct boundary *b = fields[i].b; b->want <= 0;
		     b++) {
			uint8_t *file = elf_exec();

			elf_put(file, fields[i].at, fields[i].width, b->value);
			expect(fields[i].name, b->value, file, EXEC_SIZE,
			       b->want, &plan, &fault);
			free(file);
		}
}

static void test_file_size(void **state)
{
	static const struct boundary sizes[] = {
		{ 0, E(TOO_SMALL) }, { 1, E(TOO_SMALL) },
		{ 63, E(TOO_SMALL) }, { 64, E(PHDRS_OUTSIDE) },
		{ 64 + 4 * 56 - 1, E(PHDRS_OUTSIDE) },
		{ 64 + 4 * 56, E(OUTSIDE_FILE) },
		{ 0x17ff, E(OUTSIDE_FILE) }, { 0x2400, E(OUTSIDE_FILE) },
		{ EXEC_SIZE - 1, E(OUTSIDE_FILE) }, { EXEC_SIZE, OK },
	};
	uint8_t *file = elf_exec();
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		expect("file size", sizes[i].value, file, sizes[i].value,
		       sizes[i].want, &plan, &fault);
	free(file);
}

/* The header alone, as stage2 reads it: size and file_size differ. */
static void test_header_alone(void **state)
{
	uint8_t *file = elf_exec();
	struct elf64_header header;
	struct elf64_fault fault;

	(void)state;
	assert_int_equal(elf64_check_header(file, 63, EXEC_SIZE, &header,
					    &fault), E(TOO_SMALL));
	assert_int_equal(fault.value[0], 63);
	assert_int_equal(elf64_check_header(file, 64, 40, &header, &fault),
			 E(TOO_SMALL));
	assert_int_equal(fault.value[0], 40);
	assert_int_equal(elf64_check_header(file, 64, EXEC_SIZE, &header,
					    &fault), OK);
	assert_int_equal(header.entry, EXEC_ENTRY);
	assert_int_equal(header.phoff, 64);
	assert_int_equal(header.phnum, EXEC_PHDRS);
	assert_false(header.pie);
	elf_put(file, EH_TYPE, 2, 3);
	assert_int_equal(elf64_check_header(file, 64, EXEC_SIZE, &header,
					    &fault), OK);
	assert_true(header.pie);
	free(file);
}

#define HEADERS_SIZE    (64 + EXEC_PHDRS * 56)

static const struct shape shapes[] = {
{ "the executable as it is", EXEC, OK, 0, { { 0 } } },
{ "the PIE as it is", PIE, OK, 0, { { 0 } } },

/* Row 10: what is dropped, and what only looks like it. */
{ "headers alone at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE) } },
{ "half the headers at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0, 100) } },
{ "headers from their middle on", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 32, 32, HEADERS_SIZE - 32) } },
{ "headers from their middle on and one byte", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 32, 32, HEADERS_SIZE - 32 + 1) } },
{ "headers in the VGA window", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0xb8000, HEADERS_SIZE) } },
{ "headers just below the VGA window's end", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0xbf000, HEADERS_SIZE) } },
{ "headers at a legal address", EXEC, OK, 0,
	{ WHOLE(RODATA, 0, 0x20000, HEADERS_SIZE) } },
{ "headers and one byte at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE + 1) } },
{ "bytes after the headers at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0x2000, 0, 16) } },
{ "writable headers at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE), FLAGS(RODATA, 6) } },
{ "executable headers at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE), FLAGS(RODATA, 5) } },
{ "headers with .bss at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE),
	  MEMSZ(RODATA, HEADERS_SIZE + 1) } },
{ "headers, note behind them, at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE + 36), TYPE(STACK, T_NOTE),
	  OFFSET(STACK, HEADERS_SIZE), FILESZ(STACK, 36) } },
{ "headers, gap, note at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE + 37), TYPE(STACK, T_NOTE),
	  OFFSET(STACK, HEADERS_SIZE + 1), FILESZ(STACK, 36) } },
{ "headers, wrapping note, at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE + 36), TYPE(STACK, T_NOTE),
	  OFFSET(STACK, HEADERS_SIZE), FILESZ(STACK, P64M1) } },
{ "a note alone at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0x2000, 0, 36), TYPE(STACK, T_NOTE),
	  OFFSET(STACK, 0x2000), FILESZ(STACK, 36) } },
{ "a property note alone at 0", EXEC, OK, ELF64_NOTE_HEADERS,
	{ WHOLE(RODATA, 0x2000, 0, 36), TYPE(STACK, T_PROPERTY),
	  OFFSET(STACK, 0x2000), FILESZ(STACK, 36) } },
{ "another header's bytes alone at 0", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0x2000, 0, 36),
	  OFFSET(STACK, 0x2000), FILESZ(STACK, 36) } },
{ "entry in the dropped segment", EXEC, E(ENTRY_OUTSIDE), 0,
	{ WHOLE(RODATA, 0, 0, HEADERS_SIZE), ENTRY(16) } },

/* Row 10: the borders of what is reserved. */
{ "ends with the resident part's end", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0x2fff, 0x1ffff, 1), ALIGN(RODATA, 1) } },
{ "begins with the resident part's end", EXEC, OK, 0,
	{ WHOLE(RODATA, 0x2000, 0x20000, 1) } },
{ "ends where the VGA window begins", EXEC, OK, 0,
	{ WHOLE(RODATA, 0x2000, 0x9ff00, 0x100), ALIGN(RODATA, 1) } },
{ "ends in the VGA window", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0x2000, 0x9ff00, 0x101), ALIGN(RODATA, 1) } },
{ "begins with the VGA window's last byte", EXEC, E(RESERVED), 0,
	{ WHOLE(RODATA, 0x2000, 0xbffff, 0x100), ALIGN(RODATA, 1) } },
{ "begins with the VGA window's end", EXEC, OK, 0,
	{ WHOLE(RODATA, 0x2000, 0xc0000, 0x100), ALIGN(RODATA, 1) } },
{ "covers the VGA window", EXEC, E(RESERVED), 0,
	{ VADDR(RODATA, 0x90000), MEMSZ(RODATA, 0x40000) } },

/* Rows 8, 9: ends of the address space. */
{ "ends at 2^64", EXEC, OK, 0,
	{ VADDR(RODATA, 0ull - 0x400), ALIGN(RODATA, 1) } },
{ "ends a byte past 2^64", EXEC, E(WRAPS), 0,
	{ VADDR(RODATA, 0ull - 0x400), ALIGN(RODATA, 1),
	  MEMSZ(RODATA, 0x401) } },
{ "ends at the hole", EXEC, OK, 0,
	{ VADDR(RODATA, LOW_END - 0x400), ALIGN(RODATA, 1) } },
{ "ends a byte into the hole", EXEC, E(NOT_CANONICAL), 0,
	{ VADDR(RODATA, LOW_END - 0x400), ALIGN(RODATA, 1),
	  MEMSZ(RODATA, 0x401) } },
{ "begins a byte below the top half", EXEC, E(NOT_CANONICAL), 0,
	{ VADDR(RODATA, HIGH - 1), ALIGN(RODATA, 1) } },
{ "spans the whole hole", EXEC, E(NOT_CANONICAL), 0,
	{ VADDR(RODATA, LOW_END - 0x400), ALIGN(RODATA, 1),
	  MEMSZ(RODATA, HIGH - LOW_END + 0x800) } },

/* Row 13 */
{ "identical segments", EXEC, E(OVERLAP), 0, { WHOLE(RODATA, 0x1000, 0x200000,
	0x800) } },
{ "contained segment", EXEC, E(OVERLAP), 0, { WHOLE(RODATA, 0x1100, 0x200100,
	0x10) } },
{ "overlap by a byte", EXEC, E(OVERLAP), 0,
	{ VADDR(RODATA, 0x2007ff), ALIGN(RODATA, 1) } },
{ "unsorted segments", EXEC, OK, 0,
	{ VADDR(TEXT, 0x203000), VADDR(RODATA, 0x202000), VADDR(DATA, 0x200000),
	  MEMSZ(DATA, 0x200), ENTRY(0x203000) } },

/* Row 14 */
{ "text and rodata share a page", EXEC, OK, ELF64_NOTE_SHARED_PAGE,
	{ VADDR(RODATA, 0x200800), ALIGN(RODATA, 1) } },
{ "rodata begins the page after text", EXEC, OK, 0,
	{ MEMSZ(TEXT, 0x1000) } },
{ "they have the same rights", EXEC, OK, 0,
	{ VADDR(RODATA, 0x200800), ALIGN(RODATA, 1), FLAGS(RODATA, 5) } },
{ "text's last byte shares a page", EXEC, OK, ELF64_NOTE_SHARED_PAGE,
	{ MEMSZ(TEXT, 0x1001), VADDR(RODATA, 0x201001), ALIGN(RODATA, 1) } },
{ "all three share a page", EXEC, OK, ELF64_NOTE_SHARED_PAGE,
	{ VADDR(RODATA, 0x200800), ALIGN(RODATA, 1),
	  VADDR(DATA, 0x200c00), ALIGN(DATA, 1), MEMSZ(DATA, 0x200) } },

/* Odd addresses, where nothing is aligned */
{ "odd start", EXEC, OK, 0, { VADDR(RODATA, 0x20001), ALIGN(RODATA, 0) } },
{ "odd end", EXEC, OK, 0, { MEMSZ(DATA, 0x3001) } },

/* Row 15: not judged without file bytes. */
{ ".bss with a bad alignment", EXEC, OK, 0,
	{ FILESZ(DATA, 0), OFFSET(DATA, P63), ALIGN(DATA, 3) } },
{ ".bss with an incongruent offset", EXEC, OK, 0,
	{ FILESZ(DATA, 0), OFFSET(DATA, 7), ALIGN(DATA, 0x1000) } },
{ "aligned to 2 GiB", EXEC, OK, 0,
	{ OFFSET(RODATA, 0x2000), VADDR(RODATA, 0xffffffff80002000),
	  ALIGN(RODATA, P31) } },

/* Row 16 */
{ "one segment, all rights", EXEC, OK, ELF64_NOTE_WX,
	{ FLAGS(TEXT, 7), TYPE(RODATA, 0), TYPE(DATA, 0) } },

/* Rows 19, 20, 22 and segments that are not loaded */
{ "no PT_LOAD", EXEC, E(NOTHING), 0,
	{ TYPE(TEXT, 0), TYPE(RODATA, 0), TYPE(DATA, 0) } },
{ "only empty PT_LOADs", EXEC, E(NOTHING), 0,
	{ MEMSZ(TEXT, 0), MEMSZ(RODATA, 0), MEMSZ(DATA, 0) } },
{ "an empty PT_LOAD, all else wrong", EXEC, OK, 0,
	{ MEMSZ(RODATA, 0), FLAGS(RODATA, 0), OFFSET(RODATA, P64M1),
	  VADDR(RODATA, P63), ALIGN(RODATA, 3) } },
{ "pure .bss", EXEC, OK, 0, { FILESZ(DATA, 0) } },
{ "PT_INTERP", EXEC, OK, ELF64_NOTE_INTERP,
	{ TYPE(STACK, T_INTERP), MEMSZ(STACK, 28) } },
{ "other program headers, out of the file", EXEC, OK, 0,
	{ OFFSET(STACK, P63), FILESZ(STACK, P64M1), MEMSZ(STACK, P64M1) } },

/* Row 17, the rest */
{ "entry in .bss of text", EXEC, E(ENTRY_ZEROS), 0,
	{ MEMSZ(TEXT, 0xa00), ENTRY(0x200800) } },
{ "entry in text's last file byte", EXEC, OK, 0,
	{ MEMSZ(TEXT, 0xa00), ENTRY(0x2007ff) } },
{ "entry 0 of a PIE, code there", PIE, OK, 0,
	{ ENTRY(0), FLAGS(PIE_HEADERS, 5) } },
{ "entry 0 of a PIE, headers there", PIE, E(NO_ENTRY), 0, { ENTRY(0) } },

/* Row 18, what the plan judges of it */
{ "PIE without PT_DYNAMIC", PIE, E(NO_DYNAMIC), 0, { TYPE(PIE_DYNAMIC, 0) } },
{ "PIE with an empty PT_DYNAMIC", PIE, E(NO_DYNAMIC), 0,
	{ MEMSZ(PIE_DYNAMIC, 0) } },
{ "two PT_DYNAMIC", PIE, E(DUPLICATE), 0,
	{ TYPE(PIE_SPARE, T_DYNAMIC), MEMSZ(PIE_SPARE, 16) } },
{ "two PT_DYNAMIC, one empty", PIE, OK, 0, { TYPE(PIE_SPARE, T_DYNAMIC) } },
{ "PT_DYNAMIC up to the last file byte", PIE, OK, 0,
	{ MEMSZ(PIE_DYNAMIC, 0x200) } },
{ "PT_DYNAMIC a byte into .bss", PIE, E(DYNAMIC_OUTSIDE), 0,
	{ MEMSZ(PIE_DYNAMIC, 0x201) } },
{ "PT_DYNAMIC before a segment", PIE, E(DYNAMIC_OUTSIDE), 0,
	{ VADDR(PIE_DYNAMIC, 0x2fff) } },
{ "PT_DYNAMIC out of all segments", PIE, E(DYNAMIC_OUTSIDE), 0,
	{ VADDR(PIE_DYNAMIC, P64M1) } },
{ "PT_DYNAMIC as long as can be", PIE, E(DYNAMIC_OUTSIDE), 0,
	{ MEMSZ(PIE_DYNAMIC, P64M1) } },
{ "executable, empty PT_DYNAMIC", EXEC, OK, 0, { TYPE(STACK, T_DYNAMIC) } },
{ "executable with PT_DYNAMIC", EXEC, OK, 0,
	{ TYPE(STACK, T_DYNAMIC), VADDR(STACK, 0x202000), MEMSZ(STACK, 16) } },
{ "executable, PT_DYNAMIC nowhere", EXEC, E(DYNAMIC_OUTSIDE), 0,
	{ TYPE(STACK, T_DYNAMIC), MEMSZ(STACK, 16) } },

/* PIEs that move, and those that stay */
{ "PIE just below 1 MiB", PIE, OK, 0, { VADDR(PIE_TEXT, 0xff000),
	VADDR(PIE_HEADERS, 0xfe000), VADDR(PIE_DATA, 0x203000),
	VADDR(PIE_DYNAMIC, 0x203000), ENTRY(0xff000) } },
{ "PIE of 2 GiB", PIE, OK, 0, { VADDR(PIE_TEXT, P31 - 0x800),
	ALIGN(PIE_TEXT, 1), ENTRY(P31 - 0x800) } },
{ "PIE of 2 GiB from a page on", PIE, OK, 0, {
	VADDR(PIE_HEADERS, 0x3000), VADDR(PIE_DATA, 0x5000),
	VADDR(PIE_DYNAMIC, 0x5000), VADDR(PIE_TEXT, P31 + 0x2800),
	ALIGN(PIE_TEXT, 1), ENTRY(P31 + 0x2800) } },
{ "PIE of 2 GiB and a byte", PIE, E(PIE_LARGE), 0, {
	VADDR(PIE_TEXT, P31 - 0x7ff), ALIGN(PIE_TEXT, 1),
	ENTRY(P31 - 0x7ff) } },
{ "PIE from 0 to 2^64", PIE, E(PIE_LARGE), 0, {
	VADDR(PIE_TEXT, 0ull - 0x800), ALIGN(PIE_TEXT, 1),
	ENTRY(0ull - 0x800) } },
{ "PIE at 1 MiB as large as that", PIE, OK, 0, {
	VADDR(PIE_HEADERS, 0x100000), VADDR(PIE_TEXT, 0ull - 0x800),
	ALIGN(PIE_TEXT, 1), VADDR(PIE_DATA, 0x203000),
	VADDR(PIE_DYNAMIC, 0x203000), ENTRY(0ull - 0x800) } },
{ "PIE in the hole", PIE, E(NOT_CANONICAL), 0, { VADDR(PIE_TEXT, P63),
	ENTRY(P63) } },
{ "PIE aligned to 2 GiB", PIE, OK, 0, { ALIGN(PIE_HEADERS, P31) } },
{ "PIE aligned to 4 GiB", PIE, E(PIE_ALIGNMENT), 0,
	{ ALIGN(PIE_HEADERS, 2 * P31) } },
{ "PIE at 4 GiB aligned to that", PIE, OK, 0, {
	VADDR(PIE_HEADERS, 2 * P31), ALIGN(PIE_HEADERS, 2 * P31),
	VADDR(PIE_TEXT, 0x201000), VADDR(PIE_DATA, 0x203000),
	VADDR(PIE_DYNAMIC, 0x203000), ENTRY(0x201000) } },
/* 1 GiB below a PIE that is large already: it would not fit when moved */
{ "PIE whose alignment costs its room", PIE, E(PIE_LARGE), 0, {
	ALIGN(PIE_TEXT, P31), WHOLE(PIE_TEXT, 0x1000, P31 + 0x1000, 0x800),
	VADDR(PIE_HEADERS, 0x2000), ENTRY(P31 + 0x1000) } },

/* PT_TLS */
{ "PT_TLS in data", PIE, OK, 0,
	{ TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, 0x3100),
	  FILESZ(PIE_SPARE, 0x100), MEMSZ(PIE_SPARE, 0x400),
	  ALIGN(PIE_SPARE, 64) } },
{ "PT_TLS first, the lowest PT_LOAD last", PIE, OK, 0,
	{ TYPE(PIE_HEADERS, T_TLS), VADDR(PIE_HEADERS, 0x3100),
	  FILESZ(PIE_HEADERS, 0x100), MEMSZ(PIE_HEADERS, 0x400),
	  TYPE(PIE_SPARE, T_LOAD), FLAGS(PIE_SPARE, 4),
	  FILESZ(PIE_SPARE, 0x400), MEMSZ(PIE_SPARE, 0x400) } },
{ "PT_TLS with .tbss alone, anywhere", PIE, OK, 0,
	{ TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, P63),
	  MEMSZ(PIE_SPARE, 0x400) } },
{ "PT_TLS empty", PIE, OK, 0,
	{ TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, P63),
	  FILESZ(PIE_SPARE, 1), ALIGN(PIE_SPARE, 3) } },
{ "PT_TLS a byte into .bss", PIE, E(TLS_OUTSIDE), 0,
	{ TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, 0x3100),
	  FILESZ(PIE_SPARE, 0x101), MEMSZ(PIE_SPARE, 0x400) } },
{ "PT_TLS out of all segments", PIE, E(TLS_OUTSIDE), 0,
	{ TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, P64M1),
	  FILESZ(PIE_SPARE, P64M1), MEMSZ(PIE_SPARE, P64M1) } },
{ "PT_TLS with more file than memory", PIE, E(FILE_BYTES), 0,
	{ TYPE(PIE_SPARE, T_TLS), FILESZ(PIE_SPARE, 2), MEMSZ(PIE_SPARE, 1) } },
{ "PT_TLS with a bad alignment", PIE, E(ALIGNMENT), 0,
	{ TYPE(PIE_SPARE, T_TLS), MEMSZ(PIE_SPARE, 1), ALIGN(PIE_SPARE, 3) } },
{ "two PT_TLS", PIE, E(DUPLICATE), 0,
	{ TYPE(PIE_SPARE, T_TLS), MEMSZ(PIE_SPARE, 1),
	  TYPE(PIE_SPARE2, T_TLS), MEMSZ(PIE_SPARE2, 1) } },
};

static void test_shapes(void **state)
{
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		uint64_t size;
		uint8_t *file = elf_shape(&shapes[i], &size);

		expect(shapes[i].name, 0, file, size, shapes[i].want, &plan,
		       &fault);
		free(file);
		if (shapes[i].want == ELF64_OK &&
		    plan.notes != shapes[i].notes)
			fail_msg("%s: notes 0x%x, not 0x%x", shapes[i].name,
				 plan.notes, shapes[i].notes);
	}
}

/* How long a sentence is with the widest numbers. */
static int longest(const char *sentence)
{
	/* Not a literal, but test_sentences() has looked at it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return snprintf(NULL, 0, sentence, (unsigned long long)P64M1,
			(unsigned long long)P64M1, (unsigned long long)P64M1,
			(unsigned long long)P64M1);
#pragma GCC diagnostic pop
}

/* A sentence for each reason, and only conversions that format() knows. */
static void test_sentences(void **state)
{
	(void)state;
	for (int e = ELF64_ERR_BASE + 1; e < ELF64_ERR_END; e++) {
		const char *s = elf64_strerror(e);
		int conversions = 0;

		assert_true(strlen(s) > 5);
		assert_true(s[strlen(s) - 1] != '.');
		for (const char *p = s; (p = strchr(p, '%')); p++) {
			assert_true(strncmp(p, "%llx", 4) == 0 ||
				    strncmp(p, "%llu", 4) == 0);
			conversions++;
		}
		assert_in_range(conversions, 0, 4);
		assert_in_range(longest(s), 6, ELF64_MAX_SENTENCE);
		for (int other = ELF64_ERR_BASE + 1; other < e; other++)
			assert_string_not_equal(s, elf64_strerror(other));
	}
	assert_string_equal(elf64_strerror(ELF64_OK), "no error");
	assert_string_equal(elf64_strerror(ELF64_ERR_BASE), "unknown error");
	assert_string_equal(elf64_strerror(ELF64_ERR_END), "unknown error");
	assert_string_equal(elf64_strerror(1), "unknown error");
	assert_string_equal(elf64_strerror(ELF64_NOT_ELF), "not an ELF file");
	assert_string_equal(elf64_strerror(ELF64_RELR_START),
			    "RELR table begins with a bitmap, 0x%llx");
}

/* The names are those of the enumerators, in their order. */
static void test_names(void **state)
{
	(void)state;
#define NAMED(name, sentence) \
	assert_string_equal(elf64_name(ELF64_##name), #name);
	ELF64_ERRORS(NAMED)
#undef NAMED
	assert_string_equal(elf64_name(ELF64_OK), "UNKNOWN");
	assert_string_equal(elf64_name(ELF64_ERR_BASE), "UNKNOWN");
	assert_string_equal(elf64_name(ELF64_ERR_END), "UNKNOWN");
}

/* Comes last: the tables above have a row for every reason of the headers. */
static void test_all_seen(void **state)
{
	(void)state;
#define SEEN(name, sentence) \
	if (!seen[ELF64_##name - ELF64_ERR_BASE]) \
		fail_msg("no row is refused as " #name);
	ELF64_HEADER_ERRORS(SEEN)
	ELF64_SEGMENT_ERRORS(SEEN)
	ELF64_PLAN_ERRORS(SEEN)
#undef SEEN
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_file_size),
		cmocka_unit_test(test_header_alone),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_all_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
