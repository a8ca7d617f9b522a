# SPDX-License-Identifier: 0BSD
# test_faults.py - a kernel that faults before it has an IDT of its own gets a
# report, not a silent reset: the same on the serial port and on the screen.

import re
import subprocess

import pytest

import image
from bochs import bochs
from judge import judge_refused
from machine import COLUMNS, PLAIN, disk, qemu

HEX = "0x[0-9a-f]+"
CODE = "0xffffffff8000[0-9a-f]{4}"      # where the kernel "high" lies
REGISTERS = r"""
RAX (V) RBX (V) RCX (V)
RDX (V) RSI (V) RDI (V)
RBP (V) R8  (V) R9  (V)
R10 (V) R11 (V) R12 (V)
R13 (V) R14 (V) R15 (V)
RSP (V) CS SELECTORS RFLAGS ([0-9a-f]{8})
CR0 (V) CR3 (V) CR4 (V)
""".strip().replace("V", "[0-9a-f]{16}").splitlines()
ROW = re.compile(r"^  ([0-9a-f]{16})(?: (\S+)\+0x([0-9a-f]+))?$")


def page(code, address):
    """The headline of a page fault."""
    return rf"exception 14 at ({HEX}), address {address} " \
        rf"\(page fault, error code {code}\)"


def exception(vector, name, code=None):
    code = "" if code is None else f", error code {code}"
    return rf"exception {vector} at {CODE} \({name}{code}\)"


CALLERS = ["provoke_fault", "contract_main"]
# What the kernel does: headline; what it means, "" if that goes without
# saying; the names in the backtrace.
FAULTS = {
    "divide": (exception(0, "divide error"), "", ["divide", *CALLERS]),
    "breakpoint": (exception(3, "breakpoint"), "", ["breakpoint", *CALLERS]),
    "invalid": (exception(6, "invalid opcode"), "", ["invalid", *CALLERS]),
    "avx": (exception(6, "invalid opcode"),
            "AVX: it needs CR4.OSXSAVE and XCR0", ["avx", *CALLERS]),
    "x87": (exception(7, "no coprocessor"),
            "x87 or SSE, and CR0 has TS or EM set", ["x87", *CALLERS]),
    "protection": (
        exception(13, "general protection", "0x0"),
        "an address that is not canonical, or what the CPU forbids",
        ["protection", *CALLERS]),
    "selector": (exception(13, "general protection", "0x1238"),
                 "selector 0x1238 of the GDT", ["selector", *CALLERS]),
    "local-selector": (
        exception(13, "general protection", "0x14"),
        "selector 0x10 of the LDT", ["local_selector", *CALLERS]),
    "software": (rf"vector 14 at {CODE} \(interrupt\)", "",
                 ["software", *CALLERS]),
    "null": (page("0x2", "0x10"), "write to 0x10: page 0, a NULL pointer",
             ["null", *CALLERS]),
    "jump": (r"exception 14 at 0x0, address 0x0 "
             r"\(page fault, error code 0x10\)",
             "execution of 0x0: page 0, a NULL pointer", [None, *CALLERS]),
    "call": (r"exception 14 at 0x0, address 0x0 "
             r"\(page fault, error code 0x10\)",
             "execution of 0x0: page 0, a NULL pointer",
             [None, "call", "contract_main"]),
    "return": ("the kernel returned from _start", "", None),
    "text": (page("0x3", "0xffffffff80000000"),
             "write to 0xffffffff80000000: "
             "the kernel's code (.text), mapped R-X", ["text", *CALLERS]),
    "rodata": (page("0x3", CODE),
               "write to CODE: the kernel's constants (.rodata), mapped R--",
               ["rodata", *CALLERS]),
    "execute": (page("0x11", r"\1"),
                "execution of CODE: the kernel's data, mapped RW-",
                [None, "execute", "contract_main"]),
    "overflow": (page("0x2", "0xffffff[0-9a-f]*ff8"),
                 "write to HEX: the guard page below the stack: an overflow",
                 ["overflow", "contract_main"]),
    "bad-stack": (page("0x2", "0x4ff8"),
                  "write to 0x4ff8: not mapped; physical memory is, from "
                  "0xffff800000000000 on", ["bad_stack", "contract_main"]),
    "above-ram": (page("0x2", "0xffff806000000000"),
                  "write to 0xffff806000000000: not mapped: 0x6000000000 is "
                  "above RAM", ["above_ram", *CALLERS]),
    "device": (page("0x2", "0xfee00000"),
               "write to 0xfee00000: not mapped: 0xfee00000 is above RAM",
               ["device", *CALLERS]),
    "physical": (page("0x2", "0x200000"),
                 "write to 0x200000: not mapped; physical memory is, from "
                 "0xffff800000000000 on", ["physical", *CALLERS]),
    "window": (page("0x2", "0xffffff[0-9a-f]*"),
               "write to HEX: not mapped, between stack, boot_info and "
               "modules", ["window", *CALLERS]),
    "irq0": (f"interrupt from IRQ 0 at {CODE}, and no handler", "",
             ["irq0", *CALLERS]),
    "irq8": (f"interrupt from IRQ 8 at {CODE}, and no handler", "",
             ["irq8", *CALLERS]),
    "loop": (exception(6, "invalid opcode"), "",
             ["loop", "provoke_fault", "_start"]),
    "wild-frame": (exception(6, "invalid opcode"), "",
                   ["wild_frame", "provoke_fault"]),
    "deep": (exception(6, "invalid opcode"), "", ["deeper"] * 11),
    "nmi": (exception(2, "NMI"),
            "port 61h is HEX (bit 7: memory or bus error, 6: a device's)",
            ["fault_nmi", *CALLERS]),
    "double": (exception(8, "double fault", "0x0"),
               "an exception that could not be delivered",
               ["fault_double", *CALLERS]),
    "gdt": (exception(6, "invalid opcode"), "", ["fault_gdt", *CALLERS]),
    "reserved": (page("0x[ab]", "0xa0000"),
                 "write to 0xa0000: a page table entry has a reserved bit set",
                 ["fault_reserved", *CALLERS]),
    "tables": (page("0x2", "0xffff800000000000"),
               "write to 0xffff800000000000: not mapped; the loader's tables "
               "have it", ["fault_tables", *CALLERS]),
    "step": (exception(1, "debug"), "", ["fault_step", *CALLERS]),
    "into": (r"exception 4 at 0xa0007 \(overflow\)", "", [None, *CALLERS]),
    "bound": (r"exception 5 at 0xa0005 \(bound range\)", "",
              [None, *CALLERS]),
    "tss": (exception(10, "invalid TSS", "0x30"), "selector 0x30 of the GDT",
            ["fault_tss", *CALLERS]),
    "absent": (exception(11, "segment not present", "0x28"),
               "selector 0x28 of the GDT", ["fault_absent", *CALLERS]),
    "x87-error": (exception(16, "x87 error"), "",
                  ["fault_x87_error", *CALLERS]),
    "user": (r"exception 14 at 0xa0007, address 0xffffffff80000000 "
             r"\(page fault, error code 0x5\)",
             "user mode: read from 0xffffffff80000000: the kernel's code "
             "(.text), mapped R-X", [None, *CALLERS]),
}


