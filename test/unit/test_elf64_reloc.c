// SPDX-License-Identifier: 0BSD
/*
 * test_elf64_reloc.c - relocations: rows of PT_DYNAMIC entries and words in
 * memory, the verdict and the words that change.
 *
 * The kernel is elf_pie(). Its program headers end at 190h; tables go between
 * TABLES and TABLES_END, the last byte that the file fills there. Words to
 * relocate are in data, 3100h to 47ffh, of which the file fills up to 3200h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "elf64.h"
#include "elf_build.h"

#define TABLES          0x200
#define TABLES_END      0x400
#define DATA_END        0x4800
#define IMAGE_SIZE      0x5000
#define SLIDE           0xfffffff7fff00000ull

enum { D_NEEDED = 1, D_PLTRELSZ = 2, D_RELA = 7, D_RELASZ = 8, D_RELAENT = 9,
       D_REL = 17, D_PLTREL = 20, D_DEBUG = 21, D_TEXTREL = 22,
       D_JMPREL = 23, D_RELRSZ = 35, D_RELR = 36, D_RELRENT = 37 };
#define D_ANDROID_REL   0x6000000f
#define D_ANDROID_RELA  0x60000011
#define D_ANDROID_RELR  0x6fffe000

struct word {
	uint64_t at;
	uint64_t value;
};

struct row {
	const char *name;
	int want;
	struct word dynamic[8];         /* tag, value; up to DT_NULL */
	struct word before[14];         /* up to at = 0 */
	struct word after[8];           /* up to at = 0 */
	uint64_t value0;                /* of the fault */
};

#define RELA(at, size)  { D_RELA, at }, { D_RELASZ, size }, { D_RELAENT, 24 }
#define RELR(at, size)  { D_RELR, at }, { D_RELRSZ, size }, { D_RELRENT, 8 }
#define PLT(at, size)   { D_JMPREL, at }, { D_PLTRELSZ, size }, \
			{ D_PLTREL, D_RELA }
/* One RELA entry at a table address. */
#define ENTRY_AT(at, where, info, addend) \
	{ at, where }, { (at) + 8, info }, { (at) + 16, addend }
#define RELATIVE(at, where, addend)     ENTRY_AT(at, where, 8, addend)
/* A table of one entry, and that of one type. */
#define ONE             { RELA(TABLES, 24) }
#define OF_TYPE(n, t) \
	{ n, E(RELOC_TYPE), ONE, { ENTRY_AT(TABLES, 0x3100, t, 0) }, \
	  { { 0 } }, (t) & P32M1 }
#define AT(n, where, want) \
	{ n, want, ONE, { RELATIVE(TABLES, where, 5) }, \
	  { { (want) == OK ? (where) : 0, 5 + SLIDE } }, \
	  (want) == OK ? 0 : (where) }

