// SPDX-License-Identifier: 0BSD
/* info.c - boot_info: what the kernel is told. */
#include <string.h>

#include "cmos.h"
#include "console.h"
#include "edid.h"
#include "firmware.h"
#include "info.h"
#include "io.h"
#include "layout.h"
#include "timer.h"

#define SPARE_RANGES    64      /* the map still grows: page tables */
#define PARTS           16      /* each may waste 7 bytes on alignment */
#define TABLES_SIZE     256     /* RSDP and SMBIOS entry points, as they are */
#define LOADER_NAME     "Stagecoach"

/*
 * boot_info and all that belongs to it but modules and stack, in one piece of
 * memory that the kernel sees `above` its address here.
 */
struct area {
	uint8_t *next;
	uint64_t above;
	uint32_t tables;        /* bytes left for the firmware's tables */
};

/* The next size bytes of it. */
static void *take_room(struct area *a, uint64_t size)
{
	void *bytes = a->next;

	a->next += (size + 7) & ~7ull;
	return bytes;
}

/* The same, cleared. */
static void *take(struct area *a, uint64_t size)
{
	return memset(take_room(a, size), 0, size);
}

/* An address in the area, as the kernel sees it. */
static void *seen(const struct area *a, void *bytes)
{
	return phys((uintptr_t)bytes + a->above);
}

/* A copy of size bytes; of a text, its NUL included. */
static const void *take_bytes(struct area *a, const void *bytes, uint64_t size)
{
	return seen(a, memcpy(take_room(a, size), bytes, size));
}

static void tell_segments(struct boot_info *info, struct area *a,
			  const struct kernel *kernel)
{
	size_t n = kernel->pieces.count;
	const struct elf64_chunk *c = kernel->pieces.chunk;
	const struct elf64_run *run = kernel->run;
	struct boot_segment *s = take(a, n * sizeof(*s));

	info->segments = seen(a, s);
	info->segment_count = n;
	for (; n > 0; n--, c++, s++) {
		while (c->vaddr - run->vaddr >= run->size)
			run++;
		s->virt = c->vaddr + kernel->space.slide;
		s->phys = (uintptr_t)c->data;
		s->size = c->size;
		s->rights = run->flags;
	}
}

_Static_assert(ELF64_X == BOOT_EXECUTE && ELF64_W == BOOT_WRITE &&
	       ELF64_R == BOOT_READ, "boot_info takes ELF's rights as they are");

static void tell_kernel(struct boot_info *info, const struct boot *boot)
{
	const struct elf64_plan *plan = &boot->kernel->plan;
	uint64_t slide = boot->kernel->space.slide;

	info->phys_offset = boot->kernel->space.phys_offset;
	info->kernel_base = plan->base + slide;
	info->kernel_size = plan->span;
	info->kernel_slide = slide;
	if (plan->tls.memsz != 0) {
		info->tls.image = phys(plan->tls.vaddr + slide);
		info->tls.file_size = plan->tls.filesz;
		info->tls.memory_size = plan->tls.memsz;
		info->tls.align = plan->tls.align;
	}
	if (boot->elf.size != 0) {
		info->elf = phys(boot->elf.vaddr);
		info->elf_size = boot->elf.size;
	}
	info->stack_base = boot->stack_base;
	info->stack_top = boot->stack_top;
}

static void tell_modules(struct boot_info *info, struct area *a,
			 const struct boot *boot)
{
	struct boot_module *m = take(a, boot->module_count * sizeof(*m));
	const struct loaded_file *f = boot->module;

	if (boot->module_count == 0)
		return;
	info->modules = seen(a, m);
	info->module_count = boot->module_count;
	for (; f < boot->module + boot->module_count; f++, m++) {
		m->data = f->size ? phys(f->vaddr) : NULL;
		m->size = f->size;
		m->name = take_bytes(a, files_name(&boot->files, f->index),
				     boot->files.file[f->index].name_size + 1);
	}
}

