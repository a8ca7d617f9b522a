# SPDX-License-Identifier: 0BSD
# session.py - the debuggers' scripts, driven without a terminal.

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
CHAPTER = ROOT / "docs/debugging.md"

sys.path.insert(0, str(ROOT / "tools/debug"))

# pylint: disable=wrong-import-position,unused-import
import bochs_debugger as bochs  # noqa: E402,F401 (for the tests)
import debug            # noqa: E402,F401
import stops            # noqa: E402

KERNEL = BUILD / "kernel.elf"
MARK = "=== "
TIMEOUT = 60


def gdb(commands, kernel=KERNEL, folder=None, **environment):
    """Runs GDB commands from reset on; returns [(command, answer), ...]."""
    options = []
    for command in commands:
        options += ["-ex", f"echo {MARK}{command}\\n", "-ex", command]
    process = subprocess.Popen(
        [sys.executable, ROOT / "tools/debug/debug.py", "gdb", BUILD, kernel,
         "-nx", "-batch", *options], cwd=folder or ROOT,
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
    try:
        said, _ = process.communicate(timeout=TIMEOUT)
    finally:
        process.terminate()     # it ends QEMU and GDB
        process.wait()
    _, *answers = said.split(f"\n{MARK}")
    assert len(answers) == len(commands), said
    return [answer.partition("\n")[::2] for answer in answers]


def to(stop):
    """GDB commands that go on to a stop, past all before it."""
    names = [s.name for s in stops.STOPS]
    number = names.index(stop) + 1
    return [f"delete 1-{number - 1}", "continue"] if number > 1 else \
        ["continue"]