static const struct row rows[] = {
{ "nothing", OK, { { 0 } }, { { 0 } }, { { 0 } }, 0 },
{ "other tags", OK, { { D_DEBUG, 0 }, { D_TEXTREL, 0 }, { 5, P64M1 },
	{ 38, 1 }, { P64M1, 1 } }, { { 0 } }, { { 0 } }, 0 },

/* RELA: entries */
{ "one", OK, ONE, { RELATIVE(TABLES, 0x3100, 0x2000), { 0x3100, 77 } },
	{ { 0x3100, 0x2000 + SLIDE } }, 0 },
{ "two and a NONE that is nowhere", OK, { RELA(TABLES, 72) },
	{ RELATIVE(TABLES, 0x3108, 1), ENTRY_AT(TABLES + 24, P64M1, 0, 0),
	  RELATIVE(TABLES + 48, 0x1000, 2) },
	{ { 0x1000, 2 + SLIDE }, { 0x3108, 1 + SLIDE } }, 0 },
{ "addend that wraps", OK, ONE, { RELATIVE(TABLES, 0x3100, P64M1) },
	{ { 0x3100, SLIDE - 1 } }, 0 },
{ "a symbol is ignored", OK, ONE,
	{ ENTRY_AT(TABLES, 0x3100, 7ull << 32 | 8, 3) },
	{ { 0x3100, 3 + SLIDE } }, 0 },
OF_TYPE("type 64", 1),
OF_TYPE("type COPY", 5),
OF_TYPE("type GLOB_DAT", 6),
OF_TYPE("type JUMP_SLOT", 7),
OF_TYPE("type 9", 9),
OF_TYPE("type DTPMOD64", 16),
OF_TYPE("type IRELATIVE", 37),
OF_TYPE("type 256 + 8", 0x108),
OF_TYPE("type 2^31", P31),
OF_TYPE("type 2^32 - 1", P32M1),
{ "the last of three refused", E(RELOC_TYPE), { RELA(TABLES, 72) },
	{ RELATIVE(TABLES, 0x3108, 1), RELATIVE(TABLES + 24, 0x3110, 1),
	  ENTRY_AT(TABLES + 48, 0x3100, 1, 0) }, { { 0 } }, 1 },
{ "the last of three outside", E(RELOC_OUTSIDE), { RELA(TABLES, 72) },
	{ RELATIVE(TABLES, 0x3108, 1), RELATIVE(TABLES + 24, 0x3110, 1),
	  RELATIVE(TABLES + 48, 0x2800, 1) }, { { 0 } }, 0x2800 },

/* Targets */
AT("in read-only memory", 0x190, OK),
AT("in text", 0x1000, OK),
AT("unaligned", 0x3101, OK),
AT("file bytes and .bss", 0x31fc, OK),
AT(".bss", 0x4000, OK),
AT("text's last word", 0x17f8, OK),
AT("text's last word + 1", 0x17f9, E(RELOC_OUTSIDE)),
AT("behind text, in its page", 0x1800, E(RELOC_OUTSIDE)),
AT("before data", 0x2ff9, E(RELOC_OUTSIDE)),
AT("last word", DATA_END - 8, OK),
AT("last word + 1", DATA_END - 7, E(RELOC_OUTSIDE)),
AT("last byte", DATA_END - 1, E(RELOC_OUTSIDE)),
AT("end", DATA_END, E(RELOC_OUTSIDE)),
AT("2^31", P31, E(RELOC_OUTSIDE)),
AT("2^32 - 1", P32M1, E(RELOC_OUTSIDE)),
AT("2^63", P63, E(RELOC_OUTSIDE)),
AT("2^64 - 8", 0ull - 8, E(RELOC_OUTSIDE)),
AT("2^64 - 1", P64M1, E(RELOC_OUTSIDE)),

/* No relocation may change what the second pass reads. */
AT("just before the table", TABLES - 8, OK),
AT("a byte into the table", TABLES - 7, E(RELOC_IN_TABLE)),
AT("the table", TABLES, E(RELOC_IN_TABLE)),
AT("the table's last byte", TABLES + 23, E(RELOC_IN_TABLE)),
AT("just behind the table", TABLES + 24, OK),
AT("PT_DYNAMIC, which is read once", PIE_DYNAMIC_AT, OK),
{ "RELA changes RELR", E(RELOC_IN_TABLE),
	{ RELA(TABLES, 24), RELR(0x300, 16) },
	{ RELATIVE(TABLES, 0x308, 0), { 0x300, 0x3100 }, { 0x308, 1 } },
	{ { 0 } }, 0x308 },
{ "RELA changes PLT", E(RELOC_IN_TABLE),
	{ RELA(TABLES, 24), PLT(0x300, 24) },
	{ RELATIVE(TABLES, 0x310, 0), RELATIVE(0x300, 0x3100, 0) },
	{ { 0 } }, 0x310 },
{ "RELR changes itself", E(RELOC_IN_TABLE), { RELR(TABLES, 8) },
	{ { TABLES, TABLES } }, { { 0 } }, TABLES },

/* Where the entry sizes would be, were they a table's place and size. */
{ "in the ELF header", OK, { RELA(TABLES, 24), RELR(0x300, 0) },
	{ RELATIVE(TABLES, 24, 0) }, { { 24, SLIDE } }, 0 },

/* A table without a byte is not in the way. */
{ "across an empty table", OK, { RELA(TABLES, 24), RELR(0x304, 0) },
	{ RELATIVE(TABLES, 0x300, 5) }, { { 0x300, 5 + SLIDE } }, 0 },

/* RELA: the table */
{ "no size", OK, { { D_RELA, P64M1 } }, { { 0 } }, { { 0 } }, 0 },
{ "size 0", OK, { { D_RELA, P64M1 }, { D_RELASZ, 0 } }, { { 0 } },
	{ { 0 } }, 0 },
{ "size 1", E(RELOC_TABLE_BYTES), { RELA(TABLES, 1) }, { { 0 } }, { { 0 } },
	1 },
{ "size 23", E(RELOC_TABLE_BYTES), { RELA(TABLES, 23) }, { { 0 } },
	{ { 0 } }, 23 },
{ "size 25", E(RELOC_TABLE_BYTES), { RELA(TABLES, 25) }, { { 0 } },
	{ { 0 } }, 25 },
{ "size 2^63", E(RELOC_TABLE_BYTES), { RELA(TABLES, P63) }, { { 0 } },
	{ { 0 } }, P63 },
{ "size 2^64 - 1", E(RELOC_TABLE_BYTES), { RELA(TABLES, P64M1) }, { { 0 } },
	{ { 0 } }, P64M1 },
{ "size 2^64 - 16, a multiple", E(RELOC_TABLE_OUTSIDE),
	{ RELA(TABLES, 0ull - 16) }, { { 0 } }, { { 0 } }, TABLES },
{ "no entry size", E(RELOC_ENTRY_BYTES),
	{ { D_RELA, TABLES }, { D_RELASZ, 24 } }, { { 0 } }, { { 0 } }, 9 },
{ "entry size 0", E(RELOC_ENTRY_BYTES), { { D_RELA, TABLES },
	{ D_RELASZ, 24 }, { D_RELAENT, 0 } }, { { 0 } }, { { 0 } }, 9 },
{ "entry size 16", E(RELOC_ENTRY_BYTES), { { D_RELA, TABLES },
	{ D_RELASZ, 24 }, { D_RELAENT, 16 } }, { { 0 } }, { { 0 } }, 9 },
{ "entry size 2^64 - 1", E(RELOC_ENTRY_BYTES), { { D_RELA, TABLES },
	{ D_RELASZ, 24 }, { D_RELAENT, P64M1 } }, { { 0 } }, { { 0 } }, 9 },
{ "no address", E(RELOC_TABLE_OUTSIDE), { { D_RELASZ, 24 },
	{ D_RELAENT, 24 } }, { { 0 } }, { { 0 } }, P64M1 },
{ "ends with the file bytes", OK, { RELA(TABLES_END - 24, 24) },
	{ RELATIVE(TABLES_END - 24, 0x3100, 0) }, { { 0x3100, SLIDE } }, 0 },
{ "ends a byte behind them", E(RELOC_TABLE_OUTSIDE),
	{ RELA(TABLES_END - 23, 24) }, { { 0 } }, { { 0 } },
	TABLES_END - 23 },
{ "in data", OK, { RELA(0x31e8, 24) }, { RELATIVE(0x31e8, 0x3100, 0) },
	{ { 0x3100, SLIDE } }, 0 },
{ "in .bss", E(RELOC_TABLE_OUTSIDE), { RELA(0x3200, 24) }, { { 0 } },
	{ { 0 } }, 0x3200 },
{ "between segments", E(RELOC_TABLE_OUTSIDE), { RELA(0x2000, 24) },
	{ { 0 } }, { { 0 } }, 0x2000 },
{ "at 2^63", E(RELOC_TABLE_OUTSIDE), { RELA(P63, 24) }, { { 0 } },
	{ { 0 } }, P63 },
{ "unaligned table", OK, { RELA(TABLES + 1, 24) },
	{ RELATIVE(TABLES + 1, 0x3100, 0) }, { { 0x3100, SLIDE } }, 0 },

/* PLT */
{ "PLT, RELATIVE", OK, { PLT(TABLES, 24) },
	{ RELATIVE(TABLES, 0x3100, 4) }, { { 0x3100, 4 + SLIDE } }, 0 },
{ "PLT, JUMP_SLOT", E(RELOC_TYPE), { PLT(TABLES, 24) },
	{ ENTRY_AT(TABLES, 0x3100, 7, 0) }, { { 0 } }, 7 },
{ "PLT of REL", E(RELOC_TAG), { { D_JMPREL, TABLES }, { D_PLTRELSZ, 24 },
	{ D_PLTREL, D_REL } }, { { 0 } }, { { 0 } }, D_REL },
{ "PLT of nothing known", E(RELOC_TAG), { { D_JMPREL, TABLES },
	{ D_PLTRELSZ, 24 } }, { { 0 } }, { { 0 } }, 0 },
{ "PLT empty", OK, { { D_PLTREL, D_REL }, { D_PLTRELSZ, 0 } }, { { 0 } },
	{ { 0 } }, 0 },
{ "PLT size 16", E(RELOC_TABLE_BYTES), { PLT(TABLES, 16) }, { { 0 } },
	{ { 0 } }, 16 },
{ "PLT outside", E(RELOC_TABLE_OUTSIDE), { PLT(0x3f0, 24) }, { { 0 } },
	{ { 0 } }, 0x3f0 },
{ "PLT without an address", E(RELOC_TABLE_OUTSIDE), { { D_PLTRELSZ, 24 },
	{ D_PLTREL, D_RELA } }, { { 0 } }, { { 0 } }, P64M1 },

/* RELR */
{ "RELR without an address", E(RELOC_TABLE_OUTSIDE), { { D_RELRSZ, 8 },
	{ D_RELRENT, 8 } }, { { 0 } }, { { 0 } }, P64M1 },
{ "RELR, an address", OK, { RELR(TABLES, 8) },
	{ { TABLES, 0x3100 }, { 0x3100, 0x1234 } },
	{ { 0x3100, 0x1234 + SLIDE } }, 0 },
{ "RELR, bitmaps", OK, { RELR(TABLES, 40) },
	{ { TABLES, 0x3100 }, { TABLES + 8, P63 | 1 | 1 << 1 },
	  { TABLES + 16, 1 | 1 << 1 }, { TABLES + 24, 1 },
	  { TABLES + 32, 1 | 1 << 2 }, { 0x3100, 10 }, { 0x3108, 11 },
	  { 0x3110, 9 } },
	{ { 0x3100, 10 + SLIDE }, { 0x3108, 11 + SLIDE },
	  { 0x3108 + 62 * 8, SLIDE }, { 0x3108 + 63 * 8, SLIDE },
	  { 0x3108 + (3 * 63 + 1) * 8, SLIDE } }, 0 },
{ "RELR, two addresses", OK, { RELR(TABLES, 24) },
	{ { TABLES, 0x1000 }, { TABLES + 8, 0x4002 }, { TABLES + 16, 3 } },
	{ { 0x1000, SLIDE }, { 0x4002, SLIDE }, { 0x400a, SLIDE } }, 0 },
{ "RELR begins with a bitmap", E(RELR_START), { RELR(TABLES, 8) },
	{ { TABLES, 3 } }, { { 0 } }, 3 },
{ "RELR, address outside", E(RELOC_OUTSIDE), { RELR(TABLES, 16) },
	{ { TABLES, 0x3100 }, { TABLES + 8, DATA_END } }, { { 0 } },
	DATA_END },
{ "RELR, bit outside", E(RELOC_OUTSIDE), { RELR(TABLES, 16) },
	{ { TABLES, DATA_END - 8 }, { TABLES + 8, 3 } }, { { 0 } },
	DATA_END },
{ "RELR, empty bitmaps", OK, { RELR(TABLES, 24) },
	{ { TABLES, 0x3100 }, { TABLES + 8, 1 }, { TABLES + 16, 1 } },
	{ { 0x3100, SLIDE } }, 0 },
{ "RELR size 4", E(RELOC_TABLE_BYTES), { RELR(TABLES, 4) }, { { 0 } },
	{ { 0 } }, 4 },
{ "RELR entry size 4", E(RELOC_ENTRY_BYTES), { { D_RELR, TABLES },
	{ D_RELRSZ, 8 }, { D_RELRENT, 4 } }, { { 0 } }, { { 0 } },
	D_RELRENT },
{ "RELR outside", E(RELOC_TABLE_OUTSIDE), { RELR(0x3f9, 8) }, { { 0 } },
	{ { 0 } }, 0x3f9 },
{ "all three", OK, { RELA(TABLES, 24), RELR(0x300, 8) },
	{ RELATIVE(TABLES, 0x3100, 1), { 0x300, 0x3108 }, { 0x3108, 2 } },
	{ { 0x3100, 1 + SLIDE }, { 0x3108, 2 + SLIDE } }, 0 },

/* What else PT_DYNAMIC may ask for */
{ "DT_NEEDED", E(NEEDED), { { D_DEBUG, 0 }, { D_NEEDED, 1 } }, { { 0 } },
	{ { 0 } }, 0 },
{ "DT_REL", E(RELOC_TAG), { { D_REL, TABLES } }, { { 0 } }, { { 0 } },
	D_REL },
{ "DT_ANDROID_REL", E(RELOC_TAG), { { D_ANDROID_REL, 0 } }, { { 0 } },
	{ { 0 } }, D_ANDROID_REL },
{ "DT_ANDROID_RELA", E(RELOC_TAG), { { D_ANDROID_RELA, 0 } }, { { 0 } },
	{ { 0 } }, D_ANDROID_RELA },
{ "DT_ANDROID_RELR", E(RELOC_TAG), { { D_ANDROID_RELR, 0 } }, { { 0 } },
	{ { 0 } }, D_ANDROID_RELR },
};

