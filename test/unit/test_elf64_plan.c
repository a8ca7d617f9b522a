// SPDX-License-Identifier: 0BSD
/*
 * test_elf64_plan.c - what elf64_parse() tells: the numbers of a refusal, the
 * plan of what it accepts; elf64_find(), elf64_runs().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "elf64.h"
#include "elf_build.h"

static void parse_shape(const struct shape *s, struct elf64_plan *plan,
			struct elf64_fault *fault)
{
	uint64_t size;
	uint8_t *file = elf_shape(s, &size);
	int err = elf64_parse(file, size, plan, fault);

	free(file);
	if (err != s->want)
		fail_msg("%s: error %d, not %d", s->name, err, s->want);
}

/* The numbers that a sentence shows, where there is more than the field. */
static void test_faults(void **state)
{
	static const struct {
		struct shape shape;
		struct elf64_fault fault;
	} rows[] = {
		{ { "file size", EXEC, E(PHDRS_OUTSIDE), 0, {
			{ EH_PHOFF, 8, EXEC_SIZE } } },
		  { -1, { EXEC_SIZE, 4 * 56, EXEC_SIZE, 0 } } },
		{ { "phnum", EXEC, E(MANY_PHDRS), 0, { { EH_PHNUM, 2, 65 } } },
		  { -1, { 65, 64, 0, 0 } } },
		{ { "truncated", EXEC, E(OUTSIDE_FILE), 0, {
			OFFSET(DATA, EXEC_SIZE) } },
		  { DATA, { EXEC_SIZE, 0x100, EXEC_SIZE, 0 } } },
		{ { "both ranges", EXEC, E(RESERVED), 0, {
			VADDR(RODATA, 0x9f000), MEMSZ(RODATA, 0x2000) } },
		  { RODATA, { 0x9f000, 0xa1000, 0xa0000, 0xc0000 } } },
		{ { "resident part", EXEC, E(RESERVED), 0, {
			VADDR(DATA, 0x1000) } },
		  { DATA, { 0x1000, 0x4000, 0, 0x20000 } } },
		{ { "both segments", EXEC, E(OVERLAP), 0, {
			VADDR(DATA, 0x200000) } },
		  { TEXT, { 0x800, 0x200000, 0x200000, DATA } } },
		{ { "modulo", EXEC, E(CONGRUENCE), 0, {
			OFFSET(DATA, 0x2800) } },
		  { DATA, { 0x202000, 0x2800, 0x1000, 0 } } },
		{ { "total", EXEC, E(MEMORY), 0, { MEMSZ(DATA, 1ull << 40) } },
		  { -1, { (1ull << 40) + 0xc00, 64 * GIB, 0, 0 } } },
		{ { "entry", EXEC, E(ENTRY_NOT_CODE), 0, { ENTRY(0x201001) } },
		  { RODATA, { 0x201001, 0, 0, 0 } } },
		{ { "reach", PIE, E(PIE_LARGE), 0, {
			VADDR(PIE_TEXT, P31), ENTRY(P31) } },
		  { -1, { 0, P31 + 0xfff, P31, 0 } } },
	};
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse_shape(&rows[i].shape, &plan, &fault);
		assert_int_equal(fault.segment, rows[i].fault.segment);
		for (int k = 0; k < 4; k++)
			assert_int_equal(fault.value[k],
					 rows[i].fault.value[k]);
	}
}

static void test_plan(void **state)
{
	static const struct shape unsorted = { "unsorted", EXEC, OK, 0, {
		VADDR(TEXT, 0x203000), VADDR(RODATA, 0x201000),
		ALIGN(RODATA, 0), VADDR(DATA, 0x204000), FLAGS(TEXT, ~0u),
		FLAGS(DATA, 7), ALIGN(DATA, 0x2000), OFFSET(DATA, 0x2000),
		ENTRY(0x203004) } };
	static const struct shape bss = { "bss", EXEC, OK, 0, {
		FILESZ(DATA, 0), ALIGN(DATA, 3) } };
	static const struct shape tls = { "tls", PIE, OK, 0, {
		TYPE(PIE_SPARE, T_TLS), VADDR(PIE_SPARE, 0x3100),
		FILESZ(PIE_SPARE, 0x100), MEMSZ(PIE_SPARE, 0x400),
		ALIGN(PIE_SPARE, 64) } };
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	parse_shape(&unsorted, &plan, &fault);
	assert_int_equal(plan.notes, ELF64_NOTE_WX);
	assert_int_equal(plan.entry, 0x203004);
	assert_false(plan.pie);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.segment[0].index, RODATA);
	assert_int_equal(plan.segment[0].align, 1);
	assert_int_equal(plan.segment[0].offset, 0x2000);
	assert_int_equal(plan.segment[0].filesz, 0x400);
	assert_int_equal(plan.segment[1].index, TEXT);
	assert_int_equal(plan.segment[1].flags, 7);
	assert_int_equal(plan.segment[1].vaddr, 0x203000);
	assert_int_equal(plan.segment[2].index, DATA);
	assert_int_equal(plan.segment[2].memsz, 0x3000);
	assert_int_equal(plan.base, 0x201000);
	assert_int_equal(plan.span, 0x6000);
	assert_int_equal(plan.align, 0x2000);
	assert_int_equal(plan.wx_segment, TEXT);
	assert_int_equal(plan.tls.memsz, 0);
	assert_int_equal(plan.dynamic_size, 0);

	parse_shape(&bss, &plan, &fault);
	assert_int_equal(plan.segment[2].index, DATA);
	assert_int_equal(plan.segment[2].align, 1);

	parse_shape(&tls, &plan, &fault);
	assert_true(plan.pie);
	assert_int_equal(plan.dynamic, PIE_DYNAMIC_AT);
	assert_int_equal(plan.dynamic_size, 0x100);
	assert_int_equal(plan.tls.vaddr, 0x3100);
	assert_int_equal(plan.tls.filesz, 0x100);
	assert_int_equal(plan.tls.memsz, 0x400);
	assert_int_equal(plan.tls.align, 64);
	assert_int_equal(plan.base, 0);
	assert_int_equal(plan.span, 0x5000);
	assert_int_equal(plan.align, 0x1000);
}

