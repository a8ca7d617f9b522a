// SPDX-License-Identifier: 0BSD
/* test_image_file.c - every field of every structure, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "image_build.h"

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))

#define MAX_SECTORS     (IMAGE_MAX_DIRECTORY / SECTOR_SIZE)

/* A field of a structure by name, as offset and size. */
#define FIELD(type, name) \
	offsetof(struct type, name), sizeof(((struct type *)0)->name)
#define IN_BLOCK(i, name) \
	offsetof(struct image_table, block) + \
	(i) * sizeof(struct image_block) + \
	offsetof(struct image_block, name), \
	sizeof(((struct image_block *)0)->name)

/* One field set to one value, and what has to come of it. */
struct row {
	size_t offset;
	size_t size;
	uint64_t value;
	int err;
	const char *what;
	bool elsewhere;         /* the fault's value is another field's */
};

/* Structure and field. */
static const char *named(const struct image_fault *fault)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s", fault->what, fault->field);
	return text;
}

/* Writes the row's value to the structure; returns what was there. */
static uint64_t poke(void *structure, const struct row *row)
{
	uint8_t *field = (uint8_t *)structure + row->offset;
	uint64_t old = 0;

	memcpy(&old, field, row->size);
	memcpy(field, &row->value, row->size);
	return old;
}

static void check_fault(const struct row *row, size_t index, int err,
			const struct image_fault *fault, uint64_t lba)
{
	if (err != row->err ||
	    (err && strcmp(named(fault), row->what) != 0) ||
	    (err && fault->lba != lba) ||
	    ((err == IMAGE_BAD_FIELD || err == IMAGE_OTHER_ID) &&
	     !row->elsewhere && fault->value != row->value) ||
	    (err == IMAGE_BAD_SUM && fault->value != 0))
		fail_msg("row %zu (%s = %#llx): %d %s, value %#llx, lba %llu",
			 index, row->what, (unsigned long long)row->value,
			 err, err ? named(fault) : "",
			 (unsigned long long)(err ? fault->value : 0),
			 (unsigned long long)(err ? fault->lba : 0));
}

/* --- the loader's header --- */

static void test_header(void **state)
{
	static const struct row rows[] = {
#define ROW(name, value, err, what) \
	{ FIELD(stage2_header, name), value, err, "loader header" what, false }
#define ROW_EARLY(name, value) \
	{ FIELD(stage2_header, name), value, IMAGE_BAD_FIELD, \
	  "loader header early_sectors", true }
#define ROW_PLAIN(name, value) \
	{ FIELD(stage2_header, name), value, IMAGE_BAD_FIELD, \
	  "loader header plain_sectors", true }
		ROW(image_id, 1, IMAGE_OK, ""),
		ROW(magic, 0, IMAGE_BAD_MAGIC, ""),
		ROW(magic, STAGE2_MAGIC + 1, IMAGE_BAD_MAGIC, ""),
		ROW(stage2_sectors, 0, IMAGE_BAD_FIELD, " stage2_sectors"),
		ROW_EARLY(stage2_sectors, 1),
		ROW(stage2_sectors, 10, IMAGE_OK, ""),
		ROW(stage2_sectors, 11, IMAGE_BAD_FIELD, " stage2_sectors"),
		ROW_PLAIN(stage2_sectors, 3),
		ROW(loader_sectors, 4, IMAGE_OK, ""),
		ROW(loader_sectors, LOADER_MAX_SECTORS, IMAGE_OK, ""),
		ROW(loader_sectors, LOADER_MAX_SECTORS + 1, IMAGE_BAD_FIELD,
		    " loader_sectors"),
		ROW(loader_sectors, 65535, IMAGE_BAD_FIELD,
		    " loader_sectors"),
		ROW(early_sectors, 0, IMAGE_BAD_FIELD, " early_sectors"),
		ROW(early_sectors, 1, IMAGE_OK, ""),
		ROW(early_sectors, 3, IMAGE_OK, ""),
		ROW(early_sectors, 4, IMAGE_BAD_FIELD, " early_sectors"),
		ROW(early_sectors, 65535, IMAGE_BAD_FIELD, " early_sectors"),
		ROW(plain_sectors, 0, IMAGE_BAD_FIELD, " plain_sectors"),
		ROW(plain_sectors, 2, IMAGE_BAD_FIELD, " plain_sectors"),
		ROW(plain_sectors, 3, IMAGE_OK, ""),
		ROW(plain_sectors, 5, IMAGE_BAD_FIELD, " plain_sectors"),
		ROW(plain_sectors, 65535, IMAGE_BAD_FIELD, " plain_sectors"),
		ROW(super_lba, 0, IMAGE_BAD_FIELD, " super_lba"),
		ROW(super_lba, 4, IMAGE_BAD_FIELD, " super_lba"),
		ROW(super_lba, 5, IMAGE_OK, ""),
		ROW(super_lba, 0xffffffff, IMAGE_OK, ""),
		ROW(image_id, 0, IMAGE_BAD_FIELD, " image_id"),
		ROW(reserved, 1, IMAGE_BAD_FIELD, " reserved"),
		ROW(reserved, 0x80000000, IMAGE_BAD_FIELD, " reserved"),
#undef ROW
#undef ROW_EARLY
#undef ROW_PLAIN
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		struct image_fault fault = { 0 };
		struct stage2_header header = {
			.magic = STAGE2_MAGIC,
			.loader_sectors = 10,
			.stage2_sectors = 4,
			.early_sectors = 2, .plain_sectors = 4,
			.super_lba = 40,
			.image_id = BUILD_ID,
		};

		poke(&header, &rows[i]);
		check_fault(&rows[i], i, image_check_header(&header, &fault),
			    &fault, STAGE2_LBA);
	}
}

