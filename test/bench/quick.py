#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""quick.py - counts the instructions of three boots against their budget.

usage: quick.py MKIMAGE [--write]

The figures are Bochs', the same on every machine for a loader that gcc made
(of Debian 12; another makes other code). Exit 1 if one is more than
2 % above budget.json, which --write makes anew: do that, and say why in the
commit, when a change is worth what it costs, or has made a boot cheaper."""

import json
import sys
import tempfile
from pathlib import Path

import disks
import instructions
import payloads

BUDGET = Path(__file__).parent / "budget.json"
ALLOWED = 1.02
MEGS = 32
MIB = payloads.MIB
LOADER_MAX = 40 * 1024          # bytes of stage1 and stage2, as gcc makes them


def loader_size(build):
    """Bytes of stage1 and stage2, what few kernels need of it included."""
    return sum((build / name).stat().st_size
               for name in ("stage1.bin", "stage2.bin"))


def kernels():
    return [payloads.one_segment("tiny", b""),
            payloads.one_segment("random-4", payloads.random_bytes(4 * MIB)),
            payloads.one_segment("text-4", payloads.text_bytes(4 * MIB))]


def measure(mkimage):
    """{kernel: instructions}; None for one that did not start."""
    figures = {}
    for kernel in kernels():
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            disk = disks.stagecoach(mkimage, kernel, Path(folder))
            figures[kernel.name] = instructions.count(disk.path, disk.entry,
                                                      MEGS)
    return figures


def judge(figures, budget):
    """[(line of text, is it within the budget), ...]"""
    rows = []
    for name, allowed in budget.items():
        got = figures[name]
        if got is None:
            rows.append((f"{name}: the kernel was not reached", False))
            continue
        rows.append((f"{name}: {got:,} instructions, budget {allowed:,} "
                     f"({100 * got / allowed - 100:+.2f} %)",
                     got <= allowed * ALLOWED))
    return rows


def main(mkimage, write=None):
    figures = measure(mkimage)
    if write:
        BUDGET.write_text(json.dumps(figures, indent=1) + "\n")
    rows = judge(figures, json.loads(BUDGET.read_text()))
    for line, good in rows:
        print(line + ("" if good else ": TOO MUCH"))
    return 0 if all(good for _, good in rows) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--write"]):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
