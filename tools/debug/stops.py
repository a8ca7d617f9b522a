# SPDX-License-Identifier: 0BSD
# stops.py - where a debugger stops in a boot, by symbol, and what to see there.

"""Runs in GDB's Python and in ours, so it needs nothing but the standard
library. A stop is a label of one of the three programs that boot."""

import collections
import os
import struct
import subprocess

NM = os.environ.get("NM", "nm")

CR0_PE, CR0_PG = 1 << 0, 1 << 31
EFER_LMA = 1 << 10
CS_L, CS_D = 1 << 21, 1 << 22           # in a descriptor's upper half

# The bits that a boot changes, or that tell what a BIOS left behind.
FLAGS = {
    "cr0": {0: "PE", 1: "MP", 2: "EM", 3: "TS", 4: "ET", 5: "NE", 16: "WP",
            18: "AM", 29: "NW", 30: "CD", 31: "PG"},
    "cr4": {0: "VME", 1: "PVI", 2: "TSD", 3: "DE", 4: "PSE", 5: "PAE",
            6: "MCE", 7: "PGE", 8: "PCE", 9: "OSFXSR", 10: "OSXMMEXCPT",
            11: "UMIP", 12: "LA57", 16: "FSGSBASE", 17: "PCIDE",
            18: "OSXSAVE", 20: "SMEP", 21: "SMAP"},
    "efer": {0: "SCE", 8: "LME", 10: "LMA", 11: "NXE"},
}

# A kernel that is linked below 1 MiB and can be moved goes here.
PIE_BASE, PIE_STAYS = 0xFFFFFFFF80000000, 0x100000
ET_DYN, PT_LOAD = 3, 1
MASK = (1 << 64) - 1

# Stops at the BIOS door are many: after so many crossings they are disabled.
CROSSINGS = 2

# program: "stage1", "stage2" or "kernel"; symbol: None is the entry point;
# door: belongs to a crossing of the BIOS door; gdb, bochs: commands to look
# with; text: what there is to see.
Stop = collections.namedtuple(
    "Stop", "name program symbol offset door gdb bochs text")

STOPS = [
    Stop("stage1", "stage1", "stage1", 0, False,
         "state, code 1", "creg, sreg, r",
         "The BIOS has read sector 0 to 7C00h and jumped there: real mode, "
         "and nothing is known but CS:IP, and perhaps DL, the drive."),
    Stop("stage2", "stage2", "stage2", 0, False,
         "state, info registers di, code 1", "r, x /16hx 0x6000",
         "Still real mode. stage1 has moved to 600h. One sector of stage2 is "
         "at 6000h and its sum was right; DI has the number of sectors that "
         "came with it."),
    Stop("CPU check", "stage2", "early_start", 0, False,
         "code 20", "u /20",
         "stage2 is there and summed. From here on: is this CPU one with "
         "long mode? Then the GDT, and the last real-mode instructions."),
    Stop("protected mode", "stage2", "protected_mode", 0, False,
         "state, code", "creg, sreg, info gdt",
         "CR0.PE is 1 and CS is a 32-bit segment; DS to SS still hold what "
         "real mode left there. Next: the page tables, at CR3 to be."),
    Stop("long mode", "stage2", "long_mode", 0, False,
         "state, pagetable 0x6000", "creg, sreg, info tab",
         "CR4.PAE, EFER.LME, CR0.PG were set in this order; EFER.LMA came by "
         "itself, CS.L with the far jump. 4 GiB are mapped to themselves."),
    Stop("main", "stage2", "main", 0, False,
         "state, list", "r, u /20",
         "64-bit C. The rest of stage2 was summed by 64-bit code, .bss is "
         "zero. stage2/main.c is the boot's table of contents."),
    Stop("door", "stage2", "bios_call", 0, True,
         "info registers rdi rsi, backtrace 4", "r, creg",
         "A BIOS call: RDI is the interrupt, RSI the registers it gets. CR0, "
         "CR3, CR4, EFER will be the same when this returns."),
    Stop("compatibility", "stage2", "compat", 0, True,
         "state, code", "creg, sreg",
         "CS is the 32-bit segment: EFER.LMA is 1, CS.L is 0. Paging can "
         "only be turned off from here, not from 64-bit code."),
    Stop("16-bit segments", "stage2", "compat.down16", 0, True,
         "state, code", "creg, sreg",
         "Protected mode with 64 KiB segments: paging, long mode, PAE are "
         "off. Real mode keeps the limits that are loaded now."),
    Stop("real mode", "stage2", "bios_real", 0, True,
         "state, code 20", "creg, sreg, u /20",
         "CR0.PE is 0: the BIOS finds the machine as it left it. The int is "
         "at the label int_vector, which has its number."),
    Stop("BIOS returned", "stage2", "int_vector", 1, True,
         "state, info registers eax ebx ecx edx eflags", "r, sreg",
         "What the BIOS says is in the registers, CF is in EFLAGS. It may "
         "have changed every segment, the GDT, DF and IF."),
    Stop("up, protected", "stage2", "int_vector.up32", 0, True,
         "state, code", "creg, sreg",
         "Our GDT again, CR0.PE set: the way of the first switch, once more, "
         "with the page tables of before."),
    Stop("up, long", "stage2", "int_vector.up64", 0, True,
         "state, code", "creg, sreg, info tab",
         "Long mode again. IDT, TSS and stack follow, then the caller "
         "goes on as after any function."),
    Stop("hand-off", "stage2", "handoff", 0, False,
         "state, print/x *(struct handoff *)$rdi", "creg, x /6gx rdi",
         "The kernel is in place and its page tables are built; RDI points "
         "to CR3, entry, stack and boot_info for it. No way back."),
    Stop("kernel", "kernel", None, 0, False,
         "state, boot-info, memmap, pagetable $rip", "creg, r, info tab",
         "The kernel's first instruction: its own page tables, RDI is "
         "boot_info, RSP its stack, interrupts off."),
]


