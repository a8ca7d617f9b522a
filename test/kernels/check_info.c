// SPDX-License-Identifier: 0BSD
// check_info.c - boot_info itself, the kernel as the loader placed it, and the
// modules byte for byte.

#include <string.h>

#include "check.h"
#include "layout.h"     /* PAGE_SIZE, SECTOR_SIZE, VGA_WINDOW */
#include "paging.h"     /* PML4_SLOT */

#define STRING_MAX      65536

static bool same_slot(const struct boot_info *info, const void *p)
{
	return (uintptr_t)p / PML4_SLOT == (uintptr_t)info / PML4_SLOT;
}

static void check_pointer(const struct boot_info *info, const char *name,
			  const void *p)
{
	check(name, p != NULL && same_slot(info, p), (uintptr_t)p);
}

static uint64_t length(const char *text)
{
	uint64_t n = 0;

	while (n < STRING_MAX && text[n] != '\0')
		n++;
	return n;
}

static void check_pointers(const struct boot_info *info)
{
	check_pointer(info, "pointer: loader_name", info->loader_name);
	check_pointer(info, "pointer: loader_version", info->loader_version);
	check_pointer(info, "pointer: memory", info->memory);
	check_pointer(info, "pointer: segments", info->segments);
	check_pointer(info, "pointer: cmdline", info->cmdline);
	check_pointer(info, "pointer: stack_base",
		      (const void *)info->stack_base);
	check_pointer(info, "pointer: stack_top",
		      (const void *)(info->stack_top - 1));
	if (info->module_count > 0)
		check_pointer(info, "pointer: modules", info->modules);
	if (info->elf_size > 0)
		check_pointer(info, "pointer: elf", info->elf);
	if (info->rsdp_size > 0)
		check_pointer(info, "pointer: rsdp", info->rsdp);
	if (info->log_size > 0)
		check_pointer(info, "pointer: log", info->log);
}

/* How sectors are read. */
static void check_reads(const struct boot_info *info)
{
	const struct boot_disk *d = &info->disk;
	const char *chs = option_text(info, "chs");
	uint64_t number;

	check("disk: uses_edd", d->uses_edd <= 1, d->uses_edd);
	if (option_number(info, "lba", &number))
		check_equal("disk: uses_edd", d->uses_edd, number);
	if (option_number(info, "edd", &number))
		check_equal("disk: edd_version", d->edd_version, number);
	check("disk: geometry", (d->cylinders == 0) == (d->heads == 0) &&
	      (d->heads == 0) == (d->sectors_per_track == 0) &&
	      d->cylinders <= 1024 && d->heads <= 256 &&
	      d->sectors_per_track <= 63, d->cylinders);
	if (chs == NULL)
		return;
	check_equal("disk: cylinders", d->cylinders, parse_number(&chs));
	chs += *chs == '/';
	check_equal("disk: heads", d->heads, parse_number(&chs));
	chs += *chs == '/';
	check_equal("disk: sectors_per_track", d->sectors_per_track,
		    parse_number(&chs));
}

static void check_disk(const struct boot_info *info)
{
	const struct boot_disk *d = &info->disk;

	check("disk: drive", d->drive >= 0x80 && d->drive <= 0x8f, d->drive);
	check_reads(info);
	check_equal("disk: sector_size", d->sector_size, SECTOR_SIZE);
	check("disk: image_id", (uint32_t)d->image_id != 0, d->image_id);
	check_equal("disk: mbr_id", d->mbr_id, (uint32_t)d->image_id);
	check_equal("disk: partition_lba", d->partition_lba, 1);
	check("disk: partition_sectors", d->partition_sectors > 0,
	      d->partition_sectors);
	check_equal("disk: reserved", d->reserved | d->reserved2, 0);
}

