# SPDX-License-Identifier: 0BSD
# conftest.py - fixtures of the boot tests.

import functools

import pytest

import image
from judge import judge_pass
from machine import PLAIN, disk, qemu


@pytest.fixture
def contract(tmp_path):
    """Makes images of contract kernels: contract(name, words, ...)."""
    return functools.partial(image.contract, folder=tmp_path)


@pytest.fixture
def run_contract(contract):
    """Boots a contract kernel and expects it to pass."""
    def run(name="high", machine=PLAIN, device="ide-hd", timeout=15, **how):
        path, cmdline = contract(name, **how)
        end = qemu([*machine, *disk(path, device)], timeout)
        judge_pass(end, cmdline)
        return end
    return run
