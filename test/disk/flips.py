#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""flips.py - wrong bytes at the start of an image, for `make disk-faults`:
each byte of the loader, of the structures behind it and of the kernel's first
sectors has every wrong value in the model of all that reads them (model.c);
each byte of sector 0, which nothing reads before it runs, one wrong value in a
boot."""

import argparse
import collections
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))

from faults import SECTOR, boot_flipped_sector_0, make_small    # noqa: E402
from judge import count_failed                                  # noqa: E402
from machine import BUILD                                       # noqa: E402


def model(folder):
    path, _, layout = make_small(folder)
    return subprocess.run([BUILD / "test/disk-model", path, "1",
                           str(layout.part("kernel")[0] + 16),
                           "all"]).returncode


def sector_0(folder, jobs, part, parts):
    rng = random.Random(1)
    flips = [(at, rng.randrange(1, 256)) for at in range(SECTOR)]
    flips = flips[part - 1::parts]
    ends, written = collections.Counter(), []

    def play(flip):
        with tempfile.TemporaryDirectory(dir=folder) as own:
            try:
                how, wrote = boot_flipped_sector_0(Path(own), *flip)
            except AssertionError as wrong:
                return f"byte {flip[0]} of sector 0, flip {flip[1]:#x}: {wrong}"
        ends[how] += 1
        if wrote:
            written.append(flip)
        return None

    with ThreadPoolExecutor(jobs) as pool:
        failed = count_failed(pool, play, flips)
    print(f"sector 0: {len(flips)} flips: {ends['boots']} boot, "
          f"{ends['message']} end in a message, {ends['silent']} in nothing; "
          f"{len(written)} wrote to the disk; {failed} failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["model", "boots"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part", default="1/1", help="I/N of the boots")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "model":
            return model(Path(folder))
        return 1 if sector_0(folder, options.jobs,
                             *map(int, options.part.split("/"))) else 0


if __name__ == "__main__":
    sys.exit(main())
