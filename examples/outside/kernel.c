// SPDX-License-Identifier: 0BSD
/* kernel.c - a kernel outside of Stagecoach's tree: says its command line. */

#include <stagecoach/boot_info.h>

_Noreturn void _start(const struct boot_info *info);

#define COM1            0x3f8
#define EXIT            0xf4    /* QEMU's isa-debug-exit: the verdict */
#define EXIT_OK         0x10
#define EXIT_FAILED     0x11

static void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void print(const char *text)
{
	for (; *text != '\0'; text++)
		outb(COM1, (uint8_t)*text);
}

_Noreturn void _start(const struct boot_info *info)
{
	if (info->magic == BOOT_INFO_MAGIC) {
		print("Hello ");
		print(info->cmdline);
		print("!\n");
		outb(EXIT, EXIT_OK);
	}
	outb(EXIT, EXIT_FAILED);
	for (;;)
		__asm__ volatile("cli; hlt");
}
