/* SPDX-License-Identifier: 0BSD */
/*
 * vbe.h - judges what a card's BIOS says of its video modes, and chooses one
 * (VESA BIOS Extension 3.0, 4.3 and 4.4; 2.0 is the same but for what is
 * marked). Asks the BIOS nothing itself.
 */
#ifndef STAGECOACH_VBE_H
#define STAGECOACH_VBE_H

#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"  /* struct boot_video_mode, struct boot_wishes */
#include "edid.h"       /* struct edid */

#define VBE_INFO_SIZE   512     /* bytes that AX=4F00h fills */
#define VBE_MODE_SIZE   256     /* bytes that AX=4F01h fills */
#define VBE_INFO_ASK    "VBE2"  /* in the info block before the call */
#define VBE_MAX_MODES   256     /* that a list is taken to have at most */
#define VBE_NO_MODE     0xffff  /* ends the list */

enum vbe_err {
	VBE_OK = 0,
	VBE_SIGNATURE = -1,     /* the info block is not "VESA" */
	VBE_VERSION = -2,       /* older than 2.0: no linear framebuffers */
	/* A mode that cannot be used: */
	VBE_ATTRIBUTES = -3,    /* not supported, text, or not linear */
	VBE_MODEL = -4,         /* no direct colours, or several planes */
	VBE_DEPTH = -5,         /* not 15, 16, 24 or 32 bits to a pixel */
	VBE_SIZE = -6,          /* no pixels, or more than
				   BOOT_VIDEO_SIDE_MAX a side */
	VBE_PITCH = -7,         /* a row is shorter than its pixels */
	VBE_MEMORY = -8,        /* the rows need more than the card has */
	VBE_MASKS = -9,         /* channels overlap, or leave the pixel */
	VBE_ADDRESS = -10,      /* framebuffer below 1 MiB, or across 4 GiB,
				   where no card's 32-bit register puts it */
};

struct vbe_info {
	uint16_t version;       /* 0x0200, 0x0300: BCD */
	uint32_t list;          /* physical address of the list of modes; maybe
				   inside the info block */
	uint64_t memory;        /* bytes of video memory; 0: it does not say */
};

/* Checks the info block (VBE_INFO_SIZE bytes, any alignment). */
int vbe_read_info(const void *block, struct vbe_info *info);

/*
 * Copies the numbers of modes from a list of which room bytes are at hand, up
 * to its end mark. A number that was there already, or can be none (VBE 3.0,
 * 3: 0x100 to 0x3fff here), is left out. Returns how many there are, at most
 * max. Copy before the next call of the BIOS: the list can lie in its buffer.
 */
size_t vbe_copy_list(const void *list, size_t room, uint16_t *number,
		     size_t max);

struct vbe_mode {
	struct boot_video_mode mode;
	uint32_t framebuffer;   /* physical address; pitch * height bytes */
};

/* Checks a mode's block (VBE_MODE_SIZE bytes, any alignment); fills *mode. */
int vbe_read_mode(const void *block, uint16_t number,
		  const struct vbe_info *info, struct vbe_mode *mode);

/* Where an EDID says nothing, BEST is the best up to this. */
#define VBE_SAFE_WIDTH  1024
#define VBE_SAFE_HEIGHT 768

/*
 * The mode that the wish is for: of those that will do, BEST takes the largest
 * and the others the smallest, each with the most bits to a pixel; of equals
 * the first. -1 if there is none. edid is only looked at for BEST.
 */
int vbe_choose(const struct vbe_mode *mode, size_t count,
	       const struct boot_wishes *wishes, const struct edid *edid);

#endif
