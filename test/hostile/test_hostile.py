# SPDX-License-Identifier: 0BSD
# test_hostile.py - the loader under a BIOS that does what BIOSes have done,
# and worse: it boots, or says why it cannot.

import random
import re

import pytest

import image
from hostile import ACPI, RESERVED, USABLE, boot, boot_bochs, e820
from judge import judge_pass, judge_refused

MIB = 1 << 20
MACHINE = ["-M", "pc", "-m", "32M"]
MAX = [*MACHINE, "-cpu", "max"]

CR0 = 0x6005000C        # NW, CD, AM, WP, TS, EM
CR4 = 0x6F8             # what every CPU of ours has
CR4_MAX = 0x751FFF      # LA57, SMEP, SMAP, PKE, ...
EFER = 0x901            # NXE, LME, SCE
STATE = {"state_cr0": CR0, "state_cr4": CR4, "state_efer": EFER,
         "state_gdt": 1, "state_idt": 1, "state_nmi": 1}
ENTER = {"enter_garbage": 1, "enter_flags": 1, "enter_07c0": 1,
         "enter_bpb": 1, "enter_pic": 1, "enter_key": 1, "enter_a20_off": 1,
         "enter_state": 1}
LEAVE = {"leave_clobber": 1, "leave_flags": 1, "leave_a20_off": 1,
         "leave_state": 1, "leave_burn": 4096}

# Enough to read, so that there is a lot that can fail.
MODULES = (70000, 100000)

# What a machine of 32 MiB really has.
TOP = 32 * MIB - 0x20000
MAP = [(0, 0x9FC00, USABLE), (0x9FC00, 0xA0000, RESERVED),
       (0xF0000, MIB, RESERVED), (MIB, TOP, USABLE),
       (TOP, 32 * MIB, RESERVED), (0xFFFC0000, 1 << 32, RESERVED)]
NOWHERE = (40 * MIB, 80 * MIB, USABLE)  # there is no such memory
E820_ONLY = {"no_e801": 1, "no_88": 1}
ALL_MEMORY = f"ram usable={30 * MIB}"


@pytest.fixture
def run(tmp_path):
    """Boots the contract kernel, which writes to all memory that it is told
    of. played is what the letters of params.inc match."""
    def run(faults, played=None, machine=MACHINE, refused=None, **how):
        path, cmdline = image.contract("high", tmp_path, ALL_MEMORY, MODULES)
        layout = image.Layout(path)
        faults = {name: value(layout) if callable(value) else value
                  for name, value in faults.items()}
        end, letters = boot(path, tmp_path, faults, machine, **how)
        if refused:
            judge_refused(end, refused)
        else:
            judge_pass(end, cmdline)
        if played is not None:
            assert re.fullmatch(played, letters), \
                f"the faults played are {letters!r}, not /{played}/"
    return run


def rows(table):
    return pytest.mark.parametrize("row", table.values(), ids=table)


# ---- how the boot sector is entered ---------------------------------------

ENTRIES = {
    "honest": ({}, ""),
    "garbage": ({"enter_garbage": 1}, ""),
    "flags": ({"enter_flags": 1}, ""),
    "07c0": ({"enter_07c0": 1}, ""),
    "bpb": ({"enter_bpb": 1}, ""),
    "pic": ({"enter_pic": 1}, ""),
    "key": ({"enter_key": 1}, ""),
    "cr0": ({"enter_state": 1, "state_cr0": CR0}, ""),
    "cr4": ({"enter_state": 1, "state_cr4": CR4}, ""),
    "efer": ({"enter_state": 1, "state_efer": EFER}, ""),
    "tables": ({"enter_state": 1, "state_gdt": 1, "state_idt": 1}, ""),
    "a20": ({"enter_a20_off": 1}, ""),
    "a20-kbc": ({"enter_a20_off": 2}, ""),
    # That 2401h is called shows that A20 was off.
    "a20-bios-refuses": ({"enter_a20_off": 1, "bios_a20": 1}, "2+"),
    "a20-bios-lies": ({"enter_a20_off": 1, "bios_a20": 2}, "2+"),
    "a20-bios-lies-key": ({"enter_a20_off": 2, "bios_a20": 2, "enter_key": 1},
                          "2+"),
    "all": ({**ENTER, **STATE, "enter_drive": 0xFF, "bios_a20": 2}, "2+"),
    **{f"drive-{drive:02x}": ({"enter_drive": drive}, "")
       for drive in (0x00, 0x01, 0x7F, 0x81, 0x8F, 0x90, 0xFF)},
}


