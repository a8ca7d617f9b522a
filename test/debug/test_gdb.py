# SPDX-License-Identifier: 0BSD
# test_gdb.py - the commands that tools/debug/stagecoach.py gives to GDB.

import re
import subprocess
import sys

import pytest

from session import BUILD, KERNEL, ROOT, gdb, stops, to

pytestmark = pytest.mark.xdist_group("debug")

ERRORS = re.compile(r"^(No symbol|Undefined|A syntax error|Python Exception|"
                    r"usage:|no |there is no|Cannot|Error)", re.MULTILINE)


def test_what_each_stop_says_to_look_with():
    commands = []
    for stop in stops.STOPS:
        if stop.name == "hand-off":
            commands += to(stop.name)
        else:
            commands.append("continue")
        commands += stop.gdb.split(", ")
    for command, answer in gdb(commands):
        assert not ERRORS.search(answer), (command, answer)
        assert answer.strip() or command.startswith("delete"), command


def test_stops_have_symbols_and_words():
    answers = gdb(["continue", "continue", "delete 3-14", "continue"])
    for (_, answer), source, name in zip(
            [answers[0], answers[1], answers[3]],
            ["stage1/mbr.asm", "stage2/first.asm", "kernel/main.c"],
            ["stage1", "stage2", "kernel"]):
        assert source in answer and f"\n-- {name} (" in answer
        assert "   Look: state" in answer


@pytest.mark.parametrize("stop, instruction", [
    ("stage1", "<stage1> +jmp +0x7c5a"),
    ("CPU check", r"<early_start> +pushfd\n.*<early_start\+2> +pop +eax"),
    ("protected mode", "<protected_mode> +mov +ax,0x10\n.*mov +ds,eax"),
    ("16-bit segments", "<compat.down16> +mov +eax,ds:0x"),
    ("real mode", r"<compat.real> +xor +eax,eax\n.*<compat.real\+3> +mov +ss"),
    ("hand-off", "<handoff> +mov +al,0xff")])
def test_code_is_decoded_as_the_mode_does(stop, instruction):
    *_, (_, answer) = gdb(to(stop) + ["code 2"])
    assert re.match(f"=> 0x[0-9a-f]+ {instruction}", answer), answer


def test_pagetable_by_level():
    answers = {command: answer.splitlines() for command, answer in gdb(
        ["continue", "pagetable 0x1234"] + ["continue"] * 4 +
        ["pagetable 0x8000", "pagetable 0x100000000"] + to("kernel") +
        ["pagetable $rip", "pagetable 0xb8000", "pagetable $rsp",
         "pagetable"])}
    assert answers["pagetable 0x1234"] == \
        ["0x1234 is physical: no paging in real mode"]
    assert answers["pagetable 0x8000"][-1] == \
        "0x8000 -> physical 0x8000, a page of 2 MiB, rwx"
    assert answers["pagetable 0x100000000"][-1] == \
        "0x100000000 is not mapped"
    # The kernel's text, the text screen, its stack: W^X.
    *levels, text = answers["pagetable $rip"]
    assert [level.split()[0] for level in levels] == \
        ["PML4", "PDPT", "PD", "PT"]
    assert text.startswith("0xffffffff80000") and \
        text.endswith(", a page of 4 KiB, r-x")
    assert answers["pagetable 0xb8000"][-1] == \
        "0xb8000 -> physical 0xb8000, a page of 4 KiB, rw-"
    assert answers["pagetable $rsp"][-1].endswith("a page of 4 KiB, rw-")
    assert "usage: pagetable ADDRESS" in answers["pagetable"][0]


def test_boot_info_and_memory_map():
    answers = gdb(
        to("hand-off") + ["boot-info", "memmap", "continue", "boot-info",
                          "memmap", "boot-info 0x100000"],
        CMDLINE="debug me")
    early, loaders, _, late, kernels, wrong = \
        (text for _, text in answers[2:])
    assert "the kernel has not been entered yet" in early
    assert "Cannot access memory at address 0x100000" in wrong
    info = dict(line.split(None, 1) for line in late.splitlines())
    assert info["loader_name"].endswith("'Stagecoach'")
    assert info["cmdline"].endswith("'debug me'")
    assert info["version"] == "1"
    assert info["disk.drive"] == "0x80 (128)"
    assert info["display.address_phys"] == "0xb8000"
    # The loader hands its own map over.
    assert kernels == loaders
    ranges = re.findall(r"^\[([0-9a-f]{12}), ([0-9a-f]{12})\) +(\d+) KiB  "
                        r"(\w+)$", kernels, re.MULTILINE)
    assert len(ranges) == int(info["memory_count"].split("(")[-1].rstrip(")"))
    assert {"usable", "reserved", "kernel", "reclaimable"} <= \
        {kind for *_, kind in ranges}
    for base, end, size, _ in ranges:
        assert int(end, 16) - int(base, 16) == 1024 * int(size)


def test_screen():
    third_row = "*(char *)(0xb8000 + 320) if *(char *)0xb8000 == 'H'"
    answers = gdb(to("kernel") + [f"watch {third_row}", "continue", "screen"])
    assert "Hello World!\nLoaded by Stagecoach" in answers[-1][1]


def test_door_stops_no_more_but_can_be_asked_to():
    loop = ["continue"] * 7
    answers = gdb(["delete 1-6"] + loop + loop +
                  ["enable 7", "continue", "continue", "continue"])
    assert "enable 7` brings it back" in answers[8][1]
    for _, answer in answers[-3:]:
        assert "-- door (" in answer and "not again" not in answer


def test_kernel_that_was_moved():
    kernel = BUILD / "test/contract-pie.elf"
    answers = gdb(to("kernel") + ["code 1", "info symbol $rip"], kernel)
    assert "-- kernel (" in answers[1][1]
    assert re.match("=> 0xffffffff8000.* <_start> ", answers[2][1])
    assert answers[3][1].startswith("_start in section .text")


@pytest.mark.parametrize("variable, command", [("GDB", "no-such-gdb"),
                                               ("QEMU", "no-such-qemu")])
def test_missing_tool_is_named(variable, command):
    done = subprocess.run(
        ["env", f"{variable}={command}", sys.executable,
         ROOT / "tools/debug/debug.py", "gdb", BUILD, KERNEL],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 1
    assert f"{command}: not found (make deps gdb" in done.stdout
