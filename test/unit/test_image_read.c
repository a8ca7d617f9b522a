// SPDX-License-Identifier: 0BSD
/*
 * test_image_read.c - files read out of images: disks that bring sectors in
 * all sorts of portions, sinks that take bytes in all sorts of pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "image_build.h"

#define COUNT_OF(a)     (sizeof(a) / sizeof((a)[0]))
#define BLOCK           IMAGE_BLOCK_SIZE
#define TABLES          8       /* of 15 blocks: read at a time */

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* --- a disk that forgets its last read, and counts --- */

struct disk {
	struct image_disk face;         /* first: a pointer to it is one to us */
	const struct build *image;
	uint64_t portion;               /* most it brings; 0: at random */
	uint64_t bad_lba;               /* cannot be read; 0: none */
	uint8_t *memory;
	uint64_t calls;
	uint8_t times[BUILD_MAX_SECTORS];
	const uint8_t *may;             /* by sector: 0, not to be asked for;
					   NULL: any may be */
};

static int disk_read(struct image_disk *face, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	struct disk *disk = (struct disk *)face;
	uint64_t n = disk->portion ? disk->portion : 1 + random_below(200);
	uint64_t i;

	assert_true(want >= 1);
	assert_true(lba < disk->image->sectors);
	assert_true(want <= disk->image->sectors - lba);
	for (i = 0; disk->may && i < want; i++)
		assert_true(disk->may[lba + i]);
	free(disk->memory);             /* what was there is gone */
	disk->memory = NULL;
	if (lba == disk->bad_lba)
		return -1;
	if (n > want)
		n = want;
	if (disk->bad_lba > lba && n > disk->bad_lba - lba)
		n = disk->bad_lba - lba;
	disk->memory = malloc(n * SECTOR_SIZE);
	assert_non_null(disk->memory);
	memcpy(disk->memory, disk->image->disk + lba * SECTOR_SIZE,
	       n * SECTOR_SIZE);
	for (i = 0; i < n; i++)
		disk->times[lba + i]++;
	disk->calls++;
	*data = disk->memory;
	*got = n;
	return 0;
}

static void disk_open(struct disk *disk, const struct build *image,
		      uint64_t portion)
{
	*disk = (struct disk){
		.face.read = disk_read,
		.image = image,
		.portion = portion,
	};
}

static void disk_close(struct disk *disk)
{
	free(disk->memory);
}

/* --- a sink whose pieces lie apart, some of them nowhere --- */

#define MAX_PIECES      20000

struct piece {
	uint64_t offset;
	uint64_t size;
	uint8_t *memory;        /* of exactly that size, or NULL */
};

struct sink {
	struct image_sink face;
	uint64_t piece_size;    /* 0: at random */
	uint32_t holes;         /* one piece of so many; 0: none */
	uint64_t at;            /* what has to be asked for next */
	uint64_t to;
	size_t count;
	struct piece piece[MAX_PIECES];
};

static uint8_t *sink_place(struct image_sink *face, uint64_t offset,
			   uint64_t size, uint64_t *room)
{
	struct sink *sink = (struct sink *)face;
	struct piece *piece = &sink->piece[sink->count++];
	uint64_t n = sink->piece_size ? sink->piece_size
				      : 1 + random_below(3 * BLOCK);

	assert_true(sink->count < MAX_PIECES);
	assert_int_equal(offset, sink->at);
	assert_true(size >= 1 && size <= sink->to - offset);
	if (n > size)
		n = size;
	*piece = (struct piece){ .offset = offset, .size = n };
	if (sink->holes == 0 || random_below(sink->holes) != 0) {
		piece->memory = malloc(n);
		assert_non_null(piece->memory);
		memset(piece->memory, 0xee, n);
	}
	sink->at += n;
	*room = n;
	return piece->memory;
}

static struct sink *sink_open(uint64_t from, uint64_t to, uint64_t piece_size,
			      uint32_t holes)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	assert_non_null(sink);
	sink->face.place = sink_place;
	sink->piece_size = piece_size;
	sink->holes = holes;
	sink->at = from;
	sink->to = to;
	return sink;
}

