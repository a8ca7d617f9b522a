# SPDX-License-Identifier: 0BSD
"""functions.py - where a boot's instructions go, by function, in Bochs.

Bochs prints each instruction that it does, the rounds of a rep instruction
one by one; they are counted by the symbols of the loader that they lie in.
A second's worth is some 30,000, so whole boots are for small kernels only.
Large ones are looked at for a while, or by spans(): what a few functions take
with all that they call."""

import bisect
import collections
import re
import subprocess

import instructions

STAGE1 = "stage1/mbr.asm", "stage1"
ROM = range(0xc0000, 0x100000)
TRACED = re.compile(r"\(0\)\.\[(\d+)\] \[0x(\w+)\] \w+:\w+ \(.*?\): (\S+ ?\w*)")
SOURCE = re.compile(r"\b(?:stage1|stage2|lib)/[^/:]+(?=:\d+$)")


class Symbols:
    """Which function an address is in, and what file has it."""

    def __init__(self, elf):
        self.files = {}
        found = {}
        for fields in run_nm("-l", elf):
            if len(fields) < 3 or fields[1] not in "tT":
                continue
            # NASM's "function.label", gcc's "function.part.0"
            name = fields[2].split(".")[0]
            found[int(fields[0], 16)] = name
            if len(fields) > 3 and (m := SOURCE.search(fields[3])):
                self.files[name] = m[0]
        self.starts = sorted(found)
        self.names = [found[start] for start in self.starts]

    def at(self, address):
        """(file, function)"""
        i = bisect.bisect_right(self.starts, address) - 1
        if i < 0:
            raise ValueError(f"{address:#x}: below the loader")
        return self.files.get(self.names[i], "?"), self.names[i]


def run_nm(*arguments):
    out = subprocess.run(["nm", *arguments], check=True, capture_output=True,
                         text=True).stdout
    return [line.split() for line in out.splitlines()]


def fold(printed, symbols, start=None):
    """{(file, function): instructions} of what Bochs printed. The BIOS's are
    under the number of the interrupt that called it. What runs before the
    address start is stage1: stage2 comes to where the BIOS has put that."""
    counts = collections.Counter()
    service, before = "", ""
    last, key = None, None
    for line in printed:
        m = TRACED.match(line)
        if not m:
            continue
        ticks, address, text = int(m[1]), int(m[2], 16), m[3]
        if key:
            counts[key] += ticks - last
        if address in ROM:
            # The door goes there by `int`; else hardware interrupts did.
            if before.startswith("int "):
                service = f"int {int(before[4:], 16):02x}h"
            key, before = ("BIOS", service), ""
        elif start not in (None, address):
            key, before = STAGE1, text
        else:
            start = None
            key, before = symbols.at(address), text
        last = ticks
    return counts


def of_boot(disk, elf, megs):
    """The whole way from 0x7c00 to the kernel, whose own first instruction
    Bochs prints, too, and which is not counted."""
    symbols = Symbols(elf)
    return fold(instructions.lines(
        disk.path, megs, instructions.to_start([disk.entry]) +
        ["trace on", "c", "q"]), symbols, symbols.starts[0])


def between(disk, elf, megs, function, nth):
    """From the nth call of a function to the next."""
    start = address_of(elf, function)
    return fold(instructions.lines(
        disk.path, megs, instructions.to_start([start]) + ["c"] * nth +
        ["trace on", "c", "q"]), Symbols(elf))


def address_of(elf, name):
    for fields in run_nm(elf):
        if fields[-1] == name:
            return int(fields[0], 16)
    raise ValueError(f"{elf}: no function {name}")


def returns(elf, name):
    """Where calls of a function come back to."""
    out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", elf],
                         check=True, capture_output=True, text=True).stdout
    found = re.findall(rf"call +\w+ <{re.escape(name)}>\n +(\w+):", out)
    if not found:
        raise ValueError(f"{elf}: no call of {name}")
    return [int(address, 16) for address in found]


ENOUGH = 100_000                # stops; a boot's end comes before


def spans(disk, elf, megs, functions):
    """{function: (calls, instructions)}, with all that they call, BIOS and
    interrupts included. None of the functions calls another of them."""
    begin = {address_of(elf, name): name for name in functions}
    end = {address for name in functions for address in returns(elf, name)}
    found = {name: (0, 0) for name in functions}
    printed = instructions.lines(
        disk.path, megs, instructions.to_start([*begin, *end, disk.entry]) +
        ["c"] * ENOUGH)
    inside = None
    for ticks, address in instructions.hits(printed):
        if address in begin:
            inside = begin[address], ticks
        elif address in end and inside:
            name, began = inside
            calls, total = found[name]
            found[name] = calls + 1, total + ticks - began
            inside = None
        elif address == disk.entry:
            printed.close()
            return found
    raise ValueError(f"{disk.path}: did not reach its kernel")