static void test_sums(void **state)
{
	uint8_t data[3 * SECTOR_SIZE] = { 0 };
	uint32_t sum[2];
	uint32_t first;

	(void)state;
	image_early_sum(data, 0, sum);
	assert_int_equal(sum[0], 0);
	assert_int_equal(sum[1], 0);

	/* One word counts once for itself, and once for all after it. */
	data[0] = 3;
	data[sizeof(data) - 4] = 5;
	image_early_sum(data, 3, sum);
	assert_int_equal(sum[0], 8);
	assert_int_equal(sum[1], 3 * (sizeof(data) / 4) + 5);
	image_early_sum(data, 2, sum);
	assert_int_equal(sum[0], 3);
	assert_int_equal(sum[1], 3 * (2 * SECTOR_SIZE / 4));
	data[3] = 0x80;
	image_early_sum(data, 1, sum);
	assert_int_equal(sum[0], 0x80000003);
	assert_int_equal(sum[1], 3 * (SECTOR_SIZE / 4));

	/* Word i of 128 is rotated 127 - i times. */
	memset(data, 0, sizeof(data));
	assert_int_equal(image_sector_sum(data), 0);
	data[SECTOR_SIZE - 4] = 7;
	assert_int_equal(image_sector_sum(data), 7);
	data[SECTOR_SIZE] = 1;          /* not of this sector */
	assert_int_equal(image_sector_sum(data), 7);
	data[SECTOR_SIZE - 8 + 3] = 0x80;
	assert_int_equal(image_sector_sum(data), 8);
	memset(data, 0, sizeof(data));
	data[0] = 1;                    /* 127 % 32 == 31 */
	assert_int_equal(image_sector_sum(data), 0x80000000);
	first = image_sector_sum(data);
	data[0] = 0;
	data[4] = 1;
	assert_int_not_equal(image_sector_sum(data), first);
}

/* --- the superblock --- */

static const struct build_file small_files[] = {
	{ IMAGE_KERNEL, "kernel.elf", (const uint8_t *)"kernel", 6 },
	{ IMAGE_CMDLINE, "", (const uint8_t *)"console=ttyS0", 13 },
	{ IMAGE_MODULE, "a", (const uint8_t *)"module a", 8 },
	{ IMAGE_MODULE, "b", (const uint8_t *)"", 0 },
};

static int check_super(const struct build *b, struct image_fault *fault)
{
	return image_check_super(b->super, BUILD_SUPER_LBA, BUILD_ID, fault);
}

