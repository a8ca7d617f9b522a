// SPDX-License-Identifier: 0BSD
/* kernel.c - a kernel in the higher half: prints where it is. */

#include "../out.h"
#include "boot_info.h"

_Noreturn void _start(const struct boot_info *info);

static const char hello[] = "Hello from the last 2 GiB!\n";     /* .rodata */
static int answer = 41;                                         /* .data */
static volatile char zeros[4096];                               /* .bss */

static void print_segment(const struct boot_segment *s)
{
	out_hex(s->virt);
	out(s->rights & BOOT_READ ? " r" : " -");
	out(s->rights & BOOT_WRITE ? "w" : "-");
	out(s->rights & BOOT_EXECUTE ? "x " : "- ");
	out_number(s->size);
	out(" bytes\n");
}

_Noreturn void _start(const struct boot_info *info)
{
	out_start();
	out(hello);
	answer += 1 + zeros[0];
	out("The answer is ");
	out_number((uint64_t)answer);
	out_char('\n');
	for (uint64_t i = 0; i < info->segment_count; i++)
		print_segment(&info->segments[i]);
	out_end(OUT_EXIT_OK);
}
