// SPDX-License-Identifier: 0BSD
/*
 * kernel.c - ends in the way that one of these names: VERDICT=n, SPIN, HALT,
 * POWER_OFF, RESET, TRIPLE_FAULT, EXCEPTION, RETURN, FLOOD, BINARY, HUGE.
 * With KASLR it wishes for that.
 */
#include <stdint.h>

#include "boot_info.h"

#ifdef KASLR
BOOT_WISHES(.flags = BOOT_WISH_KASLR);
#endif

static void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void send(uint8_t byte)
{
	while ((in(0x3fd) & 0x20) == 0)         /* or it gets lost */
		;
	out(0x3f8, byte);
}

static void print(const char *text)
{
	while (*text != '\0')
		send((uint8_t)*text++);
}

#if defined(VERDICT)
static void end(const struct boot_info *info)
{
	print("cmdline: [");
	print(info->cmdline);
	print("]\n");
	out(0xf4, VERDICT);
}
#elif defined(SPIN)
__attribute__((noinline)) static void spin_for_ever(void)
{
	for (;;)
		__asm__ volatile("");
}

static void end(const struct boot_info *info)
{
	(void)info;
	print("spinning\n");
	spin_for_ever();
}
#elif defined(HALT)
/* The hlt is the function's last instruction: RIP is in the next one. */
void halt_for_ever(void);
__asm__(".text\n"
	".type halt_for_ever, @function\n"
	"halt_for_ever:\n\tcli\n\thlt\n"
	".size halt_for_ever, . - halt_for_ever\n"
	".type next_one, @function\n"
	"next_one:\n\tnop\n\tjmp next_one\n"
	".size next_one, . - next_one\n");

static void end(const struct boot_info *info)
{
	(void)info;
	print("halting\n");
	halt_for_ever();
}
#elif defined(POWER_OFF)
static void end(const struct boot_info *info)
{
	(void)info;
	print("good night\n");
	__asm__ volatile("outw %0, %1" : : "a"((uint16_t)0x2000),
			 "Nd"((uint16_t)0x604));
}
#elif defined(RESET)
static void end(const struct boot_info *info)
{
	(void)info;
	print("again\n");
	out(0x64, 0xfe);
}
#elif defined(TRIPLE_FAULT)
__attribute__((noinline)) static void lose_idt(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };

	__asm__ volatile("lidt %0\n\t"
			 "mov $0x1234567890abcdef, %%rax\n\t"
			 "ud2" : : "m"(nothing) : "rax");
}

static void end(const struct boot_info *info)
{
	(void)info;
	print("about to fault\n");
	lose_idt();
}
#elif defined(EXCEPTION)
__attribute__((noinline)) static void divide(void)
{
	__asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
}

static void end(const struct boot_info *info)
{
	(void)info;
	print("test_divide ... ");
	divide();
}
#elif defined(RETURN)
/* As a _start that returns. */
static void end(const struct boot_info *info)
{
	print("test_return ... ");
	__asm__ volatile("mov %0, %%rsp\n\tret" : :
			 "r"(info->stack_top - 8));
}
#elif defined(FLOOD)
static void end(const struct boot_info *info)
{
	(void)info;
	for (;;)
		print("a line of which there are too many to keep them\n");
}
#elif defined(BINARY)
static void end(const struct boot_info *info)
{
	(void)info;
	for (unsigned i = 0; i < 1024; i++)
		send((uint8_t)(i * 7 + i / 256));
	out(0xf4, 0x10);
}
#elif defined(HUGE)
static volatile char bss[64 << 20];

static void end(const struct boot_info *info)
{
	(void)info;
	bss[0] = 1;
}
#endif

void _start(const struct boot_info *info)
{
	end(info);
	for (;;)
		__asm__ volatile("hlt");
}
