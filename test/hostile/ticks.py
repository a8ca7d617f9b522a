#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""ticks.py - timer interrupts at ever other instructions of the boot, so also
on the way between the modes: `make hostile-ticks`.

QEMU counts instructions for time (-icount), so that each boot is the same each
time; the shift says how long an instruction takes, and the hostile BIOS sets
the timer to another rate each time. 200 boots, 20 rates to each of 10
shifts."""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))

import image                            # noqa: E402
from hostile import boot                # noqa: E402
from judge import count_failed, judge_pass            # noqa: E402
from rows import MACHINE                # noqa: E402

SHIFTS = range(1, 11)                   # 2 to 1024 ns
RATES = range(20)
TIMEOUT = 120


def play(shift, rate, path, cmdline, folder):
    # The slower the CPU, the fewer ticks it can take: 400 instructions each.
    counts = 700 * (1 << max(shift - 2, 0)) + 37 * rate
    faults = {"enter_pit": min(counts, 0xFFFF), "enter_pic": 1}
    with tempfile.TemporaryDirectory(dir=folder) as own:
        end, _ = boot(path, Path(own), faults, [
            *MACHINE, "-icount", f"shift={shift},align=off,sleep=off"],
            TIMEOUT)
    try:
        judge_pass(end, cmdline)
    except AssertionError as wrong:
        return f"shift {shift}, {counts} counts to a tick: {wrong}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(options.jobs) as pool:
        path, cmdline = image.contract("high", Path(folder), "", (70000,))
        boots = [(shift, rate) for shift in SHIFTS for rate in RATES]
        failed = count_failed(
            pool, lambda each: play(*each, path, cmdline, folder), boots)
    print(f"hostile-ticks: {len(boots)} boots, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
