# SPDX-License-Identifier: 0BSD
# test_kernel.py - the example kernel: what it says when all is well, when it
# panics, and at each exception; on the screen and on the serial port.

import os
import re
import subprocess
import time

import pytest

from bochs import bochs
from image import mkimage
from machine import BUILD, PLAIN, QEMU, disk, qemu

KERNEL = BUILD / "kernel.elf"
READY = "Type:\n"
SYMBOL_ROW = re.compile(r"^  ([0-9a-f]{16}) (\S+)\+0x([0-9a-f]+)$", re.M)
WHITE_ON_RED = 0x4F


@pytest.fixture
def image(tmp_path):
    def make(cmdline=None, options=("--symbols",)):
        return mkimage(KERNEL, tmp_path / "disk.img", cmdline, (), options)
    return make


def serial(folder):
    try:
        return (folder / "serial").read_text("cp437").replace("\r", "")
    except OSError:
        return ""


def has_said(text, halted=True):
    """The kernel has said so, and sleeps."""
    def condition(monitor, folder):
        return text in serial(folder) and \
            (not halted or "HLT=1" in monitor.registers())
    return condition


@pytest.fixture
def run(image):
    """Boots the kernel until it has said something and sleeps."""
    def boot(cmdline, text, options=("--symbols",), machine=PLAIN):
        end = qemu([*machine, *disk(image(cmdline, options))], 20,
                   has_said(text))
        assert end.how == "done", str(end)
        return end
    return boot


def judge_report(end, headline, *lines):
    """The report is there, once, on serial port and screen, in red."""
    found = re.search("^" + headline + "$", end.serial, re.M)
    assert found, f"no headline /{headline}/\n{end}"
    assert "stagecoach: " not in end.serial, str(end)
    assert "another fault" not in end.serial, str(end)
    report = end.serial[found.start():].rstrip().splitlines()
    for line in lines:
        assert any(re.search(line, row) for row in report), f"{line}\n{end}"
    rows = [row for row in end.rows if row]
    assert rows[0] == "Hello World!", str(end)
    wrapped = [line[i:i + 80].rstrip() for line in report
               for i in range(0, len(line), 80)]
    assert rows[-len(wrapped):] == wrapped, str(end)
    at = 2 * 80 * end.rows.index(wrapped[0])
    assert end.screen[at + 1] == WHITE_ON_RED, str(end)


def functions():
    """Name, address and size of the kernel's functions, as nm has them."""
    text = subprocess.run(["nm", "-S", KERNEL], stdout=subprocess.PIPE,
                          universal_newlines=True, check=True).stdout
    return {(name, int(value, 16)): int(size, 16) for value, size, name in
            re.findall(r"^(\w+) (\w+) [Tt] (\S+)$", text, re.M)}


def judge_backtrace(end, first, *others):
    """Names are where nm has them; these are among them, in this order."""
    rows = SYMBOL_ROW.findall(end.serial)
    known = functions()
    for address, name, offset in rows:
        start = int(address, 16) - int(offset, 16)
        assert (name, start) in known, f"{name} at {start:#x}\n{end}"
        assert int(offset, 16) < known[name, start], str(end)
    names = [name for _, name, _ in rows]
    assert names[0] == first and names[-1] == "_start", str(end)
    assert [name for name in names if name in others] == list(others), str(end)


def test_takes_the_machine_over(run):
    end = run("a b ünï € ☺", READY)
    assert end.serial.startswith("Hello World!\n"), str(end)
    assert "Interrupts: 10 ticks at 100 Hz." in end.serial, str(end)
    # The screen has no Euro sign; the serial port takes what it gets.
    assert "Command line: a b ünï ? ☺" in \
        [row.replace("\x02", "☺").replace("\x01", "☺")
         for row in end.rows], str(end)
    assert "€".encode().decode("cp437") in end.serial, str(end)


def test_keyboard(image):
    typed = []

    def condition(monitor, folder):
        said = serial(folder)
        if not typed and READY in said:
            typed.append(True)
            monitor.type("h", "shift+i", "x", "backspace", "spc", "1",
                         "shift+1", "left", "caps_lock", "a", "shift+b",
                         "caps_lock", "c", "shift_r+slash", "ret", "z")
        return "z" in said.split(READY)[-1]

    end = qemu([*PLAIN, *disk(image())], 20, condition)
    assert end.how == "done", str(end)
    echo = end.serial.split(READY)[-1]
    assert echo.replace("x\b \b", "") == "hI 1!Abc?\nz", str(end)
    assert [row for row in end.rows if row][-2:] == ["hI 1!Abc?", "z"], \
        str(end)


