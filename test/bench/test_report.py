# SPDX-License-Identifier: 0BSD
"""test_report.py - what becomes of figures on their way into the document."""

import os
from pathlib import Path

import pytest

import disks
import functions
import goals
import instructions
import paste
import payloads
import quick
import tables

BUILD = Path(os.environ.get("BUILD", "build"))
DOCUMENT = Path(__file__).parents[2] / "docs/performance.md"


# ---- instructions by function ----------------------------------------------

class Names:
    def at(self, address):
        return "file.c", "low" if address < 0x9000 else "high"


def test_instructions_go_to_the_function_that_they_lie_in():
    printed = ["Next at t=7\n",
               "(0).[10] [0x000000008000] 0000:8000 (unk. ctxt): int 0x13 ; cd",
               "(0).[11] [0x0000000f0000] f000:0000 (unk. ctxt): push ax ; 50",
               "(0).[12] [0x0000000f0001] f000:0001 (unk. ctxt): iret ; cf",
               "(0).[13] [0x000000009000] 0008:9000 (unk. ctxt): rep movsq ;",
               "(0).[14] [0x000000009000] 0008:9000 (unk. ctxt): rep movsq ;",
               "(0).[15] [0x0000000f0000] f000:0000 (unk. ctxt): iret ; cf",
               "(0).[19] [0x000000200080] 0008:200080 (unk. ctxt): hlt ; f4"]
    assert functions.fold(printed, Names()) == {
        ("file.c", "low"): 1, ("file.c", "high"): 2, ("BIOS", "int 13h"): 6}
    assert functions.fold(printed, Names(), 0x9000) == {
        functions.STAGE1: 1, ("file.c", "high"): 2, ("BIOS", "int 13h"): 6}


def tiny(folder):
    return disks.stagecoach(BUILD / "mkimage",
                            payloads.one_segment("tiny", b""), folder)


def test_functions_of_a_boot_add_up_to_it(tmp_path):
    disk = tiny(tmp_path)
    counts = functions.of_boot(disk, BUILD / "stage2.elf", quick.MEGS)
    assert sum(counts.values()) == \
        instructions.count(disk.path, disk.entry, quick.MEGS)
    assert sum(n for (file, _), n in counts.items()
               if file == "lib/rom.c") > 4096
    assert counts["BIOS", "int 13h"] > 10_000
    assert 100 < counts[functions.STAGE1] < 10_000


def test_spans_hold_what_is_called(tmp_path):
    disk = tiny(tmp_path)
    (calls, count), = functions.spans(disk, BUILD / "stage2.elf", quick.MEGS,
                                      ["disk_open"]).values()
    assert calls == 1 and count > 2000
    with pytest.raises(ValueError, match="no function"):
        functions.spans(disk, BUILD / "stage2.elf", quick.MEGS, ["nobody"])


# ---- tables and goals ------------------------------------------------------

@pytest.fixture
def found(tmp_path):
    return tables.everything(tmp_path)


def test_tables_are_there_again(tmp_path, found):
    found["bochs"].put("tiny", "floor", 3)
    found["bochs"].put("tiny", "floor", 5)
    found["bochs"].put("tiny", "grub-linux", "-")
    again = tables.everything(tmp_path)["bochs"]
    assert again.number("instructions", "tiny", "floor") == 5
    assert again.number("instructions", "tiny", "grub-linux") is None
    assert again.number("instructions", "tiny", "nobody") is None
    assert len(again.records()) == 2


def test_a_goal_is_met_up_to_its_limit():
    rows = [goals.at_most("x", got, 430, goals.whole, "why").row()
            for got in (430, 430.6, None)]
    assert rows == [["x", "430", "430", "yes", ""],
                    ["x", "430", "431", "**no**", "why"],
                    ["x", "430", "not measured", "?", ""]]


def test_a_peer_that_is_ahead_is_named(found):
    for loader, count in (("stagecoach", 50), ("syslinux-linux", 40),
                          ("grub-linux", 60), ("floor", 1)):
        found["bochs"].put("real", loader, count)
    goal = goals.ahead_in_bochs(found)
    assert (goal.good, goal.got) == \
        (False, "real: syslinux-linux takes 0.80 times as long")
    found["bochs"].put("real", "syslinux-linux", 70)
    assert goals.ahead_in_bochs(found).good


def test_a_missing_figure_is_no_success(found):
    assert {goal.good for goal in goals.against(BUILD, found)
            if goal.got == "not measured"} == {None}


# ---- the document ----------------------------------------------------------

def test_a_report_replaces_the_last_one():
    text = DOCUMENT.read_text()
    once = paste.paste(text, "| a | 1 |\n")
    assert "| a | 1 |" in once and "tiny-32M" not in \
        once.split(paste.BEGIN)[1].split(paste.END)[0]
    assert paste.paste(once, "| a | 1 |\n") == once
    assert once.split(paste.BEGIN)[0] == text.split(paste.BEGIN)[0]
    assert once.split(paste.END)[1] == text.split(paste.END)[1]


def test_without_its_marks_a_document_is_left_alone():
    with pytest.raises(ValueError, match="marks"):
        paste.paste(paste.BEGIN, "text")
    with pytest.raises(ValueError, match="marks"):
        paste.paste(paste.END + paste.BEGIN, "text")
