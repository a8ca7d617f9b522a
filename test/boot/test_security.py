# SPDX-License-Identifier: 0BSD
# test_security.py - what is executable when a kernel starts, and what mkimage
# was built with.

import re
import subprocess

import pytest

from machine import BUILD

PAGE = 4096
RESIDENT_TEXT = 0x6000          # as layout.h has it
STUBS = PAGE                    # the interrupt stubs have a page of their own


def output(*command):
    return subprocess.run([str(c) for c in command], check=True,
                          stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def test_executable(run_contract):
    """Of the loader, only the pages of its resident code: the kernel walks
    CR3 and adds up. That nothing else but its own code is executable, and what
    of that is writable, it checks in every boot."""
    symbols = dict(line.split()[::2][::-1] for line in output(
        "nm", BUILD / "stage2.elf").splitlines())
    text = int(symbols["resident_text_end"], 16) - RESIDENT_TEXT
    run_contract(words=f"code={-(-text // PAGE) * PAGE + STUBS}")


@pytest.fixture(scope="module")
def mkimage():
    return {what: output("readelf", f"-W{what}", BUILD / "mkimage")
            for what in "hlds"}


def test_pie(mkimage):
    assert re.search(r"Type:\s+DYN", mkimage["h"])
    assert "PIE" in mkimage["d"]


def test_relro(mkimage):
    assert "GNU_RELRO" in mkimage["l"]
    assert "BIND_NOW" in mkimage["d"] or re.search(r"FLAGS_1.*NOW",
                                                   mkimage["d"])


def test_no_executable_stack(mkimage):
    stack = re.search(r"GNU_STACK.*", mkimage["l"]).group()
    assert " RW " in stack and "E" not in stack.split("0x")[-2], stack


def test_stack_protector(mkimage):
    assert "__stack_chk_fail" in mkimage["s"]


def test_fortified(mkimage):
    assert re.search(r"\w+_chk@", mkimage["s"])
