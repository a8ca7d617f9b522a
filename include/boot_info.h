/* SPDX-License-Identifier: 0BSD */
/*
 * boot_info.h - what a kernel receives from Stagecoach: boot protocol,
 * version 1. docs/boot-protocol.md tells the rest of the contract.
 *
 *      void _start(const struct boot_info *info);
 *
 * and what it may ask for, see struct boot_wishes at the end.
 *
 * For C and C++, no dependencies but <stdint.h>. Pointers are virtual and
 * usable at once; fields that end in _phys are physical. Ranges are half-open.
 * A pointer that is NULL, a count or size that is 0, stands for "absent"
 * unless the field says otherwise. Everything here lies in memory of type
 * BOOT_MEMORY_RECLAIMABLE (modules and the raw ELF: BOOT_MEMORY_KERNEL): it is
 * the kernel's, to read, write and reclaim.
 */
#ifndef STAGECOACH_BOOT_INFO_H
#define STAGECOACH_BOOT_INFO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOOT_INFO_MAGIC         0x414f434547415453ull    /* "STAGECOA" */
#define BOOT_INFO_VERSION       1

/* Types of physical memory. Values are stable; new ones may be added. */
enum boot_memory_type {
	BOOT_MEMORY_USABLE = 1,         /* RAM, free for the kernel */
	BOOT_MEMORY_RESERVED = 2,       /* not RAM, or not the kernel's */
	BOOT_MEMORY_ACPI = 3,           /* ACPI tables, reclaimable once read */
	BOOT_MEMORY_NVS = 4,            /* ACPI NVS: preserve */
	BOOT_MEMORY_BAD = 5,            /* faulty RAM */
	BOOT_MEMORY_KERNEL = 6,         /* the kernel, its modules, raw ELF */
	BOOT_MEMORY_RECLAIMABLE = 7,    /* boot_info, the stack, page tables and
					   the loader's resident part: free once
					   the kernel has a GDT, IDT, TSS, CR3
					   and stack of its own */
	BOOT_MEMORY_FRAMEBUFFER = 8,
};

/* Physical memory [base, end), page-aligned. */
struct boot_memory {
	uint64_t base;
	uint64_t end;
	uint32_t type;                  /* enum boot_memory_type */
	uint32_t reserved;              /* 0 */
};

/* Rights of a mapping. */
#define BOOT_EXECUTE    1u
#define BOOT_WRITE      2u
#define BOOT_READ       4u

/*
 * Part of the kernel that is contiguous in virtual and physical memory:
 * virtual [virt, virt + size), page-aligned.
 */
struct boot_segment {
	uint64_t virt;
	uint64_t phys;
	uint64_t size;
	uint32_t rights;                /* BOOT_READ | ... */
	uint32_t reserved;              /* 0 */
};

/* Template of thread-local storage (PT_TLS): copy, then zero the rest. */
struct boot_tls {
	const void *image;              /* NULL if the kernel has none */
	uint64_t file_size;             /* bytes at image */
	uint64_t memory_size;           /* bytes a thread needs */
	uint64_t align;                 /* power of two */
};

/* A file given to mkimage with -m, page-aligned, zeros to the page's end. */
struct boot_module {
	const void *data;               /* NULL if size is 0 */
	uint64_t size;                  /* bytes */
	const char *name;               /* NUL-terminated, never NULL */
};

enum boot_display_type {
	BOOT_DISPLAY_UNKNOWN = 0,       /* nothing is known */
	BOOT_DISPLAY_TEXT = 1,          /* VGA text: 16-bit cells */
	BOOT_DISPLAY_LINEAR = 2,        /* linear framebuffer */
};

/* The display as the kernel finds it. */
struct boot_display {
	uint32_t type;                  /* enum boot_display_type */
	uint32_t width;                 /* columns or pixels */
	uint32_t height;                /* rows or pixels */
	uint32_t pitch;                 /* bytes from one row to the next */
	uint32_t bits_per_pixel;        /* linear only; masks likewise */
	uint8_t red_size, red_shift;    /* bits; position of the lowest bit */
	uint8_t green_size, green_shift;
	uint8_t blue_size, blue_shift;
	uint16_t mode;                  /* VBE mode number; 0: none was set */
	uint16_t reserved[2];           /* 0 */
	void *address;                  /* first byte, mapped; linear: pitch *
					   height bytes, write-combining */
	uint64_t address_phys;
};

