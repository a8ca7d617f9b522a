// SPDX-License-Identifier: 0BSD
/*
 * main.c - the boot, step by step. entry.asm calls this in long mode with the
 * low 4 GiB mapped to themselves.
 */
#include "a20.h"
#include "boot.h"
#include "console.h"
#include "handoff.h"
#include "info.h"
#include "io.h"
#include "layout.h"
#include "pages.h"
#include "report.h"

#define STACK_SIZE      0x10000         /* the contract's least */
#define SHARE_SIZE      0x18000         /* page tables, boot_info */
#define MAX_RANGES      (2 * E820_MAX + 128)

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
	if (memmap_set(map, PAGE_SIZE, LOW_FREE, BOOT_MEMORY_RECLAIMABLE))
		die("the memory map has too many pieces: more than %u",
		    MAX_RANGES);
	memory_open(&boot->memory, boot->cpu->features & CPU_HAS_1G ?
		    PAGE_1G : PAGE_2M);
}

/* Files that the kernel gets as they are. */
static bool is_handed_over(const struct image_file *file)
{
	return file->type == IMAGE_MODULE ||
	       (file->type == IMAGE_KERNEL &&
		file->flags & IMAGE_FILE_SYMBOLS);
}

/*
 * Says before anything is loaded if it cannot fit. The loader's own share is
 * what a small kernel takes; more than that is found short later.
 */
static void check_memory(const struct boot *boot)
{
	const struct files *files = &boot->files;
	uint64_t need = STACK_SIZE + SHARE_SIZE, have;
	uint32_t i;
	size_t r;

	for (r = 0; r < boot->kernel->runs; r++)
		need += boot->kernel->run[r].size;
	for (i = 0; i < files->super->file_count; i++)
		if (is_handed_over(&files->file[i]))
			need += page_up(files->file[i].size);
	have = memmap_total(&boot->memory.map, BOOT_MEMORY_USABLE);
	if (need > have)
		die("not enough memory: kernel, modules and stack need %llu "
		    "KiB, %llu KiB are free", (unsigned long long)need >> 10,
		    (unsigned long long)have >> 10);
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
	uint64_t room;

	boot->stack_base = boot_window(boot, STACK_SIZE);
	boot->stack_top = boot->stack_base + STACK_SIZE;
	memory_back(&boot->memory, &boot->window, boot->stack_base, STACK_SIZE,
		    BOOT_MEMORY_RECLAIMABLE, "stack");
	*(uint64_t *)memory_find(&boot->window, boot->stack_top - 8, &room) = 0;
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
	report_arm(cr3, boot->info_bytes,
		   memmap_ram_end(&boot->memory.map));
	handoff(&h);
}

_Noreturn void main(const struct cpu_facts *cpu);

_Noreturn void main(const struct cpu_facts *cpu)
{
	static struct elf64_chunk kernel_pieces[MEMORY_MAX_CHUNKS] NOT_CLEARED;
	static struct elf64_chunk window_pieces[MEMORY_MAX_CHUNKS] NOT_CLEARED;
	static struct kernel kernel NOT_CLEARED;
	static struct boot boot;
	uint64_t cr3;

	boot.cpu = cpu;
	boot.kernel = &kernel;
	kernel.pieces = (struct memory_pieces){ .chunk = kernel_pieces };
	boot.window.chunk = window_pieces;
	boot.stamps[BOOT_STAMP_START] = cpu->start_tsc;
	boot.stamps[BOOT_STAMP_LONG_MODE] = cpu_tsc(cpu);

	a20_enable();
	learn_memory(&boot);
	boot.stamps[BOOT_STAMP_MEMORY_MAP] = cpu_tsc(cpu);

	disk_open(&boot.disk, &boot.disk_facts);
	files_open(&boot.files, &boot.disk);
	kernel_plan(&kernel, &boot.files,
		    memmap_ram_end(&boot.memory.map));
	check_memory(&boot);
	kernel_load(&kernel, &boot.files, &boot.memory);
	load_files(&boot);
	boot.stamps[BOOT_STAMP_KERNEL_LOADED] = cpu_tsc(cpu);

	make_stack(&boot);
	info_build(&boot);
	cr3 = pages_build(&boot);
	info_close(&boot);
	enter_kernel(&boot, cr3);
}