@rows(ENTRIES)
def test_entry(run, row):
    run(*row)


def test_entry_other_disk(run, tmp_path):
    """The drive that DL names is there, and boots, but is not ours."""
    other = image.mkimage(image.kernel("contract-2m"), tmp_path / "other.img")
    run({"enter_drive": 0x81}, machine=[
        *MACHINE, "-drive",
        f"if=none,id=d1,format=raw,file={other},snapshot=on",
        "-device", "ide-hd,drive=d1,bus=ide.1"], device="ide-hd,bus=ide.0")


# ---- what a call leaves behind --------------------------------------------

RETURNS = {
    "registers": ({"leave_clobber": 1}, "c+"),
    "flags": ({"leave_flags": 1}, "f+"),
    "stack": ({"leave_burn": 20000}, "b+"),
    "a20": ({"leave_a20_off": 1}, "a+"),
    "a20-bios-refuses": ({"leave_a20_off": 1, "bios_a20": 1}, "(a|2a)+"),
    "a20-bios-lies": ({"leave_a20_off": 1, "bios_a20": 2}, "(a|2a)+"),
    **{name[6:]: ({"leave_state": 1, name: value}, "s+")
       for name, value in STATE.items()},
    "state": ({"leave_state": 1, **STATE}, "s+"),
    "all": ({**LEAVE, **STATE, "bios_a20": 2}, "(2?bsacf)+"),
    "entry-too": ({**ENTER, **LEAVE, **STATE, "bios_a20": 2},
                  "(2?bsacf)+"),
}


@rows(RETURNS)
def test_return(run, row):
    run(*row)


@pytest.mark.parametrize("bit", [b for b in range(23) if CR4_MAX >> b & 1])
def test_cr4(run, bit):
    """Every bit of CR4 that a new CPU has and a BIOS can set."""
    run({"enter_state": 1, "leave_state": 1, "state_cr4": 1 << bit}, "s+",
        MAX)


# ---- INT 13h ---------------------------------------------------------------

NO_EDD = {"no_edd": 1}
REST = 2        # what stage1 reads if it can, and can do without


def module_start(layout):
    """A sector that nobody brings before the files are read."""
    lba, _ = layout.part("module")
    assert lba > 1 + 96
    return lba


def image_end(layout):
    return layout.files[-1]["lba"] + layout.files[-1]["sectors"]


NO_GEOMETRY = r"^stagecoach: disk 01$"

