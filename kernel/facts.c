// SPDX-License-Identifier: 0BSD
// facts.c - the test mode: what boot_info tells, in lines for a program.

#include "facts.h"

#include <stddef.h>
#include <string.h>

#include "cmdline.h"
#include "cpu.h"
#include "printk.h"
#include "window.h"

/* ACPI 6.4, 5.2.5 and 5.2.6 */
#define RSDP_REVISION   15
#define RSDP_RSDT       16
#define RSDP_XSDT       24
#define RSDP_SIZE_1     20              /* of the first sum's bytes */
#define TABLE_LENGTH    4
#define TABLE_HEADER    36
#define TABLES_MAX      32              /* of a root table that are looked at */

/* DMTF DSP0134, 5.2.1 and 7.2 */
#define SMBIOS_LENGTH   22              /* of the tables, 16 bits */
#define SMBIOS_TABLE    24              /* their address, 32 bits */
#define SMBIOS3_LENGTH  12              /* at most, 32 bits */
#define SMBIOS3_TABLE   16              /* 64 bits */
#define SYSTEM          1               /* type of a structure */
#define SYSTEM_MAKER    4               /* numbers of strings */
#define SYSTEM_PRODUCT  5
#define SYSTEM_SERIAL   7

/* CPUID leaves */
#define CPUID_FEATURES  1
#define CPUID_EXTENDED  0x80000001u
#define CPUID_ADDRESSES 0x80000008u

#define number(type, at) __extension__({                        \
	type number_;                                           \
	memcpy(&number_, (at), sizeof(number_));                \
	number_;                                                \
})

static unsigned int sum(const uint8_t *byte, uint64_t size)
{
	uint8_t total = 0;

	while (size-- > 0)
		total = (uint8_t)(total + *byte++);
	return total;
}

static void print_memory(const struct boot_info *info)
{
	uint64_t size[BOOT_MEMORY_FRAMEBUFFER + 1] = { 0 };

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->type <= BOOT_MEMORY_FRAMEBUFFER)
			size[m->type] += m->end - m->base;
	}
	printk("fact: memory");
	for (unsigned int i = 1; i <= BOOT_MEMORY_FRAMEBUFFER; i++)
		printk(" type%u=%llu", i, (unsigned long long)size[i]);
	printk("\n");
}

static void print_bytes(const char *name, const uint8_t *byte, uint64_t size)
{
	printk(" %s=", name);
	while (size-- > 0)
		printk("%02x", *byte++);
}

static void print_disk(const struct boot_disk *d)
{
	printk("fact: disk drive=%x edd=%x lba=%u chs=%u/%u/%u sectors=%llu "
	       "size=%u mbr=%08x image=%016llx", d->drive, d->edd_version,
	       d->uses_edd, d->cylinders, d->heads, d->sectors_per_track,
	       (unsigned long long)d->sectors, d->sector_size, d->mbr_id,
	       (unsigned long long)d->image_id);
	printk(" partition=%llu+%llu bus=%.8s interface=%.16s",
	       (unsigned long long)d->partition_lba,
	       (unsigned long long)d->partition_sectors, d->host_bus,
	       d->interface);
	print_bytes("path", d->interface_path, sizeof(d->interface_path));
	print_bytes("device", d->device_path, sizeof(d->device_path));
	printk("\n");
}

/* One table; its length, or 0 if that cannot be. */
static uint32_t print_table(const struct boot_info *info, uint64_t phys)
{
	const uint8_t *table = window_open(info, phys, TABLE_HEADER);
	uint32_t length;

	if (table == NULL)
		return 0;
	length = number(uint32_t, table + TABLE_LENGTH);
	if (length < TABLE_HEADER || length > WINDOW_SIZE / 2)
		return 0;
	printk("fact: acpi signature=%.4s length=%u sum=%u\n",
	       (const char *)table, length, sum(table, length));
	return length;
}

static void print_acpi(const struct boot_info *info)
{
	const uint8_t *rsdp = info->rsdp;
	uint64_t entry[TABLES_MAX] = { 0 }, root, count;
	unsigned int width = sizeof(uint32_t);
	const uint8_t *table;

	if (info->rsdp_size == 0)
		return;
	printk("fact: rsdp signature=%.8s revision=%u sum=%u\n",
	       (const char *)rsdp, rsdp[RSDP_REVISION],
	       sum(rsdp, RSDP_SIZE_1));
	root = number(uint32_t, rsdp + RSDP_RSDT);
	if (rsdp[RSDP_REVISION] >= 2 &&
	    number(uint64_t, rsdp + RSDP_XSDT) != 0) {
		root = number(uint64_t, rsdp + RSDP_XSDT);
		width = sizeof(uint64_t);
	}
	count = print_table(info, root);
	if (count == 0)
		return;
	count = (count - TABLE_HEADER) / width;
	if (count > TABLES_MAX)
		count = TABLES_MAX;
	/* Copied: the next table takes this one's place in the window. */
	table = (const uint8_t *)window_open(info, root, TABLE_HEADER) +
		TABLE_HEADER;
	for (uint64_t i = 0; i < count; i++)
		memcpy(&entry[i], table + i * width, width);
	for (uint64_t i = 0; i < count; i++)
		print_table(info, entry[i]);
}

/* String n, from 1 on, of those that follow a structure. */
static const char *string(const uint8_t *at, const uint8_t *end, unsigned int n)
{
	for (; n > 1 && at < end; at++)
		if (*at == '\0')
			n--;
	return n == 1 && at < end ? (const char *)at : "";
}

