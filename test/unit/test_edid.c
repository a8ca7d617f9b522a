// SPDX-License-Identifier: 0BSD
/* test_edid.c - a monitor's block: what is read from it, and noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "edid.h"

/* With the preferred timing of 2560 by 1440, blanking around it. */
static void make_block(uint8_t *b)
{
	static const uint8_t header[] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint8_t sum = 0;

	memset(b, 0, EDID_SIZE);
	memcpy(b, header, sizeof(header));
	b[18] = 1;
	b[19] = 4;
	b[54] = 0x5e;                   /* clock */
	b[55] = 0x5e;
	b[56] = 0x00;                   /* 0xa00 = 2560 */
	b[57] = 0xa0;
	b[58] = 0xa5;
	b[59] = 0xa0;                   /* 0x5a0 = 1440 */
	b[60] = 0x29;
	b[61] = 0x53;
	for (int i = 0; i < 127; i++)
		sum = (uint8_t)(sum + b[i]);
	b[127] = (uint8_t)(0 - sum);
}

/* Changes a byte and keeps the sum. */
static void change(uint8_t *b, size_t at, uint8_t value)
{
	b[127] = (uint8_t)(b[127] + b[at] - value);
	b[at] = value;
}

static void expect(const uint8_t *b, int err, unsigned width, unsigned height)
{
	struct edid edid = { 1, 1 };

	assert_int_equal(edid_read(b, &edid), err);
	assert_int_equal(edid.width, width);
	assert_int_equal(edid.height, height);
}

static void test_block(void **state)
{
	uint8_t b[EDID_SIZE];

	(void)state;
	make_block(b);
	expect(b, EDID_OK, 2560, 1440);
	change(b, 18, 2);
	expect(b, EDID_VERSION, 0, 0);
	make_block(b);
	change(b, 0, 1);
	expect(b, EDID_HEADER, 0, 0);
	/* No timing first, as monitors of before 1.3 may have it. */
	make_block(b);
	change(b, 54, 0);
	expect(b, EDID_OK, 2560, 1440);
	change(b, 55, 0);
	change(b, 53, 1);
	change(b, 56, 1);
	expect(b, EDID_OK, 0, 0);
	change(b, 54, 1);
	expect(b, EDID_OK, 2561, 1440);
	/* A timing without pixels tells nothing. */
	make_block(b);
	change(b, 58, 0x05);
	expect(b, EDID_OK, 0, 0);
	make_block(b);
	change(b, 59, 0);
	change(b, 61, 0x0f);
	expect(b, EDID_OK, 0, 0);
	make_block(b);
	change(b, 56, 0xff);
	change(b, 58, 0xf0);
	expect(b, EDID_OK, 4095, 1440);
}

static void test_noise(void **state)
{
	uint8_t b[EDID_SIZE];
	uint64_t r = 0x9e3779b97f4a7c15;

	(void)state;
	for (int bit = 0; bit < EDID_SIZE * 8; bit++) {
		make_block(b);
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		expect(b, bit < 64 ? EDID_HEADER : EDID_SUM, 0, 0);
	}
	for (int fill = 0; fill < 256; fill++) {
		memset(b, fill, sizeof(b));
		expect(b, EDID_HEADER, 0, 0);
	}
	for (int i = 0; i < 1000; i++) {
		for (size_t k = 0; k < sizeof(b); k++) {
			r ^= r << 13;
			r ^= r >> 7;
			r ^= r << 17;
			b[k] = (uint8_t)r;
		}
		expect(b, EDID_HEADER, 0, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
