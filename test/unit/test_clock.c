// SPDX-License-Identifier: 0BSD
/*
 * test_clock.c - the rate of the time stamp counter: a machine with a timer is
 * played, and the rate that comes out has to be its own within the error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "clock.h"

static void test_cpuid(void **state)
{
	struct clock_rate r;

	(void)state;
	r = clock_by_cpuid(&(struct clock_cpuid){ 2, 216, 24000000, 2600 });
	assert_int_equal(r.hz, 2592000000);
	/* A ten-thousandth, as crystals keep it, rounded up. */
	assert_int_equal(r.error, 259201);
	/* No crystal: the base frequency, rounded to a MHz. */
	r = clock_by_cpuid(&(struct clock_cpuid){ 2, 216, 0, 2600 });
	assert_int_equal(r.hz, 2600000000);
	assert_int_equal(r.error, 1260000);
	/* The upper half is reserved. */
	r = clock_by_cpuid(&(struct clock_cpuid){ 0, 0, 0, 0xffff0a28 });
	assert_int_equal(r.hz, 2600000000);
	r = clock_by_cpuid(&(struct clock_cpuid){ 0, 0, 0, 0xffff0000 });
	assert_int_equal(r.hz, 0);
	assert_int_equal(r.error, 0);
	r = clock_by_cpuid(&(struct clock_cpuid){ 0, 0, 0, 1 });
	assert_int_equal(r.hz, 1000000);
	r = clock_by_cpuid(&(struct clock_cpuid){ 1, 1, 24000000, 100 });
	assert_int_equal(r.hz, 24000000);
	r = clock_by_cpuid(&(struct clock_cpuid){ 0, 216, 24000000, 0 });
	assert_int_equal(r.hz, 0);
	r = clock_by_cpuid(&(struct clock_cpuid){ 2, 0, 24000000, 0 });
	assert_int_equal(r.hz, 0);
	r = clock_by_cpuid(&(struct clock_cpuid){ 0 });
	assert_int_equal(r.hz, 0);
	r = clock_by_cpuid(&(struct clock_cpuid){ 1, ~0u, ~0u, ~0u });
	assert_int_equal(r.hz, 0xfffffffe00000001);
}

#define MODE_2  0x34
#define MODE_3  0x36

/*
 * What a machine shows `cycles` of its timer after the start: the BIOS has
 * counted all ticks but the last if `pending`.
 */
static struct clock_sample sample(uint64_t cycles, uint64_t hz, int mode,
				  int pending)
{
	uint32_t phase = cycles % CLOCK_TICK;
	uint64_t tsc = cycles / CLOCK_PIT_HZ * hz +
		cycles % CLOCK_PIT_HZ * hz / CLOCK_PIT_HZ;
	struct clock_sample s = {
		.before = tsc + 1000,
		.after = tsc + 1200,
		.tick = (uint32_t)((cycles / CLOCK_TICK - (unsigned)pending) %
				   CLOCK_DAY_TICKS),
		.status = (uint8_t)mode,
		.pending = (uint8_t)(pending | 0xfe),
	};

	if (mode == MODE_2) {
		s.count = (uint16_t)(CLOCK_TICK - phase);
	} else {
		s.count = (uint16_t)(CLOCK_TICK - phase % 32768 * 2);
		s.status |= phase < 32768 ? 0x80 : 0;
	}
	return s;
}

static const uint64_t rates[] = { 20000000, 1000000000, 2592000000, 6000000000 };

