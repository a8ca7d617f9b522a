// SPDX-License-Identifier: 0BSD
// check_firmware.c - what the loader passes on of the firmware and the display,
// against what the test says of the machine:
//
//   rsdp=0|1          there is none, or one
//   smbios=TEXT       a string of the SMBIOS tables (no spaces); 0: no tables
//   display=WxHxB     the framebuffer that was wished for; text: text mode;
//                     any: either
//   modes=0|1         the list of video modes is there
//   edid=0|1          so is the EDID; any: either
//   time=FROM-TO      seconds since 1970 between which the clock is
//   sectors=N         the disk's size
//   stack=BYTES       the stack's size
//   hz=RATE           of the time stamp counter: the loader has found that,
//                     give or take the error it states; 0: it found none
//   error=MOST        that error is no more than this
//   log=WORD+...      these are in the boot log; _ stands for a space

#include <string.h>

#include "check.h"
#include "edid.h"
#include "layout.h"
#include "paging.h"
#include "rsdp.h"
#include "smbios.h"

#define ROM_END         0x100000

static const uint8_t *physical(const struct boot_info *info, uint64_t phys)
{
	return (const uint8_t *)(info->phys_offset + phys);
}

static void check_copy(const struct boot_info *info, const char *name,
		       const void *copy, uint64_t size, uint64_t where)
{
	check(name, copy != NULL && where < ROM_END && size <= PAGE_SIZE &&
	      memcmp(copy, physical(info, where), size) == 0, where);
}

static uint8_t sum(const uint8_t *byte, uint64_t size)
{
	uint8_t total = 0;

	while (size-- > 0)
		total = (uint8_t)(total + *byte++);
	return total;
}

/* The root table, where it is in memory that we may read. */
static void check_acpi_table(const struct boot_info *info)
{
	uint32_t table, length;
	const uint8_t *at;

	memcpy(&table, (const uint8_t *)info->rsdp + 16, sizeof(table));
	if (!map_covers(info, table, table + 36, TYPE(BOOT_MEMORY_ACPI)))
		return;
	at = physical(info, table);
	memcpy(&length, at + 4, sizeof(length));
	check("rsdp: the RSDT's signature", memcmp(at, "RSDT", 4) == 0, table);
	if (map_covers(info, table, table + length,
		       TYPE(BOOT_MEMORY_ACPI)))
		check_equal("rsdp: the RSDT's sum", sum(at, length), 0);
}

static void check_rsdp(const struct boot_info *info)
{
	uint64_t wanted;
	uint32_t size;

	if (option_number(info, "rsdp", &wanted))
		check_equal("rsdp", info->rsdp_size != 0, wanted);
	if (info->rsdp_size == 0) {
		check_equal("rsdp: absent", (uintptr_t)info->rsdp |
			    info->rsdp_phys, 0);
		return;
	}
	check_copy(info, "rsdp: a copy", info->rsdp, info->rsdp_size,
		   info->rsdp_phys);
	check_equal("rsdp: in order",
		    (uint64_t)-rsdp_check(info->rsdp, info->rsdp_size, &size),
		    0);
	check_equal("rsdp_size", info->rsdp_size, size);
	check_acpi_table(info);
}

/* Is word, n bytes of it, in there? */
static bool holds(const uint8_t *at, uint64_t size, const char *word,
		  uint64_t n)
{
	for (; size >= n; at++, size--)
		if (memcmp(at, word, n) == 0)
			return true;
	return false;
}

static uint64_t word_length(const char *word)
{
	uint64_t n = 0;

	while (word[n] != '\0' && word[n] != ' ')
		n++;
	return n;
}

static void check_smbios(const struct boot_info *info)
{
	const char *word = option_text(info, "smbios");
	uint32_t table, size;
	uint16_t length;

	if (word != NULL)
		check_equal("smbios: there", info->smbios_size +
			    info->smbios3_size != 0, *word != '0');
	if (info->smbios3_size != 0) {
		check_copy(info, "smbios3: a copy", info->smbios3,
			   info->smbios3_size, info->smbios3_phys);
		check_equal("smbios3: in order", (uint64_t)-smbios3_check(
			    info->smbios3, info->smbios3_size, &size), 0);
	}
	if (info->smbios_size == 0)
		return;
	check_copy(info, "smbios: a copy", info->smbios, info->smbios_size,
		   info->smbios_phys);
	check_equal("smbios: in order", (uint64_t)-smbios_check(
		    info->smbios, info->smbios_size, &size), 0);
	memcpy(&length, (const uint8_t *)info->smbios + 22, sizeof(length));
	memcpy(&table, (const uint8_t *)info->smbios + 24, sizeof(table));
	if (word != NULL && *word != '0' && table + length <= ROM_END)
		check("smbios: the string",
		      holds(physical(info, table), length, word,
			    word_length(word)), table);
}

