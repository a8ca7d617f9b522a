// SPDX-License-Identifier: 0BSD
/*
 * main.c - the boot, step by step. entry.asm calls this in long mode with the
 * low 4 GiB mapped to themselves.
 */
#include "a20.h"
#include "boot.h"
#include "bootlog.h"
#include "console.h"
#include "handoff.h"
#include "info.h"
#include "io.h"
#include "layout.h"
#include "pages.h"
#include "random.h"
#include "report.h"
#include "timer.h"
#include "video.h"
#include "wish.h"
#include "wishes.h"

#define SHARE_SIZE      0x18000         /* page tables, boot_info */
#define MAX_RANGES      (2 * E820_MAX + 128)
#define LOG_SIZE        0x1800

static uint64_t page_up(uint64_t size)
{
	return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
}

uint64_t boot_window(struct boot *boot, uint64_t size)
{
	uint64_t vaddr = boot->window_next;

	boot->window_next += page_up(size) + PAGE_SIZE;
	return vaddr;
}

/* Asks the firmware, and keeps what the loader itself lives in out of it. */
static void learn_memory(struct boot *boot)
{
	static struct boot_memory range[MAX_RANGES] NOT_CLEARED;
	struct memmap *map = &boot->memory.map;

	*map = (struct memmap){ .range = range, .max = MAX_RANGES };
	e820_read(map, cpu_address_end(), &boot->e820);
	memory_set(map, PAGE_SIZE, LOW_FREE, BOOT_MEMORY_RECLAIMABLE);
	memory_open(&boot->memory, boot->cpu->features & CPU_HAS_1G ?
		    PAGE_1G : PAGE_2M);
}

/* Files that the kernel gets as they are. */
static NOINLINE bool is_handed_over(const struct image_file *file)
{
	return file->type == IMAGE_MODULE ||
	       (file->type == IMAGE_KERNEL &&
		file->flags & IMAGE_FILE_SYMBOLS);
}

/*
 * The code that few kernels take lies at stage2's end: what grants wishes, what
 * relocates, what knows symbols. mkimage leaves it out for all others.
 */
static void want_all_of_stage2(bool wanted)
{
	const struct stage2_header *header = phys(STAGE2_ADDR);

	if (wanted && header->stage2_sectors <= header->plain_sectors)
		die("image: stage2 has %u sectors, and this kernel takes "
		    "more: try mkimage KERNEL", header->stage2_sectors);
}

static uint64_t stack_size(const struct boot *boot)
{
	uint64_t wished = boot->wishes->stack_size;

	return wished != 0 ? wished : BOOT_STACK_MIN;
}

/*
 * Says before anything is loaded if it cannot fit. The loader's own share is
 * what a small kernel takes; more than that is found short later.
 */
static void check_memory(const struct boot *boot)
{
	const struct files *files = &boot->files;
	const struct kernel *kernel = boot->kernel;
	uint64_t need = stack_size(boot) + SHARE_SIZE, have;
	const struct image_file *file;
	const struct elf64_run *run;

	for (run = kernel->run; run < kernel->run + kernel->runs; run++)
		need += run->size;
	for (file = files->file; file < files->file + files->super->file_count;
	     file++)
		if (is_handed_over(file))
			need += page_up(file->size);
	have = memmap_total(&boot->memory.map, BOOT_MEMORY_USABLE);
	if (need > have)
		memory_short("kernel, modules and stack", need, have);
}

/* Modules, and the kernel's own file if it came with its symbols. */
static void load_files(struct boot *boot)
{
	const struct files *files = &boot->files;
	uint32_t i;

	/* The first page of the window stays unmapped, as below the stack. */
	boot->window_next = boot->kernel->space.window + PAGE_SIZE;
	for (i = 0; i < files->super->file_count; i++) {
		struct loaded_file f = {
			.index = i, .size = files->file[i].size,
		};

		if (!is_handed_over(&files->file[i]))
			continue;
		f.vaddr = boot_window(boot, f.size);
		kernel_load_file(&f, &boot->files, &boot->memory,
				 &boot->window);
		if (files->file[i].type == IMAGE_KERNEL)
			boot->elf = f;
		else
			boot->module[boot->module_count++] = f;
	}
}

