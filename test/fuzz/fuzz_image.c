// SPDX-License-Identifier: 0BSD
/*
 * fuzz_image.c - an image's structures with fields changed and, mostly, sums
 * made right again: what is accepted leads nowhere but into its own part of
 * the disk.
 *
 * Input: what to seal; changes, until it ends: which structure, where in it,
 * how, the value.
 */
#include "fuzz.h"

#include "../unit/image_build.h"

#define DIRECTORY_SECTORS       2
#define MAX_TABLES              8

/* The structures of an image, one copy as built and one to be changed. */
struct parts {
	struct stage2_header header;
	struct image_super super;
	_Alignas(8) uint8_t directory[DIRECTORY_SECTORS * SECTOR_SIZE];
	struct image_table table[MAX_TABLES];
};

static struct parts built, now;

static void build_parts(void)
{
	static uint8_t kernel[300], module[20 * IMAGE_BLOCK_SIZE + 5];
	const struct build_file files[] = {
		{ IMAGE_KERNEL, "kernel", kernel, sizeof(kernel) },
		{ IMAGE_CMDLINE, "", (const uint8_t *)"a=b", 3 },
		{ IMAGE_MODULE, "module", module, sizeof(module) },
		{ IMAGE_MODULE, "none", module, 0 },
	};
	struct build b;

	memset(kernel, 'k', sizeof(kernel));
	for (size_t i = 0; i < sizeof(module); i += IMAGE_BLOCK_SIZE * 3)
		module[i] = (uint8_t)i | 1;
	build_image(&b, files, FUZZ_COUNT(files));
	built.header = (struct stage2_header){
		.magic = STAGE2_MAGIC, .loader_sectors = 20,
		.stage2_sectors = BUILD_STAGE2_SECTORS, .early_sectors = 1,
		.plain_sectors = BUILD_STAGE2_SECTORS,
		.super_lba = BUILD_SUPER_LBA, .image_id = BUILD_ID,
	};
	built.super = *b.super;
	memcpy(built.directory, b.file, sizeof(built.directory));
	for (size_t i = 0; i < 4; i++)
		if (files[i].size > 0)
			built.table[i] = *build_table(&b, i, 0);
	built.table[4] = *build_table(&b, 2, 1);
	build_free(&b);
}

static const struct image_file *file_at(uint32_t i)
{
	return (const struct image_file *)now.directory + i;
}

/* ---- what an accepted structure keeps ----------------------------------- */

typedef unsigned __int128 wide;

static void check_fault(int err, const struct image_fault *fault)
{
	CHECK(err < 0 && err >= IMAGE_BAD_DATA);
	CHECK(fault->what && fault->what[0] != '\0' && fault->field);
	CHECK((err == IMAGE_BAD_FIELD) == (fault->field[0] == ' '));
	CHECK(image_strerror(err)[0] != '\0');
}

static void check_header(void)
{
	const struct stage2_header *h = &now.header;
	struct image_fault fault;
	int err = image_check_header(h, &fault);

	if (err) {
		check_fault(err, &fault);
		return;
	}
	CHECK(h->stage2_sectors > h->early_sectors && h->early_sectors > 0);
	CHECK(h->stage2_sectors <= h->loader_sectors);
	CHECK(STAGE2_ADDR + h->loader_sectors * SECTOR_SIZE <= RESIDENT_MORE);
	CHECK(h->super_lba > h->stage2_sectors && h->image_id != 0);
}

static bool check_super(void)
{
	const struct image_super *s = &now.super;
	struct image_fault fault;
	int err = image_check_super(s, BUILD_SUPER_LBA, BUILD_ID, &fault);

	if (err) {
		check_fault(err, &fault);
		return false;
	}
	CHECK(s->image_id == BUILD_ID);
	CHECK(s->directory_lba > BUILD_SUPER_LBA);
	CHECK((wide)s->directory_lba + s->directory_sectors <=
	      s->disk_sectors);
	CHECK(s->directory_sectors * SECTOR_SIZE <= IMAGE_MAX_DIRECTORY);
	CHECK(s->file_count >= 1 && s->file_count <= IMAGE_MAX_FILES);
	CHECK((wide)s->file_count * sizeof(struct image_file) <=
	      (wide)s->directory_sectors * SECTOR_SIZE);
	return true;
}

/* Behind the directory and on the disk. */
static bool in_place(uint64_t lba, uint64_t count)
{
	const struct image_super *s = &now.super;

	if (count == 0)
		return lba == 0;
	return lba >= (wide)s->directory_lba + s->directory_sectors &&
	       (wide)lba + count <= s->disk_sectors;
}

static void check_file(const struct image_file *file, uint32_t i)
{
	const char *name = (const char *)now.directory + file->name_offset;
	uint64_t blocks = (file->size + IMAGE_BLOCK_SIZE - 1) /
			  IMAGE_BLOCK_SIZE;
	uint64_t tables = (blocks + IMAGE_TABLE_BLOCKS - 1) /
			  IMAGE_TABLE_BLOCKS;

	CHECK((file->type == IMAGE_KERNEL) == (i == 0));
	CHECK(file->type >= IMAGE_KERNEL && file->type <= IMAGE_MODULE);
	CHECK(file->size <= IMAGE_MAX_FILE && (i > 0 || file->size > 0));
	CHECK(file->block_count == blocks);
	CHECK(in_place(file->table_lba, tables));
	CHECK(in_place(file->data_lba, file->data_sectors));
	CHECK(file->data_sectors <= blocks * IMAGE_BLOCK_SECTORS);
	CHECK(blocks > 0 || file->table_tag == 0);
	CHECK(file->name_offset >= now.super.file_count * sizeof(*file));
	CHECK((wide)file->name_offset + file->name_size <
	      sizeof(now.directory));
	CHECK(strlen(name) == file->name_size);
	CHECK(file->wish_offset == 0 ||
	      (i == 0 && file->wish_offset < file->size));
	CHECK(i == 0 ? file->flags <= IMAGE_FILE_SYMBOLS : file->flags == 0);
}

