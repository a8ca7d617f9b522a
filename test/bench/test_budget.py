# SPDX-License-Identifier: 0BSD
"""test_budget.py - no change makes a boot more than 2 % longer unnoticed, or
the loader larger than 40 KiB."""

import json
import os
from pathlib import Path

import pytest

import quick

BUILD = Path(os.environ.get("BUILD", "build"))


@pytest.fixture
def gcc():
    """Another compiler makes other code: the budgets are gcc's."""
    if not (BUILD / "flags/cc").read_text().strip().endswith("gcc"):
        pytest.skip("not built by gcc")


@pytest.mark.usefixtures("gcc")
def test_loader_keeps_to_its_size():
    size = quick.loader_size(BUILD)
    assert 0 < size <= quick.LOADER_MAX, \
        f"stage1 and stage2 have {size:,} bytes: {quick.LOADER_MAX:,} at most"


@pytest.mark.usefixtures("gcc")
def test_boots_keep_to_their_budget():
    rows = quick.judge(quick.measure(BUILD / "mkimage"),
                       json.loads(quick.BUDGET.read_text()))
    assert len(rows) == len(quick.kernels())
    assert all(good for _, good in rows), "\n".join(line for line, _ in rows)


def test_what_is_above_the_budget_fails():
    budget = {"tiny": 1000, "small": 1000, "none": 1000}
    rows = quick.judge({"tiny": 1020, "small": 1021, "none": None}, budget)
    assert [good for _, good in rows] == [True, False, False]
