#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""matrix.py - machines x buses x memory x CPUs: `make matrix`.

Every pair of values that can meet in one machine does so in at least one row
(pairwise choice: most faults of combination need no more than two). Rows are
chosen greedily: of a hundred random ones, from a fixed seed, the one with the
most pairs that none before had. Then one row of KVM, where there is one, and
every BIOS of Bochs with every CPU model of it.

A row ends in a verified boot, on a CPU that lacks something in the sentence
that names it, with 1 MiB in the one that has both sizes."""

import argparse
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bochs import bochs
from image import contract, sd_card
from judge import count_failed, judge_pass, judge_refused
from machine import BUILD, QEMU, disk, qemu

MACHINES = {
    "pc": ["-M", "pc"], "q35": ["-M", "q35"], "isapc": ["-M", "isapc"],
    # Only the distribution's own SeaBIOS has a BIOS for it.
    "microvm": ["-M", "microvm,pic=on,pit=on,rtc=on,isa-serial=on", "-vga",
                "none", "-bios", "/usr/share/seabios/bios-microvm.bin"],
}
BUSES = {       # controllers, device
    "ata": ([], "ide-hd"),              # IDE, on q35 AHCI
    "virtio-mmio": ([], "virtio-blk-device"),
    "virtio-blk": ([], "virtio-blk-pci"),
    "virtio-scsi": (["virtio-scsi-pci"], "scsi-hd"),
    "lsi": (["lsi53c895a"], "scsi-hd"),
    "megasas": (["megasas"], "scsi-hd"),
    "mptsas": (["mptsas1068"], "scsi-hd"),
    "am53c974": (["am53c974"], "scsi-hd"),
    "nvme": ([], "nvme,serial=1"),
    "uhci": (["piix3-usb-uhci"], "usb-storage"),
    "ohci": (["pci-ohci"], "usb-storage"),
    "ehci": (["usb-ehci"], "usb-storage"),
    "xhci": (["qemu-xhci"], "usb-storage"),
    "sdhci": (["sdhci-pci"], "sd-card"),
}
MEMORY = ["1M", "2M", "4M", "8M", "16M", "128M", "3584M", "8G", "512G"]
CPUS = {        # name: what it lacks that is needed
    "qemu64": None, "qemu64,-nx": None, "qemu64,+pdpe1gb": None,
    "Nehalem": None, "EPYC": None, "Icelake-Server": None, "max": None,
    "max,-pdpe1gb": None, "max,-la57": None,
    "qemu64,-lm": "long mode", "486": "long mode", "qemu64,-sse2": "SSE2",
}
SMALL = ("1M", "2M")
TIMEOUT = 120

# SeaBIOS starts no card's BIOS there, so there is no screen.
SEABIOS = "/usr/share/seabios/bios-256k.bin"
BOCHS_BIOSES = ["BIOS-bochs-latest", "BIOS-bochs-legacy", "BIOS-qemu-latest",
                SEABIOS]


def possible(machine=None, bus=None, memory=None, cpu=None):
    """Can these meet? None stands for anything."""
    if machine == "microvm":
        # A BIOS of its own, which needs more; there is no other way to it.
        return bus in (None, "virtio-mmio") and memory not in SMALL and \
            cpu != "486"
    if bus == "virtio-mmio":
        return machine is None
    if machine == "isapc" and bus not in (None, "ata"):
        return False            # it has no PCI
    if memory == "512G" and cpu and CPUS[cpu]:
        return False            # their addresses end before
    if machine == "q35" and memory == "1M":
        return False            # SeaBIOS finds no room for AHCI's lists
    if machine == "isapc" and memory in ("8G", "512G"):
        return False            # SeaBIOS there does not tell of any above 4 GiB
    # SeaBIOS' drivers find no room for their rings.
    return not (memory in SMALL and bus not in (None, "ata"))


def chosen(seed=1, draws=100):
    """The rows: (machine, bus, memory, cpu)."""
    rng = random.Random(seed)
    factors = [("machine", list(MACHINES)), ("bus", list(BUSES)),
               ("memory", MEMORY), ("cpu", list(CPUS))]
    wanted = {((a, x), (b, y)) for (a, xs), (b, ys) in
              itertools.combinations(factors, 2) for x in xs for y in ys
              if possible(**{a: x, b: y})}

    def pairs(row):
        named = [(name, value) for (name, _), value in zip(factors, row)]
        return set(itertools.combinations(named, 2))

    rows = []
    while wanted:
        # One pair that is missing, and what else fits.
        (a, x), (b, y) = rng.choice(sorted(wanted))
        draw = []
        for _ in range(draws):
            row = [x if name == a else y if name == b else rng.choice(values)
                   for name, values in factors]
            if possible(*row):
                draw.append(tuple(row))
        if not draw:            # the pair can meet, but in no whole machine
            wanted.remove(((a, x), (b, y)))
            continue
        best = max(draw, key=lambda row: len(pairs(row) & wanted))
        wanted -= pairs(best)
        rows.append(best)
    return rows


def arguments(machine, bus, memory, cpu, image):
    base = list(MACHINES[machine])
    if memory == "512G":        # more than the host has
        base[1] += ",memory-backend=ram"
        base = ["-object", "memory-backend-ram,id=ram,size=512G,reserve=off",
                *base]
    controllers, device = BUSES[bus]
    for controller in controllers:
        base += ["-device", controller]
    return [*base, "-m", memory, "-cpu", cpu, *disk(image, device)]


def judge(end, row, cmdline):
    machine, _, memory, cpu = row
    if lacks := CPUS[cpu]:
        judge_refused(end, f"^stagecoach: this CPU has no {lacks}",
                      has_screen=machine != "microvm")
    elif memory == "1M" and end.how == "refused":
        judge_refused(end, r"^stagecoach: .*\d+ KiB.*\d+ KiB")
    else:
        judge_pass(end, cmdline)


def play(row, image, cmdline):
    """None, or what is wrong."""
    end = qemu(arguments(*row, image), TIMEOUT)
    try:
        judge(end, row, cmdline)
    except AssertionError as wrong:
        return f"{' '.join(row)}: {wrong}"
    return None


def has_kvm(image):
    """Whether a guest can be started there at all."""
    return os.path.exists("/dev/kvm") and subprocess.run(
        ["timeout", "-s", "KILL", "2", QEMU, "-accel", "kvm", "-nodefaults",
         "-display", "none", "-S"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode in (-9, 137)


def speaks(_monitor, folder):
    """The example kernel has come as far as to wait for keys."""
    text = (folder / "serial").read_text("cp437").replace("\r", "")
    return text.startswith("Hello World!\n") and text.endswith("Type:\n")


def play_kvm(image, cmdline):
    """Where the host emulates ring 0 (pvm does), KVM knows no SSE there, and
    gives up at the contract kernel's first look at MXCSR. The example kernel
    is plain integer code, as stage2 is."""
    def boot(path, until=None):
        # QEMU 7.2 fails to set this MSR on hosts that have it not.
        return qemu(["-M", "pc", "-m", "128M", *disk(path), "-cpu",
                     "host,-arch-capabilities"], TIMEOUT, until, accel="kvm")

    end = boot(image)
    if end.how == "stuck":
        end = boot(BUILD / "stagecoach.img", speaks)
        return None if end.how == "done" else f"KVM: {end}"
    try:
        judge_pass(end, cmdline)
    except AssertionError as wrong:
        return f"KVM: {wrong}"
    return None


def bochs_cpus():
    """Every model that this Bochs knows."""
    text = subprocess.run(["bochs", "-help", "cpu"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          universal_newlines=True, timeout=60).stdout
    return [name for name in re.findall(r"^\s*(\w+)\s*$", text, re.M)
            if name not in ("bx_generic",)]


NO_LONG_MODE = re.compile(r"^(pentium|p[23]_|p4_willamette|atom_n270|"
                          r"core_duo|amd_k6)")


def play_bochs(bios, cpu, image, cmdline):
    end = bochs(image, cpu, bios, timeout=TIMEOUT)
    try:
        if NO_LONG_MODE.match(cpu):
            judge_refused(end, "^stagecoach: this CPU has no ",
                          has_screen=bios != SEABIOS)
        else:
            judge_pass(end, cmdline)
    except AssertionError as wrong:
        return f"Bochs {bios} {cpu}: {wrong}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["rows", "qemu", "bochs"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part", default="1/1", help="I/N of the rows")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    rows = chosen()
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(options.jobs) as pool:
        image, cmdline = contract("high", Path(folder), "", (70000,))
        card = sd_card(image)
        if options.what == "rows":
            print("\n".join(" ".join(row) for row in rows))
            return 0
        if options.what == "qemu":
            jobs = [lambda row=row: play(row, card, cmdline)
                    for row in rows]
            if has_kvm(image):
                jobs.append(lambda: play_kvm(image, cmdline))
        else:
            jobs = [lambda bios=bios, cpu=cpu: play_bochs(bios, cpu, image,
                                                          cmdline)
                    for bios in BOCHS_BIOSES for cpu in bochs_cpus()]
        jobs = jobs[part - 1::parts]
        failed = count_failed(pool, lambda job: job(), jobs)
    print(f"matrix: {options.what}: {len(jobs)} machines, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
