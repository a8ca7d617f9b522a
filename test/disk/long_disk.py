# SPDX-License-Identifier: 0BSD
# long_disk.py - every fault on every bus: `make disk-faults`.

import subprocess

import pytest

import image
from faults import (BUSES, PLACES, boot_bad_sector, boot_flipped,
                    boot_truncated, make)
from machine import BUILD

# The loader, the tables, the kernel and the start of the module.
CUTS = 160


@pytest.mark.parametrize("once", [True, False], ids=["once", "for-ever"])
@pytest.mark.parametrize("part, place", PLACES)
@pytest.mark.parametrize("bus", BUSES)
def test_bad_sector(tmp_path, bus, part, place, once):
    boot_bad_sector(tmp_path, bus, part, place, once)


@pytest.mark.parametrize("sectors", range(1, CUTS))
def test_truncated(tmp_path, sectors):
    path, cmdline, layout = make(tmp_path)
    boot_truncated(path, cmdline, layout, sectors)


@pytest.mark.parametrize("seed", range(100, 300))
def test_flipped(tmp_path, seed):
    path, _, layout = make(tmp_path)
    boot_flipped(path, layout, seed)


def test_every_value(tmp_path):
    """Each byte of the same, to each other value."""
    path, _ = image.contract("high", tmp_path, "", (1000,))
    sectors = image.Layout(path).part("kernel")[0] + 16
    done = subprocess.run([BUILD / "test/disk-model", path, "1",
                           str(sectors), "all"],
                          stdout=subprocess.PIPE, universal_newlines=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