def software(vector, name, code=None):
    """What only `int` brings about or, where an error code belongs to it, a
    jump to the gate with the frame that the CPU would have made."""
    way = "int" if code is None else "raise"
    return {f"{way}-{vector}": (exception(vector, name, code), "",
                                [f"fault_{way}", *CALLERS])}


# 9 came from a coprocessor of its own, 15 comes from a PIC, 20 to a guest of a
# hypervisor, 21 to a kernel with CET, whose gates begin otherwise than ours.
FAULTS.update({
    **software(9, "coprocessor overrun"), **software(15, "spurious IRQ 7"),
    **software(20, "virtualization"),
    **software(21, "control protection", "0x3"),
})
# Where the machines differ: QEMU has a general protection fault for a stack
# that is not canonical, counts gates by their vector times 16, and reads zeros
# where there is no memory. Its TCG checks no alignment, and never raises what
# SSE's control word asks for; but its monitor can break the machine.
ONLY_QEMU = {
    "watch": (exception(1, "debug"), "", ["fault_watch", *CALLERS]),
    "absent-stack": (exception(12, "stack fault", "0x28"),
                     "selector 0x28 of the GDT",
                     ["fault_absent_stack", *CALLERS]),
    "machine-check": (exception(18, "machine check"), "",
                      ["fault_machine_check", *CALLERS]),
    **software(17, "alignment check", "0x0"), **software(19, "SIMD error"),
    **software(22, "reserved"), **software(28, "reserved"),
    **software(29, "reserved", "0x7b"), **software(30, "reserved", "0x1"),
    **software(31, "reserved"),
    "wild-table": (page("0x2", "0x8000000000"),
                   "write to 0x8000000000: not mapped: 0x8000000000 is above "
                   "RAM", ["fault_wild_table", *CALLERS]),
}
ONLY_BOCHS = {
    "wild-stack": (exception(12, "stack fault", "0x0"),
                   "an address in the stack that is not canonical",
                   ["wild_stack", "contract_main"]),
    "gate": (exception(13, "general protection", "0x402"),
             "gate 128 of the IDT", ["fault_gate", *CALLERS]),
    "wild-table": (page("0xb", "0x8000000000"),
                   "write to 0x8000000000: a page table entry has a reserved "
                   "bit set", ["fault_wild_table", *CALLERS]),
    "delivery": (exception(11, "segment not present", "0x33"),
                 "gate 6 of the IDT, while an interrupt was delivered",
                 ["fault_delivery", *CALLERS]),
    "alignment": (r"exception 17 at 0xa0000 "
                  r"\(alignment check, error code 0x0\)", "",
                  [None, *CALLERS]),
    **software(18, "machine check"),
    "sse-error": (exception(19, "SIMD error"), "",
                  ["fault_sse_error", *CALLERS]),
}

