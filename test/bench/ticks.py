#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""ticks.py - how many instructions a boot takes, step by step, in Bochs.

Counts from the first instruction at physical 0x7c00 to the kernel's first,
what the BIOS does on our behalf included. Bochs counts the same on every
machine; each round of a rep string instruction is one. The image is booted as
it is: the counts are read off the debugger's breakpoints.

usage: ticks.py IMAGE KERNEL.elf [STAGE2.elf]
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CPU = "corei7_skylake_x"
MEGS = 32
CYLINDER = 16 * 63 * 512
CONFIG = f"""
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model={CPU}, count=1, ips=50000000, reset_on_triple_fault=0
megs: {MEGS}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=disk, mode=flat, cylinders={{cylinders}}, \
heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=serial
clock: sync=none, time0=utc
log: log
panic: action=fatal
speaker: enabled=0
"""

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


def stops(image, breakpoints, count):
    """Boots until count breakpoints were hit: [(ticks, address), ...]."""
    with tempfile.TemporaryDirectory(prefix="ticks-") as name:
        folder = Path(name)
        shutil.copy(image, folder / "disk")
        size = (folder / "disk").stat().st_size
        (folder / "rc").write_text(CONFIG.format(cylinders=size // CYLINDER))
        (folder / "commands").write_text("".join(
            ["pb 0x7c00\n"] + [f"lb {a:#x}\n" for a in breakpoints] +
            ["c\n"] * count + ["q\n"]))
        run = subprocess.run(
            ["bochs", "-q", "-f", "rc", "-rc", "commands"], cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=600, check=False)
    found, ticks = [], None
    for line in run.stdout.splitlines():
        if m := re.match(r"Next at t=(\d+)", line):
            ticks = int(m[1])
        elif m := re.match(r"\(0\) \[0x\w+\] (\w+):(\w+) ", line):
            found.append((ticks, int(m[2], 16)))
    return found[1:]            # the first is the reset vector


def main(image, kernel, stage2=None):
    names = {entry(kernel): "the kernel's first instruction"}
    if stage2:
        table = symbols(stage2)
        names.update({table[s]: s for s in STEPS if s in table})
    found = stops(image, list(names), len(names) + 1)
    if not found or found[-1][1] != entry(kernel):
        sys.exit(f"ticks.py: {image} did not reach {entry(kernel):#x} "
                 f"(stops: {[hex(a) for _, a in found]})")
    start = last = found[0][0]
    for ticks, address in found[1:]:
        print(f"{ticks - start:12,} {ticks - last:+12,}  {names[address]}")
        last = ticks
    print(f"{found[-1][0] - start:,} instructions from 0x7c00 to _start "
          f"(Bochs, {CPU}, {MEGS} MiB)")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
