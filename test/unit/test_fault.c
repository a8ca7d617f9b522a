// SPDX-License-Identifier: 0BSD
/* test_fault.c - what an exception means, in words: a row for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define COUNT(a)        (sizeof(a) / sizeof(*(a)))
#define KERNEL          0xffffffff80000000ull
#define OFFSET          0xffff800000000000ull
#define WINDOW          0xffffff0000000000ull
#define GIB             0x40000000ull
#define RAM_END         (5 * GIB)

#define R               (PTE_PRESENT | PTE_NX)
#define RX              PTE_PRESENT
#define RW              (PTE_PRESENT | PTE_WRITE | PTE_NX)

static const struct boot_info kernel = {
	.phys_offset = OFFSET,
	.kernel_base = KERNEL,
	.kernel_size = 0x10000,
	.stack_base = WINDOW + 0x8000,
	.stack_top = WINDOW + 0x18000,
};

static const struct row {
	struct fault fault;
	const char *text;
} rows[] = {
	/* page faults: code, address, rights */
	{ { 14, 0x2, 0x0, 0, 0 }, "write to 0x0: page 0, a NULL pointer" },
	{ { 14, 0x0, 0xfff, 0, 0 },
	  "read from 0xfff: page 0, a NULL pointer" },
	{ { 14, 0x10, 0x0, 0, 0 },
	  "execution of 0x0: page 0, a NULL pointer" },
	{ { 14, 0x6, 0x1000, 0, 0 }, "user mode: write to 0x1000: not mapped; "
	  "physical memory is, from 0xffff800000000000 on" },
	{ { 14, 0x0, RAM_END - 1, 0, 0 }, "read from 0x13fffffff: not mapped; "
	  "physical memory is, from 0xffff800000000000 on" },
	{ { 14, 0x0, RAM_END, 0, 0 },
	  "read from 0x140000000: not mapped: 0x140000000 is above RAM" },
	{ { 14, 0x2, OFFSET + 0xfee00000, 0, 0 },
	  "write to 0xffff8000fee00000: not mapped: 0xfee00000 is not RAM" },
	{ { 14, 0x2, OFFSET + RAM_END, 0, 0 },
	  "write to 0xffff800140000000: not mapped: 0x140000000 is above RAM" },
	{ { 14, 0x2, OFFSET + PML4_SLOT, 0, 0 },
	  "write to 0xffff808000000000: not mapped" },
	{ { 14, 0x2, OFFSET - 1, 0, 0 },
	  "write to 0xffff7fffffffffff: not mapped" },
	{ { 14, 0x2, WINDOW + 0x7fff, 0, 0 }, "write to 0xffffff0000007fff: "
	  "the guard page below the stack: an overflow" },
	{ { 14, 0x2, WINDOW + 0x7000, 0, 0 }, "write to 0xffffff0000007000: "
	  "the guard page below the stack: an overflow" },
	{ { 14, 0x2, WINDOW + 0x6fff, 0, 0 }, "write to 0xffffff0000006fff: "
	  "not mapped, between stack, boot_info and modules" },
	{ { 14, 0x0, WINDOW + 0x18000, 0, 0 }, "read from 0xffffff0000018000: "
	  "not mapped, between stack, boot_info and modules" },
	{ { 14, 0x0, WINDOW + PML4_SLOT + 0x8000, 0, 0 },
	  "read from 0xffffff8000008000: not mapped" },
	{ { 14, 0x0, 0x7fffffffffff, 0, 0 }, "read from 0x7fffffffffff: "
	  "not mapped: 0x7fffffffffff is above RAM" },
	{ { 14, 0x0, 0x800000000000, 0, 0 },
	  "read from 0x800000000000: not mapped" },
	{ { 14, 0x0, KERNEL + 0xffff, 0, 0 }, "read from 0xffffffff8000ffff: "
	  "not mapped, between the kernel's segments" },
	{ { 14, 0x0, KERNEL + 0x10000, 0, 0 },
	  "read from 0xffffffff80010000: not mapped" },
	{ { 14, 0x0, KERNEL - 1, 0, 0 },
	  "read from 0xffffffff7fffffff: not mapped" },
	{ { 14, 0x2, OFFSET + 0x5000, RW, 0 }, "write to 0xffff800000005000: "
	  "not mapped; the loader's tables have it" },
	{ { 14, 0xb, 0xa0000, RW, 0 },
	  "write to 0xa0000: a page table entry has a reserved bit set" },
	{ { 14, 0x3, KERNEL, RX, 0 }, "write to 0xffffffff80000000: "
	  "the kernel's code (.text), mapped R-X" },
	{ { 14, 0x3, KERNEL, R, 0 }, "write to 0xffffffff80000000: "
	  "the kernel's constants (.rodata), mapped R--" },
	{ { 14, 0x11, KERNEL, RW, 0 }, "execution of 0xffffffff80000000: "
	  "the kernel's data, mapped RW-" },
	{ { 14, 0x3, KERNEL, 0, 0 },
	  "write to 0xffffffff80000000: the kernel" },
	{ { 14, 0x11, WINDOW + 0x8000, RW, 0 }, "execution of "
	  "0xffffff0000008000: the stack, mapped RW-" },
	{ { 14, 0x11, WINDOW + 0x18000, RW, 0 }, "execution of "
	  "0xffffff0000018000: memory, mapped RW-" },
	{ { 14, 0x3, 0x14000, RX, 0 }, "write to 0x14000: "
	  "the loader's resident part, mapped R-X" },
	{ { 14, 0x11, 0x1ffff, RW, 0 }, "execution of 0x1ffff: "
	  "the loader's resident part, mapped RW-" },
	{ { 14, 0x11, 0x20000, RW, 0 },
	  "execution of 0x20000: memory, mapped RW-" },
	{ { 14, 0x11, 0xb8000, RW, 0 },
	  "execution of 0xb8000: memory, mapped RW-" },

	/* selectors */
	{ { 13, 0x1238, 0, 0, 0 }, "selector 0x1238 of the GDT" },
	{ { 11, 0x14, 0, 0, 0 }, "selector 0x10 of the LDT" },
	{ { 10, 0x30, 0, 0, 0 }, "selector 0x30 of the GDT" },
	{ { 13, 0x402, 0, 0, 0 }, "gate 128 of the IDT" },
	{ { 13, 0x103, 0, 0, 0 },
	  "gate 32 of the IDT, while an interrupt was delivered" },
	{ { 12, 0x11, 0, 0, 0 },
	  "selector 0x10 of the GDT, while an interrupt was delivered" },

	/* hints */
	{ { 13, 0, 0, 0, 0 },
	  "an address that is not canonical, or what the CPU forbids" },
	{ { 12, 0, 0, 0, 0 }, "an address in the stack that is not canonical" },
	{ { 8, 0, 0, 0, 0 }, "an exception that could not be delivered" },
	{ { 7, 0, 0, 0, 0 }, "x87 or SSE, and CR0 has TS or EM set" },
	{ { 6, 0, 0, 0, 0xc5 }, "AVX: it needs CR4.OSXSAVE and XCR0" },
	{ { 6, 0, 0, 0, 0xc4 }, "AVX: it needs CR4.OSXSAVE and XCR0" },
	{ { 6, 0, 0, 0, 0x62 }, "AVX: it needs CR4.OSXSAVE and XCR0" },
	{ { 6, 0, 0, 0, 0x0f }, "" },
	{ { 0, 0, 0, 0, 0 }, "" },
	{ { 9, 0x1238, 0, 0, 0 }, "" },
	{ { 17, 0x1238, 0, 0, 0 }, "" },
	{ { 255, 0, 0, 0, 0 }, "" },
};

