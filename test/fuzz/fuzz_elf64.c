// SPDX-License-Identifier: 0BSD
/*
 * fuzz_elf64.c - ELF header and program headers: the verdict against one that
 * is made in another way, what every plan keeps, and where vspace puts it.
 *
 * Input: flags, the file's size (8 bytes), ram_end (5 bytes), wishes if there
 * are any, ELF header, program headers.
 */
#include "fuzz.h"

#include "../unit/elf_build.h"
#include "boot_info.h"  /* BOOT_PHYS_* */
#include "vspace.h"

#define FLAG_RIGHT_HEADER       1       /* so that the rest is looked at */
#define FLAG_PHDRS_FOLLOW       2       /* as many as the input has */
#define FLAG_PHYS               4       /* wishes: physical memory there */
#define FLAG_KASLR              8

#define MAX_PHDRS_BYTES         (ELF64_MAX_PHDRS * ELF64_PHDR_SIZE)

typedef unsigned __int128 wide;         /* in which nothing wraps */

static const wide END = (wide)1 << 64;

struct view {
	uint64_t file_size;
	uint64_t entry;
	uint64_t phoff;
	unsigned phnum;
	bool pie;
	const uint8_t *phdrs;
};

struct phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

static uint64_t get(const uint8_t *from, size_t at, unsigned width)
{
	uint64_t value = 0;

	memcpy(&value, from + at, width);
	return value;
}

static struct phdr get_phdr(const struct view *v, unsigned i)
{
	const uint8_t *p = v->phdrs + i * ELF64_PHDR_SIZE;

	return (struct phdr){
		.type = (uint32_t)get(p, 0, 4),
		.flags = (uint32_t)get(p, 4, 4),
		.offset = get(p, 8, 8),
		.vaddr = get(p, 16, 8),
		.filesz = get(p, 32, 8),
		.memsz = get(p, 40, 8),
		.align = get(p, 48, 8),
	};
}

/* ---- the verdict, by the table of docs/boot-protocol.md ---------------- */

static bool header_is_right(const uint8_t *h, uint64_t file_size)
{
	uint64_t phoff = get(h, EH_PHOFF, 8);
	uint64_t phnum = get(h, EH_PHNUM, 2);

	return file_size >= 64 && memcmp(h, "\177ELF\2\1\1", 7) == 0 &&
	       get(h, EH_VERSION, 4) == 1 && get(h, EH_MACHINE, 2) == 62 &&
	       get(h, EH_EHSIZE, 2) == 64 && get(h, EH_PHENTSIZE, 2) == 56 &&
	       (get(h, EH_TYPE, 2) == 2 || get(h, EH_TYPE, 2) == 3) &&
	       phnum >= 1 && phnum <= ELF64_MAX_PHDRS && phoff >= 64 &&
	       phoff % 8 == 0 && (wide)phoff + phnum * 56 <= file_size;
}

static bool power_of_two(uint64_t n)
{
	return __builtin_popcountll(n) <= 1;
}

static bool touches(wide base, wide end, wide low, wide high)
{
	return base < high && low < end;
}

/* Some header or note has the byte at a file offset. */
static bool is_bookkeeping(const struct view *v, wide at)
{
	if (at < 64 || (at >= v->phoff && at < (wide)v->phoff +
			v->phnum * 56))
		return true;
	for (unsigned i = 0; i < v->phnum; i++) {
		struct phdr p = get_phdr(v, i);

		if ((p.type == T_NOTE || p.type == T_PROPERTY) &&
		    at >= p.offset && at < (wide)p.offset + p.filesz)
			return true;
	}
	return false;
}

/*
 * All bytes are if the first is and those where a header or note ends: only
 * there can it stop.
 */
static bool all_bookkeeping(const struct view *v, const struct phdr *s)
{
	wide end = (wide)s->offset + s->filesz;
	wide stop[2 + ELF64_MAX_PHDRS] = { 64, (wide)v->phoff +
					   v->phnum * 56 };

	for (unsigned i = 0; i < v->phnum; i++) {
		struct phdr p = get_phdr(v, i);

		stop[2 + i] = (wide)p.offset + p.filesz;
	}
	if (!is_bookkeeping(v, s->offset))
		return false;
	for (unsigned i = 0; i < 2 + v->phnum; i++)
		if (stop[i] > s->offset && stop[i] < end &&
		    !is_bookkeeping(v, stop[i]))
			return false;
	return true;
}

