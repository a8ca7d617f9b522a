// SPDX-License-Identifier: 0BSD
// hello.c - a kernel as somebody writes it who has never heard of Stagecoach.
// The build links it in several ways: with what toolchains do by default.

void _start(void);

void _start(void)
{
	static const char text[] = "Hello World!";
	volatile char *screen = (volatile char *)0xb8000;

	for (int i = 0; text[i] != '\0'; i++) {
		screen[2 * i] = text[i];
		screen[2 * i + 1] = 0x0b;
	}
	for (;;)
		__asm__ volatile("hlt");
}