class Failure(Exception):
    """Says why something cannot be debugged."""


def symbols(path):
    """[(address, type, name)] of an ELF file's symbols, types as nm's."""
    done = subprocess.run([NM, path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    if done.returncode != 0:
        raise Failure(done.stderr.strip())
    return [(int(fields[0], 16), fields[1], " ".join(fields[2:]))
            for fields in map(str.split, done.stdout.splitlines())
            if len(fields) >= 3]


def symbol_address(path, wanted):
    """The one address of a symbol in an ELF file."""
    found = {address for address, _, name in symbols(path) if name == wanted}
    if len(found) != 1:
        raise Failure(f"{path}: {wanted} names {len(found)} places, not one")
    return found.pop()


def kernel_entry(path):
    """Where a kernel begins, and how far above its link address it runs."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        kind, = struct.unpack_from("<H", data, 16)
        entry, table = struct.unpack_from("<QQ", data, 24)
        size, count = struct.unpack_from("<HH", data, 54)
        headers = [struct.unpack_from("<IIQQQQQ", data, table + i * size)
                   for i in range(count)]
        lowest = min(h[3] for h in headers if h[0] == PT_LOAD and h[6] > 0)
    except (OSError, struct.error, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    slide = 0
    if kind == ET_DYN and lowest < PIE_STAYS:
        slide = PIE_BASE - (lowest & ~0xFFF)
    return (entry + slide) & MASK, slide


def addresses(build, kernel):
    """[(stop, address), ...] in the order of a boot."""
    return [(stop, kernel_entry(kernel)[0] if stop.symbol is None else
             symbol_address(f"{build}/{stop.program}.elf", stop.symbol) +
             stop.offset) for stop in STOPS]


def mode(cr0, efer, cs_flags):
    """The name of the CPU's mode (Intel SDM vol. 3, 2.2)."""
    if not cr0 & CR0_PE:
        return "real"
    bits = 32 if cs_flags & CS_D else 16
    if not efer & EFER_LMA:
        return f"protected {bits}"
    return "long" if cs_flags & CS_L else f"compatibility {bits}"


def code_bits(mode_name):
    """How instructions are decoded in a mode."""
    return {"real": 16, "long": 64}.get(mode_name) or \
        int(mode_name.split()[-1])


def state(cr0, cr3, cr4, efer, cs, cs_flags):
    """What is asked of the CPU at each stop."""
    return {"mode": mode(cr0, efer, cs_flags), "cs": cs,
            "l": int(bool(cs_flags & CS_L)), "cr0": cr0, "cr3": cr3,
            "cr4": cr4, "efer": efer}


def flag_names(register, value):
    """The bits that are set, by name; those without one as a number."""
    names = FLAGS[register]
    found = [name for bit, name in names.items() if value >> bit & 1]
    rest = value & ~sum(1 << bit for bit in names)
    return " ".join(found + [f"{rest:#x}"] * bool(rest)) or "0"


def wrap(text, width=72, indent="   "):
    """Text in lines, each behind an indent."""
    lines, line = [], indent
    for word in text.split():
        if len(line) + len(word) >= width and line != indent:
            lines.append(line.rstrip())
            line = indent
        line += word + " "
    return "\n".join(lines + [line.rstrip()])


def describe(stop, commands):
    """The words for a stop; commands are those of the debugger in use."""
    place = stop.symbol or "entry point"
    if stop.offset:
        place += f" + {stop.offset}"
    return (f"-- {stop.name} ({stop.program}: {place}) --\n"
            f"{wrap(stop.text)}\n   Look: {commands}")
