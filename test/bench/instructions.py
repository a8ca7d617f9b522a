# SPDX-License-Identifier: 0BSD
"""instructions.py - boots a disk in Bochs under its debugger and counts instructions.

Bochs counts the same on every machine; each round of a rep string instruction
is one. The disk is booted as it is: all is read off breakpoints."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

CPU = "corei7_skylake_x"
IPS = 50_000_000
START = 0x7c00
CYLINDER = 16 * 63 * 512
CONFIG = f"""
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model={CPU}, count=1, ips={IPS}, reset_on_triple_fault=0
megs: {{megs}}
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


def version():
    """As the program itself says it."""
    run = subprocess.run(["bochs", "--help"], capture_output=True, text=True,
                         check=False)
    return re.search(r"Bochs x86 Emulator [\w.]+",
                     run.stdout + run.stderr)[0].split()[-1]


def lines(image, megs, commands, seconds=600):
    """What the debugger prints, line by line. Who has seen enough closes the
    generator, which ends Bochs."""
    with tempfile.TemporaryDirectory(prefix="ticks-") as name:
        folder = Path(name)
        shutil.copy(image, folder / "disk")
        size = (folder / "disk").stat().st_size
        if size % CYLINDER:
            raise ValueError(f"{image}: not whole cylinders")
        (folder / "rc").write_text(CONFIG.format(megs=megs,
                                                 cylinders=size // CYLINDER))
        (folder / "commands").write_text("\n".join(commands) + "\n")
        with subprocess.Popen(
                ["timeout", str(seconds), "bochs", "-q", "-f", "rc", "-rc",
                 "commands"], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True) as bochs:
            try:
                yield from bochs.stdout
            finally:
                bochs.terminate()


def to_start(breakpoints):
    """Commands up to 0x7c00, with breakpoints (linear addresses) from there."""
    # A loader's first sector may load its second to 0x7c00 again: "d 1".
    return [f"pb {START:#x}", "c", "d 1", *(f"lb {a:#x}" for a in breakpoints)]


def hits(printed):
    """(ticks, address) of each stop in what the debugger prints."""
    ticks = None
    for line in printed:
        if m := re.match(r"Next at t=(\d+)", line):
            ticks = int(m[1])
        elif m := re.match(r"\(0\) \[0x\w+\] (\w+):(\w+) ", line):
            yield ticks, int(m[2], 16)


def stops(image, breakpoints, count, megs=32):
    """Boots until count breakpoints were hit after 0x7c00: [(ticks, address),
    ...], the first of them 0x7c00 itself. Breakpoints are linear addresses."""
    found = list(hits(lines(image, megs, to_start(breakpoints) +
                            ["c"] * count + ["q"])))
    return found[1:]            # the first is the reset vector


def count(image, entry, megs=32):
    """Instructions from 0x7c00 to the first at the linear address entry; None
    if it is not reached."""
    found = stops(image, [entry], 1, megs)
    if len(found) != 2 or found[1][1] != entry:
        return None
    return found[1][0] - found[0][0]
