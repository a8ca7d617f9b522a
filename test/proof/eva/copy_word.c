// SPDX-License-Identifier: 0BSD
/* copy_word.c - decompress.c's words: read from any place, copied to any. */
#include "../../../lib/decompress.c"
#include "eva.h"

#define MOST    64

void eva_main(void)
{
	static uint8_t bytes[MOST];

	ANY(bytes);
	copy_word(bytes + BETWEEN(0, MOST - sizeof(word)),
		  bytes + BETWEEN(0, MOST - sizeof(word)));
	read_word(bytes + BETWEEN(0, MOST - sizeof(word)));
}
