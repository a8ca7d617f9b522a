# SPDX-License-Identifier: 0BSD
"""goals.py - what was wanted of a boot, beside what it is."""

import quick
import tables

MILLION = 1_000_000
MIB = 1 << 20
SECTORS_PER_MIB = 2048
PEERS = ["syslinux-mboot", "syslinux-linux", "grub-multiboot2", "grub-linux"]
# Times as fast as syslinux, as GRUB; at most so many times the floor's time.
WALL = {"ahci": (1.4, 4.0, 1.5), "virtio": (1.15, 3.5, 1.25)}
MODELS = ("max", "qemu64")


class Goal:
    """One row. good is None where there is no figure."""

    def __init__(self, what, wanted, got, good, why=""):
        self.what, self.wanted, self.got = what, wanted, got
        self.good, self.why = good, why

    def row(self):
        verdict = {None: "?", True: "yes", False: "**no**"}[self.good]
        return [self.what, self.wanted, self.got, verdict,
                "" if self.good else self.why]


def at_most(what, got, limit, shape, why=""):
    if got is None:
        return Goal(what, shape(limit), "not measured", None)
    return Goal(what, shape(limit), shape(got), got <= limit, why)


def whole(n):
    return f"{n:,.0f}"


def millions(n):
    return f"{n / MILLION:.2f} million"


def minus(a, b):
    return None if a is None or b is None else a - b


def over(a, b):
    return None if a is None or not b else a / b


def a_sector(t):
    """Instructions, of each sector from 4 to 16 MiB: more take longer than a
    second, and show progress."""
    def kernel(mib):
        return t["bochs"].number("instructions", f"random-{mib}", "stagecoach")

    return over(minus(kernel(16), kernel(4)), (16 - 4) * SECTORS_PER_MIB)


def in_bochs(t):
    def boot(kernel):
        return t["bochs"].number("instructions", kernel, "stagecoach")

    summed = over(t["functions"].number(
        "instructions", tables.BLOCK, "lib/checksum.c", "checksum_add"),
        0x10000)
    image = t["mkimage"].number("image_bytes", "text-64", "auto")
    return [
        at_most("tiny kernel, 32 MiB of RAM", boot("tiny-32M"), 75_000, whole,
                "[below](#a-tiny-kernel)"),
        at_most("each further sector of random data, checked", a_sector(t),
                430, whole, "[below](#a-sector-of-random-data)"),
        at_most("64 MiB of random data", boot("random-64"), 57 * MILLION,
                millions, "the price of a sector, 131,072 times, and progress"),
        at_most("64 MiB of text", boot("text-64"), 12 * MILLION, millions),
        at_most("the image of that", over(image, MIB), 2,
                lambda n: f"{n:.2f} MiB"),
        at_most("zeroing 64 MiB of .bss: more than a tiny kernel",
                minus(boot("bss"), boot("tiny")), 8.5 * MILLION, millions),
        at_most("the checksum, of a byte", summed, 0.2,
                lambda n: f"{n:.3f} instructions"),
    ]


def swaps():
    """What no figure shows; test/unit/test_checksum.c does."""
    return Goal("every swapped pair of words, sectors or blocks is caught",
                "all", "all but some that differ in their top bits only, "
                "which [image-format](image-format.md) names", False,
                "it takes more than the goal before this one allows: "
                "[below](#a-sector-of-random-data)")


def ahead(what, found, why):
    """found: {kernel: (ours, {peer: theirs})}: the less, the better."""
    behind = [f"{kernel}: {peer} takes {theirs / ours:.2f} times as long"
              for kernel, (ours, peers) in found.items()
              for peer, theirs in peers.items() if theirs < ours]
    kernels = len(found)
    if not kernels:
        return Goal(what, "every kernel", "not measured", None)
    return Goal(what, "every kernel",
                "; ".join(behind) or f"all {kernels} kernels", not behind, why)


def ahead_in_bochs(t):
    found = {}
    for row in t["bochs"].records():
        ours = t["bochs"].number("instructions", row["kernel"], "stagecoach")
        theirs = t["bochs"].number("instructions", row["kernel"],
                                   row["loader"])
        if ours and theirs and row["loader"] in PEERS:
            found.setdefault(row["kernel"], (ours, {}))[1][row["loader"]] = \
                theirs
    return ahead("ahead of GRUB and syslinux, Bochs", found,
                 "[below](#the-real-kernel)")


def ahead_in_time(t):
    found = {}
    for row in t["qemu"].records():
        if row["loader"] not in PEERS or row["cpu"] != "max" or \
                row["machine"] != "ahci":
            continue
        place = row["kernel"], "ahci", "max"
        ours = t["qemu"].number("median_ms", *place, "stagecoach")
        theirs = t["qemu"].number("median_ms", *place, row["loader"])
        if ours and theirs:
            found.setdefault(row["kernel"], (ours, {}))[1][row["loader"]] = \
                theirs
    return ahead("ahead of both, wall time, AHCI, `-cpu max`", found,
                 "[below](#the-real-kernel)")


def wall(t):
    """Three ratios of medians for each machine and CPU; and syslinux' in CPU
    time, which shows what part of the wall time is a loader's to change."""
    rows = []
    for machine, limits in WALL.items():
        for model in MODELS:
            def median(loader, place=("random-64", machine, model)):
                return t["qemu"].number("median_ms", *place, loader)

            ours = median("stagecoach")
            got = (over(median("syslinux-mboot"), ours),
                   over(median("grub-multiboot2"), ours),
                   over(ours, median("floor")))
            what = (f"64 MiB of random data, {machine}, `-cpu {model}`: times "
                    "as fast as syslinux; as GRUB; time, of the floor")
            wanted = f"{limits[0]}; {limits[1]}; at most {limits[2]}"
            if None in got:
                rows.append(Goal(what, wanted, "not measured", None))
                continue
            good = (got[0] >= limits[0], got[1] >= limits[1],
                    got[2] <= limits[2])
            rows.append(Goal(what, wanted, "; ".join(f"{x:.2f}" for x in got),
                             all(good), "[below](#wall-time)"))
    return rows


def progress(t):
    rows = [row for row in t["spans"].records()
            if row["function"].startswith("progress_")]
    got = sum(int(row["instructions"]) for row in rows) if rows else None
    load = t["bochs"].number("instructions", "random-64", "stagecoach")
    share = over(got, load)
    return at_most("showing progress, of the load of 64 MiB in Bochs",
                   None if share is None else 100 * share, 1,
                   lambda n: f"{n:.2f} %")


def packing(t):
    times = [t["mkimage"].number("median_s", kernel, "auto")
             for kernel in ("random-64", "text-64", "code-64")]
    if None in times:
        return Goal("mkimage: an image of 64 MiB", "2 s", "not measured", None)
    return at_most("mkimage: an image of 64 MiB, the slowest of random data, "
                   "text, code", max(times), 2, lambda n: f"{n:.2f} s")


def size(build):
    return at_most("stage1 and stage2, as gcc makes them",
                   quick.loader_size(build), quick.LOADER_MAX,
                   lambda n: f"{n:,} bytes")


def against(build, t):
    return [*in_bochs(t), swaps(), ahead_in_bochs(t), *wall(t),
            ahead_in_time(t), progress(t), packing(t), size(build)]
