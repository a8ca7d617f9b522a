// SPDX-License-Identifier: 0BSD
/*
 * test_numbers.c - numbers that the headers of lib/ give: those that hardware,
 * a standard or a document of ours has decided stand here a second time, by
 * their source; errors count down from 0, which is none.
 *
 * Some are for stage2 alone, which no test but a boot runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"
#include "decompress.h"
#include "edid.h"
#include "elf64.h"
#include "fault.h"
#include "glyph.h"
#include "image_file.h"
#include "memmap.h"
#include "paging.h"
#include "rsdp.h"
#include "rtc.h"
#include "smbios.h"
#include "vbe.h"
#include "vspace.h"
#include "wishes.h"

#define COUNT(a)        (sizeof(a) / sizeof(*(a)))

static const struct number {
	const char *name;
	uint64_t is, want;
} numbers[] = {
#define BIT(n)          (1ull << (n))
#define NUMBER(name, want) { #name, name, want }
	/* Intel SDM vol. 3, 4.5 */
	NUMBER(PTE_PRESENT, BIT(0)),
	NUMBER(PTE_WRITE, BIT(1)),
	NUMBER(PTE_USER, BIT(2)),
	NUMBER(PTE_PWT, BIT(3)),
	NUMBER(PTE_PCD, BIT(4)),
	NUMBER(PTE_LARGE, BIT(7)),
	NUMBER(PTE_PAT_4K, BIT(7)),
	NUMBER(PTE_PAT_LARGE, BIT(12)),
	NUMBER(PTE_NX, BIT(63)),
	NUMBER(PTE_ADDR, BIT(52) - BIT(12)),
	NUMBER(PAGE_4K, BIT(12)),
	NUMBER(PAGE_2M, BIT(21)),
	NUMBER(PAGE_1G, BIT(30)),
	NUMBER(PML4_SLOT, BIT(39)),
	/* The PAT's entry 5: bits PAT and PWT (vol. 3, 4.9.2) */
	NUMBER(PTE_WC, BIT(12) | BIT(3)),
	/* Vol. 3, 6.15 and figure 4-12 */
	NUMBER(FAULT_NMI, 2),
	NUMBER(FAULT_PAGE, 14),
	NUMBER(FAULT_EXCEPTIONS, 32),
	NUMBER(FAULT_PRESENT, BIT(0)),
	NUMBER(FAULT_WRITE, BIT(1)),
	NUMBER(FAULT_USER, BIT(2)),
	NUMBER(FAULT_RESERVED, BIT(3)),
	NUMBER(FAULT_FETCH, BIT(4)),
	/* Motorola MC146818A: address map, registers A and B */
	NUMBER(RTC_SECOND, 0),
	NUMBER(RTC_MINUTE, 2),
	NUMBER(RTC_HOUR, 4),
	NUMBER(RTC_DAY, 7),
	NUMBER(RTC_MONTH, 8),
	NUMBER(RTC_YEAR, 9),
	NUMBER(RTC_STATUS_A, 10),
	NUMBER(RTC_STATUS_B, 11),
	NUMBER(RTC_CENTURY, 50),
	NUMBER(RTC_UPDATING, BIT(7)),
	NUMBER(RTC_BINARY, BIT(2)),
	NUMBER(RTC_24_HOURS, BIT(1)),
	NUMBER(RTC_PM, BIT(7)),
	/* Intel 8254; 14.31818 MHz / 12, and a day of 24 hours of that */
	NUMBER(CLOCK_PIT_HZ, (14318180 + 6) / 12),
	NUMBER(CLOCK_TICK, BIT(16)),
	NUMBER(CLOCK_DAY_TICKS, 1573040),
	/* ACPI 6.4, 5.2.5.3; SMBIOS 3.6, 5.2; E-EDID A2, 3 */
	NUMBER(RSDP_SIZE_1, 20),
	NUMBER(RSDP_SIZE_2, 36),
	NUMBER(SMBIOS_SIZE, 0x1f),
	NUMBER(SMBIOS3_SIZE, 0x18),
	NUMBER(EDID_SIZE, 128),
	/* VBE 3.0, 4.3 and 4.4 */
	NUMBER(VBE_INFO_SIZE, 512),
	NUMBER(VBE_MODE_SIZE, 256),
	NUMBER(VBE_NO_MODE, 0xffff),
	/* The character generator of a VGA */
	NUMBER(GLYPH_WIDTH, 8),
	NUMBER(GLYPH_HEIGHT, 16),
	/* System V ABI, chapters 4 and 5 */
	NUMBER(ELF64_HEADER_SIZE, 64),
	NUMBER(ELF64_PHDR_SIZE, 56),
	NUMBER(ELF64_X, 1),
	NUMBER(ELF64_W, 2),
	NUMBER(ELF64_R, 4),
	/* Limits of ours; docs/boot-protocol.md has most of them */
	NUMBER(ELF64_MAX_PHDRS, 64),
	NUMBER(WISHES_ALIGN, 8),
	NUMBER(WISHES_MAX_SIZE, 4096),
	NUMBER(WISHES_KNOWN, BIT(7) - 1),
	NUMBER(WISHES_FLAGS, BIT(3) | BIT(4) | BIT(5) | BIT(6)),
	NUMBER(VSPACE_DEFAULT_PHYS_OFFSET, 0 - BIT(47)),
	NUMBER(VSPACE_PIE_LOW, BIT(20)),
	NUMBER(VSPACE_PIE_HIGH, 0 - BIT(31)),
	NUMBER(VSPACE_RAM_BITS, 46),
	NUMBER(VBE_MAX_MODES, 256),
	NUMBER(VBE_SAFE_WIDTH, 1024),
	NUMBER(VBE_SAFE_HEIGHT, 768),
	/* One bit each: they are or-ed. */
	NUMBER(ELF64_NOTE_INTERP, BIT(0)),
	NUMBER(ELF64_NOTE_HEADERS, BIT(1)),
	NUMBER(ELF64_NOTE_SHARED_PAGE, BIT(2)),
	NUMBER(ELF64_NOTE_WX, BIT(3)),