static bool segment_is_right(const struct view *v, const struct phdr *p)
{
	const wide hole = (wide)1 << 47, hole_end = END - hole;
	wide end = (wide)p->vaddr + p->memsz;

	if (p->filesz > p->memsz || end > END || (p->flags & 7) == 0 ||
	    touches(p->vaddr, end, hole, hole_end) ||
	    (p->vaddr < hole && end > hole))
		return false;
	if (p->filesz == 0)
		return true;
	return (wide)p->offset + p->filesz <= v->file_size &&
	       power_of_two(p->align) &&
	       (p->align == 0 ||
		p->vaddr % p->align == p->offset % p->align);
}

/* In the loader's place, which only headers and notes may be. */
static bool is_reserved(const struct phdr *p)
{
	wide end = (wide)p->vaddr + p->memsz;

	return touches(p->vaddr, end, 0, 0x20000) ||
	       touches(p->vaddr, end, 0xa0000, 0xc0000);
}

static bool is_dropped(const struct view *v, const struct phdr *p)
{
	return !v->pie && is_reserved(p) && p->filesz == p->memsz &&
	       (p->flags & 3) == 0 && all_bookkeeping(v, p);
}

/* The file bytes of one loaded segment hold [vaddr, vaddr + size). */
static bool loaded(const struct view *v, uint64_t vaddr, uint64_t size,
		   uint32_t rights)
{
	for (unsigned i = 0; i < v->phnum; i++) {
		struct phdr p = get_phdr(v, i);

		if (p.type == T_LOAD && p.memsz > 0 && !is_dropped(v, &p) &&
		    (p.flags & rights) == rights && vaddr >= p.vaddr &&
		    (wide)vaddr + size <= (wide)p.vaddr + p.filesz)
			return true;
	}
	return false;
}

static bool is_disjoint(const struct view *v, unsigned i)
{
	struct phdr p = get_phdr(v, i);

	for (unsigned k = 0; k < i; k++) {
		struct phdr q = get_phdr(v, k);

		if (q.type == T_LOAD && q.memsz > 0 && !is_dropped(v, &q) &&
		    touches(p.vaddr, (wide)p.vaddr + p.memsz, q.vaddr,
			    (wide)q.vaddr + q.memsz))
			return false;
	}
	return true;
}

/* What all segments that are loaded make together. */
struct sum {
	wide bytes;
	uint64_t lowest;
	wide highest;
	uint64_t align;
	uint32_t rights;
	unsigned count, dynamics, tlses;
};

static bool add_phdr(const struct view *v, unsigned i, struct sum *sum)
{
	struct phdr p = get_phdr(v, i);

	if (p.memsz == 0)
		return true;
	if (p.type == T_DYNAMIC)
		return sum->dynamics++ == 0 && loaded(v, p.vaddr, p.memsz, 0);
	if (p.type == T_TLS)
		return sum->tlses++ == 0 && power_of_two(p.align) &&
		       p.filesz <= p.memsz &&
		       (p.filesz == 0 || loaded(v, p.vaddr, p.filesz, 0));
	if (p.type != T_LOAD)
		return true;
	if (!segment_is_right(v, &p))
		return false;
	if (!v->pie && is_reserved(&p))
		return is_dropped(v, &p);
	if (!is_disjoint(v, i))
		return false;
	if (sum->count++ == 0 || p.vaddr < sum->lowest)
		sum->lowest = p.vaddr;
	if ((wide)p.vaddr + p.memsz > sum->highest)
		sum->highest = (wide)p.vaddr + p.memsz;
	if (power_of_two(p.align) && p.align > sum->align)
		sum->align = p.align;
	sum->bytes += p.memsz;
	sum->rights |= p.flags;
	return true;
}

/* It can be moved to the last 2 GiB, alignment kept. */
static bool pie_fits(const struct sum *sum)
{
	uint64_t base = sum->lowest & ~0xfffull;
	wide end = (sum->highest + 0xfff) & ~(wide)0xfff;

	return base >= 0x100000 ||
	       (sum->align <= P31 && end - (base & ~(sum->align - 1)) <= P31);
}

