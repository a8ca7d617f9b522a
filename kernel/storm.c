// SPDX-License-Identifier: 0BSD
// storm.c - computes under a storm of interrupts. What comes out with
// interrupts off is what has to come out with them.

#include "storm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu.h"
#include "interrupt.h"
#include "pit.h"
#include "printk.h"

#define HZ              20000
#define HZ_AFTER        100
#define INTERRUPTS      4000
#define ROUNDS_MAX      10000000        /* should the timer be dead */

#define REGISTERS       15              /* all but RSP */
#define LOCALS          12

#define DIRECTION_FLAG  0x400

struct result {
	uint64_t r[REGISTERS];
	uint64_t rflags;
	uint64_t locals;
	uint8_t copied[512];
};

_Static_assert(offsetof(struct result, rflags) == REGISTERS * 8,
	       "compute.asm has it there");

static volatile uint64_t struck;        /* interrupts */
static volatile bool unfit;             /* one found the CPU unfit for C */

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

/* Handles an interrupt: leaves nothing in the registers as it was. */
static void strike(void)
{
	uint64_t rflags;

	__asm__ volatile("pushfq\n\t"
			 "popq %0" : "=r"(rflags) : : "memory");
	if (rflags & DIRECTION_FLAG)
		unfit = true;
	struck++;
	__asm__ volatile("movq $-1, %%rax\n\t"
			 "movq %%rax, %%rbx\n\t"
			 "movq %%rax, %%rcx\n\t"
			 "movq %%rax, %%rdx\n\t"
			 "movq %%rax, %%rsi\n\t"
			 "movq %%rax, %%rdi\n\t"
			 "movq %%rax, %%r8\n\t"
			 "movq %%rax, %%r9\n\t"
			 "movq %%rax, %%r10\n\t"
			 "movq %%rax, %%r11\n\t"
			 "movq %%rax, %%r12\n\t"
			 "movq %%rax, %%r13\n\t"
			 "movq %%rax, %%r14\n\t"
			 "movq %%rax, %%r15\n\t"
			 "addq %%rax, %%rax"
			 : : : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8",
			 "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc");
}

void storm_run(void)
{
	static struct result calm, stormy;
	uint64_t rounds = 0, differ = 0;

	cpu_interrupts_off();
	compute(&calm);
	pit_init(HZ);
	interrupt_handle(PIT_LINE, strike);
	cpu_interrupts_on();
	while (struck < INTERRUPTS && rounds < ROUNDS_MAX) {
		memset(&stormy, 0, sizeof(stormy));
		compute(&stormy);
		differ += memcmp(&calm, &stormy, sizeof(calm)) != 0;
		rounds++;
	}
	cpu_interrupts_off();
	pit_init(HZ_AFTER);
	cpu_interrupts_on();
	printk("storm: %llu interrupts%s in %llu rounds, %llu rounds differ\n",
	       (unsigned long long)struck, unfit ? " with DF set" : "",
	       (unsigned long long)rounds, (unsigned long long)differ);
}
