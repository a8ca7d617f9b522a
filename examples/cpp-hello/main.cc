// SPDX-License-Identifier: 0BSD
// main.cc - a kernel in C++: a wish, constructors, the memory map as a range.

#include "boot_info.h"

#include "../out.h"

// What the kernel asks of the loader: mkimage finds it in the file.
BOOT_WISHES(.stack_size = 256 << 10);

extern "C" {
// The linker collects what has to run before the first line of a program.
extern void (*const __init_array_start[])();
extern void (*const __init_array_end[])();

[[noreturn]] void _start(const boot_info *info);
}

namespace {

class console {
public:
	console() { out_start(); }

	console &operator<<(const char *text)
	{
		out(text);
		return *this;
	}

	console &operator<<(uint64_t number)
	{
		out_number(number);
		return *this;
	}
};

// What the loader tells as a pointer and a count.
template <typename T> struct range {
	const T *first;
	uint64_t count;

	const T *begin() const { return first; }
	const T *end() const { return first + count; }
};

uint64_t usable(const boot_info &info)
{
	uint64_t bytes = 0;

	for (const auto &m : range{info.memory, info.memory_count})
		if (m.type == BOOT_MEMORY_USABLE)
			bytes += m.end - m.base;
	return bytes;
}

console screen;         // its constructor runs at boot, as _start sees to

} // namespace

void _start(const boot_info *info)
{
	for (auto run = __init_array_start; run != __init_array_end; run++)
		(*run)();

	screen << "Hello World!\n"
	       << "stack: " << (info->stack_top - info->stack_base) / 1024
	       << " KiB\n"
	       << "usable memory: " << usable(*info) / 1048576 << " MiB\n";
	out_end(OUT_EXIT_OK);
}