/* A kernel as a row describes it: its file and its plan. */
static uint8_t *build(const struct row *row, struct elf64_plan *plan)
{
	uint8_t *file = elf_pie();
	struct elf64_fault fault;
	unsigned n = 0;

	for (; n < 8 && row->dynamic[n].at; n++) {
		elf_put(file, PIE_DYNAMIC_AT + 16 * n, 8, row->dynamic[n].at);
		elf_put(file, PIE_DYNAMIC_AT + 16 * n + 8, 8,
			row->dynamic[n].value);
	}
	/* Behind DT_NULL: not to be looked at. */
	elf_put(file, PIE_DYNAMIC_AT + 16 * (n + 1), 8, D_NEEDED);
	for (n = 0; n < 14 && row->before[n].at; n++)
		elf_put(file, row->before[n].at, 8, row->before[n].value);
	if (elf64_parse(file, PIE_SIZE, plan, &fault) != OK)
		fail_msg("%s: not a kernel", row->name);
	return file;
}

/*
 * A kernel's memory in chunks of at most step bytes, an allocation each so
 * that ASan sees an access beside it, as it does beside the array of chunks.
 * With file_only a segment's memory ends where its bytes from the file do.
 */
static struct elf64_memory chop(const struct elf64_plan *plan,
				const uint8_t *file, uint64_t step,
				bool file_only)
{
	struct elf64_chunk *chunk = NULL;
	size_t count = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t size = file_only ? s->filesz : s->memsz;

		for (uint64_t at = 0; at < size; at += step) {
			struct elf64_chunk c = { .vaddr = s->vaddr + at };

			c.size = size - at < step ? size - at : step;
			c.data = calloc(1, c.size);
			assert_non_null(c.data);
			for (uint64_t k = 0; k < c.size; k++)
				if (at + k < s->filesz)
					c.data[k] = file[s->offset + at + k];
			chunk = realloc(chunk, (count + 1) * sizeof(*chunk));
			assert_non_null(chunk);
			chunk[count++] = c;
		}
	}
	return (struct elf64_memory){ chunk, count };
}

