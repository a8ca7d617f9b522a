# SPDX-License-Identifier: 0BSD
# test_cpus.py - CPUs with and without what the loader can use, and CPUs that
# lack what it needs.

import re
import subprocess

import pytest

from bochs import bochs
from judge import judge_pass, judge_refused
from machine import BUILD, PLAIN, disk, qemu

# What they lack or have beyond the others stands behind each.
CPUS = [
    "qemu64",                   # no 1 GiB pages
    "qemu64,-nx",
    "qemu64,-nx,+pdpe1gb",
    "Conroe",                   # Intel: SYSCALL in long mode only
    "Nehalem",
    "Opteron_G1",
    "EPYC",
    "Skylake-Client",
    "Icelake-Server",           # LA57
    "max",                      # all that QEMU can do
    "max,-pdpe1gb",
    "max,-nx,-syscall,-tsc",
]


@pytest.mark.parametrize("cpu", CPUS)
def test_cpu(run_contract, cpu):
    # More than 4 GiB, so that there is a gigabyte for a large page.
    run_contract(machine=["-M", "q35", "-m", "6G", "-cpu", cpu])


@pytest.mark.parametrize("cpu", ["qemu64,-nx", "max"])
def test_pie_cpu(run_contract, cpu):
    run_contract("pie", machine=[*PLAIN, "-cpu", cpu])


STATE = re.compile(r"^RAX=(\w+) RBX=\w+ RCX=(\w+) .*?^EFER=(\w+)",
                   re.MULTILINE | re.DOTALL)
MSR_EFER, EFER_LMA = 0xC0000080, 0x400


HANDOFF_SIZE = 0x80             # it is longer; both WRMSRs lie in this


def symbol(name):
    """A function's address in stage2."""
    text = subprocess.run(["nm", BUILD / "stage2.elf"], check=True,
                          stdout=subprocess.PIPE,
                          universal_newlines=True).stdout
    return int(re.search(rf"^(\w+) [Tt] {name}$", text, re.M).group(1), 16)


def test_efer_keeps_lma(contract, tmp_path):
    """AMD's CPUs fault on an LMA that is not the one they have. QEMU does
    not, but logs the registers behind each WRMSR of handoff.asm."""
    path, cmdline = contract("high")
    log = tmp_path / "log"
    judge_pass(qemu([*PLAIN, *disk(path), "-d", "cpu,nochain", "-D", str(log),
                     "-dfilter", f"{symbol('handoff'):#x}+{HANDOFF_SIZE:#x}"]),
               cmdline)
    written = [(int(rax, 16), int(efer, 16))
               for rax, rcx, efer in STATE.findall(log.read_text())
               if int(rcx, 16) == MSR_EFER]
    assert written, "the hand-off was not seen to write EFER"
    for value, efer in written:
        assert value & EFER_LMA == efer & EFER_LMA, hex(value)


# A sentence that names what is missing.
LACKING = [
    ("isapc", "486", "long mode"),
    ("pc", "pentium", "long mode"),
    ("pc", "pentium3", "long mode"),
    ("pc", "qemu32", "long mode"),
    ("pc", "n270", "long mode"),
    ("pc", "qemu64,-lm", "long mode"),
    ("pc", "qemu64,-pae", "PAE"),
    ("pc", "qemu64,-sse2", "SSE2"),
]


@pytest.mark.parametrize("machine, cpu, pattern", LACKING,
                         ids=[cpu for _, cpu, _ in LACKING])
def test_lacking(contract, machine, cpu, pattern):
    path, _ = contract("high")
    end = qemu(["-M", machine, "-m", "64M", "-cpu", cpu, *disk(path)])
    judge_refused(end, rf"^stagecoach: this CPU has no {pattern}")


@pytest.mark.parametrize("cpu", ["p3_katmai", "atom_n270"])
def test_lacking_bochs(contract, cpu):
    path, _ = contract("high")
    judge_refused(bochs(path, cpu), "^stagecoach: this CPU has no long mode")
