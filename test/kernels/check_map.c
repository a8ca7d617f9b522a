// SPDX-License-Identifier: 0BSD
// check_map.c - the memory map: its form, and that it tells the truth about
// what the loader itself has put where. Also writes to all that it calls
// usable.

#include "check.h"
#include "layout.h"     /* PAGE_SIZE, VGA_WINDOW, BDA_* */

#define MIB             0x100000ull

bool map_covers(const struct boot_info *info, uint64_t base, uint64_t end,
		uint32_t types)
{
	for (uint64_t i = 0; i < info->memory_count && base < end; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->end <= base)
			continue;
		if (m->base > base || m->type >= 32 ||
		    !(types & TYPE(m->type)))
			return false;
		base = m->end;
	}
	return base >= end;
}

static void check_form(const struct boot_info *info)
{
	uint64_t last = 0;

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		check("map: page-aligned",
		      (m->base | m->end) % PAGE_SIZE == 0, m->base | m->end);
		check("map: not empty", m->base < m->end, m->base);
		check("map: sorted, disjoint", m->base >= last, m->base);
		check("map: known type", m->type >= BOOT_MEMORY_USABLE &&
		      m->type <= BOOT_MEMORY_FRAMEBUFFER, m->type);
		check_equal("map: reserved field", m->reserved, 0);
		last = m->end;
	}
}

/* What the BIOS keeps at the top of low memory: the strictest word counts. */
static uint64_t low_memory_end(const struct boot_info *info)
{
	const uint8_t *zero = (const uint8_t *)info->phys_offset;
	uint64_t kib = zero[BDA_LOW_KIB] | zero[BDA_LOW_KIB + 1] << 8;
	uint64_t ebda = (uint64_t)(zero[BDA_EBDA_SEGMENT] |
				   zero[BDA_EBDA_SEGMENT + 1] << 8) << 4;
	uint64_t end = kib * 1024;

	/* Machines without an EBDA have 0 there. */
	if (ebda >= 0x400 && ebda < end)
		end = ebda;
	return end;
}

static void check_usable(const struct boot_info *info)
{
	uint64_t low_end = low_memory_end(info);
	uint64_t total = 0, want;

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->type != BOOT_MEMORY_USABLE)
			continue;
		total += m->end - m->base;
		check("map: page 0 is not usable", m->base != 0, m->base);
		check("map: nothing usable from the EBDA to 1 MiB",
		      m->base >= MIB || m->end <= low_end, m->end);
	}
	check("map: something is usable", total > 0, total);
	if (option_number(info, "usable", &want))
		check_at_least("map: usable bytes", total, want);
}

static void check_owner(const struct boot_info *info, const char *name,
			const void *start, uint64_t size, uint32_t types)
{
	uint64_t at = (uintptr_t)start, end = at + size;

	while (at < end) {
		struct leaf leaf = walk(info, at);
		uint64_t page = at & ~(leaf.size - 1);
		uint64_t next = page + leaf.size;

		check(name, leaf.present, at);
		if (!leaf.present)
			return;
		if (next > end || next < at)
			next = end;
		check(name, map_covers(info, leaf.paddr + (at - page),
				       leaf.paddr + (next - page), types), at);
		at = next;
	}
}

static void check_owners(const struct boot_info *info)
{
	const uint32_t loader = TYPE(BOOT_MEMORY_RECLAIMABLE);
	const uint32_t kernel = TYPE(BOOT_MEMORY_KERNEL);

	for (uint64_t i = 0; i < info->segment_count; i++) {
		const struct boot_segment *s = &info->segments[i];

		check("map: the kernel's frames are typed so",
		      map_covers(info, s->phys, s->phys + s->size, kernel),
		      s->phys);
	}
	for (uint64_t i = 0; i < info->module_count; i++)
		check_owner(info, "map: modules are typed kernel",
			    info->modules[i].data, info->modules[i].size,
			    kernel);
	check_owner(info, "map: the raw ELF is typed kernel", info->elf,
		    info->elf_size, kernel);
	check_owner(info, "map: boot_info is reclaimable", info,
		    sizeof(*info), loader);
	check_owner(info, "map: the map is reclaimable", info->memory,
		    info->memory_count * sizeof(*info->memory), loader);
	check_owner(info, "map: the segment list is reclaimable",
		    info->segments,
		    info->segment_count * sizeof(*info->segments), loader);
	check_owner(info, "map: the command line is reclaimable",
		    info->cmdline, info->cmdline_size + 1, loader);
	check_owner(info, "map: the stack is reclaimable",
		    (const void *)info->stack_base,
		    info->stack_top - info->stack_base, loader);
}

void check_map(const struct boot_info *info)
{
	check_at_least("map: entries", info->memory_count, 2);
	check_form(info);
	check_usable(info);
	check_owners(info);
}

/* A word that tells its own address and is unlike its neighbours'. */
static uint64_t pattern(uint64_t paddr)
{
	return (paddr ^ 0x5555aaaa5555aaaaull) * 0x9e3779b97f4a7c15ull;
}

static volatile uint64_t *word_at(const struct boot_info *info, uint64_t paddr)
{
	return (volatile uint64_t *)(info->phys_offset + paddr);
}

void check_ram(const struct boot_info *info)
{
	if (!option(info, "ram"))
		return;
	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->type != BOOT_MEMORY_USABLE)
			continue;
		for (uint64_t p = m->base; p < m->end; p += 8)
			*word_at(info, p) = pattern(p);
	}
	/* Only now: two places that are one would show. */
	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];
		uint64_t wrong = 0;

		if (m->type != BOOT_MEMORY_USABLE)
			continue;
		for (uint64_t p = m->base; p < m->end; p += 8)
			wrong += *word_at(info, p) != pattern(p);
		check_equal("ram: words that read back wrong", wrong, 0);
	}
}