/* Puts chunks together again, by vaddr, and frees them. */
static void join(const struct elf64_memory *memory, uint8_t *image)
{
	memset(image, 0, IMAGE_SIZE);
	for (size_t i = 0; i < memory->count; i++) {
		memcpy(image + memory->chunk[i].vaddr, memory->chunk[i].data,
		       memory->chunk[i].size);
		free(memory->chunk[i].data);
	}
	free((void *)memory->chunk);
}

static void check_row(const struct row *row, uint64_t step)
{
	static uint8_t before[IMAGE_SIZE], after[IMAGE_SIZE];
	struct elf64_fault fault = { 0, { 0 } };
	struct elf64_memory memory;
	struct elf64_plan plan;
	uint8_t *file = build(row, &plan);
	int err;

	memory = chop(&plan, file, step, true);
	err = elf64_check_relocations(&plan, &memory, &fault);
	join(&memory, after);
	if (err != row->want)
		fail_msg("%s: check says %d, not %d", row->name, err,
			 row->want);
	memory = chop(&plan, file, step, true);
	join(&memory, before);
	assert_memory_equal(before, after, IMAGE_SIZE);

	memory = chop(&plan, file, step, false);
	err = elf64_relocate(&plan, &memory, SLIDE, &fault);
	join(&memory, after);
	if (err != row->want)
		fail_msg("%s: error %d, not %d", row->name, err, row->want);
	if (err != OK && (fault.segment != -1 ||
			  fault.value[0] != row->value0))
		fail_msg("%s: fault 0x%llx", row->name,
			 (unsigned long long)fault.value[0]);
	if (err == E(RELOC_ENTRY_BYTES) &&
	    fault.value[2] != (row->value0 == D_RELRENT ? 8 : 24))
		fail_msg("%s: size 0x%llx", row->name,
			 (unsigned long long)fault.value[2]);
	if (err != OK && !elf_check_fault(err, &fault))
		fail_msg("%s: more numbers than its sentence", row->name);
	for (int i = 0; i < 8 && row->after[i].at; i++)
		elf_put(before, row->after[i].at, 8, row->after[i].value);
	for (uint64_t i = 0; i < IMAGE_SIZE; i++)
		if (before[i] != after[i])
			fail_msg("%s: byte 0x%llx is %02x, not %02x",
				 row->name, (unsigned long long)i, after[i],
				 before[i]);
	free(file);
}