/* The structure behind this one: behind two bytes of 0. */
static const uint8_t *next(const uint8_t *at, const uint8_t *end)
{
	for (at += at[1]; at + 1 < end && (at[0] != 0 || at[1] != 0); at++)
		;
	return at + 2;
}

static void print_smbios(const struct boot_info *info)
{
	const uint8_t *entry = info->smbios, *at, *end;
	uint64_t phys, size;

	if (info->smbios_size != 0) {
		phys = number(uint32_t, entry + SMBIOS_TABLE);
		size = number(uint16_t, entry + SMBIOS_LENGTH);
	} else if (info->smbios3_size != 0) {
		entry = info->smbios3;
		phys = number(uint64_t, entry + SMBIOS3_TABLE);
		size = number(uint32_t, entry + SMBIOS3_LENGTH);
	} else {
		return;
	}
	at = window_open(info, phys, size);
	if (at == NULL)
		return;
	for (end = at + size; end - at > SYSTEM_SERIAL; at = next(at, end)) {
		const uint8_t *strings = at + at[1];

		if (at[0] == SYSTEM && at[1] > SYSTEM_SERIAL)
			printk("fact: smbios maker=%.60s\nfact: smbios "
			       "product=%.60s\nfact: smbios serial=%.60s\n",
			       string(strings, end, at[SYSTEM_MAKER]),
			       string(strings, end, at[SYSTEM_PRODUCT]),
			       string(strings, end, at[SYSTEM_SERIAL]));
	}
}

static void print_modules(const struct boot_info *info)
{
	for (uint64_t i = 0; i < info->module_count; i++) {
		const struct boot_module *m = &info->modules[i];
		const uint8_t *byte = m->data;
		uint64_t total = 0;

		for (uint64_t k = 0; k < m->size; k++)
			total = total * 3 + byte[k];
		printk("fact: module name=%s size=%llu sum=%016llx\n", m->name,
		       (unsigned long long)m->size,
		       (unsigned long long)total);
	}
}

static void print_display(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;

	printk("fact: display type=%u width=%u height=%u pitch=%u bits=%u "
	       "mode=%x address=%llx\n", d->type, d->width, d->height,
	       d->pitch, d->bits_per_pixel, d->mode,
	       (unsigned long long)d->address_phys);
	for (uint64_t i = 0; i < info->video_mode_count; i++) {
		const struct boot_video_mode *m = &info->video_modes[i];

		printk("fact: mode number=%x width=%u height=%u pitch=%u "
		       "bits=%u red=%u@%u green=%u@%u blue=%u@%u\n", m->mode,
		       m->width, m->height, m->pitch, m->bits_per_pixel,
		       m->red_size, m->red_shift, m->green_size,
		       m->green_shift, m->blue_size, m->blue_shift);
	}
	if (info->edid_size == 0)
		return;
	printk("fact: edid");
	print_bytes("bytes", info->edid, info->edid_size);
	printk("\n");
}

static void print_kernel(const struct boot_info *info)
{
	printk("fact: kernel base=%llx size=%llu slide=%llx physical=%llx "
	       "stack=%llu elf=%llu\n",
	       (unsigned long long)info->kernel_base,
	       (unsigned long long)info->kernel_size,
	       (unsigned long long)info->kernel_slide,
	       (unsigned long long)info->phys_offset,
	       (unsigned long long)(info->stack_top - info->stack_base),
	       (unsigned long long)info->elf_size);
	for (uint64_t i = 0; i < info->segment_count; i++) {
		const struct boot_segment *s = &info->segments[i];

		printk("fact: segment at=%llx physical=%llx size=%llu "
		       "rights=%u\n", (unsigned long long)s->virt,
		       (unsigned long long)s->phys,
		       (unsigned long long)s->size, s->rights);
	}
}

/* What the boot log, too, says of the processor. */
static void print_cpu(void)
{
	printk("fact: cpu features=%x extended=%x address_bits=%u\n",
	       cpuid(CPUID_FEATURES).edx, cpuid(CPUID_EXTENDED).edx,
	       cpuid(CPUID_ADDRESSES).eax & 0xff);
}

static void print_clock(const struct boot_info *info)
{
	printk("fact: clock hz=%llu error=%llu\n",
	       (unsigned long long)info->stamp_hz,
	       (unsigned long long)info->stamp_hz_error);
	for (unsigned int i = 0; i < BOOT_STAMP_COUNT; i++)
		printk("fact: stamp number=%u at=%llu\n", i,
		       (unsigned long long)info->stamps[i]);
}

/* Line by line: a printk() takes no more. */
static void print_log(const struct boot_info *info)
{
	const char *at = info->log, *end = info->log + info->log_size;

	while (at < end) {
		const char *line = at;

		while (at < end && *at != '\n')
			at++;
		printk("fact: log text=%.*s\n", (int)(at - line), line);
		at++;
	}
}

void facts_print(const struct boot_info *info)
{
	const struct boot_time *t = &info->time;
	char value[2];

	if (!cmdline_find(info->cmdline, "facts", value, sizeof(value)))
		return;
	printk("fact: loader name=%s version=%s kernel=%s cmdline=%llu\n",
	       info->loader_name, info->loader_version, info->kernel_name,
	       (unsigned long long)info->cmdline_size);
	printk("fact: time %u-%02u-%02u %02u:%02u:%02u\n", t->year, t->month,
	       t->day, t->hour, t->minute, t->second);
	print_memory(info);
	print_disk(&info->disk);
	print_acpi(info);
	print_smbios(info);
	print_display(info);
	print_kernel(info);
	print_modules(info);
	print_cpu();
	print_clock(info);
	print_log(info);
}
