// SPDX-License-Identifier: 0BSD
/* image_list_file.c - prints and verifies one file of an image. */
#include "host.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "image_id.h"   /* image_tag_add, image_id_fold */
#include "image_list_file.h"
#include "image_reader.h"
#include "text.h"
#include "wishes.h"

/* By enum image_codec. */
static const char *const codec_name[] = { "zero", "stored", "lz4" };

#define CODECS (sizeof(codec_name) / sizeof(codec_name[0]))

#define TABLES 8                /* to read at a time */

struct image_lister {
	struct image_reader *reader;
	enum list_detail detail;
	struct image_table table[TABLES];
	uint8_t join[IMAGE_BLOCK_SIZE];
	uint8_t scratch[IMAGE_BLOCK_SIZE];
};

/* What a file's tables say. */
struct tally {
	uint32_t blocks[CODECS];
	uint64_t stored;                /* bytes, without fill */
	uint64_t next_lba;              /* as image_check_table() needs it */
	struct checksum tag;            /* over the tables so far */
};

/* Nobody wants the bytes: they are checked and decoded all the same. */
static uint8_t *place(struct image_sink *sink, uint64_t offset, uint64_t size,
		      uint64_t *room)
{
	(void)sink;
	(void)offset;
	*room = size;
	return NULL;
}

struct image_lister *image_lister_new(struct image_reader *reader,
				      enum list_detail detail,
				      struct failure *f)
{
	struct image_lister *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		fail(f, reader->name, "%s", strerror(ENOMEM));
		return NULL;
	}
	l->reader = reader;
	l->detail = detail;
	return l;
}

static const char *type_name(const struct image_file *file)
{
	switch (file->type) {
	case IMAGE_KERNEL:
		return "kernel";
	case IMAGE_CMDLINE:
		return "cmdline";
	default:
		return "module";
	}
}

static uint32_t table_sectors(const struct image_file *file)
{
	return file->block_count / IMAGE_TABLE_BLOCKS +
		(file->block_count % IMAGE_TABLE_BLOCKS != 0);
}

static void print_block(uint64_t number, const struct image_block *b)
{
	printf("    block %-5" PRIu64 " %-6s", number, codec_name[b->codec]);
	if (b->codec != IMAGE_ZERO)
		printf(" %5" PRIu32 " bytes at %" PRIu64, b->stored_size,
		       b->lba);
	putchar('\n');
}

/* Goes through one sector of the table; prints its blocks if asked to. */
static int walk_table(struct image_lister *l, const struct image_file *file,
		      uint32_t number, enum list_detail detail,
		      struct tally *tally, struct failure *f)
{
	uint32_t first = number * IMAGE_TABLE_BLOCKS;
	struct image_table table;
	struct image_fault fault;
	int err;

	if (image_reader_get(l->reader, (uint64_t)file->table_lba + number,
			     &table, 1, f) != 0)
		return -1;
	err = image_check_table(file, number, &table, &tally->next_lba,
				&fault);
	if (err != IMAGE_OK)
		return image_reader_fail(l->reader, err, &fault, f);
	image_tag_add(&tally->tag, &table);
	for (uint32_t i = 0; i < IMAGE_TABLE_BLOCKS &&
	     first + i < file->block_count; i++) {
		tally->blocks[table.block[i].codec]++;
		tally->stored += table.block[i].stored_size;
		if (detail == LIST_BLOCKS)
			print_block(first + i, &table.block[i]);
	}
	return 0;
}

static int walk_tables(struct image_lister *l, const struct image_file *file,
		       enum list_detail detail, struct tally *tally,
		       struct failure *f)
{
	*tally = (struct tally){
		.next_lba = file->data_lba, .tag = checksum_start(),
	};
	for (uint32_t i = 0; i < table_sectors(file); i++)
		if (walk_table(l, file, i, detail, tally, f) != 0)
			return -1;
	return 0;
}

/* The loader takes it as a name; that it is the tables' hash is seen here. */
static int check_tag(const struct image_lister *l,
		     const struct image_file *file, const struct tally *tally,
		     struct failure *f)
{
	uint64_t tag = image_id_fold(tally->tag);