static bool check_directory(void)
{
	struct image_fault fault;
	unsigned cmdlines = 0;
	int err;

	/* As many sectors as there are: what reads further is seen. */
	if (now.super.directory_sectors > DIRECTORY_SECTORS)
		return false;
	err = image_check_directory(&now.super, now.directory, &fault);
	if (err) {
		check_fault(err, &fault);
		return false;
	}
	for (uint32_t i = 0; i < now.super.file_count; i++) {
		check_file(file_at(i), i);
		cmdlines += file_at(i)->type == IMAGE_CMDLINE;
	}
	CHECK(cmdlines <= 1 && now.super.file_count - cmdlines <=
	      1 + IMAGE_MAX_MODULES);
	return true;
}

/* Its data are in place, one block behind the other. */
static uint64_t check_block(const struct image_file *file, uint64_t index,
			    const struct image_block *b, uint64_t next)
{
	uint64_t size = image_block_bytes(file, index);

	CHECK(b->codec <= IMAGE_LZ4);
	if (b->codec == IMAGE_ZERO) {
		CHECK(b->lba == 0 && b->stored_size == 0);
		return next;
	}
	CHECK(b->codec == IMAGE_STORED ? b->stored_size == size :
	      b->stored_size > 0 && b->stored_size < size);
	CHECK(next == 0 || b->lba == next);
	CHECK(b->lba >= file->data_lba);
	CHECK((wide)b->lba + image_block_sectors(b) <=
	      (wide)file->data_lba + file->data_sectors);
	return b->lba + image_block_sectors(b);
}

static void check_table(uint32_t i, uint64_t index,
			const struct image_table *t, uint64_t *next)
{
	const struct image_file *file = file_at(i);
	uint64_t first = index * IMAGE_TABLE_BLOCKS, at = *next, before = *next;
	struct image_fault fault;
	int err = image_check_table(file, index, t, next, &fault);

	if (err) {
		check_fault(err, &fault);
		CHECK(*next == before);
		return;
	}
	CHECK(t->tag == file->table_tag && t->first_block == first);
	for (uint64_t k = 0; k < IMAGE_TABLE_BLOCKS; k++)
		if (first + k < file->block_count)
			at = check_block(file, first + k, &t->block[k], at);
		else
			CHECK(t->block[k].stored_size == 0 &&
			      t->block[k].lba == 0);
	CHECK(*next == at);
}

static void check_tables(void)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < now.super.file_count && i < 4; i++) {
		next = file_at(i)->data_lba;
		check_table(i, 0, &now.table[i], &next);
		if (i == 2)
			check_table(i, 1, &now.table[4], &next);
		next = 0;               /* the table before was not read */
		check_table(i, i == 2, &now.table[i == 2 ? 4 : i], &next);
	}
}

/* ---- changes ------------------------------------------------------------ */

static uint8_t *part(uint8_t which, size_t *size)
{
	switch (which % 8) {
	case 0:
		*size = sizeof(now.super);
		return (uint8_t *)&now.super;
	case 1:
	case 2:
		*size = sizeof(now.directory);
		return now.directory;
	case 3:
		*size = sizeof(now.header);
		return (uint8_t *)&now.header;
	default:
		*size = sizeof(now.table[0]);
		return (uint8_t *)&now.table[which % 8 - 4 + (which == 255)];
	}
}

static void change(struct fuzz *f)
{
	uint8_t which = fuzz_u8(f), how = fuzz_u8(f);
	uint16_t where = fuzz_u16(f);
	unsigned width = 1u << how % 4;
	uint64_t value = 0, old = 0;
	size_t size;
	uint8_t *at = part(which, &size);

	at += where % (size / width) * width;
	memcpy(&old, at, width);
	if (how & 0x10)
		value = old + (uint64_t)(int8_t)fuzz_u8(f);
	else if (how & 0x20)
		value = 1ull << fuzz_u8(f) % 64;
	else
		fuzz_bytes(f, &value, width);
	memcpy(at, &value, width);
}

static void seal(uint8_t what)
{
	for (size_t i = 0; i < 5 && (what & 1) == 0; i++)
		build_seal_table(&now.table[i]);
	if ((what & 2) == 0)
		now.super.directory_sum = build_sum(now.directory,
						    sizeof(now.directory));
	if ((what & 4) == 0)
		build_seal_super(&now.super);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t what = fuzz_u8(&f);
	bool unchanged = size < 2;

	if (built.super.version == 0)
		build_parts();
	now = built;
	while (f.left > 0)
		change(&f);
	seal(what);
	check_header();
	if (check_super() && check_directory())
		check_tables();
	else
		CHECK(!unchanged);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, 0, 8);
	seed[1] = (uint8_t)i;
	seed[2] = 0x13;
	seed[3] = (uint8_t)(5 * i);
	return i < 32 ? 6 : 0;
}