static bool is_right(const struct view *v)
{
	struct sum sum = { .align = 4096 };

	for (unsigned i = 0; i < v->phnum; i++)
		if (!add_phdr(v, i, &sum))
			return false;
	return sum.count > 0 && sum.bytes <= (wide)64 << 30 &&
	       (sum.rights & ELF64_X) && loaded(v, v->entry, 1, ELF64_X) &&
	       (!v->pie || (sum.dynamics > 0 && pie_fits(&sum)));
}

/* ---- what has to hold of an answer -------------------------------------- */

static void check_refusal(int err, const struct elf64_fault *fault,
			  unsigned phnum)
{
	char text[ELF64_MAX_SENTENCE + 2];
	int size;

	CHECK(err < 0 && err > ELF64_ERR_BASE && err < ELF64_ERR_END);
	CHECK(fault->segment >= -1 && fault->segment < (int)phnum);
	CHECK(elf64_name(err)[0] != '\0');
	size = snprintf(text, sizeof(text), elf64_strerror(err),
			(unsigned long long)fault->value[0],
			(unsigned long long)fault->value[1],
			(unsigned long long)fault->value[2],
			(unsigned long long)fault->value[3]);
	CHECK(size > 0 && size <= ELF64_MAX_SENTENCE);
}

#define SLOT    (1ull << 39)

static bool has_slots(const struct elf64_plan *plan, uint64_t slide,
		      wide base, wide end)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t vaddr = s->vaddr + slide;
		uint64_t last = vaddr + (s->memsz - 1);

		if (touches(vaddr / SLOT, last / SLOT + 1, base / SLOT,
			    (end + SLOT - 1) / SLOT))
			return true;
	}
	return false;
}

static void check_slide(const struct elf64_plan *plan, bool kaslr,
			uint64_t slide)
{
	uint64_t base = plan->base + slide;

	CHECK(slide % plan->align == 0);
	CHECK(!plan->pie || base >= 0x100000);
	if (kaslr)
		CHECK(plan->pie && base >= VSPACE_PIE_HIGH &&
		      (wide)base + plan->span <= END);
	else
		CHECK(slide == 0 || (plan->pie && plan->base < 0x100000));
}

/* As wished, or somewhere in the top half; clear of the kernel anyway. */
static void check_phys(const struct elf64_plan *plan, uint64_t ram_end,
		       uint64_t wish, const struct vspace *v)
{
	wide phys = v->phys_offset, end = phys + (ram_end ? ram_end : 1);

	if (wish == BOOT_PHYS_NONE) {
		CHECK(phys == 0);
		return;
	}
	CHECK(wish == 0 || phys == wish);
	CHECK(!touches(phys, end, v->window, (wide)v->window + SLOT));
	for (uint32_t i = 0; i < plan->count; i++) {
		uint64_t vaddr = plan->segment[i].vaddr + v->slide;

		CHECK(!touches(phys, end, vaddr,
			       (wide)vaddr + plan->segment[i].memsz));
	}
	if (wish == 0) {
		CHECK(phys >= HIGH && phys % SLOT == 0 && end <= END - SLOT);
		CHECK(!has_slots(plan, v->slide, phys, end));
	}
}

/* Kernel, physical memory and window in their places, apart. */
static void check_vspace(const struct elf64_plan *plan, uint64_t ram_end,
			 const struct vspace_wishes *wishes)
{
	struct vspace v = { 0 };

	if (vspace_place(plan, ram_end, wishes, &v) != VSPACE_OK) {
		CHECK(v.slide == 0 && v.phys_offset == 0 && v.window == 0);
		return;
	}
	check_slide(plan, wishes->kaslr, v.slide);
	check_phys(plan, ram_end, wishes->phys_offset, &v);
	CHECK(v.window >= HIGH && v.window % SLOT == 0 &&
	      (wide)v.window + SLOT <= END - SLOT);
	CHECK(!has_slots(plan, v.slide, v.window, (wide)v.window + SLOT));
}

/* A segment's first and last bytes are found in it, and none beside it. */
static void check_find(const struct elf64_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct elf64_segment *s = &plan->segment[i];
		uint64_t last = s->vaddr + (s->memsz - 1);

		CHECK(elf64_find(plan, s->vaddr, s->memsz) == s);
		CHECK(elf64_find(plan, last, 1) == s);
		CHECK(elf64_find(plan, last, 2) == NULL);
		CHECK(elf64_find(plan, s->vaddr - 1, 1) != s);
		if (s->filesz > 0)
			CHECK(elf64_find_file(plan, s->vaddr, s->filesz) == s);
		CHECK(elf64_find_file(plan, s->vaddr, s->filesz + 1) == NULL);
	}
}

