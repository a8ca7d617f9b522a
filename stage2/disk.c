// SPDX-License-Identifier: 0BSD
/*
 * disk.c - reads sectors of the boot drive through the BIOS.
 *
 * In the largest pieces the machine takes; when it fails, in smaller ones;
 * when single sectors fail, by CHS. What works is kept.
 */
#include <string.h>

#include "bios.h"
#include "disk.h"
#include "io.h"
#include "layout.h"

/* first.asm's. Sectors 1 .. first_present are in memory from STAGE2_ADDR on. */
extern const uint8_t first_drive;
extern const uint16_t first_present;

#define TRIES_LARGE     2               /* then something smaller */
#define TRIES_SINGLE    5
#define STATUS_FIXED    0x11            /* "data corrected": good data */
#define EDD_SIGNATURE   0xaa55
#define EDD_DISK_ACCESS 0x1             /* AH=42h and its kin are there */
#define CHS_CYLINDERS   1024

/* Disk address packet of AH=42h (EDD 3.0). Its count is an output, too. */
struct dap {
	uint8_t size;
	uint8_t reserved;
	uint16_t count;
	uint16_t offset;
	uint16_t segment;
	uint64_t lba;
};

/* What AH=48h fills (EDD 3.0; 4.0 makes the device path 16 bytes). */
struct edd_parameters {
	uint16_t size;
	uint16_t flags;
	uint32_t cylinders, heads, sectors_per_track;
	uint64_t sectors;
	uint16_t sector_size;
	uint32_t dpte;
	uint16_t path_key;              /* BEDDh: the path below is there */
	uint8_t path_size;
	uint8_t reserved[3];
	char host_bus[4];
	char interface[8];
	uint8_t interface_path[8];
	uint8_t device_path[16];
	uint8_t checksum[2];
} __attribute__((packed));

#define EDD_PATH_KEY    0xbedd
#define EDD_PATH_V3     36              /* bytes from path_key on */
#define EDD_PATH_V4     44

static void reset(struct disk *disk)
{
	struct bios_regs r;

	bios_ask(0x13, 0, 0, disk->facts.drive, &r);
}

/* AH=42h, to DISK_BUF. */
static void prepare_lba(struct bios_regs *r, uint64_t lba, uint32_t count)
{
	struct dap *dap = phys(BIOS_BUF);

	/* A register's, else each field has an address of its own: 20 bytes. */
	__asm__("" : "+r"(dap));
	r->eax = 0x4200;
	r->esi = BIOS_BUF;
	*dap = (struct dap){
		.size = sizeof(*dap), .count = count,
		.segment = DISK_BUF >> 4, .lba = lba,
	};
}

/* AH=02h, as far as the track goes: how many sectors, 0 if out of reach. */
static uint32_t prepare_chs(struct bios_regs *r, uint64_t lba, uint32_t count,
			    const struct boot_disk *facts)
{
	uint64_t track = lba / facts->sectors_per_track;
	uint32_t sector = lba % facts->sectors_per_track;
	uint32_t head = track % facts->heads;
	uint64_t cylinder = track / facts->heads;

	if (cylinder >= CHS_CYLINDERS)
		return 0;
	if (count > facts->sectors_per_track - sector)
		count = facts->sectors_per_track - sector;
	r->eax = 0x0200 | count;
	r->ecx = (uint32_t)((cylinder & 0xff) << 8 | cylinder >> 8 << 6 |
			    (sector + 1));
	r->edx |= head << 8;
	r->es = DISK_BUF >> 4;
	return count;
}

/* One piece of at most disk->most sectors; how many came. */
static uint32_t read_once(struct disk *disk, uint64_t lba, uint64_t want)
{
	uint32_t count = want < disk->most ? want : disk->most;
	struct bios_regs r = { .edx = disk->facts.drive };
	uint32_t said;

	if (disk->facts.uses_edd)
		prepare_lba(&r, lba, count);
	else if ((count = prepare_chs(&r, lba, count, &disk->facts)) == 0)
		return 0;
	bios_call(0x13, &r);
	disk->calls++;
	if (bios_failed(&r) && bios_ah(&r) != STATUS_FIXED) {
		disk->status = bios_ah(&r);
		return 0;
	}
	if (disk->facts.uses_edd)
		return ((volatile struct dap *)phys(BIOS_BUF))->count == count ?
		       count : 0;
	/* Many say nothing of use in AL, but fewer than asked may be true. */
	said = r.eax & 0xff;
	return said != 0 && said < count ? said : count;
}

/*
 * Something simpler after repeated failure. EDD says 127 sectors a call,
 * most take 128; some only 64, and a bad spot wants single sectors.
 */
static bool step_down(struct disk *disk)
{
	if (disk->most > 1)
		disk->most = disk->most > 127 ? 127 : disk->most > 64 ? 64 : 1;
	else if (disk->facts.uses_edd && disk->facts.sectors_per_track != 0)
		disk->facts.uses_edd = 0;
	else
		return false;
	return true;
}

