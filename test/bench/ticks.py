#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""ticks.py - how many instructions a boot takes, step by step, in Bochs.

Counts from the first instruction at physical 0x7c00 to the kernel's first,
what the BIOS does on our behalf included.

usage: ticks.py IMAGE KERNEL.elf [STAGE2.elf]
"""

import re
import subprocess
import sys

import instructions

MEGS = 32

# The steps of stage2 that are functions of their own, in order.
STEPS = ["early_start", "protected_mode", "long_mode", "main", "e820_read",
         "disk_open", "files_open", "kernel_plan", "kernel_load",
         "info_build", "pages_build", "info_close", "handoff"]


def symbols(elf):
    """{name: address} of an ELF file's symbols."""
    out = subprocess.run(["nm", elf], check=True, capture_output=True,
                         text=True).stdout
    return {f[2]: int(f[0], 16) for f in map(str.split, out.splitlines())
            if len(f) == 3}


def entry(elf):
    """The entry point."""
    out = subprocess.run(["readelf", "-h", elf], check=True,
                         capture_output=True, text=True).stdout
    return int(re.search(r"Entry point address: +(0x[0-9a-f]+)", out)[1], 16)


def steps(image, kernel_entry, stage2=None, megs=MEGS):
    """[(name of the step that begins, ticks since 0x7c00), ...], ending with
    the kernel's first instruction; None if it is not reached."""
    names = {kernel_entry: "the kernel's first instruction"}
    if stage2:
        table = symbols(stage2)
        names.update({table[s]: s for s in STEPS if s in table})
    found = instructions.stops(image, list(names), len(names), megs)
    if not found or found[-1][1] != kernel_entry:
        return None
    start = found[0][0]
    return [(names[address], ticks - start) for ticks, address in found[1:]]


def main(image, kernel, stage2=None):
    rows = steps(image, entry(kernel), stage2)
    if rows is None:
        sys.exit(f"ticks.py: {image} did not reach {entry(kernel):#x}")
    last = 0
    for name, ticks in rows:
        print(f"{ticks:12,} {ticks - last:+12,}  {name}")
        last = ticks
    print(f"{last:,} instructions from 0x7c00 to _start "
          f"(Bochs, {instructions.CPU}, {MEGS} MiB)")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
