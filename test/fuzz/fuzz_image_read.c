// SPDX-License-Identifier: 0BSD
/*
 * fuzz_image_read.c - files read from a disk that fails, brings less than was
 * asked for, or lies; and block tables that are wrong under a right sum.
 *
 * Whatever it does: bytes go only where the sink has said, each once and in
 * order. If tables are as they were and the read says that all is well, every
 * byte is the file's.
 *
 * Input: file, range, how the sink cuts; changes of tables; what the disk
 * does, a byte a read.
 */
#include "fuzz.h"

#include "../unit/image_build.h"

#define BIG             (2 * IMAGE_BLOCK_SIZE + 5000)
#define FILES           5
#define MAX_CHANGES     4
#define TABLES          8

static uint8_t big[BIG], kernel[300], noise[1000], text[1300];

static const struct build_file files[FILES] = {
	{ IMAGE_KERNEL, "kernel", kernel, sizeof(kernel) },
	{ IMAGE_MODULE, "noise", noise, sizeof(noise) },
	{ IMAGE_MODULE, "text", text, sizeof(text) },
	{ IMAGE_MODULE, "empty", text, 0 },
	{ IMAGE_MODULE, "big", big, sizeof(big) },
};

static struct build image;

static uint8_t pseudo_random(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (uint8_t)(state >> 24);
}

/* A block of zeros, one that compresses, a short one that does not. */
static void build(void)
{
	memset(kernel, 'k', sizeof(kernel));
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = pseudo_random();
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i % 7 * (i / 100));
	for (size_t i = IMAGE_BLOCK_SIZE; i < sizeof(big); i++)
		big[i] = i < 2 * IMAGE_BLOCK_SIZE ?
			(uint8_t)(i / 1000 + i % 3) : pseudo_random();
	build_image(&image, files, FILES);
}

/* ---- the disk ----------------------------------------------------------- */

static struct {
	struct image_disk disk;         /* first */
	struct fuzz *f;
	bool lied;
	uint64_t sectors;               /* that the buffer holds */
	uint8_t buffer[IMAGE_BLOCK_SECTORS * SECTOR_SIZE];
} liar;

enum { FAIL = 1, FLIP, OTHER, LESS = 8 };

/* One lie a run, for two could make each other good. */
static void lie(uint8_t how, uint64_t lba, uint64_t got)
{
	uint16_t where = fuzz_u16(liar.f);
	uint64_t other = where % image.sectors;

	if (liar.lied)
		return;
	liar.lied = true;
	if (how == FLIP)
		liar.buffer[where % (got * SECTOR_SIZE)] ^=
			(uint8_t)(1u << where % 8);
	else if (memcmp(build_at(&image, lba), build_at(&image, other),
			SECTOR_SIZE) != 0)
		memcpy(liar.buffer, build_at(&image, other), SECTOR_SIZE);
}

static int disk_read(struct image_disk *disk, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	uint8_t how = fuzz_u8(liar.f);

	CHECK(disk == &liar.disk && want > 0);
	if (how == FAIL || lba >= image.sectors)
		return -1;
	if (want > image.sectors - lba)
		want = image.sectors - lba;
	if (want > IMAGE_BLOCK_SECTORS)
		want = IMAGE_BLOCK_SECTORS;
	if (how >= LESS && want > how % 32u + 1)
		want = how % 32 + 1;
	FUZZ_ALLOW(liar.buffer, want * SECTOR_SIZE);
	memcpy(liar.buffer, build_at(&image, lba), want * SECTOR_SIZE);
	if (how == FLIP || how == OTHER)
		lie(how, lba, want);
	if (liar.sectors > want)
		FUZZ_FORBID(liar.buffer + want * SECTOR_SIZE,
			    (liar.sectors - want) * SECTOR_SIZE);
	liar.sectors = want;
	*data = liar.buffer;
	*got = want;
	return 0;
}

/* ---- the sink ----------------------------------------------------------- */

static struct {
	struct image_sink sink;         /* first */
	uint64_t next, to;
	uint8_t cut;
	uint64_t most;                  /* bytes in one piece */
	uint64_t at, room;              /* what may be written */
	uint8_t memory[BIG];
} target;

