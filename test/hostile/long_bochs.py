# SPDX-License-Identifier: 0BSD
# long_bochs.py - every row of rows.py under Bochs, another CPU with another
# BIOS: `make hostile-bochs`.

import pytest

import image
from hostile import boot_bochs
from rows import MIB, ROWS
from rows_firmware import ROWS as FIRMWARE_ROWS

MODULES = (70000, 100000)
CPU = "tigerlake"
# Bochs 2.7 has no CPU with five levels of page tables; and its BIOS finds its
# own disks by the EBDA's place in the data area, so cannot read without it.
LACKING = ["return:cr4-12", "memory:ebda-0001", "memory:ebda-8000",
           "memory:ebda-ffff"]
SMBIOS = "Bochs"
# The honest list of memory is another one here, but larger than this.
USABLE = 30 * MIB
WRITES = ("memory", "fallback")     # only these could give away what is not


@pytest.mark.parametrize("name", [name for name in ROWS
                                  if name not in LACKING])
def test_row(tmp_path, name):
    row = ROWS[name]
    words = f"usable={USABLE}"
    if name.split(":")[0] in WRITES:
        words += " ram"
    path, cmdline = image.contract("high", tmp_path, words, MODULES)
    layout = image.Layout(path)
    end, letters = boot_bochs(path, tmp_path, row.parameters(layout), megs=32,
                              cpu=CPU, timeout=120)
    row.judge(end, letters, cmdline, layout)


@pytest.mark.parametrize("name", [name for name in FIRMWARE_ROWS
                                  if name not in LACKING])
def test_firmware(tmp_path, name):
    row = FIRMWARE_ROWS[name]
    path, cmdline = image.contract("high", tmp_path, row.words.format(
        smbios=SMBIOS), options=row.options)
    end, letters = boot_bochs(path, tmp_path, row.faults, megs=32, cpu=CPU,
                              timeout=120)
    row.judge(end, letters, cmdline)