/* Compares with the file's bytes, unless data is NULL. */
static void sink_close(struct sink *sink, const uint8_t *data)
{
	size_t i;

	if (data)
		assert_int_equal(sink->at, sink->to);
	for (i = 0; i < sink->count; i++) {
		const struct piece *piece = &sink->piece[i];

		if (data && piece->memory)
			assert_memory_equal(piece->memory,
					    data + piece->offset, piece->size);
		free(piece->memory);
	}
	free(sink);
}

/* --- reading --- */

static int read_file(struct disk *disk, size_t file, uint64_t from,
		     uint64_t to, struct sink *sink, struct image_fault *fault)
{
	struct image_buffers buffers = {
		.table = malloc(TABLES * SECTOR_SIZE),
		.table_count = TABLES,
		.join = malloc(BLOCK),
		.scratch = malloc(BLOCK),
	};
	int err;

	assert_true(buffers.table && buffers.join && buffers.scratch);
	err = image_read_file(&disk->face, &disk->image->file[file], from, to,
			      &buffers, &sink->face, fault);
	free(buffers.table);
	free(buffers.join);
	free(buffers.scratch);
	return err;
}

/*
 * By sector: 1 for those of blocks that hold some of [from, to) and of the
 * tables that describe these.
 */
static uint8_t *needed(const struct build *image, size_t index, uint64_t from,
		       uint64_t to)
{
	const struct image_file *file = &image->file[index];
	uint8_t *map = calloc(1, BUILD_MAX_SECTORS);
	uint64_t i;

	assert_non_null(map);
	for (i = 0; i < file->block_count; i++) {
		uint64_t t = i / IMAGE_TABLE_BLOCKS;
		const struct image_block *block =
			&build_table(image, index, t)
				->block[i % IMAGE_TABLE_BLOCKS];

		if (from == to || i * BLOCK >= to || (i + 1) * BLOCK <= from)
			continue;
		map[file->table_lba + t] = 1;
		memset(map + block->lba, 1, image_block_sectors(block));
	}
	return map;
}

/* Sectors that are needed are read once, all others not even asked for. */
static void check_read(const struct build *image,
		       const struct build_file *files, size_t index,
		       uint64_t from, uint64_t to, uint64_t portion,
		       uint64_t piece_size, uint32_t holes)
{
	struct sink *sink = sink_open(from, to, piece_size, holes);
	uint8_t *map = needed(image, index, from, to);
	struct image_fault fault = { 0 };
	static struct disk disk;
	int err;

	disk_open(&disk, image, portion);
	disk.may = map;
	err = read_file(&disk, index, from, to, sink, &fault);
	if (err)
		fail_msg("%s: %s at %llu", fault.what, image_strerror(err),
			 (unsigned long long)fault.lba);
	assert_memory_equal(disk.times, map, BUILD_MAX_SECTORS);
	sink_close(sink, files[index].data);
	disk_close(&disk);
	free(map);
}

/* Noise: its blocks are stored. Text: LZ4. */
static void fill(uint8_t *data, uint64_t size, char kind)
{
	uint64_t i;

	for (i = 0; i < size; i++)
		data[i] = kind == 'n' ? (uint8_t)random_below(256)
			: kind == 't' ? (uint8_t)(random_below(3) + i % 7)
			: 0;
}

/* One block a letter, the last of so many bytes. */
static uint8_t *make_file(const char *kinds, uint64_t last, uint64_t *size)
{
	size_t count = strlen(kinds);
	uint8_t *data = malloc(count * BLOCK);
	size_t i;

	assert_non_null(data);
	for (i = 0; i < count; i++)
		fill(data + i * BLOCK, i + 1 < count ? BLOCK : last, kinds[i]);
	*size = (count - 1) * BLOCK + last;
	return data;
}

/* A kernel with every neighbourhood of codecs, and small fry. */
struct fixture {
	struct build image;
	struct build_file file[7];
};