/* The text in a buffer that ASan knows the end of. */
static char *explain(const struct fault *f, size_t size,
		     const struct boot_info *info, uint64_t ram_end)
{
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, 'x', size);
	fault_explain(text, size, f, info, ram_end);
	assert_non_null(memchr(text, '\0', size));
	return text;
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *text = explain(&rows[i].fault, 128, &kernel, RAM_END);

		assert_string_equal(text, rows[i].text);
		free(text);
	}
}

/* Cut wherever it may be, it begins as it would. */
static void test_sizes(void **state)
{
	size_t i, size;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		for (size = 1; size <= strlen(rows[i].text) + 1; size++) {
			char *text = explain(&rows[i].fault, size, &kernel,
					     RAM_END);

			assert_memory_equal(text, rows[i].text, size - 1);
			free(text);
		}
}

/* Nothing is said of what is not known yet. */
static void test_no_kernel(void **state)
{
	static const struct boot_info none;
	static const uint64_t addresses[] = {
		0x1000, 0xa0000, 0x13fffffff, OFFSET, KERNEL, WINDOW,
		0xfffffffffffff000ull, 0xffffffffffffffffull,
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(addresses); i++) {
		struct fault f = { 14, 0, addresses[i], 0, 0 };
		char *text = explain(&f, 128, &none, 0);

		assert_non_null(strstr(text, ": not mapped"));
		assert_string_equal(strstr(text, ": not mapped"),
				    ": not mapped");
		free(text);
	}
}

/* A kernel that asked for no physical memory is told of none. */
static void test_no_phys_offset(void **state)
{
	struct boot_info info = kernel;
	struct fault f = { 14, 0x2, RAM_END, 0, 0 };
	char *text;

	(void)state;
	info.phys_offset = 0;
	text = explain(&f, 128, &info, RAM_END);
	assert_string_equal(text, "write to 0x140000000: not mapped: "
			    "0x140000000 is above RAM");
	free(text);
	f.address = 0x200000;
	text = explain(&f, 128, &info, RAM_END);
	assert_string_equal(text, "write to 0x200000: not mapped");
	free(text);
}

/* More memory than a slot holds: its map goes on behind it. */
static void test_much_memory(void **state)
{
	struct fault f = { 14, 0x0, OFFSET + PML4_SLOT + 0x1000, 0, 0 };
	char *text;

	(void)state;
	text = explain(&f, 128, &kernel, 2 * PML4_SLOT);
	assert_string_equal(text, "read from 0xffff808000001000: not mapped: "
			    "0x8000001000 is not RAM");
	free(text);
	f.address = OFFSET + 2 * PML4_SLOT;
	text = explain(&f, 128, &kernel, 2 * PML4_SLOT);
	assert_string_equal(text, "read from 0xffff810000000000: not mapped");
	free(text);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(fault_name(0), "divide error");
	assert_string_equal(fault_name(2), "NMI");
	assert_string_equal(fault_name(8), "double fault");
	assert_string_equal(fault_name(13), "general protection");
	assert_string_equal(fault_name(14), "page fault");
	assert_string_equal(fault_name(21), "control protection");
	assert_string_equal(fault_name(22), "reserved");
	assert_string_equal(fault_name(31), "reserved");
	assert_string_equal(fault_name(32), "interrupt");
	assert_string_equal(fault_name(255), "interrupt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_kernel),
		cmocka_unit_test(test_no_phys_offset),
		cmocka_unit_test(test_much_memory),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
