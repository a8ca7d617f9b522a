// SPDX-License-Identifier: 0BSD
/*
 * fuzz_symbols.c - a damaged ELF file's symbol table: what is found lies in
 * the file and is the nearest function.
 *
 * Input: flags, an address; the file.
 */
#include "fuzz.h"

#include "elf64.h"
#include "elf64_symbols.h"

#define FLAG_RIGHT_HEADER       1
#define SYMBOL_SIZE             24

static uint64_t get(const uint8_t *from, unsigned width)
{
	uint64_t value = 0;

	memcpy(&value, from, width);
	return value;
}

static bool in_file(const void *at, uint64_t n, const uint8_t *file,
		    uint64_t size)
{
	const uint8_t *byte = at;

	return byte >= file && byte <= file + size &&
	       n <= (uint64_t)(file + size - byte);
}

/* How far a symbol's function begins below the address; none: all ones. */
static uint64_t distance(const uint8_t *symbol, uint64_t address)
{
	uint64_t value = get(symbol + 8, 8), size = get(symbol + 16, 8);

	if ((symbol[4] & 0xf) != 2 || get(symbol + 6, 2) == 0 ||
	    value > address || (size != 0 && address - value >= size))
		return UINT64_MAX;
	return address - value;
}

static void check_found(const struct elf64_symbols *s, uint64_t address)
{
	uint64_t offset = 0, nearest = UINT64_MAX;
	const char *name = elf64_symbols_find(s, address, &offset);
	bool found = false;

	for (uint64_t i = 0; i < s->count; i++) {
		uint64_t d = distance(s->symbol + i * SYMBOL_SIZE, address);

		found = found || d != UINT64_MAX;
		if (d < nearest)
			nearest = d;
	}
	if (!name)
		return;
	CHECK(found && offset == nearest);
	CHECK(in_file(name, 1, (const uint8_t *)s->names, s->names_size));
	CHECK(memchr(name, '\0',
		     s->names_size - (uint64_t)(name - s->names)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[4096];
	struct fuzz f = { data, size };
	uint8_t flags = fuzz_u8(&f);
	uint64_t address = fuzz_u64(&f);
	uint64_t n = f.left < sizeof(file) ? f.left : sizeof(file);
	struct elf64_symbols s;

	fuzz_bytes(&f, file, n);
	FUZZ_FORBID(file + n, sizeof(file) - n);
	if ((flags & FLAG_RIGHT_HEADER) && n >= ELF64_HEADER_SIZE) {
		memcpy(file, "\177ELF\2\1\1", 7);
		file[58] = 64;          /* e_shentsize */
		file[59] = 0;
	}
	if (elf64_symbols_open(file, n, &s)) {
		CHECK(in_file(s.symbol, s.count * SYMBOL_SIZE, file, n));
		CHECK(in_file(s.names, s.names_size, file, n));
		check_found(&s, address);
	} else {
		CHECK(s.count == 0 && s.names_size == 0);
		CHECK(!elf64_symbols_find(&s, address, &address));
	}
	FUZZ_ALLOW(file, sizeof(file));
	return 0;
}

/* Header, two symbols, names, two section headers. */
size_t fuzz_seed(size_t i, uint8_t *seed)
{
	uint8_t *file = seed + 9, *shdr = file + 128;

	if (i > 1)
		return 0;
	memset(seed, 0, 9 + 256);
	seed[0] = (uint8_t)i;
	seed[2] = 0x10;                         /* address 1000h */
	memcpy(file, "\177ELF\2\1\1", 7);
	file[40] = 128;                         /* e_shoff */
	file[58] = 64;
	file[60] = 2;
	memcpy(file + 64, "\1\0\0\0\2\0\1\0\0\x0f\0\0\0\0\0\0\0\2", 18);
	memcpy(file + 88, "\6\0\0\0\2\0\1\0\0\x10", 10);
	memcpy(file + 112, "\0main\0start", 12);
	shdr[4] = 2;
	shdr[24] = 64;
	shdr[32] = 48;
	shdr[40] = 1;
	shdr[56] = SYMBOL_SIZE;
	shdr[64 + 4] = 3;
	shdr[64 + 24] = 112;
	shdr[64 + 32] = 12;
	return 9 + 256;
}