# The bytes at RIP, where these tell it from the next instruction or the last:
# a trap's is behind what brought it about, a fault's is the culprit itself.
CODE_BYTES = {
    "step": "0f 0b", "watch": "0f 0b", "into": "0f 0b",
    "bound": "62 05 00 01 0a 00", "tss": "cd 80", "absent": "8e e0",
    "absent-stack": "8e d0", "x87-error": "9b 0f 0b",
    "sse-error": "f3 0f 5e c8", "user": "8a 00 0f 0b",
    "alignment": "8b 05 ff 00 00 00", "delivery": "0f 0b",
}
SELECTORS = {"into": "0018 SS 0010", "bound": "0018 SS 0010",
             "user": "0023 SS 002b", "alignment": "0023 SS 002b"}
NO_CODE = ("jump", "call")      # at address 0

# What QEMU's monitor is told: a bank of the CPU's, its status (valid,
# uncorrected, enabled, with an address, context corrupt), MCG_STATUS (machine
# check in progress, RIP is good) and the rest.
BREAK = "mce 0 1 0xb600000000000000 0x5 0x1000 0"


class Breaker:
    """Breaks a machine once, when the kernel waits for that."""

    def __init__(self):
        self.done = False

    def __call__(self, monitor, folder):
        if not self.done and "waits for a machine check" in (
                folder / "serial").read_text("cp437"):
            self.done = True
            monitor.ask("human-monitor-command", **{"command-line": BREAK})


def boot_qemu(path):
    return qemu([*PLAIN, "-cpu", "max", *disk(path)], until=Breaker())


MACHINES = {"qemu": (boot_qemu, {**FAULTS, **ONLY_QEMU}),
            "bochs": (bochs, {**FAULTS, **ONLY_BOCHS})}
ROWS = [(machine, name) for machine, (_, faults) in MACHINES.items()
        for name in faults]


def report_of(end, headline):
    """The report's lines; the screen begins with the same."""
    judge_refused(end, rf"^stagecoach: {headline}$")
    lines = end.serial[end.serial.index("stagecoach: "):].splitlines()
    wrapped = [line[i:i + COLUMNS].rstrip() for line in lines
               for i in range(0, len(line) or 1, COLUMNS)]
    assert end.rows[:len(wrapped)] == wrapped, str(end)
    return lines


def take(lines, form, end):
    """The first line, which has to look like this."""
    assert lines and re.fullmatch(form, lines[0]), f"no {form!r}\n{end}"
    return lines.pop(0)


def symbols(elf):
    text = subprocess.run(["nm", elf], stdout=subprocess.PIPE,
                          universal_newlines=True, check=True).stdout
    return {name: int(value, 16) for value, name in
            re.findall(r"^(\w+) [Tt] (\S+)$", text, re.M)}


def judge_backtrace(lines, names, known, end, slide=0):
    """These functions, each where nm has it."""
    rows = [ROW.match(line) for line in lines]
    assert all(rows), str(end)
    assert [row.group(2) for row in rows] == names, str(end)
    for row in rows:
        address, name, offset = row.groups()
        assert name is None or int(address, 16) == \
            known[name] + slide + int(offset, 16), str(end)


def words_of(name, headline):
    """What the kernel is told, such as fault=null, or fault=int vector=9."""
    way, _, vector = name.partition("-")
    if not vector.isdigit():
        return f"fault={name}"
    code = re.search("error code (0x[0-9a-f]+)", headline)
    return f"fault={way} vector={vector}" + (
        f" code={code.group(1)}" if code else "")


