/* SPDX-License-Identifier: 0BSD */
/*
 * layout.h - every fixed physical address, size, selector and structure
 * offset that more than one language has to agree on.
 *
 * NASM (through build/layout.inc), the C compiler and the linker scripts all
 * read this file, so: plain numbers, no casts, no suffixes, one definition a
 * line. Ranges are half-open.
 *
 *   0x00000 - 0x00500   interrupt vectors, BIOS data area: never written
 *   0x00600 - 0x00800   stage1; every BIOS puts it at BOOT_ADDR
 *   0x00800 - 0x01000   BIOS_BUF: what the BIOS reads or fills, disk data apart
 *   0x01000 - 0x05ff0   the real-mode stack, grows down from REAL_STACK_TOP
 *   0x05ff0 - 0x06000   the variables of bios.asm; no code in this page
 *   0x06000 - 0x17000   sectors 1 to LOADER_MAX_SECTORS: stage2, then the
 *                       superblock and whatever else fits ("preloaded"). Of
 *                       stage2, the first pages have the resident code, which
 *                       stays for the kernel (hand-off, fault reporter)
 *   0x17000 - 0x17800   more of that, which few kernels need
 *   0x17800 - 0x18000   256 interrupt stubs, made at run time
 *   0x18000 - 0x1c000   resident data: GDT, TSS, what the reporter needs
 *   0x1c000 - 0x1d000   IDT
 *   0x1d000 - 0x20000   fault stack, grows down
 *   0x20000 - 0x30000   JOIN_BUF: a compressed block that two reads share
 *   0x30000 - 0x40000   DISK_BUF: disk reads; one 64 KiB DMA page
 *   0x40000 - 0x50000   SCRATCH_BUF: a block decoded where frames do not adjoin
 *   0x50000 - 0x6c000   stage2's .bss
 *   0x6c000 - 0x70000   stage2's C stack, grows down
 *   0x70000 - 0x76000   the loader's first page tables (low 4 GiB, identity)
 *   0x76000 - 0x80000   TABLE_BUF: block tables of the file being read
 *   0x80000 -           free low memory, up to what the BIOS reports
 */
#ifndef STAGECOACH_LAYOUT_H
#define STAGECOACH_LAYOUT_H

#define SECTOR_SIZE          512

/* stage1: sector 0 */
#define BOOT_ADDR            0x7c00     /* it moves on, out of stage2's way */
#define STAGE1_ADDR          0x600
#define MBR_CODE             0x5a       /* first byte after the BPB */
#define MBR_FIRST_READ       0x1b2      /* sectors of the first read */
#define MBR_SECTOR_SUM       0x1b4      /* sum of stage2's first sector */
#define MBR_DISK_ID          0x1b8      /* low half of the image id */
#define MBR_PARTITIONS       0x1be
#define MBR_PARTITION_SIZE   16
#define MBR_SIGNATURE        0x1fe
#define MBR_MAGIC            0xaa55

/* BIOS_BUF and the real-mode stack */
#define BIOS_BUF             0x800
#define BIOS_BUF_SIZE        0x800
#define REAL_STACK_TOP       0x5ff0

/* stage2: sectors 1 .. n, contiguous from STAGE2_ADDR */
#define STAGE2_LBA           1
#define STAGE2_ADDR          0x6000
#define STAGE2_MAX           0xb000     /* bytes on disk: 44 KiB, for clang */
#define LOADER_MAX_SECTORS   136        /* STAGE2_ADDR up to RESIDENT_MORE */
#define FIRST_READ_SECTORS   80         /* STAGE2_ADDR up to 64 KiB */

/*
 * The header at the start of stage2's first sector: a jump, then numbers
 * that mkimage fills in. Offsets from STAGE2_ADDR; image.h has it as a
 * struct, with the meaning of every field.
 */
#define HDR_MAGIC            4
#define HDR_LOADER_SECTORS   8
#define HDR_STAGE2_SECTORS   10
#define HDR_EARLY_SECTORS    12
#define HDR_PLAIN_SECTORS    14
#define HDR_SUPER_LBA        16
#define HDR_IMAGE_ID         24
#define HDR_EARLY_SUM        32
#define HDR_REST_SUM         40
#define HDR_SIZE             56
#define STAGE2_MAGIC         0x32474353 /* "SCG2" in memory */

/* where every sum of lib/checksum.h starts; entry.asm needs it, too */
#define CHECKSUM_SEED        0x5354414745434f41

/*
 * The part that stays behind for the kernel. Its code is where stage2 was read
 * to: elsewhere, a copy would take 930 of a small kernel's 79,000 instructions.
 */