/* A note names the first of several, by program headers. */
static void test_shared_pages(void **state)
{
	static const struct shape shape = { "shared", EXEC, OK, 0, {
		VADDR(TEXT, 0x200c00), ALIGN(TEXT, 1), ENTRY(0x200c00),
		VADDR(RODATA, 0x200100), ALIGN(RODATA, 1),
		VADDR(DATA, 0x200500), ALIGN(DATA, 1), MEMSZ(DATA, 0x100) } };
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	parse_shape(&shape, &plan, &fault);
	assert_int_equal(plan.notes, ELF64_NOTE_SHARED_PAGE);
	assert_int_equal(plan.shared_a, RODATA);
	assert_int_equal(plan.shared_b, DATA);
}

static void test_span_wraps(void **state)
{
	static const struct shape top = { "top", EXEC, OK, 0, {
		VADDR(TEXT, 0ull - 0x1000), MEMSZ(TEXT, 0x1000),
		ENTRY(0ull - 0x1000) } };
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	parse_shape(&top, &plan, &fault);
	assert_int_equal(plan.base, 0x201000);
	assert_int_equal(plan.base + plan.span, 0);
}

static void test_find(void **state)
{
	uint8_t *file = elf_exec();
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	assert_int_equal(elf64_parse(file, EXEC_SIZE, &plan, &fault), OK);
	assert_ptr_equal(elf64_find(&plan, 0x202000, 0x3000),
			 &plan.segment[2]);
	assert_null(elf64_find(&plan, 0x202000, 0x3001));
	assert_null(elf64_find(&plan, 0x201fff, 1));
	assert_null(elf64_find(&plan, 0x204fff, P64M1));
	assert_ptr_equal(elf64_find_file(&plan, 0x2020ff, 1),
			 &plan.segment[2]);
	assert_null(elf64_find_file(&plan, 0x2020ff, 2));
	assert_null(elf64_find_file(&plan, 0x1ff000, 1));
	free(file);
}

/*
 * As many segments as there can be, the table of program headers at the very
 * end of the file; the last one holds headers at 0, and some that are none.
 */
static void test_full_table(void **state)
{
	enum { PHOFF = 0x1000, FILE_SIZE = PHOFF + ELF64_MAX_PHDRS * 56 };
	uint8_t *file = calloc(1, FILE_SIZE);
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	assert_non_null(file);
	elf_put_header(file, 2, 0x200000, ELF64_MAX_PHDRS);
	elf_put(file, EH_PHOFF, 8, PHOFF);
	for (int i = 0; i < ELF64_MAX_PHDRS; i++)
		elf_put_phdr(file + PHOFF - PH(0), i, T_LOAD, 5, 0,
			     0x200000 + i * 0x2000ull, 0x100, 0x1000, 1);
	assert_int_equal(elf64_parse(file, FILE_SIZE, &plan, &fault), OK);
	assert_int_equal(plan.count, ELF64_MAX_PHDRS);
	assert_int_equal(plan.span, ELF64_MAX_PHDRS * 0x2000 - 0x1000);
	assert_true(elf_check_plan(&plan, FILE_SIZE));
	assert_null(elf64_find(&plan, 0x201000, 1));

	elf_put_phdr(file + PHOFF - PH(0), ELF64_MAX_PHDRS - 1, T_LOAD,
		     ELF64_R, 0, 0, PHOFF, PHOFF, 1);
	assert_int_equal(elf64_parse(file, FILE_SIZE, &plan, &fault),
			 E(RESERVED));
	elf_put_phdr(file + PHOFF - PH(0), ELF64_MAX_PHDRS - 1, T_LOAD,
		     ELF64_R, PHOFF, 0, FILE_SIZE - PHOFF, FILE_SIZE - PHOFF,
		     1);
	assert_int_equal(elf64_parse(file, FILE_SIZE, &plan, &fault), OK);
	assert_int_equal(plan.notes, ELF64_NOTE_HEADERS);
	free(file);
}

