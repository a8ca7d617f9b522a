// SPDX-License-Identifier: 0BSD
/*
 * video.c - the display that the kernel wished for, through the card's own BIOS
 * (VESA BIOS Extension 2.0 and 3.0).
 *
 * Nothing that it says is believed: blocks are cleared before it fills them,
 * lists are cut, modes judged by lib/vbe.h, and a mode that cannot be set gives
 * way to the next best one.
 */
#include <string.h>

#include "bios.h"
#include "console.h"
#include "cpu.h"
#include "edid.h"
#include "font.h"
#include "io.h"
#include "layout.h"
#include "video.h"

#define VBE_INFO        0x4f00
#define VBE_MODE        0x4f01
#define VBE_SET         0x4f02
#define VBE_SET_LINEAR  0x4000          /* in BX, with the mode */
#define VBE_DDC         0x4f15
#define VBE_DDC_READ    1               /* in BL: read the EDID's block DX */
#define VBE_DONE        0x004f          /* in AX: it exists, and it worked */
#define TEXT_MODE       3               /* INT 10h AH=00h: 80 by 25 */
#define MIB             0x100000u

/* Sizes and shifts of the channels lie alike where a mode is described. */
#define CHANNELS_SIZE   6
_Static_assert(offsetof(struct boot_display, blue_shift) ==
	       offsetof(struct boot_display, red_size) + CHANNELS_SIZE - 1 &&
	       offsetof(struct boot_video_mode, blue_shift) ==
	       offsetof(struct boot_video_mode, red_size) + CHANNELS_SIZE - 1,
	       "the six bytes of the channels are neighbours");
_Static_assert(VBE_MAX_MODES * sizeof(struct vbe_mode) <= JOIN_BUF_SIZE,
	       "the modes have room");
_Static_assert(VBE_INFO_SIZE <= BIOS_BUF_SIZE, "what a call fills has room");

/* A function of VBE on BIOS_BUF, the first size bytes of which are cleared. */
static bool vbe(uint16_t function, uint32_t bx, uint32_t cx, size_t size)
{
	struct bios_regs r = {
		.eax = function, .ebx = bx, .ecx = cx, .edi = BIOS_BUF,
	};

	memset(phys(BIOS_BUF), 0, size);
	if (function == VBE_INFO)
		memcpy(phys(BIOS_BUF), VBE_INFO_ASK, 4);
	bios_call(0x10, &r);
	return (r.eax & 0xffff) == VBE_DONE;
}

static void set_text(void)
{
	struct bios_regs r;

	bios_ask(0x10, TEXT_MODE, 0, 0, &r);
}

/* A framebuffer in RAM is another thing's memory, whatever the card says. */
static bool is_in_ram(const struct vbe_mode *m, const struct memmap *map)
{
	uint64_t base = m->framebuffer;
	uint64_t end = base + (uint64_t)m->mode.pitch * m->mode.height;
	size_t i;

	for (i = 0; i < map->count; i++)
		if (map->range[i].base < end && map->range[i].end > base &&
		    memmap_is_ram(map->range[i].type))
			return true;
	return false;
}

/* All modes that can be used; none without VBE 2.0 or later. */
static void list_modes(struct video *video, const struct memmap *map,
		       struct log *log)
{
	static uint16_t number[VBE_MAX_MODES] NOT_CLEARED;
	struct vbe_info info;
	size_t count, i;

	if (!vbe(VBE_INFO, 0, 0, VBE_INFO_SIZE) ||
	    vbe_read_info(phys(BIOS_BUF), &info) || info.list >= MIB) {
		log_add(log, "video: no VBE\n", NULL);
		return;
	}
	count = vbe_copy_list(phys(info.list), MIB - info.list, number,
			      VBE_MAX_MODES);
	for (i = 0; i < count; i++) {
		struct vbe_mode *m = &video->mode[video->count];

		if (vbe(VBE_MODE, 0, number[i], VBE_MODE_SIZE) &&
		    !vbe_read_mode(phys(BIOS_BUF), number[i], &info, m) &&
		    !is_in_ram(m, map))
			video->count++;
	}
	log_add(log, "video: VBE " LOG_HEX ", " LOG_DEC " modes\n",
		LOG_VALUES(info.version, video->count));
}