static void test_machines(void **state)
{
	uint64_t r = 0x9e3779b97f4a7c15;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t hz = rates[i % 4];
		int mode = i & 4 ? MODE_2 : MODE_3;
		uint64_t start, length, off;
		int late;
		struct clock_sample a, b;
		struct clock_rate rate;

		r ^= r << 13;
		r ^= r >> 7;
		r ^= r << 17;
		start = 0x100000 + r % (CLOCK_DAY_TICKS * 65536ull);
		length = (r >> 20) % (1ull << (8 + i % 20));
		/* A tick that has been counted stays counted. */
		late = i >> 4 & 1;
		a = sample(start, hz, mode, late);
		if (start / CLOCK_TICK != (start + length) / CLOCK_TICK)
			late = 1;
		b = sample(start + length, hz, mode, i >> 5 & late);
		rate = clock_by_timer(&a, &b, 0);
		if (rate.hz == 0) {
			assert_true(length < 100 ||
				    length * hz / CLOCK_PIT_HZ < 7000);
			continue;
		}
		off = rate.hz > hz ? rate.hz - hz : hz - rate.hz;
		if (off > rate.error || rate.error > hz / 4)
			fail_msg("run %d: %llu +- %llu for %llu", i,
				 (unsigned long long)rate.hz,
				 (unsigned long long)rate.error,
				 (unsigned long long)hz);
		/* A second tells it to a thousandth. */
		if (length > CLOCK_PIT_HZ)
			assert_true(rate.error < hz / 1000);
	}
}

/* A sample by its numbers, its counter read in no time. */
static struct clock_sample shows(uint64_t counter, uint32_t tick,
				 uint16_t count, uint8_t status)
{
	return (struct clock_sample){ counter, counter, tick, count, status,
				      0 };
}

/*
 * A second of a counter that goes at 1 GHz, which took 200 cycles to read each
 * time: 4 cycles of the timer and 401 of the counter are unsure.
 */
static void test_error_by_hand(void **state)
{
	struct clock_sample a = shows(0, 0, 0, MODE_2);
	struct clock_sample b = shows(1000000000, 18, 65536 - 13534, MODE_2);
	struct clock_rate rate;

	(void)state;
	assert_int_equal(18 * CLOCK_TICK + 13534, CLOCK_PIT_HZ);
	a.after += 200;
	b.after += 200;
	rate = clock_by_timer(&a, &b, 0);
	assert_int_equal(rate.hz, 1000000000);
	assert_int_equal(rate.error, 3352 + 401 + 2);
}

/* The least and the most that tells a rate. */
static void test_limits(void **state)
{
	const struct clock_sample a = shows(0, 0, 0, MODE_2);
	/* Mode 3, 32 cycles before its output goes low. */
	const struct clock_sample high = shows(0, 0, 64, MODE_3 | 0x80);
	const uint64_t most = 1ull << 48;
	struct clock_sample b;

	(void)state;
	/* 4 cycles are unsure: a sixteenth of 64. */
	b = shows(1000000, 0, 65536 - 64, MODE_2);
	assert_true(clock_by_timer(&a, &b, 0).hz != 0);
	b = shows(1000000, 0, 65536 - 63, MODE_2);
	assert_int_equal(clock_by_timer(&a, &b, 0).hz, 0);
	b = shows(1000000, 0, 65536 - 64, MODE_3);      /* 32 of them after */
	assert_true(clock_by_timer(&high, &b, 0).hz != 0);
	b = shows(1000000, 0, 65536 - 62, MODE_3);
	assert_int_equal(clock_by_timer(&high, &b, 0).hz, 0);
	/* A whole day cannot be told from none. */
	b = shows(most / 2, CLOCK_DAY_TICKS - 1, 0, MODE_2);
	assert_true(clock_by_timer(&a, &b, 0).hz != 0);
	b = shows(most / 2, CLOCK_DAY_TICKS, 0, MODE_2);
	assert_int_equal(clock_by_timer(&a, &b, 0).hz, 0);
	/* What the sums have room for. */
	b = shows(most - 1, 20, 0, MODE_2);
	assert_true(clock_by_timer(&a, &b, 0).hz != 0);
	b = shows(most, 20, 0, MODE_2);
	assert_int_equal(clock_by_timer(&a, &b, 0).hz, 0);
}

/* Ticks that the BIOS has missed are in the error. */
static void test_lost(void **state)
{
	struct clock_sample a = sample(0x200000, 1000000000, MODE_2, 0);
	struct clock_sample b = sample(0x200000 + 40 * CLOCK_TICK, 1000000000,
				       MODE_2, 0);
	struct clock_rate rate;

	(void)state;
	b.tick -= 2;
	rate = clock_by_timer(&a, &b, 2);
	assert_true(rate.hz - rate.error <= 1000000000 &&
		    rate.hz + rate.error >= 1000000000);
	assert_int_equal(clock_by_timer(&a, &b, 10).hz, 0);
}

