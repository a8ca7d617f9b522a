// SPDX-License-Identifier: 0BSD
// check_paging.c - walks the page tables from CR3 and checks every mapping in
// them against the contract: each lies in a region that may be mapped, with
// the rights of that region, and each region is mapped as a whole.

#include "check.h"
#include "layout.h"     /* PAGE_SIZE, RESIDENT_*, VGA_WINDOW */
#include "paging.h"     /* PTE_*, PAGE_2M, PML4_SLOT */

#define MIB             0x100000ull
#define HOLE_START      0x0000800000000000ull
#define HOLE_END        0xffff800000000000ull
#define DEFAULT_OFFSET  0xffff800000000000ull
#define LEVELS          4

enum region {
	NOWHERE,
	RESIDENT_CODE,
	RESIDENT_REST,
	VGA,
	KERNEL,
	PHYSICAL,
	WINDOW,
	REGIONS
};

static uint64_t load_entry(const struct boot_info *info, uint64_t paddr)
{
	return *(const uint64_t *)(info->phys_offset + paddr);
}

struct leaf walk(const struct boot_info *info, uint64_t vaddr)
{
	struct leaf leaf = { .write = true, .execute = true, .user = true };
	uint64_t table = entry_state.cr3 & PTE_ADDR, entry = 0;
	unsigned int level = LEVELS;

	do {
		level--;
		leaf.size = (uint64_t)PAGE_SIZE << 9 * level;
		entry = load_entry(info, table + vaddr / leaf.size % 512 * 8);
		if (!(entry & PTE_PRESENT))
			return leaf;
		leaf.write &= !!(entry & PTE_WRITE);
		leaf.execute &= !(entry & PTE_NX);
		leaf.user &= !!(entry & PTE_USER);
		table = entry & PTE_ADDR;
	} while (level > 0 && !(entry & PTE_LARGE));

	leaf.present = true;
	leaf.paddr = entry & PTE_ADDR & ~(leaf.size - 1);
	leaf.cache = entry & (PTE_PWT | PTE_PCD |
			      (level > 0 ? PTE_PAT_LARGE : PTE_PAT_4K));
	return leaf;
}

/* Past the last byte of RAM, of whatever use. */
static uint64_t ram_end(const struct boot_info *info)
{
	uint64_t end = MIB;

	for (uint64_t i = 0; i < info->memory_count; i++)
		if (map_covers(info, info->memory[i].base,
			       info->memory[i].end, TYPES_RAM) &&
		    info->memory[i].end > end)
			end = info->memory[i].end;
	return end;
}

static const struct boot_segment *segment_at(const struct boot_info *info,
					     uint64_t vaddr)
{
	for (uint64_t i = 0; i < info->segment_count; i++)
		if (vaddr - info->segments[i].virt < info->segments[i].size)
			return &info->segments[i];
	return NULL;
}

static enum region region_of(const struct boot_info *info, uint64_t vaddr,
			     uint64_t end_of_ram)
{
	if (vaddr >= RESIDENT_TEXT && vaddr < RESIDENT_DATA)
		return RESIDENT_CODE;
	if (vaddr >= RESIDENT_DATA && vaddr < RESIDENT_END)
		return RESIDENT_REST;
	if (vaddr >= VGA_WINDOW && vaddr < VGA_WINDOW_END)
		return VGA;
	if (segment_at(info, vaddr) != NULL)
		return KERNEL;
	if (vaddr - info->phys_offset < end_of_ram)
		return PHYSICAL;
	if (vaddr / PML4_SLOT == (uintptr_t)info / PML4_SLOT)
		return WINDOW;
	return NOWHERE;
}

static void check_rights(const char *name, const struct leaf *leaf,
			 uint64_t vaddr, uint32_t rights)
{
	check(name, leaf->write == !!(rights & BOOT_WRITE), vaddr);
	if (cpu_has_nx())
		check(name, leaf->execute == !!(rights & BOOT_EXECUTE), vaddr);
	check("paging: supervisor pages only", !leaf->user, vaddr);
}

static void check_kernel_page(const struct boot_info *info,
			      const struct leaf *leaf, uint64_t vaddr)
{
	const struct boot_segment *s = segment_at(info, vaddr);
	uint64_t offset = vaddr - s->virt;

	check_rights("paging: rights of the kernel's pages", leaf, vaddr,
		     s->rights);
	check_equal("paging: the kernel's pages are where segments says",
		    leaf->paddr, s->phys + offset);
	check("paging: no page sticks out of a segment",
	      leaf->size <= s->size - offset, vaddr);
	check_equal("paging: the kernel is cached", leaf->cache, 0);
}

