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

void machine_print(const struct boot_info *info)
{
	printk("Loaded by %s %s from BIOS drive %02xh\n", info->loader_name,
	      info->loader_version, info->disk.drive);
	print_cpu();
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