static void check_display(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;

	/* check_firmware.c has the framebuffer. */
	if (d->type != BOOT_DISPLAY_TEXT)
		return;
	check("display: width", d->width == 40 || d->width == 80, d->width);
	check("display: height", d->height >= 25 && d->height <= 60,
	      d->height);
	check_equal("display: pitch", d->pitch, d->width * 2);
	check("display: address", d->address_phys >= VGA_WINDOW &&
	      d->address_phys < VGA_WINDOW_END, d->address_phys);
	check_equal("display: usable at once", (uintptr_t)d->address,
		    d->address_phys);
}

/* All of them are taken, one after the other, where there is a counter. */
static void check_stamps(const struct boot_info *info)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < BOOT_STAMP_COUNT; i++) {
		uint64_t stamp = info->stamps[i];

		if (!cpu_has_tsc() || i > BOOT_STAMP_ENTRY) {
			check_equal("stamps: not taken", stamp, 0);
			continue;
		}
		check("stamps rise", stamp > last, stamp);
		last = stamp;
	}
	if (cpu_has_tsc())
		check_at_least("stamps: now is later", cpu_tsc(), last);
}

void check_info(const struct boot_info *info)
{
	check_equal("size", info->size, sizeof(*info));
	check_pointers(info);
	check("loader_name",
	      memcmp(info->loader_name, "Stagecoach", sizeof("Stagecoach")) ==
	      0, info->loader_name[0]);
	check("loader_version", length(info->loader_version) > 0, 0);
	check_equal("cmdline_size", info->cmdline_size,
		    length(info->cmdline));
	check_equal("log_size", info->log_size,
		    info->log == NULL ? 0 : length(info->log));
	check_disk(info);
	check_display(info);
	check_stamps(info);
}

/* The kernel's own view: an address of each kind and its rights. */
static void check_sample(const struct boot_info *info, const char *name,
			 const void *address, uint32_t rights)
{
	struct leaf leaf = walk(info, (uintptr_t)address);
	bool listed = false;

	check(name, leaf.present && leaf.write == !!(rights & BOOT_WRITE) &&
	      (!cpu_has_nx() || leaf.execute == !!(rights & BOOT_EXECUTE)),
	      (uintptr_t)address);
	for (uint64_t i = 0; i < info->segment_count; i++) {
		const struct boot_segment *s = &info->segments[i];

		if ((uintptr_t)address - s->virt < s->size)
			listed = s->rights == rights;
	}
	check("segments: the kernel's parts with their rights", listed,
	      (uintptr_t)address);
}

static void check_segments(const struct boot_info *info)
{
	uint64_t base = UINT64_MAX, last = 0, value;

	for (uint64_t i = 0; i < info->segment_count; i++) {
		const struct boot_segment *s = &info->segments[i];

		check("segments: page-aligned, not empty",
		      (s->virt | s->phys | s->size) % PAGE_SIZE == 0 &&
		      s->size > 0, s->virt);
		check_equal("segments: reserved", s->reserved, 0);
		if (s->virt < base)
			base = s->virt;
		if (s->virt + s->size - 1 > last)
			last = s->virt + s->size - 1;
	}
	check_at_least("segments: count", info->segment_count, 3);
	check_equal("kernel_base", info->kernel_base, base);
	check_equal("kernel_size", info->kernel_size, last - base + 1);
	if (option_number(info, "base", &value))
		check_equal("kernel_base is as linked or promised",
			    info->kernel_base, value);
	if (option_number(info, "slide", &value))
		check_equal("kernel_slide", info->kernel_slide, value);
}

static void check_payload(void)
{
	uint64_t want = 0, wrong = 0;

	for (uint64_t i = 0; i < payload_words; i++) {
		want = want * payload_step + 1;
		wrong += payload[i] != want;
	}
	check_equal("payload: wrong words", wrong, 0);

	wrong = 0;
	for (uint64_t *p = addresses; p < addresses_end; p++)
		wrong += *p != (uintptr_t)payload + (uint64_t)(p - addresses);
	check_equal("relocation: wrong addresses in .data", wrong, 0);

	wrong = 0;
	for (const uint8_t *p = ballast; p < ballast_end; p++)
		wrong += *p != 0;
	check_equal(".bss: bytes that are not zero", wrong, 0);
}