	if (file->block_count == 0 || file->table_tag == tag)
		return 0;
	return fail(f, l->reader->name, "block table at sector %" PRIu32
		    ": its tag is %016" PRIx64 ", but the content's is %016"
		    PRIx64, file->table_lba, file->table_tag, tag);
}

static void print_file(const struct image_file *file, const char *name,
		       const struct tally *tally)
{
	printf("  %-11s ", type_name(file));
	text_print(stdout, name, file->name_size);
	printf("%s%" PRIu64 " bytes", file->name_size > 0 ? ": " : "",
	       file->size);
	if (file->flags & IMAGE_FILE_SYMBOLS)
		printf(" with symbols");
	printf(", %" PRIu64 " stored in %" PRIu32 " blocks (", tally->stored,
	       file->block_count);
	for (size_t i = 0; i < CODECS; i++)
		printf("%s%" PRIu32 " %s", i > 0 ? ", " : "",
		       tally->blocks[i], codec_name[i]);
	printf(")");
	if (file->wish_offset != 0)
		printf(", wishes at 0x%" PRIx64, file->wish_offset);
	printf(", table [%" PRIu32 ", %" PRIu64 "), data [%" PRIu64 ", %"
	       PRIu64 ")\n", file->table_lba,
	       (uint64_t)file->table_lba + table_sectors(file),
	       file->data_lba, file->data_lba + file->data_sectors);
}

/* A sink for the bytes that the kernel's wishes may take. */
struct wish_sink {
	struct image_sink sink;
	uint64_t from;
	uint8_t data[WISHES_MAX_SIZE];
};

static uint8_t *place_wishes(struct image_sink *sink, uint64_t offset,
			     uint64_t size, uint64_t *room)
{
	struct wish_sink *w = (struct wish_sink *)sink;

	*room = size;
	return w->data + (offset - w->from);
}

/* Are the kernel's wishes in order where they are said to be? */
static int check_wishes(struct image_lister *l, const struct image_file *file,
			const struct image_buffers *buffers,
			struct failure *f)
{
	struct wish_sink sink = {
		.sink = { place_wishes }, .from = file->wish_offset,
	};
	uint64_t room = file->size - file->wish_offset;
	struct boot_wishes wishes;
	struct wishes_fault wrong;
	struct image_fault fault;
	int err;

	if (room > WISHES_MAX_SIZE)
		room = WISHES_MAX_SIZE;
	err = image_read_file(&l->reader->disk, file, sink.from,
			      sink.from + room, buffers, &sink.sink, &fault);
	if (err != IMAGE_OK)
		return image_reader_fail(l->reader, err, &fault, f);
	if (wishes_read(sink.data, (size_t)room, &wishes, &wrong) != 0)
		return fail(f, l->reader->name, "the kernel's wishes at 0x%"
			    PRIx64 " in its file:%s is 0x%" PRIx64 ", which "
			    "is out of range", sink.from, wrong.field,
			    wrong.value);
	return 0;
}

int image_lister_file(struct image_lister *l, const struct image_file *file,
		      const char *name, struct failure *f)
{
	const struct image_buffers buffers = {
		.table = l->table,
		.table_count = TABLES,
		.join = l->join,
		.scratch = l->scratch,
	};
	struct image_sink nobody = { .place = place };
	struct tally tally;
	struct image_fault fault;
	int err;

	if (walk_tables(l, file, LIST_FILES, &tally, f) != 0 ||
	    check_tag(l, file, &tally, f) != 0)
		return -1;
	print_file(file, name, &tally);
	if (l->detail == LIST_BLOCKS &&
	    walk_tables(l, file, LIST_BLOCKS, &tally, f) != 0)
		return -1;
	err = image_read_file(&l->reader->disk, file, 0, file->size, &buffers,
			      &nobody, &fault);
	if (err != IMAGE_OK)
		return image_reader_fail(l->reader, err, &fault, f);
	return file->wish_offset == 0 ? 0 :
		check_wishes(l, file, &buffers, f);
}
