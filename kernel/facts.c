// SPDX-License-Identifier: 0BSD
// facts.c - the test mode: what boot_info tells, in lines for a program.

#include "facts.h"

#include <stddef.h>
#include <string.h>

#include "cmdline.h"
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

static void print_disk(const struct boot_disk *d)
{
	printk("fact: disk drive=%x edd=%x sectors=%llu mbr=%08x image=%016llx "
	       "lba=%llu bus=%.8s interface=%.16s\n", d->drive,
	       d->edd_version, (unsigned long long)d->sectors, d->mbr_id,
	       (unsigned long long)d->image_id,
	       (unsigned long long)d->partition_lba, d->host_bus,
	       d->interface);
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

	printk("fact: display type=%u width=%u height=%u bits=%u modes=%llu\n",
	       d->type, d->width, d->height, d->bits_per_pixel,
	       (unsigned long long)info->video_mode_count);
	if (info->edid_size == 0)
		return;
	printk("fact: edid bytes=");
	for (uint64_t i = 0; i < info->edid_size; i++)
		printk("%02x", ((const uint8_t *)info->edid)[i]);
	printk("\n");
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
	print_modules(info);
}