/* Write-combining, and only what belongs to it. */
static void check_framebuffer(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;
	uint64_t at = (uintptr_t)d->address, end = at + d->pitch * d->height;
	const char *wanted = option_text(info, "display");

	if (wanted != NULL && *wanted != 'a') {
		check_equal("display: width", d->width, parse_number(&wanted));
		wanted += *wanted == 'x';
		check_equal("display: height", d->height,
			    parse_number(&wanted));
		wanted += *wanted == 'x';
		check_equal("display: bits_per_pixel", d->bits_per_pixel,
			    parse_number(&wanted));
	}
	check("display: mode", d->mode >= 0x100, d->mode);
	check_at_least("display: pitch", d->pitch,
		       d->width * ((d->bits_per_pixel + 7) / 8));
	check("display: channels", d->red_size >= 5 && d->green_size >= 5 &&
	      d->blue_size >= 5, d->red_size);
	check("display: in the map", map_covers(info, d->address_phys,
	      d->address_phys + d->pitch * d->height,
	      TYPE(BOOT_MEMORY_FRAMEBUFFER)), d->address_phys);
	while (at < end) {
		struct leaf leaf = walk(info, at);

		check("display: mapped", leaf.present && leaf.write &&
		      leaf.paddr + at % leaf.size ==
		      d->address_phys + (at - (uintptr_t)d->address), at);
		check_equal("display: write-combining", leaf.cache,
			    PTE_PWT | (leaf.size == PAGE_4K ? PTE_PAT_4K :
				       PTE_PAT_LARGE));
		if (!leaf.present)
			break;
		at += leaf.size - at % leaf.size;
	}
}

static void check_display(const struct boot_info *info)
{
	const struct boot_display *d = &info->display;
	const char *wanted = option_text(info, "display");
	const char *edid = option_text(info, "edid");
	uint64_t number;

	if (wanted != NULL && *wanted != 't' && *wanted != 'a')
		check_equal("display: type", d->type, BOOT_DISPLAY_LINEAR);
	else if (wanted == NULL || *wanted == 't')
		check("display: type", d->type != BOOT_DISPLAY_LINEAR,
		      d->type);
	if (d->type == BOOT_DISPLAY_LINEAR)
		check_framebuffer(info);
	number = 0;
	option_number(info, "modes", &number);
	check_equal("video_modes", info->video_mode_count != 0, number);
	for (uint64_t i = 0; i < info->video_mode_count; i++) {
		const struct boot_video_mode *m = &info->video_modes[i];

		check("video_modes: size", m->width > 0 && m->height > 0 &&
		      m->pitch >= m->width && m->mode >= 0x100, i);
		check_equal("video_modes: reserved", m->reserved |
			    m->reserved2, 0);
		for (uint64_t j = 0; j < i; j++)
			check("video_modes: each once",
			      m->mode != info->video_modes[j].mode, i);
	}
	number = edid != NULL && (*edid == '1' ||
				  (*edid == 'a' && info->edid_size != 0));
	check_equal("edid", info->edid_size, number ? EDID_SIZE : 0);
	if (info->edid_size == EDID_SIZE)
		check_equal("edid: the sum", sum(info->edid, EDID_SIZE), 0);
}

/* Days since 1970 of a date (H. Hinnant's civil calendar, by eras). */
static uint64_t days(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = year - (month <= 2), era = y / 400, in_era = y % 400;
	uint64_t in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	       in_year - 719468;
}

static void check_time(const struct boot_info *info)
{
	const struct boot_time *t = &info->time;
	const char *text = option_text(info, "time");
	uint64_t now;

	if (text == NULL)
		return;
	now = days(t->year, t->month, t->day) * 86400 + t->hour * 3600u +
	      t->minute * 60u + t->second;
	check_at_least("time: not before", now, parse_number(&text));
	text += *text == '-';
	check_at_least("time: not after", parse_number(&text), now);
}

static void check_clock(const struct boot_info *info)
{
	uint64_t hz = info->stamp_hz, error = info->stamp_hz_error, number;

	check("stamp_hz: its error", error <= hz / 8, error);
	check_equal("stamp_hz: without error", hz != 0 && error == 0, 0);
	if (!cpu_has_tsc())
		check_equal("stamp_hz: no counter", hz, 0);
	if (option_number(info, "hz", &number))
		check("stamp_hz", (hz == 0) == (number == 0) &&
		      hz <= number + error && number <= hz + error, hz);
	if (option_number(info, "error", &number))
		check_at_least("stamp_hz_error", number, error);
}

static void check_log(const struct boot_info *info)
{
	const uint8_t *log = (const uint8_t *)info->log;
	const char *word = option_text(info, "log");
	char wanted[64];
	uint64_t n;

	check("log", holds(log, info->log_size, "memory:", 7), 0);
	while (word != NULL && *word > ' ') {
		for (n = 0; n < sizeof(wanted) && *word > ' ' &&
		     *word != '+'; n++, word++)
			wanted[n] = *word == '_' ? ' ' : *word;
		check("log: the word", n > 0 &&
		      holds(log, info->log_size, wanted, n), n);
		word += *word == '+';
	}
}

void check_firmware(const struct boot_info *info)
{
	uint64_t number;

	check_equal("firmware", info->firmware, BOOT_FIRMWARE_BIOS);
	check_equal("paging_levels", info->paging_levels, 4);
	check("kernel_name", info->kernel_name != NULL &&
	      info->kernel_name[0] != '\0', 0);
	check_rsdp(info);
	check_smbios(info);
	check_display(info);
	check_time(info);
	check_clock(info);
	check_log(info);
	if (option_number(info, "sectors", &number))
		check_equal("disk: sectors", info->disk.sectors, number);
	if (!option_number(info, "stack", &number))
		number = BOOT_STACK_MIN;
	check_equal("the stack's size", info->stack_top - info->stack_base,
		    number);
}
