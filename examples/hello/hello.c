// SPDX-License-Identifier: 0BSD
/* hello.c - the smallest kernel: twelve cells of VGA text memory. */

__attribute__((noreturn)) void _start(void)
{
	static const char text[] = "Hello World!";
	volatile unsigned short *screen = (volatile unsigned short *)0xb8000;

	for (int i = 0; text[i]; i++)
		screen[i] = 0x0b00 | (unsigned char)text[i];    /* light cyan */
	for (;;)
		__asm__ volatile("hlt");
}