/* Words in one piece, in page-sized pieces, and each word across two. */
static void test_rows(void **state)
{
	static const uint64_t steps[] = { 0x10000, 0x1000, 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int k = 0; k < 3; k++)
			check_row(&rows[i], steps[k]);
}

/* PT_DYNAMIC ends with its size where there is no DT_NULL. */
static void test_no_end(void **state)
{
	static const struct row row = { "no end", E(NEEDED),
		{ { D_DEBUG, 0 }, { D_DEBUG, 0 }, { D_DEBUG, 0 },
		  { D_NEEDED, 1 } }, { { 0 } }, { { 0 } }, 0 };
	struct elf64_memory memory;
	struct elf64_fault fault;
	struct elf64_plan plan;
	uint8_t *file = build(&row, &plan);
	uint8_t image[IMAGE_SIZE];

	(void)state;
	for (unsigned size = 0; size <= 64; size++) {
		memory = chop(&plan, file, IMAGE_SIZE, false);
		plan.dynamic_size = size;
		assert_int_equal(elf64_relocate(&plan, &memory, SLIDE, &fault),
				 size < 64 ? OK : E(NEEDED));
		join(&memory, image);
	}
	free(file);
}

/* A plan without PT_DYNAMIC needs no memory at all. */
static void test_no_dynamic(void **state)
{
	const struct elf64_memory none = { NULL, 0 };
	uint8_t *file = elf_exec();
	struct elf64_fault fault;
	struct elf64_plan plan;

	(void)state;
	assert_int_equal(elf64_parse(file, EXEC_SIZE, &plan, &fault), OK);
	assert_int_equal(elf64_check_relocations(&plan, &none, &fault), OK);
	assert_int_equal(elf64_relocate(&plan, &none, 0, &fault), OK);
	free(file);
}