/* Is [base, end) RAM, or below 1 MiB, where all is mapped? */
static bool may_be_mapped(const struct boot_info *info, uint64_t base,
			  uint64_t end)
{
	if (base < MIB)
		base = end < MIB ? end : MIB;
	return map_covers(info, base, end, TYPES_RAM);
}

/* A page of that size around paddr would lie wholly in one range of RAM. */
static bool page_fits(const struct boot_info *info, uint64_t paddr,
		      uint64_t size)
{
	uint64_t base = paddr & ~(size - 1);

	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];

		if (m->base <= base && m->end >= base + size)
			return map_covers(info, m->base, m->end, TYPES_RAM);
	}
	return false;
}

static void check_physical_page(const struct boot_info *info,
				const struct leaf *leaf, uint64_t vaddr)
{
	uint64_t paddr = vaddr - info->phys_offset;

	check_rights("paging: physical memory is RW, NX", leaf, vaddr,
		     BOOT_READ | BOOT_WRITE);
	check_equal("paging: physical memory is where it should be",
		    leaf->paddr, paddr);
	check("paging: only RAM is mapped at phys_offset",
	      may_be_mapped(info, paddr, paddr + leaf->size), paddr);
	if (paddr < PAGE_2M)
		check_equal("paging: first 2 MiB in small pages", leaf->size,
			    PAGE_4K);
	else if (leaf->size < PAGE_2M)
		check("paging: 2 MiB pages where they fit",
		      !page_fits(info, paddr, PAGE_2M), paddr);
	if (leaf->size == PAGE_1G)
		check("paging: the CPU has 1 GiB pages", cpu_has_1g(), paddr);
	else if (cpu_has_1g())
		check("paging: 1 GiB pages where they fit",
		      !page_fits(info, paddr, PAGE_1G), paddr);
}

/* A page of the window that shows the framebuffer. */
static bool is_framebuffer(const struct boot_info *info, uint64_t vaddr)
{
	const struct boot_display *d = &info->display;
	uint64_t base = (uintptr_t)d->address & -PAGE_4K;
	uint64_t end = (uintptr_t)d->address + (uint64_t)d->pitch * d->height;

	return d->type == BOOT_DISPLAY_LINEAR && vaddr >= base && vaddr < end;
}

static void check_page(const struct boot_info *info, const struct leaf *leaf,
		       uint64_t vaddr, enum region region)
{
	const uint32_t loader = TYPE(BOOT_MEMORY_RECLAIMABLE);
	const uint32_t window = loader | TYPE(BOOT_MEMORY_KERNEL);

	if (region == RESIDENT_CODE || region == RESIDENT_REST)
		check("paging: the resident part is reclaimable",
		      map_covers(info, leaf->paddr, leaf->paddr + leaf->size,
				 loader), vaddr);
	switch (region) {
	case NOWHERE:
		check("paging: nothing else is mapped", false, vaddr);
		return;
	case RESIDENT_CODE:
		check_rights("paging: resident code is R-X", leaf, vaddr,
			     BOOT_READ | BOOT_EXECUTE);
		check_equal("paging: resident code lies at its address",
			    leaf->paddr, vaddr);
		return;
	case RESIDENT_REST:
	case VGA:
		check_rights("paging: resident data and VGA are RW, NX", leaf,
			     vaddr, BOOT_READ | BOOT_WRITE);
		check_equal("paging: resident data and VGA at their address",
			    leaf->paddr, vaddr);
		return;
	case KERNEL:
		check_kernel_page(info, leaf, vaddr);
		return;
	case PHYSICAL:
		check_physical_page(info, leaf, vaddr);
		return;
	default:
		check_rights("paging: the window is RW, NX", leaf, vaddr,
			     BOOT_READ | BOOT_WRITE);
		check("paging: the window shows reclaimable or kernel memory",
		      map_covers(info, leaf->paddr, leaf->paddr + leaf->size,
				 is_framebuffer(info, vaddr) ?
				 TYPE(BOOT_MEMORY_FRAMEBUFFER) : window),
		      vaddr);
	}
}

/*
 * The tables themselves are the loader's: reclaimable. Looks at those on the
 * way to vaddr that begin there, so that each is looked at once.
 */
