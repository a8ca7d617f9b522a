// SPDX-License-Identifier: 0BSD
/* hello.c - as examples/hello, and then ends the run: for bench-runner. */

__attribute__((noreturn)) void _start(void)
{
	static const char text[] = "Hello World!";
	volatile unsigned short *screen = (volatile unsigned short *)0xb8000;

	for (int i = 0; text[i]; i++)
		screen[i] = 0x0b00 | (unsigned char)text[i];
	__asm__ volatile("outb %b0, %w1" : : "a"(0x10), "d"(0xf4));
	for (;;)
		__asm__ volatile("hlt");
}