static int set_up(void **state)
{
	static struct fixture f;

	f.file[0] = (struct build_file){ .type = IMAGE_KERNEL, .name = "k" };
	f.file[0].data = make_file("nntztnzzttn", 777, &f.file[0].size);
	f.file[1] = (struct build_file){
		IMAGE_CMDLINE, "", (const uint8_t *)"quiet", 5,
	};
	f.file[2] = (struct build_file){ .type = IMAGE_MODULE, .name = "t" };
	f.file[2].data = make_file("zt", BLOCK, &f.file[2].size);
	f.file[3] = (struct build_file){ .type = IMAGE_MODULE, .name = "z" };
	f.file[3].data = make_file("zz", 1, &f.file[3].size);
	f.file[4] = (struct build_file){
		IMAGE_MODULE, "empty", (const uint8_t *)"", 0,
	};
	f.file[5] = (struct build_file){
		IMAGE_MODULE, "one byte", (const uint8_t *)"x", 1,
	};
	f.file[6] = (struct build_file){ .type = IMAGE_MODULE, .name = "n" };
	f.file[6].data = make_file("n", 513, &f.file[6].size);
	build_image(&f.image, f.file, COUNT_OF(f.file));
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	free((void *)f->file[0].data);
	free((void *)f->file[2].data);
	free((void *)f->file[3].data);
	free((void *)f->file[6].data);
	build_free(&f->image);
	return 0;
}

static void test_image(void **state)
{
	struct fixture *f = *state;
	struct image_table *table = build_table(&f->image, 0, 0);
	struct image_fault fault;
	const char *kinds = "nntztnzzttn";
	size_t i;

	assert_int_equal(image_check_super(f->image.super, BUILD_SUPER_LBA,
					   BUILD_ID, &fault), IMAGE_OK);
	assert_int_equal(image_check_directory(f->image.super, f->image.file,
					       &fault), IMAGE_OK);
	for (i = 0; kinds[i]; i++)
		assert_int_equal(table->block[i].codec,
				 kinds[i] == 'n' ? IMAGE_STORED :
				 kinds[i] == 't' ? IMAGE_LZ4 : IMAGE_ZERO);
}

static void test_whole(void **state)
{
	static const uint64_t portions[] = { 1, 3, 127, 128, 9999, 0 };
	static const uint64_t pieces[] = {
		100, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 1 << 30, 0,
	};
	struct fixture *f = *state;
	size_t i, j, file;

	for (file = 0; file < COUNT_OF(f->file); file++) {
		for (i = 0; i < COUNT_OF(portions); i++) {
			for (j = 0; j < COUNT_OF(pieces); j++)
				check_read(&f->image, f->file, file, 0,
					   f->file[file].size, portions[i],
					   pieces[j], j % 3 * 2);
		}
	}
}

static void test_nobody_wants_it(void **state)
{
	struct fixture *f = *state;

	check_read(&f->image, f->file, 0, 0, f->file[0].size, 50, 0, 1);
}

static void test_ranges(void **state)
{
	static const uint64_t edge[] = {
		0, 1, 511, 512, 64 * 512, BLOCK - 1, BLOCK, BLOCK + 1,
		2 * BLOCK, 2 * BLOCK + 700, 3 * BLOCK - 1, 3 * BLOCK,
		4 * BLOCK + 5, 5 * BLOCK, 6 * BLOCK + 513, 8 * BLOCK,
		9 * BLOCK, 10 * BLOCK, 10 * BLOCK + 511, 10 * BLOCK + 777,
	};
	struct fixture *f = *state;
	size_t i, j;

	for (i = 0; i < COUNT_OF(edge); i++) {
		for (j = i; j < COUNT_OF(edge); j++)
			check_read(&f->image, f->file, 0, edge[i], edge[j],
				   j % 4 ? 128 : 0, i % 2 ? 0 : 1 << 20, 0);
	}
	for (i = 0; i < 100; i++) {
		uint32_t size = (uint32_t)f->file[0].size;
		uint64_t from = random_below(size);
		uint64_t to = from + random_below(size - (uint32_t)from + 1);

		check_read(&f->image, f->file, 0, from, to, 0, 0, i % 3);
	}
}