DISKS = {
    "no-edd": (NO_EDD, "e+"),
    "no-41": ({"no_41": 1}, "q"),
    "no-42": ({"no_42": 1}, "l+"),
    "trash-dl": ({"trash_dl": 1}, "d"),
    "edd48-fails": ({"edd48": 1}, "p"),
    "edd48-silent": ({"edd48": 2}, "p"),
    "edd48-ones": ({"edd48": 3}, "p"),
    "geometry-fails": ({"geometry": 1}, "g"),
    "geometry-zero": ({"geometry": 2}, "g"),
    "geometry-zero-no-41": ({"geometry": 2, "no_41": 1}, "gq"),
    "cross-64k": ({"cross_64k": 1}, ""),
    "cross-64k-no-edd": ({"cross_64k": 1, **NO_EDD}, "e+"),
    "corrected": ({"corrected": 1}, "C+"),
    "corrected-no-edd": ({"corrected": 1, **NO_EDD}, "[Ce]+"),
    "wrong-al-no-edd": ({"wrong_al": 1, **NO_EDD}, "[Ae]+"),
    # The most that each stage takes, and each time less than five.
    "fails-first": ({"fail_count": 9}, "F{9}"),
    "fails-rest": ({"fail_count": 15, "fail_from": REST}, "F{15}"),
    "fails-files": ({"fail_count": 15, "fail_from": module_start}, "F{15}"),
    "fails-sticky": ({"fail_count": 9, "fail_sticky": 1}, "F{9}"),
    "fails-each": ({"fail_count": 1, "fail_again": 1}, "F+"),
    "fails-each-sticky": ({"fail_count": 2, "fail_again": 2,
                           "fail_sticky": 1}, "F+"),
    "fails-each-4": ({"fail_count": 4, "fail_again": 4}, "F+"),
    "fails-each-no-edd": ({"fail_count": 2, "fail_again": 2, **NO_EDD},
                          "[Fe]+"),
    "fails-if-off": ({"fail_if_off": 1, "leave_flags": 1, "enter_flags": 1},
                     "f+"),
    # A sector that reads differently the next time: stage1 reads again.
    "flip-once": ({"flip_lba": 1, "flip_count": 1}, r"\^"),
    "bad-nobody-needs": ({"bad_lba": image_end, "bad_count": 100}, ""),
    **{f"limit-{n}": ({"limit": n}, "m+") for n in (1, 16, 63, 64, 127)},
    **{f"limit-{n}-no-edd": ({"limit": n, **NO_EDD}, "[em]+m[em]*")
       for n in (1, 16)},
    **{f"short-{n}": ({"limit": n, "limit_how": 1}, "m+")
       for n in (1, 16, 64, 127)},
    **{f"short-{n}-no-edd": ({"limit": n, "limit_how": 1, **NO_EDD},
                             "[em]+m[em]*") for n in (1, 16, 60)},
}


@rows(DISKS)
def test_disk(run, row):
    run(*row)


def first_of(part):
    return lambda layout: layout.part(part)[0]


def worse(faults):
    """The message comes through whatever INT 10h does."""
    return {**faults, **LEAVE, **STATE, **ENTER}


FOREVER = {"fail_count": 0xFFFF}
BAD_SECTORS = {
    "first": r"^stagecoach: disk 10$",
    "early": r"^stagecoach: disk 10$",
    "rest": r"^stagecoach: disk 10$",
    "kernel": r"^stagecoach: \S+: cannot read sector {lba} of drive 80: "
              r"BIOS status 10$",
    "module": r"^stagecoach: \S+: cannot read sector {lba} of drive 80: "
              r"BIOS status 10$",
}
FATAL = {
    "no-edd-no-geometry": ({**NO_EDD, "geometry": 1}, NO_GEOMETRY, "e+g"),
    "no-edd-zero-geometry": ({**NO_EDD, "geometry": 2}, NO_GEOMETRY, "e+g"),
    "fails-200": ({"fail_count": 200}, r"^stagecoach: disk 80$", "F{20}"),
    "fails-200-rest": ({"fail_count": 200, "fail_from": REST},
                       r"^stagecoach: disk 80$", "F{16}"),
    "fails-200-files": ({"fail_count": 200, "fail_from": module_start},
                        r"^stagecoach: \S+: cannot read sector \d+ of drive "
                        r"80: BIOS status 80$", "F{16}"),
    "fails-status": ({"fail_count": 200, "fail_status": 0xBB},
                     r"^stagecoach: disk BB$", "F{20}"),
    "fails-always": (FOREVER, r"^stagecoach: disk 80$", "F{20}"),
    **{f"fails-{name}-worse": (worse(faults), message, None)
       for name, faults, message in (
           ("first", FOREVER, r"^stagecoach: disk 80$"),
           ("rest", {**FOREVER, "fail_from": REST}, r"^stagecoach: disk 80$"),
           ("files", {**FOREVER, "fail_from": module_start},
            r"^stagecoach: \S+: cannot read sector \d+ of drive 80: "
            r"BIOS status 80$"))},
    **{f"flip-{part}": ({"flip_lba": first_of(part), "flip_count": 0xFFFF},
                        message, r"\^+") for part, message in (
        ("first", r"^stagecoach: bad loader$"),
        ("early", r"^stagecoach: bad loader$"),
        ("rest", r"^stagecoach: bad loader$"),
        ("super", r"^stagecoach: image: .* does not match its checksum"),
        ("directory", r"^stagecoach: image: .* does not match its checksum"),
        ("table", r"^stagecoach: contract-high.elf: .* does not match"),
        ("kernel", r"^stagecoach: contract-high.elf: .* does not match"),
        ("module", r"^stagecoach: modulea: .* does not match"))},
    # A BIOS that reads less and says it has read all: only the sum sees it.
    **{f"short-silent-{n}": ({"limit": n, "limit_how": 2},
                             "^stagecoach: (bad loader|.*does not match)",
                             "m+") for n in (1, 16, 127)},
}


