# SPDX-License-Identifier: 0BSD
# test_debug.py - `make gdb` and `make bochs`, as somebody at a terminal uses
# them.

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from house import make, tree      # noqa: F401 (a fixture)

pytestmark = pytest.mark.xdist_group("make")

TIMEOUT = 60


class Terminal:
    """A make on a terminal of its own."""

    def __init__(self, tree, *arguments):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            ["make", *arguments], cwd=tree, stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True, preexec_fn=take_terminal,
            env={"PATH": os.environ["PATH"], "TERM": "dumb",
                 "HOME": str(tree)})
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.ours)

    def until(self, *wanted):
        """Reads on until the texts have come, one after the other."""
        said, at, deadline = "", 0, time.monotonic() + TIMEOUT
        for text in wanted:
            while text not in said[at:]:
                left = deadline - time.monotonic()
                assert left > 0 and select.select([self.ours], [], [],
                                                  left)[0], said
                said += os.read(self.ours, 4096).decode(errors="replace")
            at = said.index(text, at) + len(text)
        return said

    def type(self, text):
        os.write(self.ours, text.encode())


def take_terminal():
    """Makes standard input the new session's terminal: Ctrl-C goes to it."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def processes(folder):
    """Command lines that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text(errors="replace")
        except OSError:         # it has just ended
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_gdb_begins_at_7c00_and_leaves_nothing_behind(tree):
    # An absolute path tells this QEMU from others.
    with Terminal(tree, "gdb", f"BUILD={tree}/build") as terminal:
        said = terminal.until("-- stage1 (", "(gdb) ")
        assert "stage1/mbr.asm:" in said and "stage1: jmp" in said
        terminal.type("info registers rip\n")
        terminal.until("0x7c00", "(gdb) ")
        assert processes(f"{tree}/build/debug/serial")
        # The kernel sleeps: Ctrl-C stops it, and only it.
        terminal.type("delete\ncontinue\n")
        terminal.until("Continuing.")
        wait_for(tree / "build/debug/serial", "Hello World!")
        terminal.type("\x03")
        terminal.until("SIGINT", "(gdb) ")
        terminal.type("state\n")
        terminal.until("mode long")
        terminal.type("quit\n")
        # make got the Ctrl-C, too: it waits for GDB, then it ends by that.
        assert terminal.process.wait(TIMEOUT) == -signal.SIGINT
    assert not processes(f"{tree}/build/debug/serial")


def wait_for(path, text):
    deadline = time.monotonic() + TIMEOUT
    while not path.exists() or text not in path.read_text("cp437"):
        assert time.monotonic() < deadline, f"{text!r} is not in {path}"
        time.sleep(0.05)


def test_bochs_begins_at_7c00(tree):
    with Terminal(tree, "bochs") as terminal:
        terminal.until("0000:7c00", "-- stage1 (", "<bochs> ")
        terminal.type("creg\n")
        terminal.until("CR0=0x60000010", "<bochs:")
        terminal.type("c\n")
        terminal.until("-- stage2 (", "Look: r,", "<bochs> ")
        terminal.type("q\n")
        terminal.process.wait(TIMEOUT)
    assert not processes(f"{tree}/build/debug")


@pytest.mark.parametrize("goal", ["gdb", "bochs"])
def test_refused_kernel(tree, tmp_path, goal):
    (tmp_path / "no.elf").write_text("not a kernel at all")
    said = make(tree, goal, f"KERNEL={tmp_path}/no.elf", status=2)
    assert "no.elf: " in said and "debug.py: no image to boot" in said


def test_qemu_that_does_not_start(tree):
    said = make(tree, "gdb", "QEMUFLAGS=-no-such-option", status=2)
    assert "debug.py: qemu-system-x86_64 did not start" in said