/*
 * A video mode the card offers with a linear framebuffer and direct colours
 * (only if the kernel wished for the list).
 */
struct boot_video_mode {
	uint32_t width;                 /* pixels */
	uint32_t height;
	uint32_t pitch;                 /* bytes from one row to the next */
	uint16_t mode;                  /* VBE mode number, 0x100 .. 0x3fff */
	uint8_t bits_per_pixel;         /* 15, 16, 24 or 32 */
	uint8_t reserved;               /* 0 */
	uint8_t red_size, red_shift;    /* as in boot_display */
	uint8_t green_size, green_shift;
	uint8_t blue_size, blue_shift;
	uint16_t reserved2;             /* 0 */
};

/* The disk the loader came from. */
struct boot_disk {
	uint8_t drive;                  /* BIOS drive number, 80h .. 8Fh */
	uint8_t uses_edd;               /* 1: read by LBA (AH=42h), 0: by CHS */
	uint16_t edd_version;           /* AH of INT 13h AH=41h; 0: no EDD */
	uint32_t sector_size;           /* bytes: 512 */
	uint64_t sectors;               /* size of the disk; 0: unknown */
	uint16_t cylinders;             /* INT 13h AH=08h geometry; 0: unknown */
	uint16_t heads;
	uint16_t sectors_per_track;
	uint16_t reserved;              /* 0 */
	char host_bus[8];               /* EDD 3.0, e.g. "PCI"; "": unknown */
	char interface[16];             /* e.g. "ATA", "SCSI"; "": unknown */
	uint8_t interface_path[8];      /* EDD 3.0; all 0: unknown */
	uint8_t device_path[16];        /* EDD 3.0 or 4.0; all 0: unknown */
	uint64_t image_id;              /* of the Stagecoach image */
	uint32_t mbr_id;                /* disk signature at 1B8h */
	uint32_t reserved2;             /* 0 */
	uint64_t partition_lba;         /* the active partition, 0: none */
	uint64_t partition_sectors;
};

/* The real-time clock at boot, as it stands there (often UTC). */
struct boot_time {
	uint16_t year;                  /* 0: the clock could not be read */
	uint8_t month;                  /* 1 .. 12 */
	uint8_t day;                    /* 1 .. 31 */
	uint8_t hour;                   /* 0 .. 23 */
	uint8_t minute;
	uint8_t second;                 /* 0 .. 60 */
	uint8_t reserved;               /* 0 */
};

/* What the loader itself was started by. */
enum boot_firmware {
	BOOT_FIRMWARE_UNKNOWN = 0,      /* a loader that does not say */
	BOOT_FIRMWARE_BIOS = 1,
};

/* When (time stamp counter) the boot reached a step; 0: not taken. */
enum boot_stamp {
	BOOT_STAMP_START = 0,           /* stage2's CPU check */
	BOOT_STAMP_LONG_MODE = 1,
	BOOT_STAMP_MEMORY_MAP = 2,      /* map done */
	BOOT_STAMP_KERNEL_LOADED = 3,
	BOOT_STAMP_ENTRY = 4,           /* about to enter the kernel */
	BOOT_STAMP_COUNT = 8,           /* the rest is for later versions */
};

struct boot_info {
	uint64_t magic;                 /* BOOT_INFO_MAGIC */
	uint32_t version;               /* BOOT_INFO_VERSION */
	uint32_t size;                  /* bytes of this struct as the loader
					   knows it; it grows at the end */
	const char *loader_name;        /* "Stagecoach" */
	const char *loader_version;

	/* Memory: sorted, disjoint, page-aligned. */
	const struct boot_memory *memory;
	uint64_t memory_count;
	uint64_t phys_offset;           /* physical address 0 is mapped here;
					   0: physical memory is not mapped */

	/* Kernel */
	uint64_t kernel_base;           /* virtual, lowest page */
	uint64_t kernel_size;           /* bytes to its highest page's end */
	uint64_t kernel_slide;          /* runs this far above its link address;
					   0 unless position-independent */
	const struct boot_segment *segments;
	uint64_t segment_count;
	struct boot_tls tls;
	const void *elf;                /* the raw ELF file, if mkimage carried
					   it (--symbols) */
	uint64_t elf_size;

