// SPDX-License-Identifier: 0BSD
/* stage2_host.c - stage2's code over an arena that stands for memory. */
#include <sys/mman.h>

#include <setjmp.h>
#include <stdarg.h>

#include "fuzz.h"

#include "../../stage2/console.h"
#include "../../stage2/io.h"    /* stage2_io.h stands for it */
#include "../../stage2/pages.h"
#include "../../stage2/wish.h"
#include "../unit/elf_build.h"
#include "stage2_host.h"

#define MAX_RANGES      300
#define MAX_TAKEN       1024

uint8_t stage2_low_memory[ARENA_BASE];

static struct stage2_host *host;
static jmp_buf ended;

/* The loader's last words: a sentence, and then nothing more is done. */
_Noreturn void die(const char *fmt, ...)
{
	va_list args;
	int size;

	va_start(args, fmt);
	size = vsnprintf(host->fatal, sizeof(host->fatal), fmt, args);
	va_end(args);
	CHECK(size > 0 && size < (int)sizeof(host->fatal));
	longjmp(ended, 1);
}

/* Progress: what it says is nobody's business here. */
void console_print(const char *fmt, ...)
{
	CHECK(fmt[0] == '\r');
}

void console_write(const char *text)
{
	CHECK(text[0] == '\n');
}

/* ---- frames ------------------------------------------------------------- */

/* What was taken out of the map: only this may be touched. */
static struct taken {
	uint64_t base, size;
} taken[MAX_TAKEN];
static size_t taken_count;

static void *at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static void take(uint64_t base, uint64_t size)
{
	CHECK(taken_count < MAX_TAKEN);
	CHECK(base >= LOW_FREE && base + size <= ARENA_END);
	for (size_t i = 0; i < taken_count; i++)
		CHECK(base + size <= taken[i].base ||
		      taken[i].base + taken[i].size <= base);
	taken[taken_count++] = (struct taken){ base, size };
	FUZZ_ALLOW(at(base), size);
	memset(at(base), 0xee, size);
}

static void give_back(void)
{
	while (taken_count > 0) {
		taken_count--;
		FUZZ_FORBID(at(taken[taken_count].base),
			    taken[taken_count].size);
	}
}

/* The linker puts these between memory.c and memmap.c. */
int __real_memmap_take(struct memmap *m, const struct memmap_request *r,
		       uint64_t *base);
int __real_memmap_take_some(struct memmap *m, const struct memmap_request *r,
			    uint64_t *base, uint64_t *size);
int __wrap_memmap_take(struct memmap *m, const struct memmap_request *r,
		       uint64_t *base);
int __wrap_memmap_take_some(struct memmap *m, const struct memmap_request *r,
			    uint64_t *base, uint64_t *size);

int __wrap_memmap_take(struct memmap *m, const struct memmap_request *r,
		       uint64_t *base)
{
	int err = __real_memmap_take(m, r, base);

	if (err == MEMMAP_OK)
		take(*base, r->size);
	return err;
}

int __wrap_memmap_take_some(struct memmap *m, const struct memmap_request *r,
			    uint64_t *base, uint64_t *size)
{
	int err = __real_memmap_take_some(m, r, base, size);

	if (err == MEMMAP_OK)
		take(*base, *size);
	return err;
}

static void open_arena(void)
{
	static bool is_open;
	void *got;

	if (is_open)
		return;
	got = mmap(at(ARENA_BASE), ARENA_END - ARENA_BASE,
		   PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_FIXED_NOREPLACE, -1, 0);
	CHECK(got == at(ARENA_BASE));
	FUZZ_FORBID(at(ARENA_BASE), ARENA_END - ARENA_BASE);
	FUZZ_ALLOW(at(JOIN_BUF), IMAGE_BLOCK_SIZE);
	FUZZ_ALLOW(at(SCRATCH_BUF), IMAGE_BLOCK_SIZE);
	FUZZ_ALLOW(at(TABLE_BUF), TABLE_BUF_SECTORS * SECTOR_SIZE);
	is_open = true;
}

/* ---- what main.c does ---------------------------------------------------- */