def test_serial_echo(image):
    guest = subprocess.Popen(
        [QEMU, "-nodefaults", "-accel", "tcg", "-display", "none", "-vga",
         "std", "-serial", "stdio", *PLAIN, *disk(image())],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    said = b""
    try:
        deadline = time.time() + 20
        while b"Type:\r\n" not in said and time.time() < deadline:
            said += os.read(guest.stdout.fileno(), 4096)
        guest.stdin.write(b"who?\r")
        guest.stdin.flush()
        while not said.endswith(b"who?\r\n") and time.time() < deadline:
            said += os.read(guest.stdout.fileno(), 4096)
    finally:
        guest.kill()
        guest.wait()
    assert said.endswith(b"Type:\r\nwho?\r\n"), said


@pytest.mark.parametrize("word, text", [
    ("panic", "asked for on the command line"), ("panic=ouch", "ouch")])
def test_panic(run, word, text):
    end = run(word, "backtrace")
    judge_report(end, rf"panic at kernel/selftest\.c:\d+: {text}")
    judge_backtrace(end, "selftest_run")


FAULTS = {
    # vector and name; function; lines of the report
    "divide": (r"0 \(#DE, divide error\)", "divide"),
    "debug": (r"1 \(#DB, debug\)", "single_step"),
    "breakpoint": (r"3 \(#BP, breakpoint\)", "breakpoint"),
    "ud": (r"6 \(#UD, invalid opcode\)", "invalid_opcode"),
    "double": (r"8 \(#DF, double fault\)", "overflow_stack",
               "^error code 0x0: as always$",
               "^the stack has overflowed into its guard page$"),
    "selector": (r"13 \(#GP, general protection\)", "load_selector",
                 "^error code 0x1238: entry 583 of the GDT$"),
    "gp": (r"13 \(#GP, general protection\)", "not_canonical",
           "^error code 0x0: not about a segment$"),
    "page": (r"14 \(#PF, page fault\)", "write_null",
             "^error code 0x2: page not present, write, kernel mode$",
             "^address 0{14}10$", "CR2 0{14}10$"),
    "read": (r"14 \(#PF, page fault\)", "read_null",
             "^error code 0x0: page not present, read, kernel mode$"),
    "text": (r"14 \(#PF, page fault\)", "write_text",
             "^error code 0x3: page present, write, kernel mode$"),
    "execute": (r"14 \(#PF, page fault\)", "execute_data",
                "^error code 0x11: page present, read, kernel mode, "
                "instruction fetch$"),
}
REGISTERS = ["RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP", "R8 ",
             "R9 ", "R10", "R11", "R12", "R13", "R14", "R15", "RIP", "CR2"]


@pytest.mark.parametrize("word", FAULTS)
def test_fault(run, word):
    name, function, *lines = FAULTS[word]
    end = run(f"fault={word}", "_start")
    judge_report(end, rf"exception {name} at ffffffff8[0-9a-f]{{7}}", *lines,
                 *(rf"\b{r} [0-9a-f]{{16}}" for r in REGISTERS),
                 "^CS 0008 SS 0010 RFLAGS [0-9a-f]{8} CR0 80010033 ")
    judge_backtrace(end, function, function, "selftest_run")


def test_double_fault_has_a_stack_of_its_own(run):
    end = run("fault=double", "_start")
    rsp = int(re.search(r"RSP (\w+)", end.serial).group(1), 16)
    cr2 = int(re.search(r"CR2 (\w+)", end.serial).group(1), 16)
    assert rsp % 4096 == 0 and cr2 == rsp - 8, str(end)


RESERVED = [15, *range(22, 28), 31]
RAISED = {
    # vector: what the headline has, error code, line of the report
    2: ("NMI, non-maskable interrupt", None, None),
    4: ("#OF, overflow", None, None),
    5: ("#BR, bound range exceeded", None, None),
    7: ("#NM, no coprocessor", None, None),
    8: ("#DF, double fault", 1, "error code 0x1: has to be 0"),
    9: ("#09, coprocessor segment overrun", None, None),
    10: ("#TS, invalid TSS", 0x1C, "error code 0x1c: entry 3 of the LDT"),
    11: ("#NP, segment not present", 0x103,
         "error code 0x103: entry 32 of the IDT, "
         "while an interrupt was delivered"),
    12: ("#SS, stack segment fault", 0x10,
         "error code 0x10: entry 2 of the GDT"),
    14: ("#PF, page fault", 0x80FC,
         "error code 0x80fc: page not present, read, user mode, "
         "reserved bit set in a page table, instruction fetch, "
         "protection key, shadow stack, HLAT paging, SGX"),
    16: ("#MF, x87 error", None, None),
    17: ("#AC, alignment check", 0, "error code 0x0: as always"),
    18: ("#MC, machine check", None, None),
    19: ("#XM, SIMD error", None, None),
    20: ("#VE, virtualization", None, None),
    21: ("#CP, control protection", 0x8003,
         "error code 0x8003: no ENDBR, in an enclave"),
    28: ("#HV, hypervisor injection", None, None),
    29: ("#VC, VMM communication", 0x7B,
         "error code 0x7b: of the exception's own kind"),
    30: ("#SX, security", 1, "error code 0x1: of the exception's own kind"),
    **{n: (f"#{n}, reserved", None, None) for n in RESERVED},
}


@pytest.mark.parametrize("vector", RAISED)
def test_raised(run, vector):
    """Those that a kernel cannot bring about at will, or not on a TCG."""
    name, error, line = RAISED[vector]
    word = f"raise={vector}" + ("" if error is None else f",{error:x}")
    end = run(word, "_start")
    judge_report(end, rf"exception {vector} \({name}\) at [0-9a-f]{{16}}",
                 *([f"^{line}$"] if line else []))
    assert ("error code" in end.serial) == (line is not None), str(end)
    judge_backtrace(end, "vector_raise", "selftest_run")


def test_every_exception_is_tested():
    natural = {int(fault[0].split()[0]) for fault in FAULTS.values()}
    assert natural | set(RAISED) == set(range(32))


def test_without_symbols(run):
    end = run("fault=page", "backtrace (names come with mkimage --symbols)",
              options=())
    judge_report(end, r"exception 14 \(#PF, page fault\) at ffffffff8.*",
                 "^  ffffffff8[0-9a-f]{7}$")
    assert not SYMBOL_ROW.search(end.serial), str(end)


def test_interrupt_storm(run):
    end = run("storm", READY)
    found = re.search(r"^storm: (\d+) interrupts in (\d+) rounds, "
                      r"(\d+) rounds differ$", end.serial, re.M)
    assert found, str(end)
    interrupts, rounds, differ = map(int, found.groups())
    assert interrupts >= 4000 and rounds >= 100 and differ == 0, str(end)


def test_bochs(image):
    """An unknown mode of the kernel's own ends in a panic, here in Bochs."""
    end = bochs(image("storm fault=none"),
                until=lambda serial: re.search(r"_start\+.*\n", serial))
    assert end.how == "done", str(end)
    assert re.search(r"^storm: 4\d{3} interrupts in \d+ rounds, "
                     r"0 rounds differ$", end.serial, re.M), str(end)
    judge_report(end, r"panic at kernel/selftest\.c:\d+: fault=none: no fault")


# SSE, AVX, MMX and x87 are known by their registers, and by the few of them
# that name none.
FORBIDDEN = re.compile(
    r"%([xyz]?mm\d|st\b)|\t(f[a-z]\w*|emms|ldmxcsr|stmxcsr|v?zero\w+|xsave\w*"
    r"|xrstor\w*)\b")
HARMLESS = ("\tfs ",)           # a prefix


def disassemble(*arguments):
    return subprocess.run(["objdump", "--no-show-raw-insn", *arguments],
                          check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def forbidden(listing):
    return [line for line in listing.splitlines() if
            FORBIDDEN.search(line) and not any(h in line for h in HARMLESS)]


def test_no_floating_point_nor_vectors():
    listing = disassemble("-d", KERNEL)
    assert listing.count("\n") > 2000
    assert forbidden(listing) == []


@pytest.mark.parametrize("code", [
    "0f 28 c1", "f2 0f 58 c1", "c5 fc 28 c1", "0f 6f c1", "0f 77", "d9 c0",
    "d9 e8", "9b", "0f ae 10", "66 0f 6f 00", "d9 07", "0f ae 07"])
def test_forbidden_instructions_are_found(tmp_path, code):
    (tmp_path / "code").write_bytes(bytes.fromhex(code))
    listing = disassemble("-D", "-b", "binary", "-m", "i386:x86-64",
                          tmp_path / "code")
    assert len(forbidden(listing)) == 1, listing
