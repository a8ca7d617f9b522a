// SPDX-License-Identifier: 0BSD
/* test_image_id.c - the image id where chance would never bring a test; tags. */
#include "../../tools/image_id.c"
#include "../../tools/fd_io.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

/* mix() is a permutation with mix(0) = 0: this is where it gives the id. */
#define MIX_INVERSE     0x2d9da3da1906d335ull
#define ID              0x0123456700000000ull

static void test_low_half_is_never_zero(void **state)
{
	struct checksum sum = { .t = MIX_INVERSE };

	(void)state;
	assert_true(mix(sum.t) == ID);
	assert_true(image_id_fold(sum) == (ID | 1));
}

static void test_every_bit_counts(void **state)
{
	const uint64_t id = image_id_fold((struct checksum){ 5, 6 });

	(void)state;
	for (int bit = 0; bit < 64; bit++) {
		struct checksum a = { 5 ^ 1ull << bit, 6 };
		struct checksum t = { 5, 6 ^ 1ull << bit };

		/* In the half that is the disk's signature, too. */
		assert_true((uint32_t)image_id_fold(a) != (uint32_t)id);
		assert_true((uint32_t)image_id_fold(t) != (uint32_t)id);
	}
}

/* Each byte of a table counts for its tag, but for the tag and the sum. */
static void test_tag(void **state)
{
	struct image_table table = { .first_block = 15 };
	uint8_t *byte = (uint8_t *)&table;
	struct checksum plain = checksum_start(), sum;

	(void)state;
	image_tag_add(&plain, &table);
	for (size_t i = 0; i < sizeof(table); i++) {
		bool counts = i < offsetof(struct image_table, tag);

		sum = checksum_start();
		byte[i] ^= 0x10;
		image_tag_add(&sum, &table);
		byte[i] ^= 0x10;
		assert_int_equal(checksum_equal(sum, plain), !counts);
	}

	/* Of two tables the order counts. */
	table.first_block = 0;
	image_tag_add(&plain, &table);
	sum = checksum_start();
	image_tag_add(&sum, &table);
	table.first_block = 15;
	image_tag_add(&sum, &table);
	assert_false(checksum_equal(sum, plain));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_low_half_is_never_zero),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