/* The directory's command line, or -1. */
static NOINLINE int cmdline_index(const struct files *files)
{
	uint32_t i;

	for (i = 0; i < files->super->file_count; i++)
		if (files->file[i].type == IMAGE_CMDLINE)
			return i;
	return -1;
}

static void tell_cmdline(struct boot_info *info, struct area *a,
			 struct boot *boot)
{
	int i = cmdline_index(&boot->files);
	uint64_t size = i < 0 ? 0 : boot->files.file[i].size;
	uint8_t *text = take(a, size + 1);

	if (size > 0)
		files_read_to(&boot->files, i, 0, size, text);
	info->cmdline = seen(a, text);
	info->cmdline_size = size;
}

static void tell_disk(struct boot_info *info, const struct boot *boot)
{
	uint32_t partition = STAGE1_ADDR + MBR_PARTITIONS;
	int i;

	info->disk = boot->disk.facts;
	info->disk.image_id = boot->files.super->image_id;
	info->disk.mbr_id = phys_read32(STAGE1_ADDR + MBR_DISK_ID);
	for (i = 0; i < 4; i++, partition += MBR_PARTITION_SIZE) {
		if (phys_read8(partition) != 0x80)
			continue;
		info->disk.partition_lba = phys_read32(partition + 8);
		info->disk.partition_sectors = phys_read32(partition + 12);
		break;
	}
}

/* The text mode that the BIOS has set, from its data area. */
static void tell_text(struct boot_display *d)
{
	uint8_t mode = phys_read8(BDA_VIDEO_MODE);
	uint16_t columns = phys_read16(BDA_COLUMNS);
	uint64_t cells = mode == 7 ? VGA_TEXT_MONO : VGA_TEXT;

	/* No columns: no adapter has been set up, whatever the mode says. */
	if ((mode > 3 && mode != 7) || columns == 0)
		return;
	d->type = BOOT_DISPLAY_TEXT;
	d->width = columns;
	d->height = phys_read8(BDA_ROWS) + 1u;
	d->pitch = d->width * 2;
	d->address = phys(cells);
	d->address_phys = cells;
}

static void tell_display(struct boot_info *info, struct area *a,
			 const struct boot *boot)
{
	const struct video *video = &boot->video;
	struct boot_video_mode *list;
	size_t i;

	if (video->display.type != BOOT_DISPLAY_UNKNOWN)
		info->display = video->display;
	else
		tell_text(&info->display);
	if (video->edid != NULL) {
		info->edid = take_bytes(a, video->edid, EDID_SIZE);
		info->edid_size = EDID_SIZE;
	}
	if (!(boot->wishes->flags & BOOT_WISH_VIDEO_MODES) ||
	    video->count == 0)
		return;
	list = take(a, video->count * sizeof(*list));
	for (i = 0; i < video->count; i++)
		list[i] = video->mode[i].mode;
	info->video_modes = seen(a, list);
	info->video_mode_count = video->count;
}

/* A copy of a table that was found, or NULL; and where it was. */
static const void *take_table(struct area *a, const struct rom_table *table,
			      uint64_t *size, uint64_t *where)
{
	if (table->size == 0 || table->size > a->tables)
		return NULL;
	a->tables -= table->size;
	*size = table->size;
	*where = (uintptr_t)table->data;
	return take_bytes(a, table->data, table->size);
}

static void tell_firmware(struct boot_info *info, struct area *a)
{
	struct rom_table found[ROM_KINDS] = { 0 };

	firmware_find(found);
	info->firmware = BOOT_FIRMWARE_BIOS;
	info->rsdp = take_table(a, &found[ROM_RSDP], &info->rsdp_size,
				&info->rsdp_phys);
	info->smbios = take_table(a, &found[ROM_SMBIOS], &info->smbios_size,
				  &info->smbios_phys);
	info->smbios3 = take_table(a, &found[ROM_SMBIOS3],
				   &info->smbios3_size, &info->smbios3_phys);
	cmos_time(&info->time);
}

