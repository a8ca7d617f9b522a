// SPDX-License-Identifier: 0BSD
// pointers.c - a kernel with addresses in its data: linked position-
// independent, it works only if the loader applies the relocations, and its
// .bss only if that is zero.

void _start(void);

static const char *volatile words[] = { "Hello", " ", "World", "!" };
static int column;
static char spare[100000];

static void put(const char *text)
{
	volatile char *screen = (volatile char *)0xb8000;

	for (; *text != '\0'; text++, column++) {
		screen[2 * column] = *text;
		screen[2 * column + 1] = 0x0b;
	}
}

void _start(void)
{
	for (unsigned int i = 0; i < sizeof(spare); i++)
		if (((volatile char *)spare)[i] != 0)
			column = 40;
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put(words[i]);
	for (;;)
		__asm__ volatile("hlt");
}