/* Segments by address, size and rights, and the runs they become. */
static void test_runs(void **state)
{
	static const struct {
		struct { uint64_t vaddr, memsz; uint32_t flags; } s[5];
		struct elf64_run run[6];
	} rows[] = {
		{ { { 0x1000, 0x1000, 5 } }, { { 0x1000, 0x1000, 5 } } },
		{ { { 0x1fff, 2, 5 } }, { { 0x1000, 0x2000, 5 } } },
		/* merged where they adjoin, not across a gap */
		{ { { 0x1000, 0x1000, 5 }, { 0x2000, 0x1000, 5 },
		    { 0x4000, 1, 5 } },
		  { { 0x1000, 0x2000, 5 }, { 0x4000, 0x1000, 5 } } },
		/* a shared page in the middle */
		{ { { 0x1000, 0x1800, 5 }, { 0x2800, 0x1800, 6 } },
		  { { 0x1000, 0x1000, 5 }, { 0x2000, 0x1000, 7 },
		    { 0x3000, 0x1000, 6 } } },
		/* the same rights: nothing to be seen */
		{ { { 0x1000, 0x1800, 5 }, { 0x2800, 0x1800, 5 } },
		  { { 0x1000, 0x3000, 5 } } },
		/* four in one page, the last goes on */
		{ { { 0x1000, 0x10, 4 }, { 0x1010, 0x10, 1 },
		    { 0x1020, 0x10, 4 }, { 0x1030, 0x2000, 2 } },
		  { { 0x1000, 0x1000, 7 }, { 0x2000, 0x2000, 2 } } },
		/* a shared page joins the run before it */
		{ { { 0x1000, 0x1800, 6 }, { 0x2800, 0x100, 4 },
		    { 0x2900, 0x1000, 6 } }, { { 0x1000, 0x3000, 6 } } },
		/* up to 2^64 */
		{ { { 0ull - 0x2000, 0x1800, 5 }, { 0ull - 0x800, 0x800, 6 } },
		  { { 0ull - 0x2000, 0x1000, 5 },
		    { 0ull - 0x1000, 0x1000, 7 } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf64_run run[ELF64_MAX_RUNS];
		struct elf64_plan plan = { .count = 0 };
		size_t n, want = 0;

		for (; rows[i].s[plan.count].memsz; plan.count++)
			plan.segment[plan.count] = (struct elf64_segment){
				.vaddr = rows[i].s[plan.count].vaddr,
				.memsz = rows[i].s[plan.count].memsz,
				.flags = rows[i].s[plan.count].flags,
			};
		while (rows[i].run[want].size)
			want++;
		n = elf64_runs(&plan, run);
		assert_int_equal(n, want);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(run[k].vaddr, rows[i].run[k].vaddr);
			assert_int_equal(run[k].size, rows[i].run[k].size);
			assert_int_equal(run[k].flags, rows[i].run[k].flags);
		}
		assert_true(elf_check_runs(&plan));
	}
}

/* The most runs there can be: each segment shares a page with the next. */
static void test_most_runs(void **state)
{
	struct elf64_run run[ELF64_MAX_RUNS];
	struct elf64_plan plan = { .count = ELF64_MAX_PHDRS };

	(void)state;
	for (uint32_t i = 0; i < plan.count; i++)
		plan.segment[i] = (struct elf64_segment){
			.vaddr = 0x100800 + i * 0x2000ull,
			.memsz = 0x2000,
			.flags = i % 2 ? 1 : 2,
		};
	assert_int_equal(elf64_runs(&plan, run), 2 * ELF64_MAX_PHDRS - 1);
	assert_true(elf_check_runs(&plan));
}

/* Random bytes in the headers: no crash, and what is accepted is sound. */
static void test_mutations(void **state)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 4, 7, 64, 0x1000,
		0x3000, EXEC_SIZE, 0x200000, P31, P32M1, LOW_END, HIGH, P63,
		0ull - 0x1000, P64M1 };
	uint64_t r = 0x9e3779b97f4a7c15;
	struct elf64_plan plan;
	struct elf64_fault fault;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		bool pie = i % 2;
		uint64_t size = pie ? PIE_SIZE : EXEC_SIZE;
		uint8_t *file = pie ? elf_pie() : elf_exec();
		int err;

		for (int k = 0; k < 1 + i % 3; k++) {
			r ^= r << 13;
			r ^= r >> 7;
			r ^= r << 17;
			elf_put(file, PH(0) + r % (6 * 56 - 8) / 4 * 4,
				r & P31 ? 8 : 4,
				values[(r >> 40) %
				       (sizeof(values) / sizeof(values[0]))]);
		}
		err = elf64_parse(file, size, &plan, &fault);
		if (err == ELF64_OK)
			assert_true(elf_check_plan(&plan, size));
		else
			assert_in_range(err - ELF64_ERR_BASE, 1,
					ELF64_ERR_END - ELF64_ERR_BASE - 1);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_shared_pages),
		cmocka_unit_test(test_span_wraps),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_most_runs),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