static void test_super(void **state)
{
	static const struct row rows[] = {
#define ROW(name, value, err, what) \
	{ FIELD(image_super, name), value, err, "superblock" what, false }
		ROW(flags, 0, IMAGE_OK, ""),
		ROW(version, 0, IMAGE_BAD_VERSION, ""),
		ROW(version, 2, IMAGE_BAD_VERSION, ""),
		ROW(block_size, 0, IMAGE_BAD_FIELD, " block_size"),
		ROW(block_size, 32768, IMAGE_BAD_FIELD, " block_size"),
		ROW(image_id, BUILD_ID + 1, IMAGE_OTHER_ID, ""),
		ROW(image_id, BUILD_ID ^ 1ull << 63, IMAGE_OTHER_ID, ""),
		ROW(disk_sectors, 0, IMAGE_BAD_FIELD, " disk_sectors"),
		ROW(disk_sectors, BUILD_SUPER_LBA, IMAGE_BAD_FIELD,
		    " disk_sectors"),
		ROW(disk_sectors, UINT64_MAX, IMAGE_OK, ""),
		ROW(directory_lba, 0, IMAGE_BAD_FIELD, " directory_lba"),
		ROW(directory_lba, BUILD_SUPER_LBA, IMAGE_BAD_FIELD,
		    " directory_lba"),
		ROW(directory_lba, BUILD_SUPER_LBA + 1, IMAGE_OK, ""),
		ROW(directory_lba, 0xffffffff, IMAGE_BAD_FIELD,
		    " directory_lba"),
		ROW(directory_sectors, MAX_SECTORS + 1, IMAGE_BAD_FIELD,
		    " directory_sectors"),
		ROW(directory_sectors, 0x800000, IMAGE_BAD_FIELD,
		    " directory_sectors"),
		ROW(directory_sectors, 0xffffffff, IMAGE_BAD_FIELD,
		    " directory_sectors"),
		ROW(file_count, 0, IMAGE_BAD_FIELD, " file_count"),
		ROW(file_count, 1, IMAGE_OK, ""),
		ROW(file_count, 16, IMAGE_OK, ""),
		ROW(file_count, 17, IMAGE_BAD_FIELD, " file_count"),
		ROW(file_count, 81, IMAGE_BAD_FIELD, " file_count"),
		ROW(file_count, 0xffffffff, IMAGE_BAD_FIELD, " file_count"),
		ROW(flags, 1, IMAGE_BAD_FIELD, " flags"),
		ROW(flags, 0x80000000, IMAGE_BAD_FIELD, " flags"),
		ROW(wishes.magic[0], 0, IMAGE_BAD_FIELD, " magic"),
		ROW(wishes.version, 2, IMAGE_BAD_FIELD, " version"),
		ROW(wishes.size, 72, IMAGE_BAD_FIELD, " size"),
		ROW(wishes.required, 0x80000000, IMAGE_BAD_FIELD, " required"),
		ROW(wishes.flags, BOOT_WISH_KASLR, IMAGE_OK, ""),
		ROW(wishes.stack_size, 0x20000, IMAGE_OK, ""),
		ROW(wishes.stack_size, 1, IMAGE_BAD_FIELD, " stack_size"),
		ROW(wishes.phys_offset, 2, IMAGE_BAD_FIELD, " phys_offset"),
		ROW(wishes.video, 5, IMAGE_BAD_FIELD, " video"),
#undef ROW
	};
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	for (i = 0; i < COUNT_OF(rows); i++) {
		struct image_super good = *b.super;
		struct image_fault fault = { 0 };

		poke(b.super, &rows[i]);
		build_seal_super(b.super);
		check_fault(&rows[i], i, check_super(&b, &fault), &fault,
			    BUILD_SUPER_LBA);
		*b.super = good;
	}
	build_free(&b);
}

/* What rows of one field cannot say. */
static void test_super_more(void **state)
{
	struct image_fault fault = { 0 };
	struct image_super good;
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	good = *b.super;

	/* Any id will do where none is expected, but not one without low half. */
	b.super->image_id = 0x100000001ull;
	build_seal_super(b.super);
	assert_int_equal(image_check_super(b.super, BUILD_SUPER_LBA, 0,
					   &fault), IMAGE_OK);
	b.super->image_id = 0x100000000ull;
	build_seal_super(b.super);
	assert_int_equal(image_check_super(b.super, BUILD_SUPER_LBA, 0,
					   &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock image_id");
	*b.super = good;

	/* The directory may end with the disk and not a sector later. */
	b.super->disk_sectors = BUILD_DIRECTORY_LBA + 2;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_OK);
	b.super->disk_sectors--;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock directory_lba");
	*b.super = good;

	/* The most files there can be, in a directory large enough. */
	b.super->disk_sectors = 1000;
	b.super->directory_sectors = MAX_SECTORS;
	b.super->file_count = IMAGE_MAX_FILES;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_OK);
	b.super->file_count++;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock file_count");
	*b.super = good;

	/* No directory at all has no room for the kernel's entry, though its
	   place is as good as any, at the disk's very end. */
	b.super->directory_lba = (uint32_t)b.super->disk_sectors;
	b.super->directory_sectors = 0;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock file_count");
	*b.super = good;

	/* What a kernel may say, and mkimage has to have worked out. */
	b.super->wishes.required = BOOT_WISH_VIDEO;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock wishes");
	*b.super = good;
	b.super->wishes.flags = 0x80000000;
	build_seal_super(b.super);
	assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "superblock wishes");
	assert_int_equal(fault.value, 0);
	*b.super = good;

	for (i = 0; i < sizeof(good.reserved); i++) {
		b.super->reserved[i] = 1;
		build_seal_super(b.super);
		assert_int_equal(check_super(&b, &fault), IMAGE_BAD_FIELD);
		assert_string_equal(named(&fault), "superblock reserved");
		assert_int_equal(fault.value, 0);
		*b.super = good;
	}
	for (i = 0; i < sizeof(good.magic); i++) {
		b.super->magic[i] ^= 0x20;
		build_seal_super(b.super);
		assert_int_equal(check_super(&b, &fault), IMAGE_BAD_MAGIC);
		*b.super = good;
	}
	build_free(&b);
}

