// SPDX-License-Identifier: 0BSD
/*
 * fuzz_stage2.c - stage2's way from a disk's raw bytes to a loaded kernel,
 * with a disk that lies: it fails, flips bits, or has another kernel when it
 * is asked again, all sums and tags right. The loader writes only to frames
 * that it took, enters only what check_boot() in stage2_host.c is content
 * with, and where the disk was honest every byte of the kernel is the file's.
 *
 * Input: flags; holes of the memory map; a change of the kernel's own wishes;
 * changes of either kernel, of the directory and the superblock; then what the
 * disk does, a byte a read.
 */
#include "fuzz.h"

#include "../unit/image_build.h"
#include "fuzz_kernel.h"
#include "stage2_host.h"
#include "wishes.h"

#define SUPER_LBA       4
#define DIRECTORY_LBA   5
#define TABLE_LBA       6               /* the kernel's, then the module's */
#define TABLE_TAG       0x7a67          /* the same in both disks */
#define DATA_LBA        8
#define ELF_SECTORS     26              /* PIE_SIZE, rounded up */
#define MODULE_LBA      (DATA_LBA + ELF_SECTORS)
#define MODULE_SIZE     700
#define SECTORS         (MODULE_LBA + 2)

#define FLAG_PIE        1
#define FLAG_NX         2
#define FLAG_TWO        4               /* another kernel when asked again */
#define FLAG_WISHES     8               /* wishes in the kernel itself, */
#define FLAG_MALFORMED  16              /* some number of them changed */

/* Both have the same place and size on the disk. */
static uint8_t disk[2][SECTORS * SECTOR_SIZE] __attribute__((aligned(8)));

static uint8_t *sector(uint8_t *d, uint64_t lba)
{
	return d + lba * SECTOR_SIZE;
}

static struct image_file *file_at(uint8_t *d, size_t i)
{
	return (struct image_file *)sector(d, DIRECTORY_LBA) + i;
}

static void make_table(uint8_t *d, size_t i)
{
	const struct image_file *file = file_at(d, i);
	struct image_table *t = (struct image_table *)sector(d, file->table_lba);

	*t = (struct image_table){
		.block = { {
			.lba = file->data_lba,
			.stored_size = (uint32_t)file->size,
			.codec = IMAGE_STORED,
			.sum = build_sum(sector(d, file->data_lba),
					 file->data_sectors * SECTOR_SIZE),
		} },
		.tag = file->table_tag,
	};
}

static void make_disk(uint8_t *d, const uint8_t *elf)
{
	struct image_super *super = (struct image_super *)sector(d, SUPER_LBA);

	memcpy(sector(d, DATA_LBA), elf, PIE_SIZE);
	memset(sector(d, MODULE_LBA), 'm', MODULE_SIZE);
	*file_at(d, 0) = (struct image_file){
		.type = IMAGE_KERNEL, .size = PIE_SIZE, .block_count = 1,
		.table_lba = TABLE_LBA, .data_lba = DATA_LBA,
		.data_sectors = ELF_SECTORS - 1, .name_offset = 128,
		.name_size = 6, .table_tag = TABLE_TAG,
	};
	*file_at(d, 1) = (struct image_file){
		.type = IMAGE_MODULE, .size = MODULE_SIZE, .block_count = 1,
		.table_lba = TABLE_LBA + 1, .data_lba = MODULE_LBA,
		.data_sectors = 2, .name_offset = 135, .name_size = 6,
		.table_tag = TABLE_TAG + 1,
	};
	memcpy(sector(d, DIRECTORY_LBA) + 128, "kernel\0module", 14);
	*super = (struct image_super){
		.magic = "STAGECOACH IMAG", .version = IMAGE_VERSION,
		.block_size = IMAGE_BLOCK_SIZE, .image_id = BUILD_ID,
		.disk_sectors = SECTORS, .directory_lba = DIRECTORY_LBA,
		.directory_sectors = 1, .file_count = 2,
	};
	super->magic[15] = 'E';
	wishes_none(&super->wishes);
}

/* To be called before the sums are made. */
static void add_wishes(struct fuzz *f, uint8_t *d, bool malformed)
{
	struct boot_wishes wishes;

	wishes_none(&wishes);
	if (malformed)
		fuzz_change(f, (uint8_t *)&wishes, sizeof(wishes));
	memcpy(sector(d, DATA_LBA) + FUZZ_WISHES_AT, &wishes, sizeof(wishes));
	file_at(d, 0)->wish_offset = FUZZ_WISHES_AT;
}

/* No kernel is entered whose wishes are none. */
static void check_wishes(void)
{
	struct boot_wishes wishes;
	struct wishes_fault fault;

	/* A newer struct is larger: with all the file behind it. */
	CHECK(wishes_read(sector(disk[0], DATA_LBA) + FUZZ_WISHES_AT,
			  PIE_SIZE - FUZZ_WISHES_AT, &wishes, &fault) ==
	      WISHES_OK);
}