	/* Stack [stack_base, stack_top); the page below is not mapped. */
	uint64_t stack_base;
	uint64_t stack_top;

	const char *cmdline;            /* NUL-terminated, never NULL */
	uint64_t cmdline_size;          /* without the NUL */
	const struct boot_module *modules;      /* in the order of -m */
	uint64_t module_count;

	/* Firmware */
	const void *rsdp;               /* ACPI RSDP, a copy */
	uint64_t rsdp_size;
	uint64_t rsdp_phys;
	uint64_t smbios_phys;           /* SMBIOS 2 entry point */
	uint64_t smbios3_phys;          /* SMBIOS 3 entry point */
	struct boot_disk disk;
	struct boot_time time;

	/* Display */
	struct boot_display display;
	const struct boot_video_mode *video_modes;
	uint64_t video_mode_count;
	const void *edid;
	uint64_t edid_size;

	/* What the loader did */
	const char *log;                /* text, NUL-terminated */
	uint64_t log_size;              /* without the NUL */
	uint64_t stamps[BOOT_STAMP_COUNT];      /* by enum boot_stamp */
	uint64_t stamp_hz;              /* rate of the counter; 0: unknown */
	uint64_t stamp_hz_error;        /* plus or minus */

	/*
	 * SMBIOS entry points, copies, checksums verified (DMTF DSP0134,
	 * 5.2): usable where physical memory is not mapped. The tables that
	 * they point to may lie in memory of type BOOT_MEMORY_RESERVED, which
	 * phys_offset does not cover.
	 */
	const void *smbios;             /* of version 2; see smbios_phys */
	uint64_t smbios_size;           /* bytes: 31 */
	const void *smbios3;            /* of version 3; see smbios3_phys */
	uint64_t smbios3_size;          /* bytes: 24 */

	const char *kernel_name;        /* base name of the file that mkimage
					   was given; NUL-terminated */
	uint32_t firmware;              /* enum boot_firmware */
	uint32_t paging_levels;         /* 4; 0: a loader that does not say,
					   and 4 */
};

/*
 * Wishes: what a kernel asks of the loader, for it to answer before the entry.
 * One struct boot_wishes in the kernel's file, 8-byte aligned, in any section
 * that is loaded; mkimage finds it by its magic. None: the defaults, as if
 * every field were 0. In C, and in C++ from C++20 on, at file scope:
 *
 *      BOOT_WISHES(.stack_size = 256 << 10, .video = BOOT_VIDEO_BEST);
 *
 * in the order of the fields. An option of mkimage wins over the wish in the
 * kernel. Where neither the compiler nor the assembler knows `retain` (GCC
 * before 11, binutils before 2.36), a linker that is told --gc-sections has to
 * be told --undefined=boot_wishes as well.
 */

/* "BOOTWISH", then a number that nobody has by chance. */
#define BOOT_WISHES_MAGIC       0x48534957544f4f42ull
#define BOOT_WISHES_MAGIC2      0xd3a41c7be6059f28ull
#define BOOT_WISHES_VERSION     1

/* Each wish has a bit: in `required`, and in `flags` if that is all of it. */
#define BOOT_WISH_STACK_SIZE    0x1u    /* field stack_size */
#define BOOT_WISH_PHYS_OFFSET   0x2u    /* field phys_offset */
#define BOOT_WISH_VIDEO         0x4u    /* field video */
#define BOOT_WISH_KASLR         0x8u    /* move a position-independent kernel
					   by a random number of pages */
#define BOOT_WISH_VIDEO_MODES   0x10u   /* fill info->video_modes */
#define BOOT_WISH_EDID          0x20u   /* fill info->edid */
#define BOOT_WISH_GRAPHICS_ONLY 0x40u   /* no framebuffer: do not boot in text
					   mode instead, stop with a message */

/* Limits and special values of the fields. */
#define BOOT_STACK_MIN          0x10000ull      /* bytes; also the default */
#define BOOT_STACK_MAX          0x40000000ull
#define BOOT_PHYS_NONE          1ull    /* do not map physical memory */
#define BOOT_PHYS_ALIGN         0x40000000ull
#define BOOT_VIDEO_SIDE_MAX     16384u  /* pixels */

