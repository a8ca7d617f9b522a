// SPDX-License-Identifier: 0BSD
// check_entry.c - the processor's state at the first instruction, and the
// descriptor tables that the loader leaves behind.

#include "check.h"
#include "cpu.h"
#include "layout.h"     /* CR0_*, CR4_*, EFER_*, SEL_*, RESIDENT_*, TSS_* */

#define CPUID_FEATURES          1
#define EDX_TSC                 (1u << 4)
#define CPUID_EXTENDED_MAX      0x80000000u
#define CPUID_EXTENDED          0x80000001u
#define EDX_SYSCALL             (1u << 11)
#define EDX_NX                  (1u << 20)
#define EDX_1G                  (1u << 26)

#define RFLAGS_AT_ENTRY         2u      /* the bit that is always set */
#define FCW_DEFAULT             0x037fu
#define STACK_LEAST             0x10000u

#define PIC_MASTER_MASK         0x21
#define PIC_SLAVE_MASK          0xa1

/* Descriptors (Intel SDM vol. 3, 3.4.5, 3.5 and 7.2.3). */
#define DESC_PRESENT            (1ull << 47)
#define DESC_DPL                (3ull << 45)
#define DESC_SEGMENT            (1ull << 44)    /* not a system one */
#define DESC_CODE               (1ull << 43)
#define DESC_WRITABLE           (1ull << 41)    /* of a data segment */
#define DESC_LONG               (1ull << 53)
#define DESC_DEFAULT_32         (1ull << 54)
#define DESC_TYPE(d)            (((d) >> 40) & 0xf)
#define TYPE_TSS_BUSY           11u
#define TYPE_INTERRUPT_GATE     14u
#define GATES                   256

#define TSS_IST_COUNT           7

static uint32_t extended_features(void)
{
	if (cpuid(CPUID_EXTENDED_MAX).eax < CPUID_EXTENDED)
		return 0;
	return cpuid(CPUID_EXTENDED).edx;
}

bool cpu_has_nx(void)
{
	return extended_features() & EDX_NX;
}

bool cpu_has_tsc(void)
{
	return cpuid(CPUID_FEATURES).edx & EDX_TSC;
}

uint64_t cpu_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

bool cpu_has_1g(void)
{
	return extended_features() & EDX_1G;
}

bool cpu_has_syscall(void)
{
	return extended_features() & EDX_SYSCALL;
}