/* Bytes that all the parts below will take together, or a few more. */
static uint64_t area_size(const struct boot *boot)
{
	const struct files *files = &boot->files;
	int cmdline = cmdline_index(files);
	uint64_t size;

	size = sizeof(struct boot_info) + sizeof(LOADER_NAME) +
	       sizeof(STAGECOACH_VERSION) + PARTS * 8 +
	       boot->kernel->pieces.count * sizeof(struct boot_segment) +
	       boot->module_count * sizeof(struct boot_module) +
	       (boot->memory.map.count + SPARE_RANGES) *
	       sizeof(struct boot_memory);
	if (boot->wishes->flags & BOOT_WISH_VIDEO_MODES)
		size += boot->video.count * sizeof(struct boot_video_mode);
	size += EDID_SIZE + TABLES_SIZE + boot->log.used + 1;
	/* The directory has every name, and more besides each. */
	size += files->super->directory_sectors * SECTOR_SIZE;
	size += cmdline < 0 ? 1 : files->file[cmdline].size + 1;
	return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
}

void info_build(struct boot *boot)
{
	uint64_t size = area_size(boot);
	uint8_t *bytes = memory_alloc(&boot->memory, size, "boot_info");
	struct area a = { bytes, boot_window(boot, size) - (uintptr_t)bytes,
			  TABLES_SIZE };
	struct boot_info *info = take(&a, sizeof(*info));

	memory_add(&boot->memory, &boot->window, (uintptr_t)bytes + a.above,
		   size, (uintptr_t)bytes, "boot_info");
	boot->info_bytes = info;
	boot->info = (uintptr_t)seen(&a, info);
	info->magic = BOOT_INFO_MAGIC;
	info->version = BOOT_INFO_VERSION;
	info->size = sizeof(*info);
	info->loader_name = take_bytes(&a, LOADER_NAME, sizeof(LOADER_NAME));
	info->loader_version = take_bytes(&a, STAGECOACH_VERSION,
					  sizeof(STAGECOACH_VERSION));
	info->kernel_name = take_bytes(&a, files_name(&boot->files, 0),
				       boot->files.file[0].name_size + 1);
	info->paging_levels = 4;
	tell_segments(info, &a, boot->kernel);
	tell_kernel(info, boot);
	tell_modules(info, &a, boot);
	tell_cmdline(info, &a, boot);
	tell_disk(info, boot);
	tell_display(info, &a, boot);
	tell_firmware(info, &a);
	info->log = take_bytes(&a, boot->log.text, boot->log.used + 1);
	info->log_size = boot->log.used;

	/* The rest of the area is the memory map's. */
	info->memory = seen(&a, a.next);
	info->memory_count = (bytes + size - a.next) / sizeof(*info->memory);
	boot->memory_copy = (struct boot_memory *)a.next;
}

void info_close(struct boot *boot)
{
	struct memmap *m = &boot->memory.map;
	struct boot_info *info = boot->info_bytes;
	struct clock_sample end;
	struct clock_rate rate;

	/* Low memory that was the loader's is nobody's now. */
	memory_set(m, PAGE_SIZE, RESIDENT_TEXT, BOOT_MEMORY_USABLE);
	memory_set(m, RESIDENT_END, info->phys_offset != 0 ? LOW_FREE :
		   LOADER_TABLES, BOOT_MEMORY_USABLE);
	m->max = info->memory_count;            /* room for the kernel's copy */
	if (m->count > m->max)
		memory_full(m);
	memcpy(boot->memory_copy, m->range, m->count * sizeof(*m->range));
	info->memory_count = m->count;

	timer_sample(boot->cpu, &end);
	rate = timer_rate(&boot->start, &end,
			  memmap_total(m, BOOT_MEMORY_KERNEL));
	info->stamp_hz = rate.hz;
	info->stamp_hz_error = rate.error;
	boot->stamps[BOOT_STAMP_ENTRY] = cpu_tsc(boot->cpu);
	memcpy(info->stamps, boot->stamps, sizeof(info->stamps));
}
