#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""soak.py - the same image, booted over and over on several buses:
`make soak N=500`. No boot may fail."""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from image import contract
from judge import count_failed, judge_pass
from machine import disk, qemu

BUSES = [       # machine, controllers, device
    ("pc", [], "ide-hd"), ("q35", [], "ide-hd"),
    ("pc", [], "virtio-blk-pci"), ("pc", ["virtio-scsi-pci"], "scsi-hd"),
    ("q35", [], "nvme,serial=1"), ("q35", ["qemu-xhci"], "usb-storage"),
]
TIMEOUT = 120


def play(number, image, cmdline):
    machine, controllers, device = BUSES[number % len(BUSES)]
    arguments = ["-M", machine, "-m", "64M"]
    for controller in controllers:
        arguments += ["-device", controller]
    end = qemu([*arguments, *disk(image, device)], TIMEOUT)
    try:
        judge_pass(end, cmdline)
    except AssertionError as wrong:
        return f"boot {number}, {machine} {device}: {wrong}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(options.jobs) as pool:
        image, cmdline = contract("high", Path(folder), "", (70000, 100000))
        failed = count_failed(pool, lambda i: play(i, image, cmdline),
                              range(options.runs))
    print(f"soak: {options.runs} boots on {len(BUSES)} buses, {failed} "
          "failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
