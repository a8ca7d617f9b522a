// SPDX-License-Identifier: 0BSD
/*
 * elf64_plan.c - what WP takes at its word: the sign of a difference, for any
 * two addresses, by the halves that they are in; and a plan of any bytes.
 */
#include "../../../lib/elf64_plan.c"
#include "eva.h"

#define LOWER   BETWEEN(0, INT64_MAX)
#define UPPER   BETWEEN((uint64_t)INT64_MAX + 1, UINT64_MAX)

void eva_main(void)
{
	static struct elf64_plan plan;

	in_two_halves(LOWER, LOWER);
	in_two_halves(LOWER, UPPER);
	in_two_halves(UPPER, LOWER);
	in_two_halves(UPPER, UPPER);
	ANY(plan);
	clear_plan(&plan);
}