def judge_fault(contract, machine, name, options=()):
    boot, faults = MACHINES[machine]
    headline, meaning, names = faults[name]
    path, _ = contract("high", words=words_of(name, headline),
                       options=["--symbols", *options])
    end = boot(path)
    lines = report_of(end, headline)[1:]
    if meaning:
        take(lines, re.escape(meaning).replace("HEX", HEX)
             .replace("CODE", CODE), end)
    for form in REGISTERS:
        take(lines, form.replace("SELECTORS",
                                 SELECTORS.get(name, "0008 SS 0010")), end)
    if names is None:
        assert not lines, str(end)
        return
    if name not in NO_CODE:
        code = take(lines, r"code( [0-9a-f]{2}){8}", end)
        assert code.startswith("code " + CODE_BYTES.get(name, "")), str(end)
    take(lines, "backtrace:", end)
    if " at 0x" in end.message:
        rip = re.search(" at 0x([0-9a-f]+)", end.message).group(1)
        assert lines[0].startswith(f"  {rip:0>16}"), str(end)
    if len(names) == 11:
        assert lines.pop() == "  and more", str(end)
    judge_backtrace(lines, names, symbols(image.kernel("contract-high")), end)


@pytest.mark.parametrize("machine, name", ROWS, ids=map("-".join, ROWS))
def test_fault(contract, machine, name):
    judge_fault(contract, machine, name)


@pytest.mark.parametrize("machine", MACHINES)
def test_every_exception_is_there(machine):
    """In QEMU some of those that have no name, too."""
    vectors = {int(vector) for headline, _, _ in MACHINES[machine][1].values()
               for vector in re.findall(r"^exception (\d+)", headline)}
    assert vectors - {22, 28, 29, 30, 31} == set(range(22))


@pytest.mark.parametrize("name", ["null", "call", "text", "overflow", "deep",
                                  "wild-frame"])
@pytest.mark.parametrize("machine", MACHINES)
def test_no_physical_memory(contract, machine, name):
    """The kernel's tables do not map it, as wished: nothing is missing."""
    judge_fault(contract, machine, name, ["--phys-offset=none"])


def test_numbers(contract):
    """Registers and code bytes are those of the fault."""
    path, _ = contract("high", words="fault=divide")
    end = boot_qemu(path)
    report = "\n".join(report_of(end, exception(0, "divide error")))
    assert "RAX 0000000000000001" in report, str(end)
    assert "RDX 0000000000000000" in report, str(end)
    assert "CR0 0000000080010033" in report, str(end)
    assert "CR4 0000000000000620" in report, str(end)
    assert re.search(r"^code f7 f", report, re.M), str(end)       # div


def test_moved(contract):
    """Names of a kernel that does not run where it was linked."""
    elf = image.kernel("contract-pie")
    path, _ = contract("pie", words="fault=null", options=["--symbols"])
    end = boot_qemu(path)
    lines = report_of(end, page("0x2", "0x10"))
    at = lines.index("backtrace:") + 1
    judge_backtrace(lines[at:], ["null", *CALLERS], symbols(elf), end,
                    image.placement(elf)[1])


def test_no_symbols(contract):
    """Without names, and with a frame pointer that leads nowhere."""
    path, _ = contract("high", words="fault=wild-frame")
    end = boot_qemu(path)
    lines = report_of(end, exception(6, "invalid opcode"))[-3:]
    take(lines, re.escape("backtrace (names come with mkimage --symbols):"),
         end)
    take(lines, "  ffffffff8000[0-9a-f]{4}", end)
    take(lines, re.escape("  no callers (they need -fno-omit-frame-pointer)"),
         end)


def test_hole(contract):
    """Below the end of RAM, but not RAM."""
    path, _ = contract("high", words="fault=hole")
    end = qemu(["-M", "pc", "-m", "5G", *disk(path)])
    lines = report_of(end, page("0x2", "0xffff8000fee00000"))
    assert lines[1] == "write to 0xffff8000fee00000: " \
        "not mapped: 0xfee00000 is not RAM", str(end)


NESTED = r"exception 14 at 0x(?:[678]|17)[0-9a-f]{3} while reporting one"


@pytest.mark.parametrize("machine", MACHINES)
def test_fault_in_the_report(contract, machine):
    """The names are gone, which the backtrace wants to read."""
    path, _ = contract("high", words="fault=no-names", options=["--symbols"])
    end = MACHINES[machine][0](path)
    lines = report_of(end, exception(6, "invalid opcode"))
    assert "backtrace:" in lines, str(end)
    take(lines[-1:], NESTED, end)
    assert end.serial.count("while reporting one") == 1, str(end)


@pytest.mark.parametrize("machine", MACHINES)
def test_no_screen(contract, machine):
    """The screen is gone: its line is on the serial port all the same."""
    path, _ = contract("high", words="fault=no-screen")
    end = MACHINES[machine][0](path)
    assert end.how == "refused", str(end)
    assert re.fullmatch("stagecoach: " + exception(6, "invalid opcode") +
                        rf"\n+{NESTED}\n",
                        end.serial[end.serial.index("stagecoach: "):]), \
        str(end)