#undef BIT
#undef NUMBER
};

static void test_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++)
		if (numbers[i].is != numbers[i].want)
			fail_msg("%s is 0x%llx, not 0x%llx", numbers[i].name,
				 (unsigned long long)numbers[i].is,
				 (unsigned long long)numbers[i].want);
}

/* In the order of their numbers. */
static const int decompress[] = {
	DECOMPRESS_OK, DECOMPRESS_SHORT, DECOMPRESS_OVERFLOW,
	DECOMPRESS_OFFSET, DECOMPRESS_SIZE,
};
static const int edid[] = { EDID_OK, EDID_HEADER, EDID_SUM, EDID_VERSION };
static const int image[] = {
	IMAGE_OK, IMAGE_READ, IMAGE_BAD_MAGIC, IMAGE_BAD_VERSION,
	IMAGE_OTHER_ID, IMAGE_BAD_SUM, IMAGE_BAD_FIELD, IMAGE_BAD_DATA,
};
static const int memmap[] = { MEMMAP_OK, MEMMAP_FULL, MEMMAP_NO_SPACE };
static const int paging[] = { PAGING_OK, PAGING_NO_FRAME, PAGING_TAKEN };
static const int rsdp[] = {
	RSDP_OK, RSDP_CUT_OFF, RSDP_SIGNATURE, RSDP_SUM, RSDP_LENGTH,
	RSDP_LONG_SUM,
};
static const int rtc[] = { RTC_OK, RTC_BAD_FIELD };
static const int smbios[] = {
	SMBIOS_OK, SMBIOS_CUT_OFF, SMBIOS_ANCHOR, SMBIOS_LENGTH, SMBIOS_SUM,
	SMBIOS_DMI, SMBIOS_DMI_SUM, SMBIOS_NO_TABLE,
};
static const int vbe[] = {
	VBE_OK, VBE_SIGNATURE, VBE_VERSION, VBE_ATTRIBUTES, VBE_MODEL,
	VBE_DEPTH, VBE_SIZE, VBE_PITCH, VBE_MEMORY, VBE_MASKS, VBE_ADDRESS,
};
static const int vspace[] = {
	VSPACE_OK, VSPACE_FULL, VSPACE_PHYS, VSPACE_KASLR,
};
static const int wishes[] = { WISHES_OK, WISHES_BAD_FIELD, WISHES_UNKNOWN };

static void check_errors(const char *name, const int *error, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (error[i] != -(int)i)
			fail_msg("%s: error %zu is %d", name, i, error[i]);
}

static void test_errors(void **state)
{
	(void)state;
#define CHECK(list)     check_errors(#list, list, COUNT(list))
	CHECK(decompress);
	CHECK(edid);
	CHECK(image);
	CHECK(memmap);
	CHECK(paging);
	CHECK(rsdp);
	CHECK(rtc);
	CHECK(smbios);
	CHECK(vbe);
	CHECK(vspace);
	CHECK(wishes);
#undef CHECK
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