static void read_edid(struct video *video, struct edid *edid, struct log *log)
{
	static uint8_t block[EDID_SIZE] NOT_CLEARED;

	if (!vbe(VBE_DDC, VBE_DDC_READ, 0, EDID_SIZE) ||
	    edid_read(phys(BIOS_BUF), edid)) {
		log_add(log, "video: no EDID\n", NULL);
		return;
	}
	video->edid = memcpy(block, phys(BIOS_BUF), EDID_SIZE);
}

/* The best mode there is that can be set; NULL if none can. */
static struct vbe_mode *set_mode(struct video *video,
				 const struct boot_wishes *wishes,
				 const struct edid *edid, struct log *log)
{
	int best;

	while ((best = vbe_choose(video->mode, video->count, wishes,
				  edid)) >= 0) {
		struct vbe_mode *m = &video->mode[best];

		log_add(log, "video: mode " LOG_HEX "\n",
			LOG_VALUES(m->mode.mode));
		if (vbe(VBE_SET, m->mode.mode | VBE_SET_LINEAR, 0, 0))
			return m;
		log_add(log, "video: failed\n", NULL);
		*m = video->mode[--video->count];       /* out of the list */
	}
	set_text();             /* what a failed attempt left may be neither */
	if (wishes->flags & BOOT_WISH_GRAPHICS_ONLY)
		die("no video mode of %ux%u for the kernel", wishes->width,
		    wishes->height);
	log_add(log, "video: text\n", NULL);
	return NULL;
}

/* The kernel's view of a mode that has been set, and the loader's. */
static void use_mode(struct boot *boot, const struct vbe_mode *m)
{
	struct video *video = &boot->video;
	struct boot_display *d = &video->display;
	uint32_t into = m->framebuffer % PAGE_SIZE;
	uint64_t base = m->framebuffer - into;

	/* All of it was 0. */
	d->type = BOOT_DISPLAY_LINEAR;
	d->width = m->mode.width;
	d->height = m->mode.height;
	d->pitch = m->mode.pitch;
	d->bits_per_pixel = m->mode.bits_per_pixel;
	d->mode = m->mode.mode;
	d->address = phys(m->framebuffer);
	d->address_phys = m->framebuffer;
	memcpy(&d->red_size, &m->mode.red_size, CHANNELS_SIZE);
	console_framebuffer(d, font_find());

	video->pages_size = into + (uint64_t)d->pitch * d->height;
	video->pages_size += -video->pages_size % PAGE_SIZE;
	memory_set(&boot->memory.map, base, base + video->pages_size,
		   BOOT_MEMORY_FRAMEBUFFER);
	/* Alike in both address spaces, so that large pages fit. */
	boot->window_next += (base - boot->window_next) % PAGE_2M;
	video->pages = boot_window(boot, video->pages_size);
	d->address = phys(video->pages + into);
}

void video_open(struct boot *boot)
{
	struct video *video = &boot->video;
	const struct boot_wishes *wishes = boot->wishes;
	const struct vbe_mode *set = NULL;
	struct edid edid = { 0 };

	video->mode = phys(JOIN_BUF);   /* no file is read any more */
	if (wishes->video >= BOOT_VIDEO_EXACT ||
	    wishes->flags & BOOT_WISH_VIDEO_MODES)
		list_modes(video, &boot->memory.map, &boot->log);
	if (wishes->video == BOOT_VIDEO_BEST || wishes->flags & BOOT_WISH_EDID)
		read_edid(video, &edid, &boot->log);
	if (wishes->video >= BOOT_VIDEO_EXACT)
		set = set_mode(video, wishes, &edid, &boot->log);
	else if (wishes->video == BOOT_VIDEO_TEXT)
		set_text();
	if (set != NULL)
		use_mode(boot, set);
}
