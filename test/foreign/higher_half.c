// SPDX-License-Identifier: 0BSD
// higher_half.c - a C kernel with the usual link script of the higher half.

#include <stddef.h>
#include <stdint.h>

void kmain(void);

struct terminal {
	volatile uint16_t *cells;
	size_t at;
	uint8_t color;
};

static struct terminal terminal = {
	.cells = (volatile uint16_t *)0xb8000,
	.color = 0x0b,
};
static size_t written;          /* in .bss */

static void terminal_write(struct terminal *t, const char *text)
{
	for (; *text != '\0'; text++) {
		t->cells[t->at++] = (uint16_t)(t->color << 8 | (uint8_t)*text);
		written++;
	}
}

void kmain(void)
{
	static const char *const words[] = { "Hello ", "World!" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		terminal_write(&terminal, words[i]);
	for (;;)
		__asm__ volatile("cli; hlt");
}
