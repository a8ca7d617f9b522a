#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""bench.py - how fast loaders bring kernels, ours and its peers.

usage: bench.py [--only LOADER] [--rounds N] BUILD STEP...

Steps: bochs (instructions, exact), qemu (wall time, and instructions by a
plugin), steps (where our boot's go), report (a table and plots of what the
others found). All is written to BUILD/bench; a figure replaces the one that
is there from an earlier run, so that --only suffices after a change."""

import argparse
import csv
import os
import statistics
import sys
import tempfile
from pathlib import Path

import disks
import instructions
import payloads
import report
import ticks
import wall

NASM = os.environ.get("NASM") or "nasm"
MEGS = 512
REAL = Path("/usr/bin/qemu-system-x86_64")
SIZES = (1, 4, 16, 64)

LOADERS = {
    "stagecoach": lambda b, k, f: disks.stagecoach(b / "mkimage", k, f),
    "stagecoach-never": lambda b, k, f: disks.stagecoach(
        b / "mkimage", k, f, "--compress=never"),
    "floor": lambda b, k, f: disks.floor(NASM, floor_sectors(k), f),
    "syslinux-mboot": lambda b, k, f: disks.syslinux_mboot(k, f),
    "syslinux-linux": lambda b, k, f: disks.syslinux_linux(NASM, k, f),
    "grub-multiboot2": lambda b, k, f: disks.grub_multiboot2(k, f),
    "grub-linux": lambda b, k, f: disks.grub_linux(NASM, k, f),
}


def kernels():
    """{name: what makes it}: most are too large to have all at once."""
    found = {"tiny": lambda: payloads.one_segment("tiny", b"")}
    for kind, make in (("random", payloads.random_bytes),
                       ("text", payloads.text_bytes)):
        for mib in SIZES:
            name = f"{kind}-{mib}"
            found[name] = (lambda make=make, mib=mib, name=name:
                           payloads.one_segment(name,
                                                make(mib * payloads.MIB)))
    found["real"] = lambda: payloads.real(REAL)
    found["segments"] = payloads.many_segments
    found["bss"] = payloads.with_bss
    found["debug"] = payloads.with_debug
    return found


def floor_sectors(kernel):
    """What Stagecoach reads at least: the segments, no compression."""
    return sum(-(-len(data) // 512) for _, data, _, _ in kernel.segments)


def fits(loader, kernel):
    """A bzImage is one piece: kernels that are about segments have none."""
    if loader.endswith("-linux") or loader == "floor":
        return kernel not in ("segments", "bss", "debug")
    return loader != "stagecoach-never" or kernel in ("real", "text-64")


class Table:
    """A CSV file of rows, by the key that their first columns are."""

    def __init__(self, path, columns, keys):
        self.path, self.columns, self.keys = path, columns, keys
        self.rows = {}
        if path.is_file():
            with open(path, newline="", encoding="ascii") as f:
                for row in csv.reader(f):
                    if row != columns:
                        self.rows[tuple(row[:keys])] = row

    def put(self, *row):
        row = [str(x) for x in row]
        self.rows[tuple(row[:self.keys])] = row
        with open(self.path, "w", newline="", encoding="ascii") as f:
            csv.writer(f).writerows([self.columns, *self.rows.values()])
        print(" ".join(row), flush=True)


def bochs_table(out):
    return Table(out / "bochs.csv", ["kernel", "loader", "instructions"], 2)


def qemu_table(out):
    return Table(out / "qemu.csv", ["kernel", "machine", "cpu", "loader",
                                    "runs", "median_ms", "min_ms", "max_ms",
                                    "ratio_to_floor", "instructions"], 4)


def step_table(out):
    return Table(out / "steps.csv", ["kernel", "step", "instructions"], 2)


def bochs(args, loaders, out):
    table = bochs_table(out)
    for name, make in kernels().items():
        kernel = make()
        for loader in loaders:
            if not fits(loader, name):
                continue
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                disk = LOADERS[loader](args.build, kernel, Path(folder))
                got = instructions.count(disk.path, disk.entry, MEGS)
            table.put(name, loader, got if got is not None else "-")


# Kernel, machine, CPU; what the plots and the goals want.
WALL = ([("tiny", "ahci", "max")] +
        [(f"random-{mib}", "ahci", "max") for mib in SIZES] +
        [("random-64", "ahci", "qemu64"), ("random-64", "virtio", "max"),
         ("random-64", "virtio", "qemu64"), ("text-64", "ahci", "max"),
         ("real", "ahci", "max")])
WALL_LOADERS = ["stagecoach", "floor", "syslinux-mboot", "grub-multiboot2"]


def qemu(args, loaders, out):
    """All loaders in turns, so that what else the machine does hits all."""
    table = qemu_table(out)
    plugin = wall.build_plugin(out)
    made = kernels()
    for name in dict.fromkeys(row[0] for row in WALL):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            kernel = made[name]()
            found = {loader: LOADERS[loader](args.build, kernel, Path(folder))
                     for loader in WALL_LOADERS if loader in loaders}
            for _, machine, cpu in (row for row in WALL if row[0] == name):
                times = {loader: [] for loader in found}
                for _ in range(args.rounds):
                    for loader, disk in found.items():
                        times[loader].append(
                            wall.seconds(disk, machine, cpu))
                counts = {loader: wall.count(plugin, disk, machine, cpu)
                          for loader, disk in found.items()
                          } if plugin and machine == "ahci" else {}
                put_times(table, (name, machine, cpu), times, counts)


def put_times(table, key, times, counts):
    floor = times.get("floor")
    for loader, seconds in times.items():
        if None in seconds:
            table.put(*key, loader, len(seconds), "-", "-", "-", "-", "-")
            continue
        ratio = f"{statistics.median(seconds) / statistics.median(floor):.2f}" \
            if floor and None not in floor else "-"
        table.put(*key, loader, len(seconds),
                  *(f"{1000 * x:.1f}" for x in (statistics.median(seconds),
                                                min(seconds), max(seconds))),
                  ratio, counts.get(loader) or "-")


def steps(args, _loaders, out):
    table = step_table(out)
    for name in ("tiny", "random-1", "text-1"):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            disk = disks.stagecoach(args.build / "mkimage", kernels()[name](),
                                    Path(folder))
            rows = ticks.steps(disk.path, disk.entry,
                               args.build / "stage2.elf", MEGS)
        begun = [("stage1", 0)] + rows[:-1]
        for (step, start), (_, end) in zip(begun, rows):
            table.put(name, step, end - start)


def write_report(_args, _loaders, out):
    report.write(out, bochs_table(out).rows.values(),
                 qemu_table(out).rows.values(), step_table(out).rows.values())


STEPS = {"bochs": bochs, "qemu": qemu, "steps": steps, "report": write_report}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--only", choices=LOADERS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("build", type=Path)
    parser.add_argument("steps", nargs="+", choices=STEPS)
    args = parser.parse_args()
    out = args.build / "bench"
    out.mkdir(parents=True, exist_ok=True)
    for step in args.steps:
        STEPS[step](args, [args.only] if args.only else list(LOADERS), out)


if __name__ == "__main__":
    sys.exit(main())
