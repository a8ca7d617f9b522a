// SPDX-License-Identifier: 0BSD
// storm.c - computes under a storm of interrupts. What comes out with
// interrupts off is what has to come out with them.

#include "storm.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu.h"
#include "pit.h"
#include "printk.h"

#define HZ              20000
#define HZ_AFTER        100
#define INTERRUPTS      4000
#define ROUNDS_MAX      10000000        /* should the timer be dead */

#define REGISTERS       15              /* all but RSP */
#define LOCALS          12

struct result {
	uint64_t r[REGISTERS];
	uint64_t rflags;
	uint64_t locals;
	uint8_t copied[512];
};

_Static_assert(offsetof(struct result, rflags) == REGISTERS * 8,
	       "compute.asm has it there");

/* compute.asm */
void storm_compute(struct result *result);

/*
 * Calls nothing, so a compiler that knew of a red zone would keep the array
 * there, below the stack pointer, where an interrupt's frame goes.
 */
static __attribute__((noinline)) uint64_t compute_locals(void)
{
	volatile uint64_t local[LOCALS];
	uint64_t sum = 0;

	for (int i = 0; i < LOCALS; i++)
		local[i] = 0x9e3779b97f4a7c15 * (unsigned int)(i + 1);
	for (int round = 0; round < 50; round++)
		for (int i = 0; i < LOCALS; i++)
			local[i] += local[(i + 5) % LOCALS];
	for (int i = 0; i < LOCALS; i++)
		sum = sum * 31 + local[i];
	return sum;
}

static void compute(struct result *result)
{
	static uint8_t text[sizeof(result->copied)];

	for (unsigned int i = 0; i < REGISTERS; i++)
		result->r[i] = 0xd6e8feb86659fd93 * (i + 1);
	storm_compute(result);
	result->locals = compute_locals();
	for (unsigned int i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7);
	memcpy(result->copied, text, sizeof(text));
}

void storm_run(void)
{
	static struct result calm, stormy;
	uint64_t start, rounds = 0, differ = 0;

	cpu_interrupts_off();
	compute(&calm);
	pit_init(HZ);
	cpu_interrupts_on();
	start = pit_ticks();
	while (pit_ticks() - start < INTERRUPTS && rounds < ROUNDS_MAX) {
		memset(&stormy, 0, sizeof(stormy));
		compute(&stormy);
		differ += memcmp(&calm, &stormy, sizeof(calm)) != 0;
		rounds++;
	}
	printk("storm: %llu interrupts in %llu rounds, %llu rounds differ\n",
	       (unsigned long long)(pit_ticks() - start),
	       (unsigned long long)rounds, (unsigned long long)differ);
	pit_init(HZ_AFTER);
}