static void test_wrong_range(void **state)
{
	struct fixture *f = *state;
	struct image_fault fault = { 0 };
	static struct disk disk;
	struct sink *sink = sink_open(0, 0, 0, 0);

	disk_open(&disk, &f->image, 0);
	assert_int_equal(read_file(&disk, 1, 0, 6, sink, &fault),
			 IMAGE_BAD_FIELD);
	assert_int_equal(fault.value, 6);
	assert_int_equal(read_file(&disk, 1, 3, 2, sink, &fault),
			 IMAGE_BAD_FIELD);
	assert_int_equal(read_file(&disk, 1, 5, UINT64_MAX, sink, &fault),
			 IMAGE_BAD_FIELD);
	assert_int_equal(disk.calls, 0);
	sink_close(sink, NULL);
}

/*
 * A file all of whose blocks are stored, whatever their borders, takes two
 * reads of a disk that brings all that is asked for: tables and data.
 */
static void test_asks_for_all(void **state)
{
	struct fixture *f = *state;
	struct image_fault fault = { 0 };
	static struct disk disk;
	struct sink *sink = sink_open(0, f->file[0].size, 0, 0);

	disk_open(&disk, &f->image, UINT64_MAX);
	assert_int_equal(read_file(&disk, 0, 0, f->file[0].size, sink,
				   &fault), 0);
	assert_int_equal(disk.calls, 2);
	sink_close(sink, f->file[0].data);

	/* What is still there of the last read is not read again. */
	sink = sink_open(9 * BLOCK, f->file[0].size, 0, 0);
	assert_int_equal(read_file(&disk, 0, 9 * BLOCK, f->file[0].size, sink,
				   &fault), 0);
	assert_int_equal(disk.calls, 4);
	sink_close(sink, f->file[0].data);
	disk.face.have_lba = f->image.file[1].table_lba;
	disk.face.have_sectors = f->image.sectors - disk.face.have_lba;
	disk.face.have = f->image.disk + disk.face.have_lba * SECTOR_SIZE;
	sink = sink_open(0, 5, 0, 0);
	assert_int_equal(read_file(&disk, 1, 0, 5, sink, &fault), 0);
	assert_int_equal(disk.calls, 4);
	sink_close(sink, f->file[1].data);
	disk_close(&disk);
}

/*
 * A block that the disk has in one piece, and whose place is in one piece, is
 * decoded without a copy: neither buffer is touched.
 */
static void test_no_copies(void **state)
{
	struct fixture *f = *state;
	struct image_fault fault = { 0 };
	struct image_buffers buffers = {
		.table = malloc(TABLES * SECTOR_SIZE),
		.table_count = TABLES,
	};
	static struct disk disk;
	struct sink *sink = sink_open(0, f->file[2].size, 1 << 30, 0);

	assert_non_null(buffers.table);
	disk_open(&disk, &f->image, UINT64_MAX);
	assert_int_equal(image_read_file(&disk.face, &f->image.file[2], 0,
					 f->file[2].size, &buffers,
					 &sink->face, &fault), 0);
	sink_close(sink, f->file[2].data);
	disk_close(&disk);
	free(buffers.table);
}

/* Each sector in turn cannot be read: that one is named. */
static void test_read_errors(void **state)
{
	struct fixture *f = *state;
	const struct image_file *file = &f->image.file[0];
	static struct disk disk;
	uint64_t lba;

	for (lba = 0; lba < f->image.sectors; lba++) {
		struct sink *sink = sink_open(0, file->size, 0, 0);
		struct image_fault fault = { 0 };
		bool table = lba == file->table_lba;
		bool data = lba >= file->data_lba &&
			    lba - file->data_lba < file->data_sectors;
		int err;

		disk_open(&disk, &f->image, 128);
		disk.bad_lba = lba;
		err = read_file(&disk, 0, 0, file->size, sink, &fault);
		assert_int_equal(err, table || data ? IMAGE_READ : IMAGE_OK);
		if (err) {
			assert_int_equal(fault.lba, lba);
			assert_string_equal(fault.what, table ? "block table"
							      : "block");
			assert_int_equal(disk.face.have_sectors, 0);
		}
		sink_close(sink, NULL);
		disk_close(&disk);
	}
}