/* One wrong bit anywhere, and nothing put right. */
static void test_super_bits(void **state)
{
	struct image_fault fault = { 0 };
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	for (i = 0; i < SECTOR_SIZE * 8; i++) {
		uint8_t *byte = (uint8_t *)b.super + i / 8;
		int want = i / 8 < 16 ? IMAGE_BAD_MAGIC
			 : i / 8 < 20 ? IMAGE_BAD_VERSION : IMAGE_BAD_SUM;

		*byte ^= (uint8_t)(1 << i % 8);
		assert_int_equal(check_super(&b, &fault), want);
		if (want == IMAGE_BAD_SUM)
			assert_int_equal(fault.value, 0);
		*byte ^= (uint8_t)(1 << i % 8);
	}
	build_free(&b);
}

/* --- the directory --- */

/* On a copy of exactly its size. */
static int check_directory(const struct build *b, struct image_fault *fault)
{
	const size_t size = b->super->directory_sectors * SECTOR_SIZE;
	void *copy = malloc(size);
	int err;

	assert_non_null(copy);
	memcpy(copy, b->file, size);
	build_seal_directory(b);
	err = image_check_super(b->super, BUILD_SUPER_LBA, BUILD_ID, fault);
	assert_int_equal(err, IMAGE_OK);
	err = image_check_directory(b->super, copy, fault);
	free(copy);
	return err;
}

