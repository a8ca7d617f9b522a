// SPDX-License-Identifier: 0BSD
// machine.c - shows what the loader has told, and the processor's name.

#include "machine.h"

#include <string.h>

#include "cpu.h"
#include "printk.h"

/* CPUID leaves with the processor's name, 16 characters each. */
#define CPUID_MAX_EXTENDED      0x80000000u
#define CPUID_NAME              0x80000002u
#define CPUID_NAME_LEAVES       3

/* A size for people: 640 KiB, 3.5 GiB. */
struct human {
	unsigned int whole;
	unsigned int tenths;
	const char *unit;
};

static struct human human(uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	uint64_t tenths;

	/* Pages are the smallest we meet, so KiB are whole. */
	tenths = bytes / 1024 * 10;
	for (; tenths >= 10240 && unit < 3; unit++)
		tenths /= 1024;
	return (struct human){ (unsigned int)(tenths / 10),
			       (unsigned int)(tenths % 10), units[unit] };
}

static const char *type_name(uint32_t type)
{
	switch ((enum boot_memory_type)type) {
	case BOOT_MEMORY_USABLE:        return "usable";
	case BOOT_MEMORY_RESERVED:      return "reserved";
	case BOOT_MEMORY_ACPI:          return "ACPI tables";
	case BOOT_MEMORY_NVS:           return "ACPI NVS";
	case BOOT_MEMORY_BAD:           return "bad";
	case BOOT_MEMORY_KERNEL:        return "kernel and modules";
	case BOOT_MEMORY_RECLAIMABLE:   return "loader, reclaimable";
	case BOOT_MEMORY_FRAMEBUFFER:   return "framebuffer";
	}
	return "of a type newer than this kernel";
}

static void print_cpu(void)
{
	char name[CPUID_NAME_LEAVES * sizeof(struct cpuid) + 1] = "unnamed";
	const char *start = name;

	if (cpuid(CPUID_MAX_EXTENDED).eax >=
	    CPUID_NAME + CPUID_NAME_LEAVES - 1) {
		for (uint32_t i = 0; i < CPUID_NAME_LEAVES; i++) {
			struct cpuid part = cpuid(CPUID_NAME + i);

			memcpy(name + i * sizeof(part), &part, sizeof(part));
		}
		name[sizeof(name) - 1] = '\0';
	}
	while (*start == ' ')           /* some makers pad on the left */
		start++;
	printk("CPU: %s\n", start);
}

static void print_disk(const struct boot_disk *d)
{
	/* 0: the BIOS does not say. */
	struct human size = human(d->sectors * d->sector_size);

	printk(" from BIOS drive %02xh", d->drive);
	if (d->sectors != 0)
		printk(", %u.%u %s", size.whole, size.tenths, size.unit);
	if (d->interface[0] != '\0')
		printk(", %s on %s", d->interface, d->host_bus);
	printk("\n");
}

static void print_firmware(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;
	const struct boot_time *t = &info->time;

	if (d->type == BOOT_DISPLAY_LINEAR)
		printk("Display: %u by %u pixels, %u bits each", d->width,
		       d->height, d->bits_per_pixel);
	else if (d->type == BOOT_DISPLAY_TEXT)
		printk("Display: text, %u by %u", d->width, d->height);
	else
		printk("Display: none");
	printk("; ACPI: %s; SMBIOS: %s\n", info->rsdp_size ? "yes" : "no",
	       info->smbios_size + info->smbios3_size ? "yes" : "no");
	if (t->year != 0)
		printk("Clock: %u-%02u-%02u %02u:%02u:%02u\n", t->year,
		       t->month, t->day, t->hour, t->minute, t->second);
}

void machine_print(const struct boot_info *info)
{
	printk("Loaded by %s %s", info->loader_name, info->loader_version);
	print_disk(&info->disk);
	print_cpu();
	print_firmware(info);
	if (info->cmdline_size > 0)
		printk("Command line: %.200s\n", info->cmdline);
	if (info->module_count > 0)
		printk("Modules: %llu\n",
		      (unsigned long long)info->module_count);
}

void machine_print_memory(const struct boot_info *info)
{
	uint64_t usable = 0;
	struct human size;

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->type == BOOT_MEMORY_USABLE)
			usable += m->end - m->base;
	}
	size = human(usable);
	printk("Memory: %u.%u %s usable\n", size.whole, size.tenths, size.unit);

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		size = human(m->end - m->base);
		printk("  [%012llx, %012llx) %4u.%u %s  %s\n",
		      (unsigned long long)m->base, (unsigned long long)m->end,
		      size.whole, size.tenths, size.unit, type_name(m->type));
	}
}

/* The steps of a boot, each from the stamp before it to its own. */
static const struct {
	enum boot_stamp end;
	const char *name;
} step[] = {
	{ BOOT_STAMP_LONG_MODE, "long mode" },
	{ BOOT_STAMP_MEMORY_MAP, "memory map" },
	{ BOOT_STAMP_KERNEL_LOADED, "loading" },
	{ BOOT_STAMP_ENTRY, "hand-over" },
};
#define STEPS (sizeof(step) / sizeof(step[0]))

/* A row of their times: in counts, times scale, divided. */
static void print_times(const struct boot_info *info, const char *unit,
			uint64_t scale, uint64_t divisor)
{
	uint64_t start = info->stamps[BOOT_STAMP_START], last = start;

	printk("  %-6s", unit);
	for (unsigned int i = 0; i < STEPS; i++) {
		uint64_t now = info->stamps[step[i].end];

		printk("%12llu", (unsigned long long)((now - last) * scale /
						      divisor));
		last = now;
	}
	printk("%12llu\n",
	       (unsigned long long)((last - start) * scale / divisor));
}

void machine_print_times(const struct boot_info *info)
{
	uint64_t start = info->stamps[BOOT_STAMP_START];
	uint64_t all = info->stamps[BOOT_STAMP_ENTRY] - start;
	uint64_t khz = info->stamp_hz / 1000;

	if (start == 0 || all == 0)
		return;         /* no time stamp counter */
	printk("Boot:   ");
	for (unsigned int i = 0; i < STEPS; i++)
		printk("%12s", step[i].name);
	printk("%12s\n", "in all");
	if (khz != 0)
		print_times(info, "us", 1000, khz);
	else
		print_times(info, "counts", 1, 1);
	print_times(info, "%", 100, all);
}
