// SPDX-License-Identifier: 0BSD
/*
 * fuzz_clock.c - the date of the RTC is one that the calendar has; the rate of
 * the time stamp counter is that of the machine that was played, within the
 * error that is told.
 *
 * Input: what to do; registers, or a machine, or samples as they are.
 */
#include "fuzz.h"

#include "clock.h"
#include "rtc.h"

typedef unsigned __int128 wide;

static void check_rtc(struct fuzz *f)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
					30, 31 };
	struct boot_time t;
	struct rtc rtc;

	fuzz_bytes(f, &rtc, sizeof(rtc));
	if (rtc_read(&rtc, &t) != RTC_OK) {
		CHECK((t.year | t.month | t.day | t.hour | t.minute |
		       t.second) == 0);
		return;
	}
	CHECK(t.year >= 1900 && t.year <= 2199);
	CHECK(t.month >= 1 && t.month <= 12);
	CHECK(t.day >= 1 && t.day <= days[t.month - 1]);
	if (t.month == 2 && t.day == 29)
		CHECK(t.year % 4 == 0 &&
		      (t.year % 100 != 0 || t.year == 2000));
	CHECK(t.hour <= 23 && t.minute <= 59 && t.second <= 60);
}

static void check_cpuid(struct fuzz *f)
{
	struct clock_cpuid c;
	struct clock_rate r;
	wide hz;

	fuzz_bytes(f, &c, sizeof(c));
	r = clock_by_cpuid(&c);
	if (c.ratio_below && c.ratio_above && c.crystal_hz) {
		hz = (wide)c.crystal_hz * c.ratio_above / c.ratio_below;
		CHECK(r.hz == hz && r.error >= hz / 10000);
	} else {
		CHECK(r.hz == (c.base_mhz & 0xffff) * 1000000ull);
		CHECK(r.hz == 0 || r.error >= 500000);
	}
}

/* What the timer shows so many cycles after midnight. */
static struct clock_sample play(uint64_t cycles, uint64_t hz, bool mode_3,
				uint32_t ticks_lost, uint64_t took)
{
	uint64_t tsc = (uint64_t)((wide)cycles * hz / CLOCK_PIT_HZ);
	uint32_t phase = cycles % CLOCK_TICK;
	struct clock_sample s = {
		.before = tsc, .after = tsc + took,
		.tick = (uint32_t)((cycles / CLOCK_TICK - ticks_lost) %
				   CLOCK_DAY_TICKS),
		.count = (uint16_t)(CLOCK_TICK - phase), .status = 0x34,
	};

	if (mode_3) {
		s.status = phase < CLOCK_TICK / 2 ? 0xb6 : 0x36;
		s.count = (uint16_t)(CLOCK_TICK -
				     phase % (CLOCK_TICK / 2) * 2);
	}
	return s;
}

static void check_timer(struct fuzz *f)
{
	uint8_t how = fuzz_u8(f);
	uint64_t hz = 1000000 + fuzz_u32(f) * 3ull;
	uint64_t start = fuzz_u32(f), length = fuzz_u32(f);
	uint32_t lost = fuzz_u8(f), may = lost + fuzz_u8(f) % 4;
	uint64_t took = fuzz_u16(f);
	struct clock_sample a, b;
	struct clock_rate r;

	if (how & 2)
		length &= 0xfffff;
	if (lost > (start + length) / CLOCK_TICK - start / CLOCK_TICK)
		lost = 0;               /* there were not so many */
	a = play(start, hz, how & 1, 0, took);
	b = play(start + length, hz, how & 1, lost, took);
	r = clock_by_timer(&a, &b, may);
	if (r.hz == 0)
		return;
	CHECK(r.error > 0 && r.error <= r.hz / 8 + 2);
	CHECK(r.hz - r.error <= hz && hz <= r.hz + r.error);
}

/* Samples that no machine makes: the answer is none, or fits its numbers. */
static void check_samples(struct fuzz *f)
{
	struct clock_sample a, b;
	uint32_t lost = fuzz_u32(f);
	uint64_t counter, unsure;
	struct clock_rate r;

	fuzz_bytes(f, &a, sizeof(a));
	fuzz_bytes(f, &b, sizeof(b));
	a.before &= UINT64_MAX >> lost % 64;
	b.before &= UINT64_MAX >> lost % 64;
	counter = b.before - a.before;
	if (a.count & 1) {              /* as if reading took so long */
		a.after = a.before + a.after % (counter / 8 + 1);
		b.after = b.before;
	}
	unsure = (a.after - a.before) + (b.after - b.before);
	lost >>= a.tick % 32;
	r = clock_by_timer(&a, &b, lost);
	if (r.hz == 0)
		return;
	CHECK(r.error <= r.hz / 8 + 2);
	CHECK((wide)r.error * counter >= (wide)r.hz * unsure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };

	switch (fuzz_u8(&f) % 4) {
	case 0:
		check_rtc(&f);
		break;
	case 1:
		check_cpuid(&f);
		break;
	case 2:
		check_timer(&f);
		break;
	default:
		check_samples(&f);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *seed)
{
	static const uint8_t from[][24] = {
		{ 0, 0x30, 0x59, 0x23, 0x29, 0x02, 0x24, 0x20, 0x02 },
		{ 1, 2, 0, 0, 0, 216, 0, 0, 0, 0, 0x36, 0x6e, 1, 0x28, 10 },
		{ 2, 1, 0, 0, 0, 0x40, 1, 2, 3, 0, 0, 0, 0x40, 0, 3, 2, 9 },
		{ 3 },
	};

	if (i >= FUZZ_COUNT(from))
		return 0;
	memcpy(seed, from[i], sizeof(from[i]));
	return sizeof(from[i]);
}
