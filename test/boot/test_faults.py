# SPDX-License-Identifier: 0BSD
# test_faults.py - a kernel that faults before it has an IDT of its own gets a
# report, not a silent reset.

import pytest

from judge import judge_refused
from machine import PLAIN, disk, qemu

FAULTS = {
    # what the kernel does: vector, and what else the report has to name
    "divide": (0, ""),
    "breakpoint": (3, ""),
    "invalid": (6, ""),
    "protection": (13, ""),
    "null": (14, r"\b0x0+\b"),
    "text": (14, "ffffffff80000"),
    "rodata": (14, "ffffffff8000"),
    "execute": (14, "ffffffff8000"),
    "stack": (14, "ffff"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(contract, name):
    vector, also = FAULTS[name]
    path, _ = contract("high", words=f"fault={name}")
    end = qemu([*PLAIN, "-cpu", "max", *disk(path)])
    judge_refused(end, rf"^stagecoach: .*exception {vector}\b.*{also}")