static void test_directory(void **state)
{
	static const struct row rows[] = {
#define AT(i, name) \
	(i) * sizeof(struct image_file) + offsetof(struct image_file, name), \
	sizeof(((struct image_file *)0)->name)
#define ROW(i, name, value, err, what) \
	{ AT(i, name), value, err, "file entry " what, false }
#define BAD(i, name, value) \
	{ AT(i, name), value, IMAGE_BAD_FIELD, "file entry " #name, \
	  false }
		ROW(0, flags, 0, IMAGE_OK, ""),
		/* types: one kernel, first; one command line */
		BAD(0, type, 0),
		BAD(0, type, IMAGE_CMDLINE),
		BAD(0, type, IMAGE_MODULE),
		BAD(1, type, IMAGE_KERNEL),
		BAD(2, type, IMAGE_KERNEL),
		BAD(2, type, IMAGE_CMDLINE),
		BAD(2, type, 4),
		BAD(3, type, 0xffffffff),
		ROW(0, flags, IMAGE_FILE_SYMBOLS, IMAGE_OK, ""),
		BAD(0, flags, 2),
		BAD(0, flags, 0x80000001),
		BAD(1, flags, IMAGE_FILE_SYMBOLS),
		BAD(2, flags, IMAGE_FILE_SYMBOLS),
		/* sizes and block counts */
		BAD(0, size, 0),
		BAD(0, size, IMAGE_MAX_FILE + 1),
		BAD(0, size, UINT64_MAX),
		ROW(0, size, 1, IMAGE_OK, ""),
		ROW(0, size, IMAGE_BLOCK_SIZE, IMAGE_OK, ""),
		ROW(1, size, IMAGE_MAX_CMDLINE, IMAGE_OK, ""),
		BAD(1, size, IMAGE_MAX_CMDLINE + 1),
		BAD(2, size, IMAGE_MAX_FILE + 1),
		BAD(0, block_count, 0),
		BAD(0, block_count, 2),
		BAD(0, block_count, 0xffffffff),
		BAD(3, block_count, 1),
		/* places; the directory is sectors 5 and 6, the disk has 13 */
		BAD(0, table_lba, 0),
		BAD(0, table_lba, 1),
		BAD(0, table_lba, 6),
		ROW(0, table_lba, 7, IMAGE_OK, ""),
		ROW(0, table_lba, 12, IMAGE_OK, ""),
		BAD(0, table_lba, 13),
		BAD(0, table_lba, 0xffffffff),
		BAD(3, table_lba, 7),
		BAD(0, data_lba, 0),
		BAD(0, data_lba, 6),
		ROW(0, data_lba, 12, IMAGE_OK, ""),
		BAD(0, data_lba, 13),
		BAD(0, data_lba, UINT64_MAX),
		BAD(3, data_lba, 10),
		BAD(0, data_sectors, 129),
		BAD(0, data_sectors, UINT64_MAX),
		ROW(0, data_sectors, 3, IMAGE_OK, ""),
		BAD(3, data_sectors, 1),
		/* names: behind the four entries, up to 1024 */
		BAD(0, name_offset, 0),
		BAD(0, name_offset, 255),
		BAD(0, name_offset, 257),
		BAD(0, name_offset, 1024),
		BAD(0, name_offset, 0xffffffff),
		BAD(1, name_offset, 255),
		ROW(1, name_offset, 1023, IMAGE_OK, ""),
		BAD(1, name_offset, 1024),
		BAD(3, name_offset, 0xfffffffe),
		ROW(0, table_tag, 0, IMAGE_OK, ""),     /* the tables know */
		ROW(1, table_tag, UINT64_MAX, IMAGE_OK, ""),
		BAD(3, table_tag, 1),
		BAD(3, table_tag, 1ull << 63),
		BAD(0, wish_offset, 1),         /* no room for them */
		BAD(0, wish_offset, UINT64_MAX),
		BAD(1, wish_offset, 1),
		BAD(2, wish_offset, 1),
#undef BAD
#undef ROW
#undef AT
	};
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	assert_int_equal(b.sectors, 13);
	for (i = 0; i < COUNT_OF(rows); i++) {
		struct image_fault fault = { 0 };
		struct row back = rows[i];

		back.value = poke(b.file, &rows[i]);
		check_fault(&rows[i], i, check_directory(&b, &fault), &fault,
			    BUILD_DIRECTORY_LBA);
		poke(b.file, &back);
	}
	build_free(&b);
}

/* What takes more than one field. */
static void test_directory_more(void **state)
{
	struct image_fault fault = { 0 };
	struct image_file good;
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));

	/* The largest kernel and module, on a disk that can hold them. */
	b.super->disk_sectors = 1ull << 40;
	for (i = 0; i < 4; i += 2) {
		good = b.file[i];
		b.file[i].size = IMAGE_MAX_FILE;
		b.file[i].block_count = IMAGE_MAX_FILE / IMAGE_BLOCK_SIZE;
		b.file[i].data_sectors = IMAGE_MAX_FILE / SECTOR_SIZE;
		assert_int_equal(check_directory(&b, &fault), IMAGE_OK);
		b.file[i].size++;
		b.file[i].block_count++;
		assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);
		assert_string_equal(named(&fault), "file entry size");
		assert_int_equal(fault.value, IMAGE_MAX_FILE + 1);
		b.file[i] = good;
	}

	/* Wishes lie inside the kernel as a whole. */
	good = b.file[0];
	b.file[0].size = 1000;
	b.file[0].wish_offset = 1000 - sizeof(struct boot_wishes);
	assert_int_equal(check_directory(&b, &fault), IMAGE_OK);
	b.file[0].wish_offset++;
	assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "file entry wish_offset");
	b.file[0] = good;

	/* No other command line: it is its place that is wrong. */
	b.file[1].type = IMAGE_MODULE;
	b.file[0].type = IMAGE_CMDLINE;
	assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "file entry type");
	assert_int_equal(fault.value, IMAGE_CMDLINE);
	build_free(&b);
}

