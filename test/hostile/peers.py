#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""peers.py - the rows of rows.py played to GRUB and syslinux as their packages
have them: `make hostile-peers`.

The rule is the loader's own: a row has to end in a verified boot (peer.asm
sums what it was loaded from); the rows that allow a message may end in any
text on the screen that tells of an error. What lies nowhere on these disks (a
superblock) is left out. Their memory maps are not judged, so the rows about
memory are milder on them than on Stagecoach."""

import argparse
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "boot"), str(HERE.parent / "bench")]

import disks                                    # noqa: E402
from hostile import boot                        # noqa: E402
from machine import COLUMNS, ROWS as LINES, SCREEN   # noqa: E402
from rows import MACHINE, ROWS                  # noqa: E402

SECTOR = 512
PAYLOAD = 150_000 // 4          # dwords
TIMEOUT = 60
STABLE = 3                      # seconds that a message stays
TROUBLE = re.compile(r"error|fail|not found|no such|invalid|corrupt|"
                     r"out of memory|missing|unknown|cannot|could not|"
                     r"^grub( rescue)?>|^boot:", re.I | re.M)   # a prompt will do
FIRMWARE = re.compile(r"SeaBIOS.*?Booting from Floppy\.\.\.", re.S)


def kernel(folder):
    """The flat kernel with its payload, and its bytes."""
    flat = folder / "peer.bin"
    subprocess.run(["nasm", "-f", "bin", "-o", flat, HERE / "peer.asm"],
                   check=True)
    words = [random.Random(1).getrandbits(32) for _ in range(PAYLOAD)]
    total = 0
    for word in words:
        total = ((total << 1 | total >> 31) + word) & 0xFFFFFFFF
    data = bytearray(flat.read_bytes())
    data[32:40] = struct.pack("<II", PAYLOAD, total)
    return bytes(data) + struct.pack(f"<{PAYLOAD}I", *words)


class Layout:
    """Where on another loader's disk lies what image.Layout knows of ours."""

    def __init__(self, path, data, first, rest):
        self.places = {"first": first, "rest": rest}
        lba = find(path, data[:SECTOR])
        sectors = -(-len(data) // SECTOR)
        self.places["kernel"] = lba, sectors
        self.places["module"] = lba + sectors // 2, sectors // 2
        self.files = [{"lba": lba, "sectors": sectors}]

    def part(self, name):
        return self.places[name]


def find(path, start):
    """The sector that begins with these bytes."""
    with open(path, "rb") as image:
        image.seek(SECTOR)
        for lba in range(1, 1 << 20):
            sector = image.read(SECTOR)
            assert sector, "not on this disk"
            if sector.startswith(start):
                return lba


def grub(folder):
    data = kernel(folder)
    path = disks.grub(data, "multiboot", ["multiboot", "boot"], folder,
                      "grub")
    return path, Layout(path, data, (1, 1), (3, 60))


def syslinux(folder):
    data = kernel(folder)
    path = disks.syslinux({"kernel": data}, ["mboot.c32"],
                          "KERNEL mboot.c32\nAPPEND kernel\n", folder,
                          "syslinux")
    return path, Layout(path, data, (disks.PARTITION, 1),
                        (find(path, b"\r\nSYSLINUX") + 1, 60))


LOADERS = {"grub": grub, "syslinux": syslinux}


def text(cells):
    """The screen below what the firmware says."""
    letters = cells[::2].decode("cp437").replace("\0", " ")
    rows = [letters[i:i + COLUMNS].rstrip()
            for i in range(0, len(letters), COLUMNS)]
    return FIRMWARE.sub("", "\n".join(row for row in rows if row)).strip()


def in_trouble():
    """A condition for qemu(): a message of trouble that stays."""
    seen, since, looked = "", 0, 0

    def look(monitor, folder):
        nonlocal seen, since, looked
        if time.time() < looked + 0.5:
            return False
        looked = time.time()
        now = text(monitor.memory(SCREEN, 2 * COLUMNS * LINES, folder))
        if now != seen:
            seen, since = now, looked
        return bool(TROUBLE.search(seen)) and looked > since + STABLE
    return look


def play(path, layout, row, folder):
    """How a row ends: booted, message, blank, hang, reset, wrong; None if
    this disk has nothing to break."""
    try:
        faults = row.parameters(layout)
    except (KeyError, AssertionError):
        return None, ""
    machine = MACHINE + (["-cpu", row.cpu] if row.cpu else [])
    with tempfile.TemporaryDirectory(dir=folder) as own:
        end, _ = boot(path, Path(own), faults, machine, TIMEOUT,
                      until=in_trouble())
    said = text(end.screen) if end.screen else ""
    how = {"pass": "booted", "fail": "wrong data", "done": "message"}.get(
        end.how, end.how)
    return how, " / ".join(said.splitlines()[-2:])


def verdict(row, how):
    if how is None:
        return "left out"
    if how == "booted":
        return "ok"
    if row.refused and how == "message":
        return "ok, with a message"
    return "failed"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loader", choices=LOADERS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rows", default="", help="a pattern")
    options = parser.parse_args()
    names = [name for name in ROWS if re.search(options.rows, name)]
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(options.jobs) as pool:
        path, layout = LOADERS[options.loader](Path(folder))
        count = {}
        for name, (how, said) in zip(names, pool.map(
                lambda name: play(path, layout, ROWS[name], folder), names)):
            judged = verdict(ROWS[name], how)
            count[judged] = count.get(judged, 0) + 1
            if sum(count.values()) % 20 == 0:
                print(f"{options.loader}: {count}", flush=True)
            if judged == "failed":
                print(f"{options.loader}: {name}: {how}: {said}", flush=True)
    print(f"hostile-peers: {options.loader}: {len(names)} rows: " + ", ".join(
        f"{n} {judged}" for judged, n in sorted(count.items())))


if __name__ == "__main__":
    sys.exit(main())