static struct boot boot;
static struct kernel kernel;

static void start(void)
{
	static struct elf64_chunk kernel_pieces[MEMORY_MAX_CHUNKS];
	static struct elf64_chunk window_pieces[MEMORY_MAX_CHUNKS];
	static struct boot_memory range[MAX_RANGES];
	static struct cpu_facts cpu;
	struct memmap *map = &boot.memory.map;

	memset(&boot, 0, sizeof(boot));
	memset(&kernel, 0, offsetof(struct kernel, plan));
	cpu.features = host->nx ? CPU_HAS_NX : 0;
	boot.cpu = &cpu;
	boot.kernel = &kernel;
	kernel.pieces = (struct memory_pieces){ .chunk = kernel_pieces };
	boot.window.chunk = window_pieces;
	*map = (struct memmap){ .range = range, .max = MAX_RANGES };
	CHECK(memmap_from_e820(map, host->entry, host->entries, 1ull << 36,
			       0x9f000) == MEMMAP_OK);
	CHECK(memmap_set(map, PAGE_SIZE, LOW_FREE, BOOT_MEMORY_RECLAIMABLE) ==
	      MEMMAP_OK);
	memory_open(&boot.memory, PAGE_2M);
	boot.disk.image.read = host->read;
}

static uint64_t next_in_window(uint64_t size)
{
	uint64_t vaddr = boot.window_next;

	boot.window_next += (size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE +
			    PAGE_SIZE;
	return vaddr;
}

static void load_modules(void)
{
	const struct files *files = &boot.files;

	boot.window_next = kernel.space.window + PAGE_SIZE;
	for (uint32_t i = 0; i < files->super->file_count; i++) {
		struct loaded_file f = {
			.index = i, .size = files->file[i].size,
		};

		if (files->file[i].type != IMAGE_MODULE)
			continue;
		f.vaddr = next_in_window(f.size);
		kernel_load_file(&f, &boot.files, &boot.memory, &boot.window);
	}
}

static void boot_up(void)
{
	uint64_t stack_size;

	boot.memory.pool = boot.memory.pool_end = 0;
	memcpy(stage2_low_memory + STAGE2_ADDR, &host->header,
	       sizeof(host->header));
	files_open(&boot.files, &boot.disk);
	boot.wishes = &boot.files.super->wishes;
	kernel_plan(&kernel, &boot.files, memmap_ram_end(&boot.memory.map),
		    boot.wishes, host->random);
	kernel_load(&kernel, &boot.files, &boot.memory);
	if (boot.files.file->wish_offset != 0)
		wish_check(&kernel, boot.files.file->wish_offset);
	load_modules();
	stack_size = boot.wishes->stack_size ? boot.wishes->stack_size :
					       BOOT_STACK_MIN;
	boot.stack_base = next_in_window(stack_size);
	memory_back(&boot.memory, &boot.window, boot.stack_base, stack_size,
		    BOOT_MEMORY_RECLAIMABLE, "stack");
	host->cr3 = pages_build(&boot);
}

/* ---- what it keeps ------------------------------------------------------- */

static bool is_usable(uint64_t base, uint64_t end)
{
	static struct boot_memory range[MAX_RANGES];
	struct memmap m = { .range = range, .max = MAX_RANGES };

	CHECK(memmap_from_e820(&m, host->entry, host->entries, 1ull << 36,
			       0x9f000) == MEMMAP_OK);
	for (size_t i = 0; i < m.count; i++)
		if (m.range[i].type == BOOT_MEMORY_USABLE &&
		    m.range[i].base <= base && end <= m.range[i].end)
			return true;
	return false;
}

static uint32_t type_at(uint64_t address)
{
	const struct memmap *m = &boot.memory.map;

	for (size_t i = 0; i < m->count; i++)
		if (m->range[i].base <= address && address < m->range[i].end)
			return m->range[i].type;
	return 0;
}

/* The leaf that maps an address, 0 if none does (SDM vol. 3, 4.5). */
static uint64_t leaf(uint64_t vaddr, uint64_t *page)
{
	uint64_t entry = host->cr3;
	int shift = 48;

	do {
		shift -= 9;
		entry = ((const uint64_t *)at(entry & PTE_ADDR))
			[vaddr >> shift & 511];
		if (!(entry & PTE_PRESENT))
			return 0;
		CHECK(!(entry & PTE_USER));
	} while (shift > 12 && !(entry & PTE_LARGE));
	*page = 1ull << shift;
	return entry;
}

static void check_page(uint64_t vaddr, uint64_t paddr, uint64_t flags)
{
	uint64_t page, entry = leaf(vaddr, &page);

	CHECK(entry != 0);
	CHECK((entry & PTE_ADDR & ~(page - 1)) + vaddr % page == paddr);
	if (!host->nx)
		flags &= ~PTE_NX;
	CHECK((entry & (PTE_WRITE | PTE_NX)) == flags);
}

static void check_piece(const struct elf64_chunk *c, uint64_t slide,
			uint64_t flags)
{
	uint64_t base = (uintptr_t)c->data;
	uint64_t last = c->size - PAGE_SIZE;

	CHECK(c->size > 0 && c->size % PAGE_SIZE == 0);
	CHECK(base % PAGE_SIZE == 0 && c->vaddr % PAGE_SIZE == 0);
	CHECK(is_usable(base, base + c->size));
	CHECK(type_at(base) == BOOT_MEMORY_KERNEL ||
	      type_at(base) == BOOT_MEMORY_RECLAIMABLE);
	check_page(c->vaddr + slide, base, flags);
	check_page(c->vaddr + slide + last, base + last, flags);
	/* And where all physical memory is, unless the kernel wants none. */
	if (kernel.space.phys_offset != 0)
		check_page(kernel.space.phys_offset + base, base,
			   PTE_WRITE | PTE_NX);
}

/* Pieces and runs are the same addresses, in the same order. */
static void check_kernel(void)
{
	size_t piece = 0;

	for (size_t i = 0; i < kernel.runs; i++) {
		const struct elf64_run *run = &kernel.run[i];
		uint64_t done = 0, flags = 0;

		if (run->flags & ELF64_W)
			flags |= PTE_WRITE;
		if (!(run->flags & ELF64_X))
			flags |= PTE_NX;
		while (done < run->size) {
			const struct elf64_chunk *c =
				&kernel.pieces.chunk[piece++];

			CHECK(piece <= kernel.pieces.count);
			CHECK(c->vaddr == run->vaddr + done);
			check_piece(c, kernel.space.slide, flags);
			done += c->size;
		}
		CHECK(done == run->size);
	}
	CHECK(piece == kernel.pieces.count);
}

static void check_boot(void)
{
	uint64_t page;

	CHECK(memmap_check(&boot.memory.map));
	CHECK(elf_check_plan(&kernel.plan, boot.files.file[0].size));
	check_kernel();
	for (size_t i = 0; i < boot.window.count; i++)
		check_piece(&boot.window.chunk[i], 0, PTE_WRITE | PTE_NX);
	CHECK(leaf(0, &page) == 0);
	CHECK(leaf(boot.stack_base - 1, &page) == 0);
	check_page(RESIDENT_TEXT, RESIDENT_TEXT, 0);
	check_page(RESIDENT_DATA, RESIDENT_DATA, PTE_WRITE | PTE_NX);
	check_page(VGA_TEXT, VGA_TEXT, PTE_WRITE | PTE_NX);
}

uint8_t stage2_host_byte(const struct stage2_host *h, uint64_t vaddr)
{
	uint64_t room;
	const uint8_t *byte = memory_find(&h->boot->kernel->pieces, vaddr, 1,
					  &room);

	CHECK(byte && room == 1);
	return *byte;
}

bool stage2_host_run(struct stage2_host *h)
{
	volatile bool got_there = false;        /* longjmp() */

	host = h;
	h->boot = &boot;
	open_arena();
	give_back();
	start();
	h->fatal[0] = '\0';
	if (setjmp(ended) == 0) {
		boot_up();
		got_there = true;
	}
	if (got_there)
		check_boot();
	else
		CHECK(h->fatal[0] != '\0');
	return got_there;
}
