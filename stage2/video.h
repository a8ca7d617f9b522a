/* SPDX-License-Identifier: 0BSD */
/*
 * video.h - the display that the kernel wished for, through the card's own BIOS
 * (VESA BIOS Extension 2.0 and 3.0).
 */
#ifndef STAGE2_VIDEO_H
#define STAGE2_VIDEO_H

#include "boot.h"

/*
 * To be called if there is a wish about the display or its facts. Learns the
 * card's modes and the monitor's EDID, as far as boot->wishes has
 * them, sets the mode, marks its memory in the map and gives it a place in the
 * window. Modes whose framebuffer lies in RAM are passed over, and so are those
 * that cannot be set: the log says so. Dies if there is none and the kernel
 * takes nothing else.
 */
void video_open(struct boot *boot);

#endif
