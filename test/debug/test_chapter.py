# SPDX-License-Identifier: 0BSD
# test_chapter.py - every command that docs/debugging.md shows does what a
# reader expects: something, and no error.

import os
import re

import pytest

from session import BUILD, CHAPTER, KERNEL, bochs, debug, gdb, stops
from test_bochs import next_stop
from test_gdb import ERRORS

pytestmark = pytest.mark.xdist_group("debug")

BLOCKS = re.findall(r"^```\n([(<].*?)^```$", CHAPTER.read_text(), re.M | re.S)
GDB_BLOCKS = [block for block in BLOCKS if block.startswith("(gdb) ")]
BOCHS_BLOCKS = [block for block in BLOCKS if block.startswith("<bochs> ")]

# Quiet when all is well.
SILENT = ("delete", "commands")


def test_all_blocks_are_known():
    assert len(GDB_BLOCKS) >= 5 and len(BOCHS_BLOCKS) >= 1
    assert len(GDB_BLOCKS) + len(BOCHS_BLOCKS) == len(BLOCKS)


@pytest.mark.parametrize("number", range(len(GDB_BLOCKS)))
def test_gdb_session(number, tmp_path):
    """A session as `make gdb` begins it; a block of `commands` is a file."""
    commands = []
    for line in GDB_BLOCKS[number].splitlines():
        if line.startswith("(gdb) "):
            commands.append(line[len("(gdb) "):])
        else:
            commands[-1] += "\n" + line
    for i, command in enumerate(commands):
        if "\n" in command:
            script = tmp_path / f"commands{i}"
            script.write_text(command + "\n")
            commands[i] = f"source {script}"
    answers = gdb(["continue"] + [command.replace("build/", f"{BUILD}/")
                                  for command in commands])
    for command, answer in answers:
        assert not ERRORS.search(answer), (command, answer)
        assert answer.strip() or command.startswith((*SILENT, "source")), \
            command
    if "int %#x" in GDB_BLOCKS[number]:
        numbers = set(re.findall(r"^int (0x\w+), eax", answers[-1][1], re.M))
        assert {"0x12", "0x13", "0x15"} <= numbers
        assert "-- kernel (" in answers[-1][1]


@pytest.mark.parametrize("number", range(len(BOCHS_BLOCKS)))
def test_bochs_session(number, tmp_path):
    image = debug.make_image(BUILD, KERNEL, tmp_path)
    places = stops.addresses(BUILD, KERNEL)
    debugger = bochs.Debugger(
        tmp_path, bochs.prepare(tmp_path, image, places), 60)
    words = bochs.Words()
    try:
        next_stop(debugger, words)
        for line in BOCHS_BLOCKS[number].splitlines():
            command = line[len("<bochs> "):]
            if command == "c":
                os.write(debugger.ours, b"c\n")
                next_stop(debugger, words)
                continue
            answer = debugger.ask(command)
            assert len(answer.splitlines()) > 2, answer
            assert "error" not in answer, answer
    finally:
        debugger.close()