/* What a kernel wishes of the display. */
enum boot_video {
	BOOT_VIDEO_ANY = 0,             /* leave it as the BIOS has set it */
	BOOT_VIDEO_TEXT = 1,            /* VGA text, 80 by 25 */
	BOOT_VIDEO_EXACT = 2,           /* width by height pixels */
	BOOT_VIDEO_BEST = 3,            /* the monitor's own resolution, as its
					   EDID tells it, or the mode that
					   comes closest without exceeding it */
	BOOT_VIDEO_MINIMUM = 4,         /* the smallest mode of at least width
					   by height pixels */
};

struct boot_wishes {
	uint64_t magic[2];              /* BOOT_WISHES_MAGIC, _MAGIC2 */
	uint32_t version;               /* BOOT_WISHES_VERSION */
	uint32_t size;                  /* bytes of this struct as the kernel
					   knows it, a multiple of 8; it grows
					   at the end */
	uint32_t required;              /* BOOT_WISH_*: a loader that does not
					   know one of these refuses the kernel
					   and names its bit. Other wishes that
					   it does not know it ignores. */
	uint32_t flags;                 /* BOOT_WISH_* without a field */
	uint64_t stack_size;            /* bytes, whole pages, BOOT_STACK_MIN
					   .. BOOT_STACK_MAX; 0: no wish */
	uint64_t phys_offset;           /* where physical address 0 is mapped:
					   canonical, a multiple of
					   BOOT_PHYS_ALIGN; or BOOT_PHYS_NONE;
					   0: no wish */
	uint32_t video;                 /* enum boot_video */
	uint16_t width, height;         /* EXACT, MINIMUM: pixels, 1 ..
					   BOOT_VIDEO_SIDE_MAX; else 0 */
	uint16_t bits_per_pixel;        /* EXACT, BEST, MINIMUM: 15, 16, 24 or
					   32; 0: the most there is */
	uint16_t reserved[3];           /* 0 */
};

extern const struct boot_wishes boot_wishes;

/* Neither compiler nor linker may drop what only mkimage reads. */
#define BOOT_WISHES_KEPT used
#ifdef __has_attribute
#if __has_attribute(retain)
#undef BOOT_WISHES_KEPT
#define BOOT_WISHES_KEPT used, retain
#endif
#endif

/* In C++ the compiler would miss the fields that are left to be 0. */
#ifdef __cplusplus
#define BOOT_WISHES_BEGIN \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define BOOT_WISHES_END _Pragma("GCC diagnostic pop")
#else
#define BOOT_WISHES_BEGIN
#define BOOT_WISHES_END
#endif

#define BOOT_WISHES(...) \
	BOOT_WISHES_BEGIN \
	__attribute__((BOOT_WISHES_KEPT, section(".rodata.boot_wishes"))) \
	const struct boot_wishes boot_wishes = { \
		.magic = { BOOT_WISHES_MAGIC, BOOT_WISHES_MAGIC2 }, \
		.version = BOOT_WISHES_VERSION, \
		.size = sizeof(struct boot_wishes), \
		__VA_ARGS__ \
	}; \
	BOOT_WISHES_END \
	struct boot_wishes      /* the caller's semicolon ends this */

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
#define BOOT_INFO_ASSERT(c, s) static_assert(c, s)
#else
#define BOOT_INFO_ASSERT(c, s) _Static_assert(c, s)
#endif

BOOT_INFO_ASSERT(sizeof(struct boot_memory) == 24, "boot_memory");
BOOT_INFO_ASSERT(sizeof(struct boot_segment) == 32, "boot_segment");
BOOT_INFO_ASSERT(sizeof(struct boot_disk) == 104, "boot_disk");
BOOT_INFO_ASSERT(sizeof(struct boot_display) == 48, "boot_display");
BOOT_INFO_ASSERT(sizeof(struct boot_video_mode) == 24, "boot_video_mode");
BOOT_INFO_ASSERT(sizeof(struct boot_info) == 568, "boot_info");
BOOT_INFO_ASSERT(sizeof(struct boot_wishes) == 64, "boot_wishes");

#endif