/* name_size: what is wrong shows in the name's place. */
static void test_names(void **state)
{
	static const struct {
		uint32_t size;
		int err;
	} sizes[] = {
		{ 10, IMAGE_OK },               /* "kernel.elf" */
		{ 9, IMAGE_BAD_FIELD },         /* no NUL behind it */
		{ 11, IMAGE_BAD_FIELD },        /* a NUL in it */
		{ 0, IMAGE_BAD_FIELD },
		{ 256, IMAGE_BAD_FIELD },
		{ 0xffffffff, IMAGE_BAD_FIELD },
	};
	struct image_fault fault = { 0 };
	struct build b;
	char *names;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	for (i = 0; i < COUNT_OF(sizes); i++) {
		b.file[0].name_size = sizes[i].size;
		assert_int_equal(check_directory(&b, &fault), sizes[i].err);
		if (sizes[i].err)
			assert_string_equal(named(&fault),
					    "file entry name_offset");
	}

	/* The longest name, and one more. The directory ends at 1024. */
	names = (char *)b.file;
	memset(names + 512, 'x', 512);
	b.file[0].name_offset = 600;
	b.file[0].name_size = IMAGE_MAX_NAME;
	names[600 + IMAGE_MAX_NAME] = '\0';
	assert_int_equal(check_directory(&b, &fault), IMAGE_OK);
	names[600 + IMAGE_MAX_NAME] = 'x';
	names[600 + IMAGE_MAX_NAME + 1] = '\0';
	b.file[0].name_size++;
	assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);

	/* A name up to the very end has no room for its NUL. */
	b.file[0].name_offset = 1020;
	b.file[0].name_size = 4;
	assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);
	names[1023] = '\0';
	b.file[0].name_size = 3;
	assert_int_equal(check_directory(&b, &fault), IMAGE_OK);
	b.file[0].name_size = 0;
	b.file[0].name_offset = 1023;
	assert_int_equal(check_directory(&b, &fault), IMAGE_OK);

	/* A module without a name could not be told from another. */
	b.file[2].name_size = 0;
	b.file[2].name_offset = 1023;
	assert_int_equal(check_directory(&b, &fault), IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "file entry name_size");
	assert_int_equal(fault.value, 0);
	build_free(&b);
}

/* A directory of its own: a kernel, then count empty modules. */
static int check_modules(uint32_t count, struct image_fault *fault)
{
	static struct image_file files[128];    /* 16 sectors */
	struct image_super super = {
		.disk_sectors = 100,
		.directory_lba = 10,
		.directory_sectors = 16,
		.file_count = 1 + count,
	};
	uint32_t name = 100 * sizeof(files[0]);
	uint32_t i;

	memset(files, 0, sizeof(files));
	memcpy(&files[100], "x", 2);
	for (i = 0; i < super.file_count; i++) {
		files[i].type = i == 0 ? IMAGE_KERNEL : IMAGE_MODULE;
		files[i].name_offset = name;
		files[i].name_size = 1;
	}
	files[0].size = 1;
	files[0].block_count = 1;
	files[0].table_lba = 26;
	super.directory_sum = build_sum(files, sizeof(files));
	return image_check_directory(&super, files, fault);
}

