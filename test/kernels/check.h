/* SPDX-License-Identifier: 0BSD */
/*
 * check.h - what the contract kernel's parts share: the state at entry, the
 * checks with their reports, the command line, and the parts themselves.
 */
#ifndef CONTRACT_CHECK_H
#define CONTRACT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"
#include "state.h"      /* STATE_* */

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

/* Filled by entry.S. */
struct entry_state {
	uint64_t rsp;
	uint64_t return_address;
	uint64_t rbp;
	uint64_t rdi;
	uint64_t rflags;
	uint64_t cr0;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t efer;
	uint64_t pat;
	uint16_t cs, ss, ds, es, tr;
	uint16_t fcw;
	uint32_t mxcsr;
	struct table_register gdtr;
	struct table_register idtr;
	uint32_t unused;
};

#define STATE_ASSERT(field, offset) \
	_Static_assert(offsetof(struct entry_state, field) == (offset), #field)
STATE_ASSERT(rsp, STATE_RSP);
STATE_ASSERT(return_address, STATE_RETURN);
STATE_ASSERT(rbp, STATE_RBP);
STATE_ASSERT(rdi, STATE_RDI);
STATE_ASSERT(rflags, STATE_RFLAGS);
STATE_ASSERT(cr0, STATE_CR0);
STATE_ASSERT(cr3, STATE_CR3);
STATE_ASSERT(cr4, STATE_CR4);
STATE_ASSERT(efer, STATE_EFER);
STATE_ASSERT(pat, STATE_PAT);
STATE_ASSERT(cs, STATE_CS);
STATE_ASSERT(ss, STATE_SS);
STATE_ASSERT(ds, STATE_DS);
STATE_ASSERT(es, STATE_ES);
STATE_ASSERT(tr, STATE_TR);
STATE_ASSERT(fcw, STATE_FCW);
STATE_ASSERT(mxcsr, STATE_MXCSR);
STATE_ASSERT(gdtr, STATE_GDTR);
STATE_ASSERT(idtr, STATE_IDTR);
_Static_assert(sizeof(struct entry_state) == STATE_SIZE, "entry_state");

/* All in one program: addressed relative to RIP, without a table of
   addresses between. */
#pragma GCC visibility push(hidden)

extern struct entry_state entry_state;

/* From payload.S. */
extern const uint64_t payload[], payload_words, payload_step;
extern uint64_t addresses[], addresses_end[];
extern uint8_t ballast[], ballast_end[];

void _start(void);      /* entry.S */

#pragma GCC visibility pop

/* Text on the serial port: formatted, at most 255 bytes; as it is. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_text(const char *text);

/* One check each, reported by name when it fails. */
void check_equal(const char *name, uint64_t got, uint64_t want);
void check_at_least(const char *name, uint64_t got, uint64_t want);
/* got is what the report shows, to tell where it failed. */
void check(const char *name, bool ok, uint64_t got);

/* Is this word on the command line? */
bool option(const struct boot_info *info, const char *word);
/* The text behind "name=" on the command line, or NULL. */
const char *option_text(const struct boot_info *info, const char *name);
/* The same as a number, decimal or 0x; false if it is not there. */
bool option_number(const struct boot_info *info, const char *name,
		   uint64_t *value);
/* Reads a number and moves *text behind it. */
uint64_t parse_number(const char **text);

/* What the processor offers (CPUID 80000001h; the counter: 1). */
bool cpu_has_nx(void);
bool cpu_has_1g(void);
bool cpu_has_syscall(void);
bool cpu_has_tsc(void);

/* The time stamp counter, where there is one. */
uint64_t cpu_tsc(void);

/* Do ranges of this type, (1 << type) in types, cover [base, end)? */
bool map_covers(const struct boot_info *info, uint64_t base, uint64_t end,
		uint32_t types);
#define TYPE(t)         (1u << (t))
#define TYPES_RAM       (TYPE(BOOT_MEMORY_USABLE) | TYPE(BOOT_MEMORY_ACPI) | \
			 TYPE(BOOT_MEMORY_NVS) | TYPE(BOOT_MEMORY_KERNEL) | \
			 TYPE(BOOT_MEMORY_RECLAIMABLE))

/* Where a virtual address leads. */
struct leaf {
	bool present;
	uint64_t size;          /* of the page, or of the hole */
	uint64_t paddr;         /* of the page's start */
	bool write, execute, user;
	uint64_t cache;         /* PWT, PCD and PAT bits */
};

struct leaf walk(const struct boot_info *info, uint64_t vaddr);

/* The parts. */
void check_entry(const struct boot_info *info);
void check_tables(const struct boot_info *info);
void check_info(const struct boot_info *info);
void check_firmware(const struct boot_info *info);
void check_map(const struct boot_info *info);
void check_paging(const struct boot_info *info);
void check_kernel(const struct boot_info *info);
void check_modules(const struct boot_info *info);
void check_ram(const struct boot_info *info);

/* Does what the loader's fault reporter is to report, if the command line
   asks for it with fault=. */
void provoke_fault(const struct boot_info *info);

#endif
