# SPDX-License-Identifier: 0BSD
# test_gdb.py - the commands that tools/debug/stagecoach.py gives to GDB.

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

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
    answers = gdb(commands)
    for command, answer in answers:
        assert not ERRORS.search(answer), (command, answer)
        assert answer.strip() or command.startswith("delete"), command
    words = [answer for command, answer in answers if command == "continue"]
    for stop, answer in zip(stops.STOPS[:13], words):
        assert stops.describe(stop, stop.gdb) in answer
    # GDB has the source of each program.
    for answer, source in zip([words[0], words[5], words[-1]],
                              ["stage1/mbr.asm:", "stage2/main.c:",
                               "kernel/main.c:"]):
        assert source in answer


CODE = [
    ("stage1", r"<stage1> +jmp +0x7c5a"),
    ("CPU check", r"<early_start> +pushfd\n.*<early_start\+2> +pop +eax"),
    ("protected mode", r"<protected_mode> +mov +ax,0x10\n.*mov +ds,eax"),
    ("compatibility", r"<compat> +mov +eax,0x1\n.* mov +cr0,eax"),
    ("16-bit segments", r"<compat.down16> +mov +eax,ds:0x"),
    ("real mode", r"<bios_real> +xor +eax,eax\n.*<bios_real\+3> +mov +ss"),
    ("up, long", r"<int_vector.up64> +lidt +ds:0x"),
    ("hand-off", r"<handoff> +mov +al,0xff")]


def test_code_is_decoded_as_the_mode_does():
    commands = []
    for stop, _ in CODE:
        commands += [*to(stop), "code 2"]
    answers = [answer for command, answer in gdb(commands)
               if command == "code 2"]
    for (stop, instructions), answer in zip(CODE, answers):
        assert re.match(f"=> 0x[0-9a-f]+ {instructions}", answer), \
            (stop, answer)


def test_pagetable_by_level():
    answers = {command: answer.splitlines() for command, answer in gdb(
        ["continue", "pagetable 0x1234"] + ["continue"] * 4 +
        ["pagetable 0x6000", "pagetable 0x100000000"] + to("kernel") +
        ["pagetable $rip", "pagetable 0xb8000", "pagetable $rsp",
         "pagetable"])}
    assert answers["pagetable 0x1234"] == \
        ["0x1234 is physical: no paging in real mode"]
    assert answers["pagetable 0x6000"][-1] == \
        "0x6000 -> physical 0x6000, a page of 2 MiB, rwx"
    assert answers["pagetable 0x100000000"][-1] == \
        "0x100000000 is not mapped"
    # The kernel's text, the text screen, its stack: W^X.
    *levels, text = answers["pagetable $rip"]
    assert [level.split()[0] for level in levels] == \
        ["PML4", "PDPT", "PD", "PT"]
    assert text.startswith("0xffffffff8000") and \
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


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_signal_leaves_nothing_behind(tmp_path):
    script = tmp_path / "script"
    script.write_text("shell touch started\ncontinue\n")
    process = subprocess.Popen(
        [sys.executable, ROOT / "tools/debug/debug.py", "gdb", BUILD, KERNEL,
         "-nx", "-batch", "-ex", "delete", "-x", script], cwd=tmp_path,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    started = children(process.pid)
    assert len(started) == 2            # QEMU and GDB
    process.terminate()
    assert process.wait(10) == 128 + signal.SIGTERM
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]
