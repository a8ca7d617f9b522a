# SPDX-License-Identifier: 0BSD
# long_disk.py - every fault on every bus: `make disk-faults`, which runs
# flips.py, too.

import pytest

from faults import (BUSES, PLACES, boot_bad_sector, boot_flipped,
                    boot_truncated, make, make_small)

CUTS = 130      # more sectors than the small image needs


@pytest.mark.parametrize("once", [True, False], ids=["once", "for-ever"])
@pytest.mark.parametrize("part, place", PLACES)
@pytest.mark.parametrize("bus", BUSES)
def test_bad_sector(tmp_path, bus, part, place, once):
    boot_bad_sector(tmp_path, bus, part, place, once)


@pytest.mark.parametrize("sectors", range(1, CUTS))
def test_truncated(tmp_path, sectors):
    path, cmdline, layout = make_small(tmp_path)
    assert layout.files[-1]["lba"] + layout.files[-1]["sectors"] < CUTS
    boot_truncated(path, cmdline, layout, sectors)


@pytest.mark.parametrize("seed", range(100, 300))
def test_flipped(tmp_path, seed):
    path, _, layout = make(tmp_path)
    boot_flipped(path, layout, seed)
