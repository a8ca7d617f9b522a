# SPDX-License-Identifier: 0BSD
# runner.py - what stagecoach-run adds to the time that QEMU itself takes.

"""usage: runner.py STAGECOACH-RUN MKIMAGE KERNEL

Boots KERNEL, which ends its run, 20 times by the runner and 20 times by QEMU
alone from an image that is there, in turns, and compares the medians. Exit 1
if the runner takes 100 ms more, or longer."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 20
LIMIT = 0.100           # seconds
EXIT_PASS = 33          # QEMU's status when the kernel wrote 10h


def seconds(command, status):
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode != status:
        sys.exit(f"{command[0]}: exit status {done.returncode}")
    return time.monotonic() - start


def main():
    runner, mkimage, kernel = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "disk.img")
        subprocess.run([mkimage, "-o", image, kernel], check=True)
        alone = [os.environ.get("QEMU", "qemu-system-x86_64"), "-nodefaults",
                 "-machine", "pc", "-m", "128M", "-vga", "std",
                 "-display", "none", "-serial", "stdio",
                 "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                 "-drive", f"file={image},format=raw,if=ide,cache=unsafe"]
        rows = [(seconds([runner, kernel], 0), seconds(alone, EXIT_PASS))
                for _ in range(RUNS)]
    ours, theirs = (statistics.median(column) for column in zip(*rows))
    print(f"stagecoach-run {ours * 1000:.0f} ms, QEMU alone "
          f"{theirs * 1000:.0f} ms, overhead {(ours - theirs) * 1000:.0f} ms "
          f"(medians of {RUNS}; limit {LIMIT * 1000:.0f} ms)")
    return 0 if ours - theirs < LIMIT else 1


sys.exit(main())