/* A disk that says it brought nothing, or more than it was asked for. */
static uint64_t claim;

static int lying_read(struct image_disk *face, uint64_t lba, uint64_t want,
		      const uint8_t **data, uint64_t *got)
{
	int err = disk_read(face, lba, want, data, got);

	*got = claim ? want + claim : 0;
	return err;
}

static void test_lying_disk(void **state)
{
	struct fixture *f = *state;
	static struct disk disk;

	for (claim = 0; claim < 2; claim++) {
		struct sink *sink = sink_open(0, 5, 0, 0);
		struct image_fault fault = { 0 };

		disk_open(&disk, &f->image, 128);
		disk.face.read = lying_read;
		assert_int_equal(read_file(&disk, 1, 0, 5, sink, &fault),
				 IMAGE_READ);
		assert_int_equal(fault.lba, f->image.file[1].table_lba);
		sink_close(sink, NULL);
		disk_close(&disk);
	}
}

/* One wrong bit in any sector: the block that it belongs to is named. */
static void test_wrong_bits(void **state)
{
	struct fixture *f = *state;
	const struct image_file *file = &f->image.file[0];
	const struct image_table *table = build_table(&f->image, 0, 0);
	static struct disk disk;
	uint64_t i, lba;

	for (i = 0; i < file->block_count; i++) {
		const struct image_block *block = &table->block[i];
		uint64_t end = block->lba + image_block_sectors(block);

		for (lba = block->lba; lba < end; lba++) {
			/* the last byte is fill, more often than not */
			size_t at = lba + 1 < end ? random_below(SECTOR_SIZE)
						  : SECTOR_SIZE - 1;
			uint8_t *byte = f->image.disk + lba * SECTOR_SIZE + at;
			struct sink *sink = sink_open(0, file->size, 0, 3);
			struct image_fault fault = { 0 };

			*byte ^= 0x40;
			disk_open(&disk, &f->image, 100);
			assert_int_equal(read_file(&disk, 0, 0, file->size,
						   sink, &fault),
					 IMAGE_BAD_SUM);
			assert_string_equal(fault.what, "block");
			assert_int_equal(fault.lba, block->lba);
			*byte ^= 0x40;
			sink_close(sink, NULL);
			disk_close(&disk);
		}
	}
}

/* LZ4 data that is no such, with a sum that is right. */
static void test_bad_data(void **state)
{
	struct fixture *f = *state;
	struct image_table *table = build_table(&f->image, 0, 0);
	struct image_block *block = &table->block[2];
	struct image_fault fault = { 0 };
	struct image_table good = *table;
	static struct disk disk;
	uint64_t piece;

	/* A block ends with literals: without the last of them it is short. */
	block->stored_size--;
	build_seal_table(table);
	for (piece = 1; piece <= 2 * BLOCK; piece += 2 * BLOCK - 1) {
		struct sink *sink = sink_open(2 * BLOCK, 3 * BLOCK, 1 + piece,
					      0);

		disk_open(&disk, &f->image, 100);
		assert_int_equal(read_file(&disk, 0, 2 * BLOCK, 3 * BLOCK,
					   sink, &fault), IMAGE_BAD_DATA);
		assert_string_equal(fault.what, "block");
		assert_int_equal(fault.lba, block->lba);
		sink_close(sink, NULL);
		disk_close(&disk);
	}
	*table = good;
}

/* Of a block that is wrong at its end, a part that does not need it is read. */
static void test_part_of_block(void **state)
{
	struct fixture *f = *state;
	struct image_table *table = build_table(&f->image, 0, 0);
	struct image_table good = *table;

	table->block[2].stored_size--;
	build_seal_table(table);
	check_read(&f->image, f->file, 0, 2 * BLOCK, 3 * BLOCK - 100, 0, 0, 0);
	check_read(&f->image, f->file, 0, 2 * BLOCK + 50, 2 * BLOCK + 51, 0, 0,
		   0);
	*table = good;
}

