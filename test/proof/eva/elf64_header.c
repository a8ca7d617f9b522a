// SPDX-License-Identifier: 0BSD
/* elf64_header.c - any 64 bytes, or fewer, of a file of any size. */
#include "elf64.h"
#include "eva.h"

void eva_main(void)
{
	static uint8_t data[ELF64_HEADER_SIZE];
	struct elf64_header header;
	struct elf64_fault fault;

	ANY(data);
	elf64_check_header(data, sizeof(data), BETWEEN(0, UINT64_MAX), &header,
			   &fault);
	/*@ loop unroll 64; */
	for (size_t size = 0; size < sizeof(data); size++)
		elf64_check_header(data + sizeof(data) - size, size,
				   BETWEEN(0, UINT64_MAX), &header, &fault);
}