/* However long it took: the error is never too small. */
static void test_held_up(void **state)
{
	struct clock_sample a = sample(0x200000, 1000000000, MODE_2, 0);
	struct clock_sample b = sample(0x200000 + CLOCK_TICK * 0x100000ull,
				       1000000000, MODE_2, 0);
	uint64_t counter = b.before - a.before;
	struct clock_rate rate;

	(void)state;
	b.after = b.before + counter / 17;
	rate = clock_by_timer(&a, &b, 0);
	assert_true(rate.error >= rate.hz / 17 && rate.error < rate.hz / 8);
	b.after = b.before;
	rate = clock_by_timer(&a, &b, 0x100000 / 17);
	assert_true(rate.error >= rate.hz / 18 && rate.error < rate.hz / 8);
}

static void test_nonsense(void **state)
{
	const struct clock_sample a = sample(0x200000, 1000000000, MODE_2, 0);
	const struct clock_sample b = sample(0x300000, 1000000000, MODE_2, 0);
	struct clock_sample x, quick = a;

	(void)state;
	quick.after = quick.before;
	assert_true(clock_by_timer(&a, &b, 0).hz != 0);
	assert_int_equal(clock_by_timer(&a, &a, 0).hz, 0);
	assert_int_equal(clock_by_timer(&b, &a, 0).hz, 0);
	x = b;
	x.before = a.before;            /* no counter */
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	x = b;
	x.before = a.before - 1;        /* it went back */
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	x = b;
	x.after = x.before + (1 << 30); /* held up while it was read */
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	x = b;
	x.status = 0xff;                /* no timer: the bus floats */
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	x.status = 0x30;                /* mode 0 */
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	x = a;
	x.status = 0x30;
	assert_int_equal(clock_by_timer(&x, &b, 0).hz, 0);
	x.status = MODE_2 | 1;          /* in decimal */
	assert_int_equal(clock_by_timer(&x, &b, 0).hz, 0);
	x.status = MODE_2 | 0x40;       /* not begun yet */
	assert_int_equal(clock_by_timer(&x, &b, 0).hz, 0);
	/* The timer stands, and the BIOS counts nothing. */
	x = a;
	x.before += 1000000;
	x.after += 1000000;
	assert_int_equal(clock_by_timer(&a, &x, 0).hz, 0);
	/* It has gone back within a tick. */
	x = shows(1000000, 5, 65536 - 1000, MODE_2);
	assert_int_equal(clock_by_timer(&(struct clock_sample){
		0, 0, 5, 65536 - 2000, MODE_2, 0 }, &x, 0).hz, 0);
	/* Less than one count a second. */
	x = sample(0x200000 + 1000 * CLOCK_TICK, 1000000000, MODE_2, 0);
	x.before = x.after = quick.before + 20;
	assert_int_equal(clock_by_timer(&quick, &x, 0).hz, 0);
	assert_int_equal(clock_by_timer(&quick, &x, 0).error, 0);
	x.before = x.after = quick.before + 60;         /* one */
	assert_int_equal(clock_by_timer(&quick, &x, 0).hz, 1);
	assert_true(clock_by_timer(&quick, &x, 0).error > 0);
	/* A counter that hardly moves: its steps are no eighth. */
	x = b;
	x.before = x.after = a.before + 15;
	assert_int_equal(clock_by_timer(&(struct clock_sample){
		a.before, a.before, a.tick, a.count, a.status, 0 }, &x,
		0).hz, 0);
	/* All there is, at once. */
	x = (struct clock_sample){ ~0ull, ~0ull, ~0u, 0xffff, 0x34, 0xff };
	clock_by_timer(&a, &x, ~0u);
	clock_by_timer(&x, &a, ~0u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpuid),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_error_by_hand),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_held_up),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