/* A table with a wrong bit, or of another image. */
static void test_bad_table(void **state)
{
	struct fixture *f = *state;
	struct image_table *table = build_table(&f->image, 0, 0);
	struct image_table good = *table;
	static struct disk disk;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct sink *sink = sink_open(0, 100, 0, 0);
		struct image_fault fault = { 0 };

		table->tag ^= 1;
		if (i == 1)
			build_seal_table(table);
		disk_open(&disk, &f->image, 100);
		assert_int_equal(read_file(&disk, 0, 0, 100, sink, &fault),
				 i ? IMAGE_OTHER_ID : IMAGE_BAD_SUM);
		assert_int_equal(fault.lba, f->image.file[0].table_lba);
		assert_int_equal(sink->count, 0);
		sink_close(sink, NULL);
		disk_close(&disk);
		*table = good;
	}
}

/* Where the first data lies, the directory says, also to who begins later. */
static void test_first_table(void **state)
{
	struct fixture *f = *state;
	struct image_table *table = build_table(&f->image, 2, 0);
	struct image_table good = *table;
	static const uint64_t from[] = { 0, 1, BLOCK };
	static struct disk disk;
	size_t i;

	table->block[1].lba++;          /* block 0 is zero */
	table->block[1].stored_size -= SECTOR_SIZE;
	build_seal_table(table);
	for (i = 0; i < COUNT_OF(from); i++) {
		struct sink *sink = sink_open(from[i], BLOCK + 1, 0, 0);
		struct image_fault fault = { 0 };

		disk_open(&disk, &f->image, 100);
		assert_int_equal(read_file(&disk, 2, from[i], BLOCK + 1, sink,
					   &fault), IMAGE_BAD_FIELD);
		assert_int_equal(fault.lba, f->image.file[2].table_lba);
		sink_close(sink, NULL);
		disk_close(&disk);
	}
	*table = good;
}

/* More tables than the window holds: 250 blocks, most of them zero. */
static void test_windows(void **state)
{
	static const uint64_t portions[] = { 1, 128, 0 };
	char kinds[251];
	struct build_file file = { .type = IMAGE_KERNEL, .name = "big" };
	struct build image;
	size_t i;

	(void)state;
	memset(kinds, 'z', sizeof(kinds));
	kinds[250] = '\0';
	/* Around the borders of tables and windows, and in between. */
	memcpy(kinds, "tnz", 3);
	memcpy(kinds + 13, "nttn", 4);
	memcpy(kinds + 118, "ntnt", 4);
	memcpy(kinds + 200, "tn", 2);
	memcpy(kinds + 239, "ntn", 3);
	file.data = make_file(kinds, 123, &file.size);
	build_image(&image, &file, 1);
	for (i = 0; i < COUNT_OF(portions); i++) {
		check_read(&image, &file, 0, 0, file.size, portions[i],
			   1 << 30, 0);
		/* From blocks whose own place is all there is to go by. */
		check_read(&image, &file, 0, 15 * BLOCK, 16 * BLOCK,
			   portions[i], 0, 0);
		check_read(&image, &file, 0, 16 * BLOCK + 5, 120 * BLOCK,
			   portions[i], 0, 0);
		check_read(&image, &file, 0, 119 * BLOCK, 240 * BLOCK,
			   portions[i], 0, 2);
		check_read(&image, &file, 0, 50 * BLOCK, 50 * BLOCK + 1,
			   portions[i], 0, 0);
		check_read(&image, &file, 0, file.size - 1, file.size,
			   portions[i], 0, 0);
	}
	build_free(&image);
	free((void *)file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_nobody_wants_it),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_wrong_range),
		cmocka_unit_test(test_asks_for_all),
		cmocka_unit_test(test_no_copies),
		cmocka_unit_test(test_read_errors),
		cmocka_unit_test(test_lying_disk),
		cmocka_unit_test(test_wrong_bits),
		cmocka_unit_test(test_bad_data),
		cmocka_unit_test(test_part_of_block),
		cmocka_unit_test(test_bad_table),
		cmocka_unit_test(test_first_table),
		cmocka_unit_test(test_windows),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