static void check_notes(struct elf64_plan *plan)
{
	elf64_note_rights(plan);
	for (uint32_t i = 0; i < plan->count; i++)
		if ((plan->segment[i].flags & 3) == 3)
			CHECK(plan->notes & ELF64_NOTE_WX);
}

static void run(const uint8_t *header, const struct view *v, uint64_t ram_end,
		const struct vspace_wishes *wishes, size_t have)
{
	static struct elf64_plan plan;
	struct elf64_fault fault = { .segment = -7 };
	struct elf64_header h;
	struct view seen = *v;
	int err;

	err = elf64_check_header(header, have, v->file_size, &h, &fault);
	CHECK((err == ELF64_OK) ==
	      (have >= ELF64_HEADER_SIZE &&
	       header_is_right(header, v->file_size)));
	if (err != ELF64_OK) {
		check_refusal(err, &fault, 0);
		return;
	}
	seen.entry = h.entry;
	seen.phoff = h.phoff;
	seen.phnum = h.phnum;
	seen.pie = h.pie;
	err = elf64_make_plan(&h, v->phdrs, v->file_size, &plan, &fault);
	CHECK((err == ELF64_OK) == is_right(&seen));
	if (err != ELF64_OK) {
		check_refusal(err, &fault, h.phnum);
		return;
	}
	CHECK(elf_check_plan(&plan, v->file_size));
	check_find(&plan);
	check_notes(&plan);
	check_vspace(&plan, ram_end, wishes);
}

/* As wishes_read() lets them through. */
static void get_wishes(struct fuzz *f, uint8_t flags,
		       struct vspace_wishes *wishes)
{
	uint64_t address;

	*wishes = (struct vspace_wishes){ .kaslr = flags & FLAG_KASLR };
	if (flags & FLAG_KASLR)
		wishes->random = fuzz_u64(f);
	if (!(flags & FLAG_PHYS))
		return;
	address = fuzz_u64(f) << 16;
	wishes->phys_offset = (uint64_t)((int64_t)address >> 16);
	if (wishes->phys_offset != BOOT_PHYS_NONE)
		wishes->phys_offset &= ~(BOOT_PHYS_ALIGN - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t phdrs[MAX_PHDRS_BYTES];
	uint8_t header[ELF64_HEADER_SIZE];
	struct fuzz f = { data, size };
	uint8_t flags = fuzz_u8(&f);
	struct view v = { .file_size = fuzz_u64(&f), .phdrs = phdrs };
	uint64_t ram_end = fuzz_u32(&f);
	struct vspace_wishes wishes;
	size_t have;

	ram_end = (ram_end << 20 | fuzz_u8(&f)) & ((1ull << 52) - 1);
	get_wishes(&f, flags, &wishes);
	have = f.left < ELF64_HEADER_SIZE ? f.left : ELF64_HEADER_SIZE;
	fuzz_bytes(&f, header, sizeof(header));
	if (flags & FLAG_RIGHT_HEADER) {
		uint16_t type = (uint16_t)get(header, EH_TYPE, 2);

		elf_put_header(header, 2 + type % 2, get(header, EH_ENTRY, 8),
			       (uint16_t)get(header, EH_PHNUM, 2));
		have = ELF64_HEADER_SIZE;
	}
	if (flags & FLAG_PHDRS_FOLLOW)
		elf_put(header, EH_PHNUM, 2, f.left / ELF64_PHDR_SIZE);
	fuzz_bytes(&f, phdrs, sizeof(phdrs));
	run(header, &v, ram_end, &wishes, have);
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	uint8_t *file = i == 0 ? elf_exec() : elf_pie();
	size_t size = 14, phdrs = i == 0 ? EXEC_PHDRS : PIE_PHDRS;

	memset(seed, 0, size);
	elf_put(seed, 1, 8, i == 0 ? EXEC_SIZE : PIE_SIZE);
	elf_put(seed, 9, 4, 4096);
	memcpy(seed + size, file, 64 + phdrs * ELF64_PHDR_SIZE);
	free(file);
	return i < 2 ? size + 64 + phdrs * ELF64_PHDR_SIZE : 0;
}