static void check_control(void)
{
	const struct entry_state *s = &entry_state;
	uint64_t efer = EFER_LME | EFER_LMA;

	if (cpu_has_nx())
		efer |= EFER_NXE;
	if (cpu_has_syscall())
		efer |= EFER_SCE;
	check_equal("CR0", s->cr0,
		    CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
	check_equal("CR4", s->cr4, CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT);
	check_equal("EFER", s->efer, efer);
	check_equal("PAT", s->pat, (uint64_t)PAT_HIGH << 32 | PAT_LOW);
	check_equal("MXCSR", s->mxcsr, MXCSR_DEFAULT);
	check_equal("x87 control word", s->fcw, FCW_DEFAULT);
	check_equal("RFLAGS", s->rflags, RFLAGS_AT_ENTRY);
}

/* An instruction of SSE2 and one of the x87 do not fault. */
static void check_float_units(void)
{
	uint64_t got;

	__asm__ volatile("movq %1, %%xmm0\n\t"
			 "paddq %%xmm0, %%xmm0\n\t"
			 "movq %%xmm0, %0\n\t"
			 "fld1\n\t"
			 "fstp %%st(0)"
			 : "=r"(got) : "r"(21ull));
	check_equal("SSE2 addition", got, 42);
}

void check_entry(const struct boot_info *info)
{
	const struct entry_state *s = &entry_state;

	check_equal("RDI", s->rdi, (uintptr_t)info);
	check_equal("RSP mod 16", s->rsp % 16, 8);
	check_equal("return address", s->return_address, 0);
	check_equal("RBP", s->rbp, 0);
	check_equal("CS", s->cs, SEL_CODE64);
	check_equal("SS", s->ss, SEL_DATA);
	check_equal("DS", s->ds, SEL_DATA);
	check_equal("ES", s->es, SEL_DATA);
	check_control();
	check_float_units();

	check("RSP lies in the stack",
	      s->rsp >= info->stack_base && s->rsp < info->stack_top, s->rsp);
	check_at_least("stack size", info->stack_top - info->stack_base,
		       STACK_LEAST);
	check("the stack is all there", info->stack_top - s->rsp <= 64,
	      info->stack_top - s->rsp);

	check_equal("PIC master mask", inb(PIC_MASTER_MASK), 0xff);
	check_equal("PIC slave mask", inb(PIC_SLAVE_MASK), 0xff);
	/* Whether NMIs are on cannot be read back from port 70h. */
}

static bool in_resident_data(uint64_t base, uint64_t size)
{
	return base >= RESIDENT_DATA && base < RESIDENT_END &&
	       size <= RESIDENT_END - base;
}

static void check_segments(const uint64_t *gdt)
{
	uint64_t code = gdt[SEL_CODE64 / 8];
	uint64_t data = gdt[SEL_DATA / 8];

	check_equal("GDT: null descriptor", gdt[0], 0);
	check_equal("GDT: code segment",
		    code & (DESC_PRESENT | DESC_DPL | DESC_SEGMENT | DESC_CODE |
			    DESC_LONG | DESC_DEFAULT_32),
		    DESC_PRESENT | DESC_SEGMENT | DESC_CODE | DESC_LONG);
	check_equal("GDT: data segment",
		    data & (DESC_PRESENT | DESC_DPL | DESC_SEGMENT | DESC_CODE |
			    DESC_WRITABLE),
		    DESC_PRESENT | DESC_SEGMENT | DESC_WRITABLE);
}

static uint64_t load64(uint64_t address)
{
	const uint32_t *half = (const uint32_t *)address;

	return half[0] | (uint64_t)half[1] << 32;
}

static void check_tss(const uint64_t *gdt)
{
	uint64_t low = gdt[entry_state.tr / 8];
	uint64_t base = (low >> 16 & 0xffffff) | (low >> 56) << 24 |
			gdt[entry_state.tr / 8 + 1] << 32;

	check_equal("TSS: type", DESC_TYPE(low), TYPE_TSS_BUSY);
	check("TSS: present", low & DESC_PRESENT, low);
	check_at_least("TSS: limit", low & 0xffff, TSS_SIZE - 1);
	check("TSS: place", in_resident_data(base, TSS_SIZE), base);
	if (!in_resident_data(base, TSS_SIZE))
		return;
	for (unsigned int i = 0; i < TSS_IST_COUNT; i++) {
		uint64_t stack = load64(base + TSS_IST1 + 8 * i);

		check("TSS: fault stack", stack == 0 ||
		      (stack > RESIDENT_DATA && stack <= RESIDENT_END), stack);
	}
}

/* A gate is 16 bytes: selector, IST and address are spread over them. */
static void check_gate(const uint64_t *gate)
{
	uint64_t address = (gate[0] & 0xffff) | (gate[0] >> 48) << 16 |
			   gate[1] << 32;
	unsigned int ist = gate[0] >> 32 & 7;

	check("IDT: gate present", gate[0] & DESC_PRESENT, gate[0]);
	check_equal("IDT: gate type", DESC_TYPE(gate[0]), TYPE_INTERRUPT_GATE);
	check_equal("IDT: gate selector", gate[0] >> 16 & 0xffff, SEL_CODE64);
	check("IDT: handler in the resident code",
	      address >= RESIDENT_TEXT && address < RESIDENT_DATA, address);
	check("IDT: gate has a fault stack", ist != 0, ist);
}

void check_tables(const struct boot_info *info)
{
	const struct table_register *gdtr = &entry_state.gdtr;
	const struct table_register *idtr = &entry_state.idtr;
	uint16_t tr = entry_state.tr;

	(void)info;
	check_at_least("GDT: limit", gdtr->limit, SEL_DATA + 7);
	check("GDT: place", in_resident_data(gdtr->base, gdtr->limit + 1ull),
	      gdtr->base);
	check_equal("IDT: limit", idtr->limit, GATES * 16 - 1);
	check("IDT: place", in_resident_data(idtr->base, GATES * 16),
	      idtr->base);
	check("TR", tr != 0 && tr + 15 <= gdtr->limit, tr);
	if (!in_resident_data(gdtr->base, gdtr->limit + 1ull) ||
	    !in_resident_data(idtr->base, GATES * 16) ||
	    tr == 0 || tr + 15 > gdtr->limit)
		return;

	check_segments((const uint64_t *)gdtr->base);
	check_tss((const uint64_t *)gdtr->base);
	for (unsigned int i = 0; i < GATES; i++)
		check_gate((const uint64_t *)idtr->base + 2 * i);
}
