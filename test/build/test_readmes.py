# SPDX-License-Identifier: 0BSD
# test_readmes.py - what the examples' READMEs tell to type works, and shows
# what they say.

"""The ```sh blocks of a README are run one after the other at the top of a
fresh copy in which `make` has run. A ```text block tells what the block before
it shows, on standard output or on the screen of the machine it boots. What
would go on for ever is ended with Ctrl-C once it has shown that."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from house import ROOT, tree            # noqa: F401 (a fixture)

sys.path.insert(0, str(ROOT / "test/boot"))
from machine import Monitor, SCREEN, COLUMNS, ROWS      # noqa: E402

pytestmark = pytest.mark.xdist_group("make")

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
READMES = sorted((ROOT / "examples").glob("*/README.md"))

# Stands before the real one: no window, and a door to look at the screen.
QEMU = """#!/bin/sh
exec {real} "$@" -display none -qmp unix:{folder}/qmp,server=on,wait=off
"""


@pytest.fixture
def environment(tmp_path):
    path = tmp_path / "bin"
    path.mkdir()
    wrapper = path / "qemu-system-x86_64"
    wrapper.write_text(QEMU.format(real=shutil.which(wrapper.name),
                                   folder=tmp_path))
    wrapper.chmod(0o755)
    # The distribution's rustc, as the Makefile takes it.
    return {"PATH": f"{path}:/usr/bin:/bin", "LC_ALL": "C",
            "HOME": os.environ.get("HOME", "/")}


def normal(text):
    """Text in which addresses that the compiler chooses look the same."""
    text = text.replace("\r", "").replace("\0", " ")
    return re.sub(r" at 0x40[0-9a-f]{4}", " at 0x40....", text)


def screen(folder):
    """What the machine shows, or "" if there is none."""
    try:
        monitor = Monitor(folder / "qmp", None, 0)
    except (OSError, AttributeError):
        return ""
    try:
        cells = monitor.memory(SCREEN, 2 * COLUMNS * ROWS, folder)
        return cells[::2].decode("cp437")
    except (OSError, ConnectionError, RuntimeError):
        return ""
    finally:
        monitor.socket.close()


def run(block, expected, tree, environment, folder):
    """Runs a block until it ends, or has shown what is expected and goes on
    all the same: then its status is None. Returns all it has shown, too."""
    log = folder / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["sh", "-e", "-c", block], cwd=tree, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True)
    deadline, seen, picture = time.time() + 60, None, ""
    try:
        while process.poll() is None and time.time() < deadline:
            time.sleep(0.1)
            if seen is None:
                picture = screen(folder)
                if expected in normal(log.read_text("utf-8", "replace")) or \
                        expected in normal(picture):
                    seen = time.time()
            elif time.time() > seen + 2:
                break
        status = process.poll()
        if status is None and seen is None:
            status = "it did not end"
        return log.read_text("utf-8", "replace") + picture, status
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_readme(tree, environment, tmp_path, readme):
    fences = FENCE.findall(readme.read_text())
    assert any(kind == "sh" for kind, _ in fences)
    for (kind, block), follows in zip(fences, [*fences[1:], ("", "")]):
        if kind != "sh":
            continue
        promised = follows[0] == "text"
        expected = normal(follows[1]).strip() if promised else "\1"
        shown, status = run(block, expected, tree, environment, tmp_path)
        assert status in (0, None), f"{block}\n{shown}\n{status}"
        if promised:
            assert expected in normal(shown), f"{block}\n{shown}"
