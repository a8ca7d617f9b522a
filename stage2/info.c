// SPDX-License-Identifier: 0BSD
/* info.c - boot_info: what the kernel is told. */
#include <string.h>

#include "console.h"
#include "info.h"
#include "io.h"
#include "layout.h"

#define SPARE_RANGES    64      /* the map still grows: page tables */
#define PARTS           8       /* each may waste 7 bytes on alignment */
#define LOADER_NAME     "Stagecoach"

/*
 * boot_info and all that belongs to it but modules and stack, in one piece of
 * memory that the kernel sees `above` its address here.
 */
struct area {
	uint8_t *next;
	uint64_t above;
};

static void *take(struct area *a, uint64_t size)
{
	void *bytes = a->next;

	a->next += (size + 7) & ~7ull;
	return bytes;
}

/* An address in the area, as the kernel sees it. */
static void *seen(const struct area *a, void *bytes)
{
	return phys((uintptr_t)bytes + a->above);
}

/* A text of size bytes, its NUL included. */
static const char *take_text(struct area *a, const char *text, uint64_t size)
{
	return seen(a, memcpy(take(a, size), text, size));
}

static void tell_segments(struct boot_info *info, struct area *a,
			  const struct kernel *kernel)
{
	size_t n = kernel->pieces.count, i;
	const struct elf64_run *run = kernel->run;
	struct boot_segment *s = take(a, n * sizeof(*s));

	info->segments = seen(a, s);
	info->segment_count = n;
	for (i = 0; i < n; i++) {
		const struct elf64_chunk *c = &kernel->pieces.chunk[i];

		while (c->vaddr - run->vaddr >= run->size)
			run++;
		s[i].virt = c->vaddr + kernel->space.slide;
		s[i].phys = (uintptr_t)c->data;
		s[i].size = c->size;
		s[i].rights = run->flags;
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

/* Bytes of a module's name, the NUL included. */
static uint64_t name_size(const struct boot *boot, uint32_t module)
{
	return boot->files.file[boot->module[module].index].name_size + 1;
}

static void tell_modules(struct boot_info *info, struct area *a,
			 const struct boot *boot)
{
	struct boot_module *m = take(a, boot->module_count * sizeof(*m));
	uint32_t i;

	if (boot->module_count == 0)
		return;
	info->modules = seen(a, m);
	info->module_count = boot->module_count;
	for (i = 0; i < boot->module_count; i++) {
		const struct loaded_file *f = &boot->module[i];

		m[i].data = f->size ? phys(f->vaddr) : NULL;
		m[i].size = f->size;
		m[i].name = take_text(a, files_name(&boot->files, f->index),
				      name_size(boot, i));
	}
}

/* A sink that puts the command line into the area. */
struct text_sink {
	struct image_sink sink;
	uint8_t *to;
};

static uint8_t *place_text(struct image_sink *sink, uint64_t offset,
			   uint64_t size, uint64_t *room)
{
	*room = size;
	return ((struct text_sink *)sink)->to + offset;
}

/* The directory's command line, or -1. */
static int64_t cmdline_index(const struct files *files)
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
	int64_t i = cmdline_index(&boot->files);
	uint64_t size = i < 0 ? 0 : boot->files.file[i].size;
	struct text_sink t = { { place_text }, take(a, size + 1) };

	if (size > 0)
		files_read(&boot->files, i, 0, size, &t.sink);
	info->cmdline = seen(a, t.to);
	info->cmdline_size = size;
}

static void tell_disk(struct boot_info *info, const struct boot *boot)
{
	const uint8_t *mbr = phys(STAGE1_ADDR);
	const uint8_t *partition = mbr + MBR_PARTITIONS;
	uint32_t lba, sectors;
	int i;

	info->disk = boot->disk_facts;
	info->disk.image_id = boot->files.super->image_id;
	memcpy(&info->disk.mbr_id, mbr + MBR_DISK_ID, 4);
	for (i = 0; i < 4; i++, partition += MBR_PARTITION_SIZE) {
		if (partition[0] != 0x80)
			continue;
		memcpy(&lba, partition + 8, 4);
		memcpy(&sectors, partition + 12, 4);
		info->disk.partition_lba = lba;
		info->disk.partition_sectors = sectors;
		break;
	}
}

/* The text mode that the BIOS has set, from its data area. */
static void tell_display(struct boot_info *info)
{
	uint8_t mode = phys_read8(BDA_VIDEO_MODE);
	uint16_t columns = phys_read16(BDA_COLUMNS);
	uint64_t cells = mode == 7 ? VGA_TEXT_MONO : VGA_TEXT;
	struct boot_display *d = &info->display;

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

/* Bytes that all the parts below will take together, or a few more. */
static uint64_t area_size(const struct boot *boot)
{
	const struct files *files = &boot->files;
	int64_t cmdline = cmdline_index(files);
	uint64_t size;

	size = sizeof(struct boot_info) + sizeof(LOADER_NAME) +
	       sizeof(STAGECOACH_VERSION) + PARTS * 8 +
	       boot->kernel->pieces.count * sizeof(struct boot_segment) +
	       boot->module_count * sizeof(struct boot_module) +
	       (boot->memory.map.count + SPARE_RANGES) *
	       sizeof(struct boot_memory);
	/* The directory has every name, and more besides each. */
	size += files->super->directory_sectors * SECTOR_SIZE;
	size += cmdline < 0 ? 1 : files->file[cmdline].size + 1;
	return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
}

void info_build(struct boot *boot)
{
	uint64_t size = area_size(boot);
	uint8_t *bytes = memory_alloc(&boot->memory, size, "boot_info");
	struct area a = { bytes, boot_window(boot, size) - (uintptr_t)bytes };
	struct boot_info *info = take(&a, sizeof(*info));

	memory_add(&boot->memory, &boot->window, (uintptr_t)bytes + a.above,
		   size, (uintptr_t)bytes, "boot_info");
	boot->info_bytes = info;
	boot->info = (uintptr_t)seen(&a, info);
	info->magic = BOOT_INFO_MAGIC;
	info->version = BOOT_INFO_VERSION;
	info->size = sizeof(*info);
	info->loader_name = take_text(&a, LOADER_NAME, sizeof(LOADER_NAME));
	info->loader_version = take_text(&a, STAGECOACH_VERSION,
					 sizeof(STAGECOACH_VERSION));
	tell_segments(info, &a, boot->kernel);
	tell_kernel(info, boot);
	tell_modules(info, &a, boot);
	tell_cmdline(info, &a, boot);
	tell_disk(info, boot);
	tell_display(info);

	/* The rest of the area is the memory map's. */
	info->memory = seen(&a, a.next);
	info->memory_count = (bytes + size - a.next) / sizeof(*info->memory);
	boot->memory_copy = (struct boot_memory *)a.next;
}

/* Low memory that was the loader's and is nobody's now. */
static void release(struct memmap *m, uint64_t base, uint64_t end)
{
	if (memmap_set(m, base, end, BOOT_MEMORY_USABLE))
		die("the memory map has too many pieces: more than %llu",
		    (unsigned long long)m->max);
}

void info_close(struct boot *boot)
{
	struct memmap *m = &boot->memory.map;
	struct boot_info *info = boot->info_bytes;

	release(m, PAGE_SIZE, RESIDENT_TEXT);
	release(m, RESIDENT_END, LOW_FREE);
	if (m->count > info->memory_count)
		die("the memory map has grown to %llu pieces, %llu expected",
		    (unsigned long long)m->count,
		    (unsigned long long)info->memory_count);
	memcpy(boot->memory_copy, m->range, m->count * sizeof(*m->range));
	info->memory_count = m->count;
	boot->stamps[BOOT_STAMP_ENTRY] = cpu_tsc(boot->cpu);
	memcpy(info->stamps, boot->stamps, sizeof(info->stamps));
}