static void seal(uint8_t *d)
{
	struct image_super *super = (struct image_super *)sector(d, SUPER_LBA);

	for (size_t i = 0; i < 2; i++)
		build_seal_table((struct image_table *)sector(d, TABLE_LBA + i));
	super->directory_sum = build_sum(sector(d, DIRECTORY_LBA), SECTOR_SIZE);
	build_seal_super(super);
}

/* ---- changes ------------------------------------------------------------- */

static bool change_disk(struct fuzz *f, uint8_t *d,
			uint8_t changes)
{
	for (int i = 0; i < (changes & 7); i++)
		fuzz_change(f, sector(d, DATA_LBA), 64 + 6 * 56);
	if (changes & 8)                /* PT_DYNAMIC and the relocations */
		for (int i = 0; i < 4; i++)
			fuzz_change(f, sector(d, DATA_LBA) + 0x3000, 0x100);
	make_table(d, 0);
	make_table(d, 1);
	for (int i = 0; i < (changes >> 4 & 3); i++)
		fuzz_change(f, sector(d, DIRECTORY_LBA), SECTOR_SIZE);
	if (changes & 0x40)
		fuzz_change(f, sector(d, TABLE_LBA), 2 * SECTOR_SIZE);
	if (changes & 0x80)
		fuzz_change(f, sector(d, SUPER_LBA), SECTOR_SIZE);
	seal(d);
	return (changes & 0xf0) == 0;
}

/* ---- the disk ------------------------------------------------------------ */

static struct fuzz *what_to_do;
static bool two, honest;

enum { FAIL = 1, FLIP, LESS = 8 };

static int read_disk(struct image_disk *d, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	static uint8_t buffer[SECTORS * SECTOR_SIZE];
	uint8_t how = fuzz_u8(what_to_do);
	size_t which = two && how >> 7;

	(void)d;
	honest = honest && which == 0;
	how &= 0x7f;
	if (how == FAIL || lba >= SECTORS)
		return -1;
	if (want > SECTORS - lba)
		want = SECTORS - lba;
	if (how >= LESS && want > how % 32u + 1)
		want = how % 32 + 1;
	FUZZ_ALLOW(buffer, sizeof(buffer));
	memcpy(buffer, sector(disk[which], lba), want * SECTOR_SIZE);
	if (how == FLIP) {
		buffer[fuzz_u16(what_to_do) % (want * SECTOR_SIZE)] ^= 0x10;
		honest = false;
	}
	FUZZ_FORBID(buffer + want * SECTOR_SIZE,
		    sizeof(buffer) - want * SECTOR_SIZE);
	*data = buffer;
	*got = want;
	return 0;
}

/* Without relocations, memory is what the file says, and zeros. */
static void check_bytes(const struct stage2_host *h)
{
	const struct elf64_plan *plan = &h->boot->kernel->plan;
	const uint8_t *file = sector(disk[0], DATA_LBA);

	if (plan->dynamic_size != 0)
		return;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t step = s->memsz / 64 + 1;

		for (uint64_t k = 0; k < s->memsz; k += step)
			CHECK(stage2_host_byte(h, s->vaddr + k) ==
			      (k < s->filesz ? file[s->offset + k] : 0));
	}
}

/* Holes in usable memory; the arena has no more than this. */
static size_t get_map(struct fuzz *f, struct e820_entry *entry)
{
	size_t count = 2 + fuzz_u8(f) % 5;

	entry[0] = (struct e820_entry){ 0, 0x9f000, 1, 1 };
	entry[1] = (struct e820_entry){ 0x100000, 0x780000 - 0x100000, 1, 1 };
	for (size_t i = 2; i < count; i++)
		entry[i] = (struct e820_entry){
			.base = fuzz_u16(f) % 0x780 * 4096ull,
			.size = (fuzz_u8(f) << (i % 2 ? 14 : 9)) + 1,
			.type = 2 + i % 4, .attributes = 1,
		};
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint8_t flags = fuzz_u8(&f);
	const uint8_t *elf = flags & FLAG_PIE ? fuzz_pie : fuzz_exec;
	struct e820_entry entry[8];
	struct stage2_host h = {
		.read = read_disk, .entry = entry, .nx = flags & FLAG_NX,
		.header = { .super_lba = SUPER_LBA, .image_id = BUILD_ID },
	};
	bool whole;

	if (fuzz_exec[0] == 0)
		fuzz_make_kernels();
	h.entries = get_map(&f, entry);
	make_disk(disk[0], elf);
	if (flags & FLAG_WISHES)
		add_wishes(&f, disk[0], flags & FLAG_MALFORMED);
	whole = change_disk(&f, disk[0], fuzz_u8(&f));
	two = flags & FLAG_TWO;
	if (two) {
		make_disk(disk[1], elf);
		change_disk(&f, disk[1], fuzz_u8(&f));
	}
	what_to_do = &f;
	honest = true;
	if (!stage2_host_run(&h) || !honest || !whole)
		return 0;
	check_bytes(&h);
	if (flags & FLAG_WISHES && h.boot->kernel->plan.dynamic_size == 0)
		check_wishes();
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	memset(seed, 0, 24);
	seed[0] = (uint8_t)i;
	seed[1] = (uint8_t)(i / 4);
	seed[2] = 1;
	return i < 32 ? 24 : 0;
}
