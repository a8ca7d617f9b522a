// SPDX-License-Identifier: 0BSD
// screen.c - rows of characters, and where the next one goes.

#include "screen.h"

#define TITLE_ROWS      1       /* these do not scroll */
#define TAB             8
#define BLANK           (LIGHT_GREY << 8 | ' ')

static void mark(struct screen *s, unsigned int left, unsigned int right,
		 unsigned int top, unsigned int bottom)
{
	struct area *a = &s->changed;

	if (a->right == 0) {
		*a = (struct area){ left, right, top, bottom };
		return;
	}
	a->left = left < a->left ? left : a->left;
	a->right = right > a->right ? right : a->right;
	a->top = top < a->top ? top : a->top;
	a->bottom = bottom > a->bottom ? bottom : a->bottom;
}

/* Not in the colour of the text that ends: a new row is the next one's. */
static void clear_row(struct screen *s, unsigned int row)
{
	for (unsigned int i = 0; i < s->columns; i++)
		s->cells[row * s->columns + i] = BLANK;
	mark(s, 0, s->columns, row, row + 1);
}

static void scroll(struct screen *s)
{
	for (unsigned int i = TITLE_ROWS * s->columns;
	     i < (s->rows - 1) * s->columns; i++)
		s->cells[i] = s->cells[i + s->columns];
	clear_row(s, s->rows - 1);
	mark(s, 0, s->columns, TITLE_ROWS, s->rows);
}

static void new_row(struct screen *s)
{
	s->column = 0;
	if (s->row < s->rows - 1)
		s->row++;
	else
		scroll(s);
}

static void put_glyph(struct screen *s, uint8_t glyph)
{
	if (s->column == s->columns)
		new_row(s);
	s->cells[s->row * s->columns + s->column] =
		(uint16_t)(s->attribute << 8 | glyph);
	mark(s, s->column, s->column + 1, s->row, s->row + 1);
	s->column++;
}

static void put_tab(struct screen *s)
{
	do
		put_glyph(s, ' ');
	while (s->column % TAB != 0);
}

void screen_put(struct screen *s, char c)
{
	int glyph = cp437_take(&s->text, (uint8_t)c);

	if (glyph < 0)
		return;
	if (glyph == c && c == '\n')
		new_row(s);
	else if (glyph == c && c == '\r')
		s->column = 0;
	else if (glyph == c && c == '\b')
		s->column -= s->column > 0;
	else if (glyph == c && c == '\t')
		put_tab(s);
	else
		put_glyph(s, (uint8_t)glyph);
}

void screen_color(struct screen *s, enum color foreground,
		  enum color background)
{
	/* On a text screen a background's top bit makes characters blink. */
	s->attribute = (uint8_t)((background & 7) << 4 | foreground);
}

void screen_init(struct screen *s, volatile uint16_t *cells,
		 unsigned int columns, unsigned int rows)
{
	*s = (struct screen){
		.cells = cells, .columns = columns, .rows = rows,
	};
	screen_color(s, LIGHT_GREY, BLACK);
	for (unsigned int r = 0; r < rows; r++)
		clear_row(s, r);
}