@rows(FATAL)
def test_fatal(run, row):
    faults, message, played = row
    run(faults, played, refused=message)


@pytest.mark.parametrize("part", BAD_SECTORS)
def test_bad_sectors(run, tmp_path, part):
    path, _ = image.contract("high", tmp_path, ALL_MEMORY, MODULES)
    lba, _ = image.Layout(path).part(part)
    if part in ("kernel", "module"):
        lba = max(lba, 1 + 96)          # not what comes with stage2
    run({"bad_lba": lba, "bad_count": 3}, "B+",
        refused=BAD_SECTORS[part].format(lba=lba))


# ---- INT 12h and 15h -------------------------------------------------------

MEMORY = {
    "honest": (e820(*MAP), ""),
    "24-bytes": ({**e820(*MAP), "e820_bytes": 24}, ""),
    "unsorted": (e820(*MAP[::-1]), ""),
    "overlapping": (e820(*MAP, (30 * MIB, 64 * MIB, USABLE),
                         (TOP, 64 * MIB, RESERVED)), ""),
    "overlapping-before": (e820((TOP, 64 * MIB, RESERVED),
                                (30 * MIB, 64 * MIB, USABLE), *MAP), ""),
    "twice": (e820(*MAP, *MAP), ""),
    "past-the-end": (e820(*MAP[:3], (MIB, (1 << 64) - 1, USABLE),
                          (TOP, (1 << 64) - 1, RESERVED)), ""),
    "odd-ends": (e820(*MAP[:3], (MIB, TOP + 0xABC, USABLE),
                      (TOP - 0xABC, 32 * MIB, ACPI)), ""),
    "zero-length": (e820((40 * MIB, 40 * MIB, USABLE),
                         (0x5000, 0x5000, RESERVED), *MAP,
                         (5 * MIB, 5 * MIB, ACPI)), ""),
    "disabled": ({**e820((MIB, 20 * MIB, RESERVED, 0), (*NOWHERE, 0), *MAP),
                  "e820_bytes": 24}, ""),
    "all-disabled": ({**e820(*((*entry, 0) for entry in MAP)),
                      "e820_bytes": 24}, ""),
    "unknown-types": (e820(*MAP, (31 * MIB, TOP, 77), (0, 0, 0)), ""),
    "ends-by-carry": ({**e820(*MAP), "e820_how": 1}, "3"),
    "opaque": ({**e820(*MAP), "e820_opaque": 1}, "o+"),
    "opaque-ends-by-carry": ({**e820(*MAP), "e820_opaque": 1, "e820_how": 1},
                             "o+3"),
    "endless": ({**e820(*MAP), "e820_how": 2}, "3+"),
    "endless-opaque": ({**e820(*MAP), "e820_how": 2, "e820_opaque": 1},
                       "[3o]+"),
    "clobber": ({**e820(*MAP), **LEAVE, **STATE}, "[bsacf]+"),
}


@rows(MEMORY)
def test_memory(run, row):
    """No other call says what memory there is."""
    faults, played = row
    run({**E820_ONLY, **faults}, played)


# Neither claims memory that is not there, whatever E820 said before.
FALLBACK = {
    "no-e820": ({"no_e820": 1}, "8"),
    "no-e820-e801": ({"no_e820": 1, "no_e801": 1}, "81h?"),
    "e801-ax-bx": ({"no_e820": 1, "no_e801": 2, "no_88": 1}, "81"),
    "e801-zeros": ({"no_e820": 1, "no_e801": 3}, "81"),
    "no-88": ({"no_e820": 1, "no_88": 1}, "8"),
    "lost-at-once": ({**e820(NOWHERE, *MAP), "e820_lost": 1}, "L"),
    "lost-midway": ({**e820(NOWHERE, *MAP), "e820_lost": 3}, "L"),
    "lost-at-the-end": ({**e820(NOWHERE, *MAP), "e820_lost": 7}, "L"),
    "lost-no-e801": ({**e820(NOWHERE, *MAP), "e820_lost": 3, "no_e801": 1},
                     "L1"),
    "clobber": ({"no_e820": 1, "no_88": 1, **LEAVE, **STATE}, "[8bsacf]+"),
}


