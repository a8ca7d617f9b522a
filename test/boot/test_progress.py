# SPDX-License-Identifier: 0BSD
# test_progress.py - a load that takes longer than a second says how far it is.

import re

from machine import COLUMNS, PLAIN, ROWS, SCREEN, disk, qemu

LINE = re.compile(r"\r?(\S+\.elf): (\d+) %, (\d+) MiB/s")


def slow(path, bytes_per_second):
    arguments = disk(path, "virtio-blk-pci")
    arguments[1] += f",throttling.bps-read={bytes_per_second}"
    return [*PLAIN, *arguments]


def screen_text(monitor, folder):
    cells = monitor.memory(SCREEN, 2 * COLUMNS * ROWS, folder)
    return cells[::2].decode("cp437")


def test_slow_load_shows_progress(contract):
    """3 MiB at 1 MB/s: a line after a second, over it one more, and the last
    with 100 % when it is there. The kernel finds all as if nothing was said."""
    path, _ = contract("random")
    seen = []

    def shown(monitor, folder):
        if found := LINE.search(screen_text(monitor, folder)):
            seen.append(int(found[2]))
        return bool(seen) and seen[-1] == 100
    end = qemu(slow(path, 1_000_000), timeout=40, until=shown)
    assert end.how in ("done", "pass"), str(end)
    said = [int(m[2]) for m in LINE.finditer(end.serial)]
    assert len(said) >= 2 and said == sorted(said), str(end)
    assert seen and seen[0] in said, (seen, str(end))
    rates = [int(m[3]) for m in LINE.finditer(end.serial)]
    assert all(rate <= 2 for rate in rates), str(end)


def test_slow_load_ends_well(contract):
    path, _ = contract("random")
    end = qemu(slow(path, 1_500_000), timeout=40)
    assert end.how == "pass", str(end)
    assert re.search(r"\.elf: 100 %, \d MiB/s *\n", end.serial), str(end)
    assert not end.message, str(end)


def test_fast_load_says_nothing(contract):
    """A kernel of a few reads, on a machine that may have other work."""
    path, _ = contract("high")
    end = qemu([*PLAIN, *disk(path, "virtio-blk-pci")])
    assert end.how == "pass", str(end)
    assert not LINE.search(end.serial), str(end)
