// SPDX-License-Identifier: 0BSD
// fault.c - breaks a rule on purpose: the loader's fault reporter is to say
// what happened. Each of these ends the kernel.

#include "check.h"

static bool wanted(const struct boot_info *info, const char *name)
{
	const char *text = option_text(info, "fault");

	while (*name != '\0')
		if (*text++ != *name++)
			return false;
	return *text == ' ' || *text == '\0';
}

static void store(uint64_t address)
{
	*(volatile uint8_t *)address = 0;
}

static void run_off_the_stack(const struct boot_info *info)
{
	__asm__ volatile("mov %0, %%rsp\n\t"
			 "push %%rax" : : "r"(info->stack_base) : "memory");
}

void provoke_fault(const struct boot_info *info)
{
	static uint8_t code[] = { 0xc3 };       /* ret */
	static const uint64_t constant = 1;

	if (wanted(info, "divide"))
		__asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
	if (wanted(info, "breakpoint"))
		__asm__ volatile("int3");
	if (wanted(info, "invalid"))
		__asm__ volatile("ud2");
	if (wanted(info, "protection"))
		store(0x8000000000000000ull);   /* not canonical */
	if (wanted(info, "null"))
		store(0);
	if (wanted(info, "text"))
		store((uintptr_t)_start);
	if (wanted(info, "rodata"))
		store((uintptr_t)&constant);
	if (wanted(info, "execute"))
		__asm__ volatile("call *%0" : : "r"(code));
	if (wanted(info, "stack"))
		run_off_the_stack(info);
	check("fault: is reported", false, 0);
}