static void check_tables_at(const struct boot_info *info, uint64_t vaddr)
{
	uint64_t table = entry_state.cr3 & PTE_ADDR, entry, size;

	for (unsigned int level = LEVELS; level > 0; level--) {
		size = (uint64_t)PAGE_SIZE << 9 * (level - 1);
		if (vaddr % (512 * size) == 0)
			check("paging: tables are reclaimable",
			      map_covers(info, table, table + PAGE_SIZE,
					 TYPE(BOOT_MEMORY_RECLAIMABLE)),
			      table);
		entry = load_entry(info, table + vaddr / size % 512 * 8);
		if (!(entry & PTE_PRESENT) || (level < LEVELS &&
					       (entry & PTE_LARGE)))
			return;
		table = entry & PTE_ADDR;
	}
}

/* Everything that is mapped, page by page, adding up what each region has. */
static void check_all_pages(const struct boot_info *info,
			    uint64_t bytes[REGIONS])
{
	uint64_t end_of_ram = ram_end(info);
	uint64_t vaddr = 0;

	do {
		struct leaf leaf = walk(info, vaddr);

		check_tables_at(info, vaddr);
		if (leaf.present) {
			enum region r = region_of(info, vaddr, end_of_ram);

			check_page(info, &leaf, vaddr, r);
			bytes[r] += leaf.size;
		}
		vaddr += leaf.size;
		if (vaddr == HOLE_START)
			vaddr = HOLE_END;
	} while (vaddr != 0);
}

static void check_coverage(const struct boot_info *info,
			   const uint64_t bytes[REGIONS])
{
	uint64_t kernel = 0, physical = MIB, code;

	for (uint64_t i = 0; i < info->segment_count; i++)
		kernel += info->segments[i].size;
	for (uint64_t i = 0; i < info->memory_count; i++) {
		const struct boot_memory *m = &info->memory[i];
		uint64_t base = m->base < MIB ? MIB : m->base;

		if (m->end > MIB && map_covers(info, m->base, m->end,
					       TYPES_RAM))
			physical += m->end - base;
	}
	check_equal("paging: bytes of the kernel mapped", bytes[KERNEL],
		    kernel);
	check_equal("paging: bytes mapped at phys_offset", bytes[PHYSICAL],
		    physical);
	check_equal("paging: bytes of the VGA window mapped", bytes[VGA],
		    VGA_WINDOW_END - VGA_WINDOW);
	check("paging: resident code is mapped", bytes[RESIDENT_CODE] > 0, 0);
	/* Whoever made the image knows how much code there is. */
	if (option_number(info, "code", &code))
		check_equal("paging: bytes of resident code mapped",
			    bytes[RESIDENT_CODE], code);
	check("paging: resident data is mapped", bytes[RESIDENT_REST] > 0, 0);
}

static void check_places(const struct boot_info *info)
{
	uint64_t end = info->phys_offset + ram_end(info);
	uint64_t window = (uintptr_t)info / PML4_SLOT;
	uint64_t kernel_end = info->kernel_base + info->kernel_size - 1;
	uint64_t default_end = DEFAULT_OFFSET + ram_end(info) - 1;
	bool in_the_way = info->kernel_base <= (default_end | (PML4_SLOT - 1)) &&
			  kernel_end >= DEFAULT_OFFSET;
	uint64_t wished = 0;

	if (option_number(info, "phys", &wished))
		check_equal("phys_offset, as wished", info->phys_offset,
			    wished);
	else
		check("phys_offset begins a slot",
		      info->phys_offset % PML4_SLOT == 0, info->phys_offset);
	if (in_the_way)
		check("phys_offset gives way to the kernel",
		      info->phys_offset > DEFAULT_OFFSET, info->phys_offset);
	else if (wished == 0)
		check_equal("phys_offset", info->phys_offset, DEFAULT_OFFSET);
	check("the window is in the top half",
	      (uintptr_t)info >= HOLE_END, (uintptr_t)info);
	check("the window is clear of phys_offset",
	      window < info->phys_offset / PML4_SLOT ||
	      window > (end - 1) / PML4_SLOT, window);
	check("the window is clear of the kernel",
	      window < info->kernel_base / PML4_SLOT ||
	      window > kernel_end / PML4_SLOT, window);
}

void check_paging(const struct boot_info *info)
{
	uint64_t bytes[REGIONS] = { 0 };

	check_equal("CR3 has no flags", entry_state.cr3 & ~PTE_ADDR, 0);
	check_places(info);
	check_all_pages(info, bytes);
	check_coverage(info, bytes);
	check("page 0 is not mapped", !walk(info, 0).present, 0);
	check("the guard page below the stack is not mapped",
	      !walk(info, info->stack_base - PAGE_SIZE).present,
	      info->stack_base - PAGE_SIZE);
}
