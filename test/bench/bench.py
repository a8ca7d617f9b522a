#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""bench.py - how fast loaders bring kernels, ours and its peers.

usage: bench.py [--only LOADER] [--rounds N] BUILD STEP...

Steps, each named as the table in BUILD/bench that it writes:
  bochs      instructions, exact: all loaders, all kernels
  steps      where our boot's go, by step
  functions  where they go, by function
  spans      what decoding and showing progress take of them
  qemu       wall time, and instructions by a plugin
  cpu        CPU time
  decode     the decoder's time on this machine
  mkimage    mkimage's
  report     tables and plots of what the others found

N is how often each disk is booted in QEMU, and mkimage run. A figure replaces
the one that is there from an earlier run, so that --only suffices after a
change; without it, a step begins with an empty table."""

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cpu
import disks
import functions
import instructions
import payloads
import report
import tables
import ticks
import wall

NASM = os.environ.get("NASM") or "nasm"
MEGS = 512
SMALL_MEGS = 32         # as make ticks and make bench-quick have it
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


def real():
    return payloads.real(REAL)


def kernels():
    """{name: what makes it}: most are too large to have all at once."""
    found = {name: lambda: payloads.one_segment("tiny", b"")
             for name in ("tiny-32M", "tiny")}
    for kind, make in (("random", payloads.random_bytes),
                       ("text", payloads.text_bytes)):
        for mib in SIZES:
            name = f"{kind}-{mib}"
            found[name] = (lambda make=make, mib=mib, name=name:
                           payloads.one_segment(name,
                                                make(mib * payloads.MIB)))
    found["real"] = real
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


def memory(kernel):
    return SMALL_MEGS if kernel == "tiny-32M" else MEGS


def bochs(args, loaders, table):
    for name, make in kernels().items():
        kernel = make()
        for loader in loaders:
            if not fits(loader, name):
                continue
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                disk = LOADERS[loader](args.build, kernel, Path(folder))
                got = instructions.count(disk.path, disk.entry, memory(name))
            table.put(name, loader, got if got is not None else "-")


# Kernel, machine, CPU; what the plots and the goals want.
WALL = ([("tiny", "ahci", "max")] +
        [(f"random-{mib}", "ahci", "max") for mib in SIZES] +
        [("random-64", "ahci", "qemu64"), ("random-64", "virtio", "max"),
         ("random-64", "virtio", "qemu64"), ("text-64", "ahci", "max"),
         ("real", "ahci", "max")])
WALL_LOADERS = ["stagecoach", "stagecoach-never", "floor", "syslinux-mboot",
                "grub-multiboot2"]
CPU_LOADERS = ["stagecoach", "floor", "syslinux-mboot", "grub-multiboot2"]
CPU = [("random-64", machine, model) for machine in ("ahci", "virtio")
       for model in ("max", "qemu64")]


def in_turns(rounds, found, measure):
    """{loader: [figure, ...]}: all loaders in turns, so that what else the
    machine does hits all."""
    got = {loader: [] for loader in found}
    for _ in range(rounds):
        for loader, disk in found.items():
            got[loader].append(measure(disk))
    return got


def made_for(args, name, loaders, folder):
    """{loader: disk} of a kernel."""
    kernel = kernels()[name]()
    return {loader: LOADERS[loader](args.build, kernel, folder)
            for loader in loaders if fits(loader, name)}


def qemu(args, loaders, table):
    plugin = wall.build_plugin(args.build / "bench")
    loaders = [loader for loader in WALL_LOADERS if loader in loaders]
    for name in dict.fromkeys(row[0] for row in WALL):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = made_for(args, name, loaders, Path(folder))
            for _, machine, model in (row for row in WALL if row[0] == name):
                times = in_turns(
                    args.rounds, found, lambda disk, machine=machine,
                    model=model: wall.seconds(disk, machine, model))
                counts = {loader: wall.count(plugin, disk, machine, model)
                          for loader, disk in found.items()
                          } if plugin and machine == "ahci" else {}
                put_times(table, (name, machine, model), times, counts)


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


def cpu_time(args, loaders, table):
    loaders = [loader for loader in CPU_LOADERS if loader in loaders]
    for name in dict.fromkeys(row[0] for row in CPU):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = made_for(args, name, loaders, Path(folder))
            (nothing := Path(folder) / "nothing").mkdir()
            found[tables.NOTHING] = disks.floor(NASM, 0, nothing)
            for _, machine, model in (row for row in CPU if row[0] == name):
                times = in_turns(
                    args.rounds, found, lambda disk, machine=machine,
                    model=model: cpu.seconds(disk, machine, model))
                for loader, seconds in times.items():
                    table.put(name, machine, model, loader, len(seconds),
                              *spread(seconds, 1000, 1))


def spread(seconds, times, digits):
    """Least, median and most, as text."""
    if None in seconds:
        return ["-"] * 3
    return [f"{times * x:.{digits}f}" for x in
            (min(seconds), statistics.median(seconds), max(seconds))]


def ours(args, name, folder):
    return disks.stagecoach(args.build / "mkimage", kernels()[name](),
                            Path(folder))


def steps(args, _loaders, table):
    for name, kernel in (("tiny", "tiny-32M"), ("random-1", "random-1"),
                         ("text-1", "text-1")):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            disk = ours(args, kernel, folder)
            rows = ticks.steps(disk.path, disk.entry,
                               args.build / "stage2.elf", SMALL_MEGS)
        begun = [("stage1", 0)] + rows[:-1]
        for (step, start), (_, end) in zip(begun, rows):
            table.put(name, step, end - start)


# The blocks of a load are alike; by this one the load is under way.
SOME_READ = 32


def by_function(args, _loaders, table):
    elf = args.build / "stage2.elf"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        tiny = functions.of_boot(ours(args, "tiny-32M", folder), elf,
                                 SMALL_MEGS)
        block = functions.between(ours(args, "random-4", folder), elf,
                                  SMALL_MEGS, "disk_read", SOME_READ)
    for boot, counts in ((tables.TINY, tiny), (tables.BLOCK, block)):
        for (file, function), count in counts.most_common():
            table.put(boot, file, function, count)


PROGRESS = ["progress_open", "progress_begin", "progress_at", "progress_end"]
DECODER = ["decompress_lz4_part"]


def spans(args, _loaders, table):
    for name, names in (("random-64", PROGRESS), ("real", DECODER)):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = functions.spans(ours(args, name, folder),
                                    args.build / "stage2.elf", MEGS, names)
        for function, (calls, count) in found.items():
            table.put(name, function, calls, count)


def decode(args, _loaders, table):
    with tempfile.NamedTemporaryFile(prefix="bench-") as file:
        kernel = real()
        kernel.debug = bytes(len(kernel.debug))         # as it is stored
        file.write(kernel.elf64())
        file.flush()
        row = subprocess.run([args.build / "bench/decode", file.name],
                             check=True, capture_output=True, text=True)
    table.put("real", *row.stdout.strip().split(","))


IMAGES = {"random-64": ["auto"], "text-64": ["auto"], "code-64": ["auto"],
          "real": ["auto", "never"]}


def mkimage(args, _loaders, table):
    made = kernels() | {"code-64": lambda: payloads.one_segment(
        "code-64", payloads.code_bytes(64 * payloads.MIB))}
    for name, modes in IMAGES.items():
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            elf, image = Path(folder) / "kernel.elf", Path(folder) / "image"
            elf.write_bytes(made[name]().elf64())
            for mode in modes:
                command = [args.build / "mkimage", f"--compress={mode}", "-o",
                           image, elf]
                times = in_turns(args.rounds, {mode: command}, run_time)
                table.put(name, mode, args.rounds, *spread(times[mode], 1, 2),
                          image.stat().st_size)


def run_time(command):
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


STEPS = {"bochs": bochs, "steps": steps, "functions": by_function,
         "spans": spans, "qemu": qemu, "cpu": cpu_time, "decode": decode,
         "mkimage": mkimage}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--only", choices=LOADERS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("build", type=Path)
    parser.add_argument("steps", nargs="+", choices=[*STEPS, "report"])
    args = parser.parse_args()
    out = args.build / "bench"
    out.mkdir(parents=True, exist_ok=True)
    state = tables.Table(out, "state")
    loader = hashlib.sha256((args.build / "mkimage").read_bytes()).hexdigest()
    for step in args.steps:
        if step == "report":
            report.write(args.build, tables.everything(out), loader[:8])
            continue
        table = tables.Table(out, step)
        if not args.only:
            table.clear()
        loaders = [args.only] if args.only else list(LOADERS)
        STEPS[step](args, loaders, table)
        for name in loaders:
            if name in tables.OURS:
                state.put(step, name, loader[:8])


if __name__ == "__main__":
    sys.exit(main())
