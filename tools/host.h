/* SPDX-License-Identifier: 0BSD */
/*
 * host.h - what the C library has to offer mkimage; every source file of it
 * includes this first.
 */
#ifndef STAGECOACH_HOST_H
#define STAGECOACH_HOST_H

#define _DEFAULT_SOURCE                 /* glibc, musl: POSIX 2008 and mmap */
#define _FILE_OFFSET_BITS 64            /* 32-bit hosts: images past 2 GiB */

/* The structures of image.h are read and written as they lie in memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "mkimage runs on little-endian machines only: the image format "
	       "is little-endian and is not converted");

#endif