static uint8_t *place(struct image_sink *sink, uint64_t offset, uint64_t size,
		      uint64_t *room)
{
	CHECK(sink == &target.sink);
	CHECK(offset == target.next && size > 0);
	CHECK(offset + size <= target.to);
	*room = size > target.most ? target.most : size;
	target.next += *room;
	/* What was placed before is not touched any more. */
	FUZZ_FORBID(target.memory + target.at, target.room);
	target.room = 0;
	if ((target.cut & 0x10) && (offset >> (target.cut >> 5) & 1))
		return NULL;            /* nobody wants these */
	target.at = offset;
	target.room = *room;
	FUZZ_ALLOW(target.memory + offset, *room);
	return target.memory + offset;
}

/* All were asked for; where all were placed they are the file's. */
static void check_bytes(const struct build_file *file, uint64_t from,
			bool right)
{
	CHECK(target.next == target.to);
	if (!right || (target.cut & 0x10))
		return;
	FUZZ_ALLOW(target.memory + from, target.to - from);
	CHECK(memcmp(target.memory + from, file->data + from,
		     target.to - from) == 0);
	FUZZ_FORBID(target.memory + from, target.to - from);
}

/* ---- changes of tables -------------------------------------------------- */

static struct {
	struct image_table *at;
	struct image_table was;
} changed[MAX_CHANGES];

static void change_table(struct fuzz *f, size_t i, size_t file)
{
	struct image_table *t = build_table(&image, file, 0);
	uint8_t where = fuzz_u8(f), how = fuzz_u8(f);
	uint32_t value = how & 0x80 ? (uint32_t)(int8_t)fuzz_u8(f) :
				      fuzz_u16(f);
	uint32_t *word = (uint32_t *)t + where % (sizeof(*t) / 4);

	changed[i].at = t;
	changed[i].was = *t;
	*word = how & 0x40 ? value : *word + value;
	build_seal_table(t);
}

static void change_back(size_t count)
{
	while (count-- > 0)
		*changed[count].at = changed[count].was;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image_table table[TABLES];
	static uint8_t join[IMAGE_BLOCK_SIZE], scratch[IMAGE_BLOCK_SIZE];
	const struct image_buffers buffers = { table, TABLES, join, scratch };
	struct fuzz f = { data, size };
	uint8_t which = fuzz_u8(&f);
	/* The big one costs as much as a hundred others. */
	size_t i = which % 16 == 15 ? 4 : which % 4;
	uint64_t from = fuzz_u16(&f), to = fuzz_u16(&f);
	size_t changes = (which >> 4) % (MAX_CHANGES + 1);
	struct image_fault fault;
	int err;

	if (!image.disk) {
		build();
		FUZZ_FORBID(target.memory, sizeof(target.memory));
		FUZZ_FORBID(liar.buffer, sizeof(liar.buffer));
	}
	target.cut = fuzz_u8(&f);
	target.most = target.cut & 0x0f ? 1u << (target.cut & 0x0f) : BIG;
	if (i == 4) {                   /* not in too many pieces */
		from <<= 2, to <<= 2;
		target.most = target.most << 6 | 0x1ff;
	}
	if (to > files[i].size && !(which & 0x80))
		to = files[i].size;
	target.sink.place = place;
	target.next = from;
	target.to = to;
	if (files[i].size == 0)
		changes = 0;
	for (size_t k = 0; k < changes; k++)
		change_table(&f, k, i);
	liar.disk = (struct image_disk){ .read = disk_read };
	liar.f = &f;
	liar.lied = false;
	memset(table, 0xee, sizeof(table));
	err = image_read_file(&liar.disk, &image.file[i], from, to, &buffers,
			      &target.sink, &fault);
	change_back(changes);
	if (err == IMAGE_OK) {
		CHECK(from <= to && to <= files[i].size);
		check_bytes(&files[i], from, changes == 0);
	} else {
		CHECK(err >= IMAGE_BAD_DATA && err < 0);
		CHECK(fault.what && fault.field);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const uint8_t which[] = { 0, 1, 2, 3, 15, 15, 0x10 };
	static const uint8_t cut[] = { 0, 5, 0x38, 0, 0, 14, 0 };

	memset(seed, 0, 32);
	if (i >= sizeof(which))
		return 0;
	seed[0] = which[i];
	seed[3] = seed[4] = 0xff;
	seed[5] = cut[i];
	seed[6] = (uint8_t)(i == 5 ? LESS + 3 : 0);
	return 12;
}
