// SPDX-License-Identifier: 0BSD
/* random.c - numbers that nobody can foretell. */
#include "io.h"
#include "random.h"
#include "timer.h"

#define ECX_RDRAND      (1u << 30)      /* CPUID leaf 1 */
#define ROUNDS          64
#define SPREAD          0x9e3779b97f4a7c15ull   /* odd, bits all over */

static bool rdrand(uint64_t *bits)
{
	uint32_t eax, ebx, ecx, edx;
	bool good;

	cpu_id(1, &eax, &ebx, &ecx, &edx);
	if (!(ecx & ECX_RDRAND))
		return false;
	/* Where the CPU has none left there is the jitter. */
	__asm__ volatile("rdrand %0" : "=r"(*bits), "=@ccc"(good));
	/* Some have answered all ones, and nothing else, after a sleep. */
	return good && *bits != UINT64_MAX;
}

uint64_t random_bits(const struct cpu_facts *cpu)
{
	struct clock_sample s;
	uint64_t bits = 0;
	int i;

	if (rdrand(&bits))
		return bits;
	/* A port is read at the bus's own pace, not at the CPU's. */
	for (i = 0; i < ROUNDS; i++) {
		timer_sample(cpu, &s);
		bits = (bits ^ s.before ^ s.after << 17 ^
			(uint64_t)s.count << 40) * SPREAD;
		bits ^= bits >> 29;
	}
	return bits;
}