/* PT_TLS of payload.S. */
static void check_tls(const struct boot_info *info)
{
	static const char image[] = "thread-local storage";
	const struct boot_tls *t = &info->tls;

	check_equal("tls: file_size", t->file_size, sizeof(image) - 1);
	check_equal("tls: memory_size", t->memory_size, 32 + 40);
	check_equal("tls: align", t->align, 32);
	check("tls: image", t->image != NULL && t->file_size < sizeof(image) &&
	      memcmp(t->image, image, t->file_size) == 0,
	      (uintptr_t)t->image);
}

static void check_elf(const struct boot_info *info)
{
	const uint8_t *elf = info->elf;
	uint64_t size = 0, want_sum = 0, sum = 0;

	option_number(info, "elf", &size);
	option_number(info, "sum", &want_sum);
	check_equal("elf_size", info->elf_size, size);
	check("elf", (elf != NULL) == (size > 0), (uintptr_t)elf);
	if (elf == NULL)
		return;
	for (uint64_t i = 0; i < info->elf_size; i++)
		sum = sum * 3 + elf[i];
	check_equal("elf: the bytes", sum, want_sum);
}

void check_kernel(const struct boot_info *info)
{
	static const int constant = 1;
	static int data = 1, bss;

	/* Kept in memory, where the sections are. */
	__asm__ volatile("" : "+m"(data), "+m"(bss) : "m"(constant));
	check_sample(info, "rights: text", (const void *)(uintptr_t)_start,
		     BOOT_READ | BOOT_EXECUTE);
	check_sample(info, "rights: rodata", &constant, BOOT_READ);
	check_sample(info, "rights: data", &data, BOOT_READ | BOOT_WRITE);
	check_sample(info, "rights: bss", &bss, BOOT_READ | BOOT_WRITE);
	check_segments(info);
	check_payload();
	check_tls(info);
	check_elf(info);
}

/*
 * Modules come in three kinds by their place in the list: bytes that do not
 * compress, bytes that do, zeros. machine.py makes the same.
 */
static uint8_t module_byte(uint64_t index, uint64_t at)
{
	uint32_t x;

	switch (index % 3) {
	case 0:
		x = (uint32_t)(at * 2654435761u + index * 40503u);
		x ^= x >> 15;
		x *= 2246822519u;
		return (uint8_t)(x >> 24);
	case 1:
		return (uint8_t)((at >> 6) + index);
	default:
		return 0;
	}
}

static void check_module(const struct boot_info *info, uint64_t index,
			 uint64_t size)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_";
	const struct boot_module *m = &info->modules[index];
	const uint8_t *data = m->data;
	uint64_t wrong = 0, end = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);

	check_equal("module: size", m->size, size);
	check_pointer(info, "module: name", m->name);
	check("module: name's text", length(m->name) == 7 &&
	      memcmp(m->name, "module", 6) == 0 &&
	      m->name[6] == letters[index % 64], index);
	if (size == 0) {
		check("module: NULL when empty", data == NULL,
		      (uintptr_t)data);
		return;
	}
	check_pointer(info, "module: data", data);
	check_equal("module: page-aligned", (uintptr_t)data % PAGE_SIZE, 0);
	for (uint64_t i = 0; i < size; i++)
		wrong += data[i] != module_byte(index, i);
	check_equal("module: wrong bytes", wrong, 0);
	wrong = 0;
	for (uint64_t i = size; i < end; i++)
		wrong += data[i] != 0;
	check_equal("module: zeros to the page's end", wrong, 0);
}

void check_modules(const struct boot_info *info)
{
	const char *text = option_text(info, "modules");
	uint64_t count = 0;

	while (text != NULL && *text >= '0' && *text <= '9') {
		uint64_t size = parse_number(&text);

		if (count < info->module_count)
			check_module(info, count, size);
		count++;
		if (*text == ',')
			text++;
	}
	check_equal("module_count", info->module_count, count);
}