@rows(FALLBACK)
def test_fallback(run, row):
    run(*row)


TOO_LITTLE = {
    "no-map": ({"no_e820": 1, **E820_ONLY}, "^stagecoach: no memory map",
               "81h"),
    "no-map-after-loss": ({**e820(NOWHERE, *MAP), "e820_lost": 3,
                           **E820_ONLY}, "^stagecoach: no memory map", "L1h"),
    "low": ({"low_kib": 400}, "^stagecoach: not enough low memory: 512 KiB "
            "needed, 400 KiB are free", "k"),
    "high": (e820(*MAP[:3]), "^stagecoach: not enough memory: .* need "
             r"\d+ KiB, \d+ KiB are free", ""),
}


@rows(TOO_LITTLE)
def test_too_little(run, row):
    faults, message, played = row
    run(faults, played, refused=message)


# ---- all of it together ----------------------------------------------------

ONE_OF = [
    [{}, NO_EDD, {"no_41": 1}, {"no_42": 1}, {"trash_dl": 1}, {"edd48": 3},
     {"geometry": 2}],
    [{}, {"fail_count": 2, "fail_again": 2}, {"fail_count": 4},
     {"fail_count": 1, "fail_again": 1, "fail_sticky": 1}],
    [{}, {"limit": 16}, {"limit": 100}, {"limit": 16, "limit_how": 1},
     {"cross_64k": 1}, {"corrected": 1}, {"wrong_al": 1}],
    [{}, {"no_e820": 1}, {"no_e820": 1, "no_e801": 1}, e820(*MAP[::-1]),
     {**e820(*MAP), "e820_how": 2, "e820_opaque": 1},
     {**e820(NOWHERE, *MAP), "e820_lost": 3}],
    [{}, {"bios_a20": 1}, {"bios_a20": 2}],
    [{}, {"enter_drive": 0}, {"enter_drive": 0x81}, {"enter_drive": 0xFF}],
]
ANY_OF = [*({name: value} for name, value in {**ENTER, **LEAVE}.items()),
          *({name: value} for name, value in STATE.items())]


@pytest.mark.parametrize("seed", range(24))
def test_together(run, seed):
    """Faults that a boot survives alone it survives together."""
    rng = random.Random(seed)
    faults = {}
    for choice in [rng.choice(group) for group in ONE_OF] + \
            [choice for choice in ANY_OF if rng.random() < 0.5]:
        faults.update(choice)
    print(faults)
    run(faults, timeout=30)


# ---- the same under another CPU and another BIOS ---------------------------

BOCHS = {
    "honest": {},
    "entry": {**ENTER, **STATE, "enter_drive": 0xFF, "bios_a20": 2},
    "return": {**LEAVE, **STATE, "bios_a20": 2},
    "no-edd": NO_EDD,
    "fails": {"fail_count": 2, "fail_again": 2, "limit": 16},
    "memory": {**e820(NOWHERE, *MAP), "e820_lost": 3, **LEAVE},
}


@rows(BOCHS)
def test_bochs(tmp_path, row):
    path, cmdline = image.contract("high", tmp_path, "", MODULES[:1])
    judge_pass(boot_bochs(path, tmp_path, row, megs=32), cmdline)


@pytest.mark.parametrize("part", ["first", "rest"])
def test_bochs_bad_sector(tmp_path, part):
    path, _ = image.contract("high", tmp_path, "", MODULES[:1])
    lba, _ = image.Layout(path).part(part)
    judge_refused(boot_bochs(path, tmp_path,
                             {"bad_lba": lba, "bad_count": 1, **LEAVE},
                             megs=32), "^stagecoach: disk 10$")
