/* SPDX-License-Identifier: 0BSD */
/*
 * fuzz.h - what every fuzz target is made of: a cursor over the input, and a
 * check that ends the run when a property does not hold.
 *
 * A target is test/fuzz/fuzz_NAME.c. It defines LLVMFuzzerTestOneInput(),
 * which libFuzzer calls in build/fuzz/NAME and main_replay.c in
 * build/fuzz/replay/NAME, with any bytes. Where it keeps what it reads in
 * fewer bytes than a format has, that is so that more inputs get far.
 */
#ifndef STAGECOACH_FUZZ_H
#define STAGECOACH_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_ASAN       1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_ASAN       1
#endif
#endif

/* Memory that nobody may touch until it is allowed again. */
#ifdef FUZZ_ASAN
#include <sanitizer/asan_interface.h>
#define FUZZ_FORBID(at, size)   ASAN_POISON_MEMORY_REGION(at, size)
#define FUZZ_ALLOW(at, size)    ASAN_UNPOISON_MEMORY_REGION(at, size)
#else
#define FUZZ_FORBID(at, size)   ((void)(at), (void)(size))
#define FUZZ_ALLOW(at, size)    ((void)(at), (void)(size))
#endif

/* A property: says which one does not hold, and where. */
#define CHECK(what) do {                                                \
		if (!(what)) {                                          \
			fprintf(stderr, "%s:%d: does not hold: %s\n",   \
				__FILE__, __LINE__, #what);             \
			abort();                                        \
		}                                                       \
	} while (0)

#define FUZZ_COUNT(a)   (sizeof(a) / sizeof(*(a)))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A target's first inputs: writes number i to seed (FUZZ_SEED_MAX bytes) and
 * returns its size, or 0 if there are no more.
 */
#define FUZZ_SEED_MAX   16384
size_t fuzz_seed(size_t i, uint8_t *seed);

/* What is left of the input; reads as zeros behind its end. */
struct fuzz {
	const uint8_t *at;
	size_t left;
};

static inline void fuzz_bytes(struct fuzz *f, void *to, size_t size)
{
	size_t n = size < f->left ? size : f->left;

	if (n > 0)
		memcpy(to, f->at, n);
	memset((uint8_t *)to + n, 0, size - n);
	f->at += n;
	f->left -= n;
}

static inline uint8_t fuzz_u8(struct fuzz *f)
{
	uint8_t value;

	fuzz_bytes(f, &value, sizeof(value));
	return value;
}

static inline uint16_t fuzz_u16(struct fuzz *f)
{
	uint16_t value;

	fuzz_bytes(f, &value, sizeof(value));
	return value;
}

static inline uint32_t fuzz_u32(struct fuzz *f)
{
	uint32_t value;

	fuzz_bytes(f, &value, sizeof(value));
	return value;
}

static inline uint64_t fuzz_u64(struct fuzz *f)
{
	uint64_t value;

	fuzz_bytes(f, &value, sizeof(value));
	return value;
}

#endif
