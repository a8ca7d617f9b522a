// SPDX-License-Identifier: 0BSD
/* e820.c - asks the BIOS what memory there is. */
#include <string.h>

#include "bios.h"
#include "console.h"
#include "e820.h"
#include "io.h"
#include "layout.h"
#include "memory.h"

#define SMAP            0x534d4150      /* "SMAP" */
#define ENTRY_SIZE      24
#define ENTRY_SIZE_OLD  20              /* without the attributes */
#define ENTRY_SIZE_MAX  0x400           /* more is no answer to the question */
#define ATTR_VALID      1
#define USABLE          1
#define KIB             1024ull
#define MIB             (1024 * KIB)
#define E801_LOW_MAX    0x3c00          /* KiB between 1 and 16 MiB */

/*
 * INT 15h E820 (ACPI 6.5, 15.1): EBX 0 at first, then what the last call
 * left there; the list ends with EBX 0, or with carry on some BIOSes. Returns
 * the number of entries; 0 if the answer is not to be trusted.
 */
static uint32_t ask_e820(struct e820_entry *entry)
{
	struct e820_entry *answer = phys(BIOS_BUF);
	uint32_t next = 0, count = 0, enabled = 0, calls, i;

	for (calls = 0; calls < E820_MAX; calls++) {
		struct bios_regs r = {
			.eax = 0xe820, .edx = SMAP, .ecx = ENTRY_SIZE,
			.ebx = next, .edi = BIOS_BUF,
		};

		/* 20 bytes come back from many: the rest then says "valid". */
		memset(answer, 0, sizeof(*answer));
		answer->attributes = ATTR_VALID;
		bios_call(0x15, &r);
		if (bios_failed(&r))
			break;
		if (r.eax != SMAP)
			return 0;       /* lost midway: no entry is safe */
		if (r.ecx >= ENTRY_SIZE_OLD && r.ecx <= ENTRY_SIZE_MAX) {
			entry[count] = *answer;
			if (r.ecx < ENTRY_SIZE)
				entry[count].attributes = ATTR_VALID;
			enabled |= entry[count].attributes;
			count++;
		}
		next = r.ebx;
		if (next == 0)
			break;
	}
	/* Some BIOSes write 24 bytes and know nothing of attributes. */
	for (i = 0; i < count && !(enabled & ATTR_VALID); i++)
		entry[i].attributes = ATTR_VALID;
	return count;
}

/*
 * INT 15h E801: KiB from 1 to 16 MiB in CX, 64 KiB units above in DX; some
 * BIOSes use AX and BX only.
 */
static bool ask_e801(uint32_t *below, uint32_t *above)
{
	struct bios_regs r;

	if (!bios_ask(0x15, 0xe801, 0, 0, &r))
		return false;
	*below = r.ecx & 0xffff;
	*above = r.edx & 0xffff;
	if (*below == 0 && *above == 0) {
		*below = r.eax & 0xffff;
		*above = r.ebx & 0xffff;
	}
	if (*below != E801_LOW_MAX)
		*above = 0;             /* there is a hole: not in one piece */
	return *below != 0 && *below <= E801_LOW_MAX;
}

/* INT 15h 88h: KiB above 1 MiB in AX, at most 64 MiB. */
static bool ask_88(uint32_t *below, uint32_t *above)
{
	struct bios_regs r;

	if (!bios_ask(0x15, 0x8800, 0, 0, &r))
		return false;
	*below = r.eax & 0xffff;
	*above = 0;
	return *below != 0;
}

/*
 * What older services say, as entries: `below` KiB from 1 MiB on, `above`
 * times 64 KiB from 16 MiB on. Returns their number; empty ones are ignored.
 */
static uint32_t make_entries(struct e820_entry *entry, uint64_t low_end,
			     uint64_t below, uint64_t above)
{
	const uint64_t range[][2] = {
		{ 0, low_end }, { MIB, below * KIB },
		{ 16 * MIB, above * 64 * KIB },
	};
	uint32_t i;

	for (i = 0; i < 3; i++)
		entry[i] = (struct e820_entry){
			range[i][0], range[i][1], USABLE, ATTR_VALID,
		};
	return i;
}

/*
 * The least of what INT 12h says and what stands in the data area: the size,
 * which what goes resident lowers, and the EBDA's place. A word that leaves
 * the loader no room is not taken for one.
 */
static uint64_t ask_low_end(void)
{
	struct bios_regs r;
	uint64_t end, size, ebda;

	bios_ask(0x12, 0, 0, 0, &r);
	end = (r.eax & 0xffff) * KIB;
	size = phys_read16(BDA_LOW_KIB) * KIB;
	if (size >= LOW_FREE && size < end)
		end = size;
	ebda = (uint64_t)phys_read16(BDA_EBDA_SEGMENT) << 4;
	if (ebda >= LOW_FREE && ebda < end)
		end = ebda;
	return end > VGA_WINDOW ? VGA_WINDOW : end;
}

/* Where usable memory from page 1 on ends; at most low_end. */
static uint64_t usable_low_end(const struct memmap *map)
{
	const struct boot_memory *r;

	for (r = map->range; r < map->range + map->count; r++)
		if (r->type == BOOT_MEMORY_USABLE && r->base <= PAGE_SIZE &&
		    r->end > PAGE_SIZE)
			return r->end;
	return 0;
}

void e820_read(struct memmap *map, uint64_t address_end,
	       struct e820_facts *facts)
{
	static struct e820_entry entry[E820_MAX] NOT_CLEARED;
	uint64_t low_end = ask_low_end();

	facts->entry = entry;
	facts->method = 0xe820;
	facts->count = ask_e820(entry);
	if (facts->count == 0) {
		uint32_t below, above;

		facts->method = 0xe801;
		if (!ask_e801(&below, &above)) {
			facts->method = 0x88;
			if (!ask_88(&below, &above))
				die("no memory map: the BIOS answers neither "
				    "INT 15h E820 nor E801 nor 88h");
		}
		facts->count = make_entries(entry, low_end, below, above);
	}
	if (memmap_from_e820(map, entry, facts->count, address_end, low_end))
		memory_full(map);
	facts->low_end = usable_low_end(map);
	if (facts->low_end < LOW_FREE)
		memory_short("the loader, below 640 KiB", LOW_FREE,
			     facts->low_end);
}