static void test_modules(void **state)
{
	struct image_fault fault = { 0 };

	(void)state;
	assert_int_equal(check_modules(0, &fault), IMAGE_OK);
	assert_int_equal(check_modules(IMAGE_MAX_MODULES, &fault), IMAGE_OK);
	assert_int_equal(check_modules(IMAGE_MAX_MODULES + 1, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "file entry type");
	/* Entry 65 is in the directory's ninth sector. */
	assert_int_equal(fault.lba, 18);
}

static void test_directory_bits(void **state)
{
	struct image_fault fault = { 0 };
	struct build b;
	size_t i;

	(void)state;
	build_image(&b, small_files, COUNT_OF(small_files));
	assert_int_equal(check_directory(&b, &fault), IMAGE_OK);
	for (i = 0; i < 2 * SECTOR_SIZE * 8; i++) {
		uint8_t *byte = (uint8_t *)b.file + i / 8;

		*byte ^= (uint8_t)(1 << i % 8);
		assert_int_equal(image_check_directory(b.super, b.file,
						       &fault), IMAGE_BAD_SUM);
		assert_string_equal(named(&fault), "directory");
		assert_int_equal(fault.value, 0);
		assert_int_equal(fault.lba, BUILD_DIRECTORY_LBA);
		*byte ^= (uint8_t)(1 << i % 8);
	}
	build_free(&b);
}

/* --- block tables --- */

/* 17 blocks: noise, text and zeros in turn, a short block at the end. */
#define TABLE_FILE_SIZE (16 * IMAGE_BLOCK_SIZE + 1000)

static uint8_t *table_file(void)
{
	uint8_t *data = calloc(1, TABLE_FILE_SIZE);
	uint32_t x = 1;
	size_t i;

	assert_non_null(data);
	for (i = 0; i < TABLE_FILE_SIZE; i++) {
		x = x * 1664525 + 1013904223;
		switch (i / IMAGE_BLOCK_SIZE % 3) {
		case 0:
			data[i] = (uint8_t)(x >> 24);
			break;
		case 1:
			data[i] = (uint8_t)(i % 1021 * 3);
			break;
		}
	}
	return data;
}

static void check_table_rows(const struct build *b, uint64_t table,
			     const struct row *rows, size_t count)
{
	const struct image_file *file = &b->file[0];
	struct image_table *t = build_table(b, 0, table);
	const struct image_table good = *t;
	/* As the tables before leave it: blocks 12 and 13 are in the first. */
	const uint64_t known = table == 0 ? file->data_lba : t->block[0].lba;
	size_t i;

	for (i = 0; i < count; i++) {
		struct image_fault fault = { 0 };
		uint64_t next = known;

		poke(t, &rows[i]);
		build_seal_table(t);
		check_fault(&rows[i], i,
			    image_check_table(file, table, t, &next,
					      &fault),
			    &fault, file->table_lba + table);
		if (rows[i].err)
			assert_int_equal(next, known);
		*t = good;
	}
}

static void test_table(void **state)
{
	/* Blocks 0 noise, 1 text, 2 zero; 15 noise, 16 text and short. */
	static const struct row first[] = {
#define BAD(i, name, value) \
	{ IN_BLOCK(i, name), value, IMAGE_BAD_FIELD, "block " #name, false }
#define BAD_SIZE(i, name, value) \
	{ IN_BLOCK(i, name), value, IMAGE_BAD_FIELD, "block stored_size", true }
		{ FIELD(image_table, tag), BUILD_TAG, IMAGE_OK, "", false },
		{ FIELD(image_table, tag), BUILD_TAG + 1, IMAGE_OTHER_ID,
		  "block table", false },
		{ FIELD(image_table, tag), BUILD_TAG ^ 1ull << 63,
		  IMAGE_OTHER_ID, "block table", false },
		{ FIELD(image_table, tag), 0, IMAGE_OTHER_ID, "block table",
		  false },
		{ FIELD(image_table, first_block), 15, IMAGE_BAD_FIELD,
		  "block table first_block", false },
		{ FIELD(image_table, first_block), UINT64_MAX,
		  IMAGE_BAD_FIELD, "block table first_block", false },
		BAD(0, codec, 3),
		BAD(0, codec, 0xffffffff),
		/* As another codec, its size is wrong first. */
		BAD_SIZE(0, codec, IMAGE_ZERO),
		BAD_SIZE(0, codec, IMAGE_LZ4),
		BAD_SIZE(2, codec, IMAGE_STORED),
		BAD_SIZE(2, codec, IMAGE_LZ4),
		BAD(0, stored_size, 0),
		BAD(0, stored_size, IMAGE_BLOCK_SIZE - 1),
		BAD(0, stored_size, IMAGE_BLOCK_SIZE + 1),
		BAD(1, stored_size, 0),
		BAD(1, stored_size, IMAGE_BLOCK_SIZE),
		BAD(1, stored_size, 0xffffffff),
		BAD(2, stored_size, 1),
		BAD(0, lba, 0),
		BAD(0, lba, 1),
		BAD(0, lba, UINT64_MAX),
		BAD(1, lba, 0),
		BAD(2, lba, 1),
		BAD(5, lba, 1ull << 63),
	};
	static const struct row second[] = {
		{ FIELD(image_table, tag), 1, IMAGE_OTHER_ID, "block table",
		  false },
		BAD(0, stored_size, 1000),
		{ IN_BLOCK(1, stored_size), 1, IMAGE_OK, "", false },
		BAD(1, stored_size, 1000),
		BAD_SIZE(1, codec, IMAGE_STORED),
		BAD(1, lba, 0),
#undef BAD
#undef BAD_SIZE
	};
	struct build_file file = {
		IMAGE_KERNEL, "k", table_file(), TABLE_FILE_SIZE,
	};
	struct build b;

	(void)state;
	build_image(&b, &file, 1);
	check_table_rows(&b, 0, first, COUNT_OF(first));
	check_table_rows(&b, 1, second, COUNT_OF(second));
	build_free(&b);
	free((void *)file.data);
}

static void test_table_chain(void **state)
{
	struct build_file from = {
		IMAGE_KERNEL, "k", table_file(), TABLE_FILE_SIZE,
	};
	struct image_fault fault = { 0 };
	struct image_table *t0, *t1, good;
	struct image_file file;
	struct build b;
	uint64_t next, middle, end;
	size_t i;

	(void)state;
	build_image(&b, &from, 1);
	file = b.file[0];
	t0 = build_table(&b, 0, 0);
	t1 = build_table(&b, 0, 1);

	/* From the file's start to its end, in order. */
	next = file.data_lba;
	assert_int_equal(image_check_table(&file, 0, t0, &next, &fault), 0);
	middle = next;
	assert_int_equal(middle, t1->block[0].lba);
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault), 0);
	end = next;
	assert_int_equal(end, file.data_lba + file.data_sectors);

	/* The second alone, from where its data is not known. */
	next = 0;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault), 0);
	assert_int_equal(next, end);

	/* Not a sector too early or too late, if it is known. */
	for (next = middle - 1; next <= middle + 1; next += 2) {
		uint64_t wrong = next;

		assert_int_equal(image_check_table(&file, 1, t1, &wrong,
						   &fault), IMAGE_BAD_FIELD);
		assert_string_equal(named(&fault), "block lba");
	}

	/* If not, then at least in the file's data, up to its very end. */
	good = *t1;
	t1->block[0].lba = file.data_lba - 1;
	build_seal_table(t1);
	next = 0;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	t1->block[0].lba = end - 127;
	build_seal_table(t1);
	next = 0;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "block lba");
	*t1 = good;

	/* Data that no block refers to. */
	file.data_sectors++;
	next = middle;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "block table end of data");
	assert_int_equal(fault.value, end);
	file.data_sectors--;

	/* A block that sticks out of the data. */
	file.data_sectors--;
	next = middle;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "block lba");
	assert_int_equal(fault.value, t1->block[1].lba);
	file.data_sectors++;

	/* No block of the last table has data: then it says nothing of it. */
	memset(t1->block, 0, sizeof(t1->block));
	build_seal_table(t1);
	next = 0;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault), 0);
	assert_int_equal(next, 0);

	/* No block of the file is in it: there is no such table. */
	file.block_count = IMAGE_TABLE_BLOCKS;
	assert_int_equal(image_check_table(&file, 1, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "block table first_block");
	file = b.file[0];
	*t1 = good;

	/* Entries behind the last block; every byte of them. */
	for (i = 2 * sizeof(t1->block[0]); i < sizeof(t1->block); i++) {
		((uint8_t *)t1)[i] = 0x10;
		build_seal_table(t1);
		next = middle;
		assert_int_equal(image_check_table(&file, 1, t1, &next,
						   &fault), IMAGE_BAD_FIELD);
		assert_string_equal(named(&fault), "block table unused blocks");
		assert_int_equal(fault.value, 2);
		*t1 = good;
	}

	/* A table behind the last. */
	t1->first_block = 30;
	build_seal_table(t1);
	next = 0;
	assert_int_equal(image_check_table(&file, 2, t1, &next, &fault),
			 IMAGE_BAD_FIELD);
	assert_string_equal(named(&fault), "block table first_block");
	*t1 = good;

	/* Any bit. */
	for (i = 0; i < SECTOR_SIZE * 8; i++) {
		uint8_t *byte = (uint8_t *)t0 + i / 8;

		*byte ^= (uint8_t)(1 << i % 8);
		next = file.data_lba;
		assert_int_equal(image_check_table(&file, 0, t0, &next,
						   &fault), IMAGE_BAD_SUM);
		assert_string_equal(named(&fault), "block table");
		assert_int_equal(fault.value, 0);
		*byte ^= (uint8_t)(1 << i % 8);
	}
	build_free(&b);
	free((void *)from.data);
}

static void test_strerror(void **state)
{
	int i, j;

	(void)state;
	for (i = IMAGE_BAD_DATA - 1; i <= IMAGE_OK; i++) {
		for (j = IMAGE_BAD_DATA - 1; j < i; j++)
			assert_string_not_equal(image_strerror(i),
						image_strerror(j));
	}
	assert_string_equal(image_strerror(IMAGE_BAD_SUM),
			    "does not match its checksum");
	assert_string_equal(image_strerror(1), "unknown error");
	assert_string_equal(image_strerror(-100), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_super_more),
		cmocka_unit_test(test_super_bits),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_directory_more),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_directory_bits),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_chain),
		cmocka_unit_test(test_strerror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