static void make_stack(struct boot *boot)
{
	uint64_t size = stack_size(boot), room;

	boot->stack_base = boot_window(boot, size);
	boot->stack_top = boot->stack_base + size;
	memory_back(&boot->memory, &boot->window, boot->stack_base, size,
		    BOOT_MEMORY_RECLAIMABLE, "stack");
	*(uint64_t *)memory_find(&boot->window, boot->stack_top - 8, 8, &room) =
		0;
}

static _Noreturn void enter_kernel(struct boot *boot, uint64_t cr3)
{
	struct handoff h = {
		.cr3 = cr3,
		.entry = boot->kernel->plan.entry + boot->kernel->space.slide,
		.stack = boot->stack_top,
		.info = boot->info,
		/* AMD's CPUs fault on a write that differs in LMA. */
		.efer = EFER_LME | EFER_LMA,
		.keep_mxcsr = cpu_is_kvm(),
	};

	if (boot->cpu->features & CPU_HAS_NX)
		h.efer |= EFER_NXE;
	if (cpu_has_syscall())
		h.efer |= EFER_SCE;
	console_open();         /* the reporter's, while page 0 is mapped */
	if (boot->video.display.type != BOOT_DISPLAY_UNKNOWN)
		console_framebuffer(&boot->video.display, NULL);
	report_arm(cr3, boot->info_bytes,
		   memmap_ram_end(&boot->memory.map));
	handoff(&h);
}

/* For entry.asm, which clears it and hands it in. */
extern struct boot the_boot;
struct boot the_boot;

_Noreturn void main(const struct cpu_facts *cpu, struct boot *boot);

_Noreturn void main(const struct cpu_facts *cpu, struct boot *boot)
{
	static struct elf64_chunk kernel_pieces[MEMORY_MAX_CHUNKS] NOT_CLEARED;
	static struct elf64_chunk window_pieces[MEMORY_MAX_CHUNKS] NOT_CLEARED;
	static struct kernel kernel NOT_CLEARED;
	static struct loaded_file module[IMAGE_MAX_MODULES] NOT_CLEARED;
	static char log_text[LOG_SIZE] NOT_CLEARED;
	uint64_t cr3;

	boot->cpu = cpu;
	boot->kernel = &kernel;
	kernel.pieces = (struct memory_pieces){ .chunk = kernel_pieces };
	boot->window.chunk = window_pieces;
	boot->module = module;
	boot->log = (struct log){ .text = log_text, .size = LOG_SIZE };
	boot->stamps[BOOT_STAMP_START] = cpu->start_tsc;
	boot->stamps[BOOT_STAMP_LONG_MODE] = cpu_tsc(cpu);
	timer_sample(cpu, &boot->start);

	a20_enable();
	learn_memory(boot);
	boot->stamps[BOOT_STAMP_MEMORY_MAP] = cpu_tsc(cpu);
	bootlog_machine(boot);

	disk_open(&boot->disk);
	files_open(&boot->files, &boot->disk);
	boot->wishes = &boot->files.super->wishes;
	want_all_of_stage2(wishes_take_more(boot->wishes) ||
			   boot->files.file->wish_offset != 0 ||
			   boot->files.file->flags & IMAGE_FILE_SYMBOLS);
	bootlog_disk(boot);
	kernel_plan(boot->kernel, &boot->files,
		    memmap_ram_end(&boot->memory.map), boot->wishes,
		    boot->wishes->flags & BOOT_WISH_KASLR ?
		    random_bits(cpu) : 0);
	want_all_of_stage2(boot->kernel->plan.dynamic_size != 0);
	check_memory(boot);
	kernel_load(boot->kernel, &boot->files, &boot->memory);
	if (boot->files.file->wish_offset != 0)
		wish_check(boot->kernel, boot->files.file->wish_offset);
	load_files(boot);
	boot->stamps[BOOT_STAMP_KERNEL_LOADED] = cpu_tsc(cpu);
	bootlog_kernel(boot);

	/* Late: what goes wrong before is read on the screen that there is. */
	if (wishes_take_video(boot->wishes))
		video_open(boot);
	make_stack(boot);
	info_build(boot);
	cr3 = pages_build(boot);
	info_close(boot);
	enter_kernel(boot, cr3);
}