/* Brings at least one sector to DISK_BUF; false if nothing helps. */
static bool fetch(struct disk *disk, uint64_t lba, uint64_t want)
{
	unsigned tries = 0;
	uint32_t count;

	disk->held_sectors = 0;
	while ((count = read_once(disk, lba, want)) == 0) {
		disk->failures++;
		disk->bad_lba = lba;
		reset(disk);
		if (++tries < (disk->most == 1 ? TRIES_SINGLE : TRIES_LARGE))
			continue;
		tries = 0;
		if (!step_down(disk))
			return false;
	}
	disk->held_lba = lba;
	disk->held_sectors = count;
	progress_at(&disk->progress, lba + count);
	return true;
}

/* What first.asm or the last call brought is not asked for again. */
static int disk_read(struct image_disk *image, uint64_t lba, uint64_t want,
		     const uint8_t **data, uint64_t *got)
{
	struct disk *disk = (struct disk *)image;
	const uint8_t *memory = phys(STAGE2_ADDR);
	uint64_t into = lba - STAGE2_LBA, count = first_present;

	if (into >= count) {
		if (lba - disk->held_lba >= disk->held_sectors &&
		    !fetch(disk, lba, want))
			return -1;
		memory = phys(DISK_BUF);
		into = lba - disk->held_lba;
		count = disk->held_sectors;
	}
	*data = memory + into * SECTOR_SIZE;
	*got = count - into < want ? count - into : want;
	return 0;
}

/*
 * INT 13h AH=08h. The geometry stays 0 where there is none. AH says nothing
 * that counts, as in a read: without EDD there is no other way to the disk.
 */
static void ask_geometry(struct boot_disk *facts)
{
	struct bios_regs r;
	bool failed = !bios_ask(0x13, 0x0800, 0, facts->drive, &r);
	uint32_t cx = r.ecx & 0xffff;

	if (failed || (cx & 0x3f) == 0)
		return;
	facts->sectors_per_track = cx & 0x3f;
	facts->heads = (r.edx >> 8 & 0xff) + 1;
	facts->cylinders = (cx >> 8 | (cx & 0xc0) << 2) + 1;
}

/* Copies a blank-padded text; size is the target's, its end stays 0. */
static void copy_text(char *to, size_t size, const char *from, size_t length)
{
	while (length > 0 && (from[length - 1] == ' ' || !from[length - 1]))
		length--;
	memset(to, 0, size);
	memcpy(to, from, length < size ? length : size - 1);
}

static void ask_parameters(struct boot_disk *facts)
{
	struct edd_parameters *p = phys(BIOS_BUF);
	struct bios_regs r;

	memset(p, 0, sizeof(*p));
	p->size = sizeof(*p);
	if (!bios_ask(0x13, 0x4800, 0, facts->drive, &r) ||
	    p->size < offsetof(struct edd_parameters, dpte))
		return;
	/* LBA 1 was stage2's first 512 bytes: who says otherwise knows
	   nothing of this disk. */
	if (p->sector_size != SECTOR_SIZE)
		return;
	facts->sectors = p->sectors;
	/* SeaBIOS says that it wrote 30 bytes, and wrote the path, too. */
	if (p->path_key != EDD_PATH_KEY || p->path_size < EDD_PATH_V3)
		return;
	copy_text(facts->host_bus, sizeof(facts->host_bus), p->host_bus,
		  sizeof(p->host_bus));
	copy_text(facts->interface, sizeof(facts->interface), p->interface,
		  sizeof(p->interface));
	memcpy(facts->interface_path, p->interface_path,
	       sizeof(facts->interface_path));
	memcpy(facts->device_path, p->device_path,
	       p->path_size >= EDD_PATH_V4 ? 16 : 8);
}

/* INT 13h AH=41h: carry, BX and CX all have to say that EDD is there. */
static void ask_edd(struct boot_disk *facts)
{
	struct bios_regs r;

	if (!bios_ask(0x13, 0x4100, 0x55aa, facts->drive, &r) ||
	    (r.ebx & 0xffff) != EDD_SIGNATURE || !(r.ecx & EDD_DISK_ACCESS))
		return;
	facts->uses_edd = 1;
	facts->edd_version = bios_ah(&r);
	ask_parameters(facts);
}

void disk_open(struct disk *disk)
{
	struct boot_disk *facts = &disk->facts;

	*disk = (struct disk){
		.image = { .read = disk_read },
		.facts = { .drive = first_drive, .sector_size = SECTOR_SIZE },
		.most = DISK_BUF_SECTORS,
	};
	progress_open(&disk->progress);
	ask_geometry(facts);
	ask_edd(facts);
	/* With neither, AH=42h may work all the same: stage1 used it. */
	if (facts->sectors_per_track == 0)
		facts->uses_edd = 1;
}