/* An executable is held to the same: no shared libraries. */
static void test_executable(void **state)
{
	static const struct shape shape = { "exec", EXEC, OK, 0, {
		TYPE(STACK, T_DYNAMIC), VADDR(STACK, 0x202000),
		MEMSZ(STACK, 32), { 0x3000, 8, D_NEEDED } } };
	uint64_t size;
	uint8_t *file = elf_shape(&shape, &size);
	struct elf64_chunk data = { 0x202000, 0x100, file + 0x3000 };
	const struct elf64_memory memory = { &data, 1 };
	struct elf64_fault fault;
	struct elf64_plan plan;

	(void)state;
	assert_int_equal(elf64_parse(file, size, &plan, &fault), OK);
	assert_int_equal(elf64_check_relocations(&plan, &memory, &fault),
			 E(NEEDED));
	free(file);
}

/* A caller whose memory has holes gets an error, no access beside it. */
static void test_holes(void **state)
{
	static const struct row row = { "holes", OK,
		{ RELA(TABLES, 24), RELR(0x300, 8) },
		{ RELATIVE(TABLES, 0x1000, 0), { 0x300, 0x3108 } },
		{ { 0 } }, 0 };
	/* From each on, this many bytes are missing. */
	static const struct {
		uint64_t from, size;
		int want;
	} holes[] = {
		{ PIE_DYNAMIC_AT, 1, E(RELOC_TABLE_OUTSIDE) },
		{ PIE_DYNAMIC_AT + 8, 1, E(RELOC_TABLE_OUTSIDE) },
		{ TABLES + 7, 1, E(RELOC_TABLE_OUTSIDE) },
		{ TABLES + 15, 1, E(RELOC_TABLE_OUTSIDE) },
		{ TABLES + 16, 1, E(RELOC_TABLE_OUTSIDE) },
		{ 0x300, 8, E(RELOC_TABLE_OUTSIDE) },
		{ 0x1000, 1, E(RELOC_OUTSIDE) },
		{ 0x3108, 8, E(RELOC_OUTSIDE) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		static uint8_t image[IMAGE_SIZE];
		struct elf64_chunk chunk[6];
		struct elf64_memory memory;
		struct elf64_fault fault;
		struct elf64_plan plan;
		uint8_t *file = build(&row, &plan);
		size_t kept = 0;

		memory = chop(&plan, file, IMAGE_SIZE, false);
		join(&memory, image);
		/* Two chunks for each segment: below and above the hole. */
		assert_int_equal(plan.count, 3);
		for (uint32_t k = 0; k < plan.count; k++) {
			uint64_t base = plan.segment[k].vaddr;
			uint64_t end = base + plan.segment[k].memsz;
			uint64_t from = holes[i].from;
			uint64_t to = from + holes[i].size;

			if (from < base || from >= end)
				from = to = end;
			chunk[kept++] = (struct elf64_chunk){ base,
				from - base, image + base };
			chunk[kept++] = (struct elf64_chunk){ to, end - to,
				image + to };
		}
		memory = (struct elf64_memory){ chunk, kept };
		assert_int_equal(elf64_relocate(&plan, &memory, SLIDE, &fault),
				 holes[i].want);
		assert_true(elf_check_fault(holes[i].want, &fault));
		free(file);
	}
}

/* All of a kernel in one piece: there is no second one to look at. */
static void test_one_chunk(void **state)
{
	static const struct row row = { "one chunk", OK,
		ONE, { RELATIVE(TABLES, 0x3100, 7) }, { { 0 } }, 0 };
	struct elf64_chunk *chunk = malloc(sizeof(*chunk));
	const struct elf64_memory memory = { chunk, 1 };
	struct elf64_fault fault;
	struct elf64_plan plan;
	uint8_t *file = build(&row, &plan);
	struct elf64_memory parts = chop(&plan, file, IMAGE_SIZE, false);
	uint8_t image[IMAGE_SIZE];
	uint64_t word;

	(void)state;
	assert_non_null(chunk);
	join(&parts, image);
	*chunk = (struct elf64_chunk){ 0, IMAGE_SIZE, image };
	assert_int_equal(elf64_check_relocations(&plan, &memory, &fault), OK);
	assert_int_equal(elf64_relocate(&plan, &memory, SLIDE, &fault), OK);
	memcpy(&word, image + 0x3100, sizeof(word));
	assert_int_equal(word, 7 + SLIDE);
	free(chunk);
	free(file);
}

/* Comes last: the table has a row for every reason of relocations. */
static void test_all_wanted(void **state)
{
	bool wanted[ELF64_ERR_END - ELF64_ERR_BASE] = { false };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].want != OK)
			wanted[rows[i].want - ELF64_ERR_BASE] = true;
#define WANTED(name, sentence) \
	if (!wanted[ELF64_##name - ELF64_ERR_BASE]) \
		fail_msg("no row is refused as " #name);
	ELF64_RELOC_ERRORS(WANTED)
#undef WANTED
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_no_dynamic),
		cmocka_unit_test(test_executable),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_one_chunk),
		cmocka_unit_test(test_all_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