#define RESIDENT_TEXT        0x6000     /* STAGE2_ADDR */
#define RESIDENT_MORE        0x17000
#define RESIDENT_STUBS       0x17800
#define RESIDENT_DATA        0x18000
#define RESIDENT_DATA_MAX    0x4000
#define RESIDENT_IDT         0x1c000
#define FAULT_STACK_TOP      0x20000
#define RESIDENT_END         0x20000    /* kernels start at or above */

/* buffers of the loader */
#define JOIN_BUF             0x20000
#define JOIN_BUF_SIZE        0x10000
#define DISK_BUF             0x30000
#define DISK_BUF_SECTORS     128        /* 64 KiB: the most SeaBIOS takes */
#define SCRATCH_BUF          0x40000
#define STAGE2_BSS           0x50000
#define STAGE2_BSS_MAX       0x1c000
#define STAGE2_STACK_TOP     0x70000
#define STAGE2_STACK_SIZE    0x4000
#define LOADER_TABLES        0x70000
#define LOADER_TABLES_SIZE   0x6000     /* PML4, PDPT, four PDs */
/*
 * The tables of 75 MiB. With 8 sectors Bochs takes 1.7 million instructions
 * more to load 64 MiB, waiting for its disk to seek: 3 %.
 */
#define TABLE_BUF            0x76000
#define TABLE_BUF_SECTORS    80
#define LOW_FREE             0x80000    /* the loader needs RAM up to here */

/* fixed physical facts of a PC */
#define PAGE_SIZE            0x1000
#define IVT_LIMIT            0x3ff
#define BDA_EBDA_SEGMENT     0x40e
#define BDA_LOW_KIB          0x413
#define BDA_VIDEO_MODE       0x449
#define BDA_COLUMNS          0x44a
#define BDA_CURSOR           0x450
#define BDA_TICKS            0x46c      /* of the timer, since midnight */
#define BDA_ROWS             0x484    /* EGA and later: rows less one */
#define VGA_WINDOW           0xa0000
#define VGA_WINDOW_END       0xc0000
#define VGA_TEXT             0xb8000
#define VGA_TEXT_MONO        0xb0000
#define COM1                 0x3f8

/* selectors of the loader's GDT; the first two are part of the contract */
#define SEL_CODE64           0x08
#define SEL_DATA             0x10
#define SEL_CODE32           0x18
#define SEL_CODE16           0x20
#define SEL_DATA16           0x28
#define SEL_TSS              0x30       /* 16 bytes wide */
#define GDT_SIZE             0x40

/* control registers and model-specific registers (Intel SDM vol. 3, 2.5) */
#define CR0_PE               0x1
#define CR0_MP               0x2
#define CR0_ET               0x10
#define CR0_NE               0x20
#define CR0_WP               0x10000
#define CR0_PG               0x80000000
#define CR4_PAE              0x20
#define CR4_PGE              0x80
#define CR4_OSFXSR           0x200
#define CR4_OSXMMEXCPT       0x400
#define MSR_MISC_ENABLE      0x1a0
#define MISC_ENABLE_XD_HIGH  0x4        /* bit 34: "XD bit disable" */
#define MSR_PAT              0x277
#define MSR_EFER             0xc0000080
#define EFER_SCE             0x1
#define EFER_LME             0x100
#define EFER_LMA             0x400
#define EFER_NXE             0x800
/* PAT: entries 0-3 as at reset (WB WT UC- UC), 4 WP, 5 WC, 6 UC-, 7 UC */
#define PAT_LOW              0x00070406
#define PAT_HIGH             0x00070105
#define MXCSR_DEFAULT        0x1f80
#define FLAG_CARRY           0x1
#define FLAG_ZERO            0x40
#define FLAG_INTERRUPT       0x200

/* struct bios_regs (stage2/bios.h) as bios.asm sees it */
#define REGS_EAX             0
#define REGS_EBX             4
#define REGS_ECX             8
#define REGS_EDX             12
#define REGS_ESI             16
#define REGS_EDI             20
#define REGS_EBP             24
#define REGS_EFLAGS          28
#define REGS_DS              32
#define REGS_ES              34

/* struct handoff (stage2/handoff.h) as handoff.asm sees it */
#define HANDOFF_CR3          0
#define HANDOFF_ENTRY        8
#define HANDOFF_STACK        16
#define HANDOFF_INFO         24
#define HANDOFF_EFER         32
#define HANDOFF_KEEP_MXCSR   40

/* a 64-bit TSS (Intel SDM vol. 3, 8.7) */
#define TSS_IST1             36
#define TSS_IOMAP            102
#define TSS_SIZE             104

/* struct interrupt_frame (kernel/interrupt.h) as vectors.asm sees it */
#define FRAME_RIP            136

/* struct cpu_facts (stage2/cpu.h), filled by entry.asm */
#define CPU_HAS_NX           0x1
#define CPU_HAS_1G           0x2

#endif
