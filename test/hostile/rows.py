# SPDX-License-Identifier: 0BSD
"""rows.py - what firmware may do, and how a boot under it has to end.

A row must end in a verified boot. The rows in FATAL and TOO_LITTLE alone end
in a message, and in that one: EDD and geometry both refused, sectors that are
bad for good, data that is wrong, failures without end, no memory map at all,
too little memory. Numbers in braces are functions of the image's layout.

The same rows are played in QEMU (test_hostile.py), in Bochs (long_bochs.py)
and to other loaders (peers.py)."""

import re
from dataclasses import dataclass
from typing import Any, Optional

from hostile import ACPI, RESERVED, USABLE, e820
from judge import judge_pass, judge_refused
from machine import ROOT

MIB = 1 << 20
# What the loader needs of low memory.
LOW_KIB = int(re.search(r"define LOW_FREE +(\w+)", (
    ROOT / "include/layout.h").read_text()).group(1), 0) // 1024
MACHINE = ["-M", "pc", "-m", "32M"]

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

# What a machine of 32 MiB really has.
TOP = 32 * MIB - 0x20000
MAP = [(0, 0x9FC00, USABLE), (0x9FC00, 0xA0000, RESERVED),
       (0xF0000, MIB, RESERVED), (MIB, TOP, USABLE),
       (TOP, 32 * MIB, RESERVED), (0xFFFC0000, 1 << 32, RESERVED)]
NOWHERE = (40 * MIB, 80 * MIB, USABLE)  # there is no such memory
E820_ONLY = {"no_e801": 1, "no_88": 1}


@dataclass(frozen=True)
class Row:
    faults: dict        # values may be functions of the layout
    played: Optional[str] = None    # what the letters of params.inc match
    refused: Any = None     # the message, or a function of the layout
    cpu: Optional[str] = None
    words: str = ""         # what the kernel is to find
    options: tuple = ()     # mkimage's

    def parameters(self, layout):
        return {name: value(layout) if callable(value) else value
                for name, value in self.faults.items()}

    def judge(self, end, letters, cmdline, layout=None):
        """Did it end as it should, and were the faults played?"""
        if self.refused:
            judge_refused(end, self.refused(layout)
                          if callable(self.refused) else self.refused)
        else:
            judge_pass(end, cmdline)
        assert self.played is None or re.fullmatch(self.played, letters), \
            f"the faults played are {letters!r}, not /{self.played}/"


# ---- how the boot sector is entered ---------------------------------------

TICKING = {"enter_pit": 100, "enter_pic": 1}    # 12,000 ticks a second

ENTRIES = {
    "honest": Row({}, ""),
    "garbage": Row({"enter_garbage": 1}, ""),
    "flags": Row({"enter_flags": 1}, ""),
    "07c0": Row({"enter_07c0": 1}, ""),
    "bpb": Row({"enter_bpb": 1}, ""),
    "pic": Row({"enter_pic": 1}, ""),
    "key": Row({"enter_key": 1}, ""),
    "ticking": Row(TICKING, ""),
    # Stacks that lie where a loader wants to be: as Bochs' BIOS has it, in
    # and behind the boot sector, below a whole segment.
    **{f"stack-{at:08x}": Row({"enter_stack": at}, "") for at in
       (0xFFD6, 0x7C00, 0x7E00, 0x8400, 0x07C00200, 0x90000400)},
    "cr0": Row({"enter_state": 1, "state_cr0": CR0}, ""),
    "cr4": Row({"enter_state": 1, "state_cr4": CR4}, ""),
    "efer": Row({"enter_state": 1, "state_efer": EFER}, ""),
    "tables": Row({"enter_state": 1, "state_gdt": 1, "state_idt": 1}, ""),
    "a20": Row({"enter_a20_off": 1}, ""),
    "a20-kbc": Row({"enter_a20_off": 2}, ""),
    # That 2401h is called shows that A20 was off.
    "a20-bios-refuses": Row({"enter_a20_off": 1, "bios_a20": 1}, "2+"),
    "a20-bios-lies": Row({"enter_a20_off": 1, "bios_a20": 2}, "2+"),
    "a20-bios-lies-key": Row({"enter_a20_off": 2, "bios_a20": 2,
                              "enter_key": 1}, "2+"),
    "all": Row({**ENTER, **STATE, "enter_drive": 0xFF, "bios_a20": 2}, "2+"),
    **{f"drive-{drive:02x}": Row({"enter_drive": drive}, "")
       for drive in (0x00, 0x01, 0x7F, 0x81, 0x8F, 0x90, 0xFF)},
}

# ---- what a call leaves behind --------------------------------------------

RETURNS = {
    "registers": Row({"leave_clobber": 1}, "c+"),
    "flags": Row({"leave_flags": 1}, "f+"),
    "stack": Row({"leave_burn": 20000}, "b+"),
    "a20": Row({"leave_a20_off": 1}, "a+"),
    "a20-bios-refuses": Row({"leave_a20_off": 1, "bios_a20": 1}, "(a|2a)+"),
    "a20-bios-lies": Row({"leave_a20_off": 1, "bios_a20": 2}, "(a|2a)+"),
    **{name[6:]: Row({"leave_state": 1, name: value}, "s+")
       for name, value in STATE.items()},
    "state": Row({"leave_state": 1, **STATE}, "s+"),
    "storm": Row({"storm": 4}, "z+"),
    "storm-ticking": Row({"storm": 4, **TICKING}, "z+"),
    "all": Row({**LEAVE, **STATE, "bios_a20": 2}, "(2?bsacf)+"),
    "entry-too": Row({**ENTER, **LEAVE, **STATE, "bios_a20": 2},
                     "(2?bsacf)+"),
    "ticking-too": Row({**ENTER, **LEAVE, **STATE, **TICKING, "bios_a20": 2,
                        "storm": 1}, "(z?2?bsacf)+"),
    # Every bit of CR4 that a new CPU has and a BIOS can set.
    **{f"cr4-{bit}": Row({"enter_state": 1, "leave_state": 1,
                          "state_cr4": 1 << bit}, "s+", cpu="max")
       for bit in range(23) if CR4_MAX >> bit & 1},
}

# ---- INT 13h ---------------------------------------------------------------

NO_EDD = {"no_edd": 1}
REST = 2        # what stage1 reads if it can, and can do without
NOT_PRELOADED = 1 + 96  # the first sector that does not come with stage2


def module_start(layout):
    """A sector that nobody brings before the files are read."""
    lba, sectors = layout.part("module")
    assert lba + sectors > NOT_PRELOADED
    return max(lba, NOT_PRELOADED)


def image_end(layout):
    return layout.files[-1]["lba"] + layout.files[-1]["sectors"]


GEOMETRIES = {      # heads, sectors: whatever the disk has
    "zip": (64, 32), "floppy": (2, 18), "256-heads": (256, 63),
    "255-heads": (255, 63), "one-head": (1, 63), "short-tracks": (16, 3),
}

DISKS = {
    "no-edd": Row(NO_EDD, "e+"),
    "no-41": Row({"no_41": 1}, "q"),
    "41-no-signature": Row({"no_41": 2}, "q"),
    "41-no-42": Row({"no_41": 3}, "q"),
    "no-42": Row({"no_42": 1}, "l+"),
    "trash-dl": Row({"trash_dl": 1}, "d"),
    "edd48-fails": Row({"edd48": 1}, "p"),
    "edd48-silent": Row({"edd48": 2}, "p"),
    "edd48-ones": Row({"edd48": 3}, "p"),
    "edd48-long": Row({"edd48": 4}, "p"),
    "edd48-2048": Row({"edd48": 5}, "p"),
    "geometry-fails": Row({"geometry": 1}, "g"),
    "geometry-zero": Row({"geometry": 2}, "g"),
    "geometry-zero-no-41": Row({"geometry": 2, "no_41": 1}, "gq"),
    "geometry-odd": Row({"geometry": 3}, "g"),
    "geometry-odd-no-edd": Row({"geometry": 3, **NO_EDD}, "[eg]+"),
    **{f"geometry-{name}-no-edd": Row({
        "geo_heads": heads, "geo_sectors": sectors, **NO_EDD}, "[eG]+")
       for name, (heads, sectors) in GEOMETRIES.items()},
    "cross-64k": Row({"cross_64k": 1}, ""),
    "cross-64k-no-edd": Row({"cross_64k": 1, **NO_EDD}, "e+"),
    "corrected": Row({"corrected": 1}, "C+"),
    "corrected-no-edd": Row({"corrected": 1, **NO_EDD}, "[Ce]+"),
    "wrong-al-no-edd": Row({"wrong_al": 1, **NO_EDD}, "[Ae]+"),
    # The most that each stage takes, and each time less than five.
    "fails-first": Row({"fail_count": 9}, "F{9}"),
    "fails-rest": Row({"fail_count": 15, "fail_from": REST}, "F{15}"),
    "fails-files": Row({"fail_count": 15, "fail_from": module_start},
                       "F{15}", words="lba=0"),
    "fails-sticky": Row({"fail_count": 9, "fail_sticky": 1}, "F{9}"),
    "fails-each": Row({"fail_count": 1, "fail_again": 1}, "F+"),
    "fails-each-sticky": Row({"fail_count": 2, "fail_again": 2,
                              "fail_sticky": 1}, "F+"),
    "fails-each-4": Row({"fail_count": 4, "fail_again": 4}, "F+"),
    "fails-each-no-edd": Row({"fail_count": 2, "fail_again": 2, **NO_EDD},
                             "[Fe]+"),
    "fails-status-0": Row({"fail_count": 2, "fail_again": 2,
                           "fail_status": 0xFF}, "F+"),
    "fails-silent": Row({"fail_count": 2, "fail_again": 2, "fail_silent": 1},
                        "F+"),
    "fails-if-off": Row({"fail_if_off": 1, "leave_flags": 1,
                         "enter_flags": 1}, "f+"),
    # A sector that reads differently the next time: stage1 reads again.
    "flip-once": Row({"flip_lba": 1, "flip_count": 1}, r"\^"),
    "bad-nobody-needs": Row({"bad_lba": image_end, "bad_count": 100}, ""),
    **{f"limit-{n}": Row({"limit": n}, "m+") for n in (1, 16, 63, 64, 127)},
    **{f"limit-{n}-no-edd": Row({"limit": n, **NO_EDD}, "[em]+m[em]*")
       for n in (1, 16)},
    **{f"short-{n}": Row({"limit": n, "limit_how": 1}, "m+")
       for n in (1, 16, 64, 127)},
    **{f"short-{n}-no-edd": Row({"limit": n, "limit_how": 1, **NO_EDD},
                                "[em]+m[em]*") for n in (1, 16, 60)},
}


def first_of(part):
    return lambda layout: layout.part(part)[0]


def worse(faults):
    """The message comes through whatever INT 10h does."""
    return {**faults, **LEAVE, **STATE, **ENTER}


NO_GEOMETRY = r"^stagecoach: disk 01$"
FOREVER = {"fail_count": 0xFFFF}
NO_SUM = "^stagecoach: image: .* does not match its checksum"
NO_READ = r"^stagecoach: \S+: cannot read sector {} of drive 80: BIOS " \
          "status {}$"


def bad_of(part):
    """A sector of this part that does not come with stage2."""
    def lba(layout):
        first = layout.part(part)[0]
        return max(first, NOT_PRELOADED) if part in ("kernel", "module") else first
    return lba


def bad_message(part):
    if part in ("kernel", "module"):
        return lambda layout: NO_READ.format(bad_of(part)(layout), 10)
    return r"^stagecoach: disk 10$"


FATAL = {
    "no-edd-no-geometry": Row({**NO_EDD, "geometry": 1}, "e+g", NO_GEOMETRY),
    "no-edd-zero-geometry": Row({**NO_EDD, "geometry": 2}, "e+g",
                                NO_GEOMETRY),
    "fails-200": Row({"fail_count": 200}, "F{20}", r"^stagecoach: disk 80$"),
    "fails-200-rest": Row({"fail_count": 200, "fail_from": REST}, "F{16}",
                          r"^stagecoach: disk 80$"),
    "fails-200-files": Row({"fail_count": 200, "fail_from": module_start},
                           "F{16}", NO_READ.format(r"\d+", 80)),
    "fails-status": Row({"fail_count": 200, "fail_status": 0xBB}, "F{20}",
                        r"^stagecoach: disk BB$"),
    "fails-always": Row(FOREVER, "F{20}", r"^stagecoach: disk 80$"),
    **{f"fails-{name}-worse": Row(worse(faults), None, message)
       for name, faults, message in (
           ("first", FOREVER, r"^stagecoach: disk 80$"),
           ("rest", {**FOREVER, "fail_from": REST}, r"^stagecoach: disk 80$"),
           ("files", {**FOREVER, "fail_from": module_start},
            NO_READ.format(r"\d+", 80)))},
    **{f"bad-{part}": Row({"bad_lba": bad_of(part), "bad_count": 3}, "B+",
                          bad_message(part))
       for part in ("first", "early", "rest", "kernel", "module")},
    **{f"flip-{part}": Row({"flip_lba": first_of(part),
                            "flip_count": 0xFFFF}, r"\^+", message)
       for part, message in (
           ("first", r"^stagecoach: bad loader$"),
           ("early", r"^stagecoach: bad loader$"),
           ("rest", r"^stagecoach: bad loader$"),
           ("super", NO_SUM), ("directory", NO_SUM),
           ("table", r"^stagecoach: contract-high.elf: .* does not match"),
           ("kernel", r"^stagecoach: contract-high.elf: .* does not match"),
           ("module", r"^stagecoach: modulea: .* does not match"))},
    # A BIOS that reads less and says it has read all: only the sum sees it.
    **{f"short-silent-{n}": Row({"limit": n, "limit_how": 2}, "m+",
                                "^stagecoach: (bad loader|.*does not match)")
       for n in (1, 16, 127)},
}

# ---- INT 12h and 15h -------------------------------------------------------

# No other call says what memory there is.
MEMORY = {name: Row({**E820_ONLY, **row.faults}, row.played)
          for name, row in {
    "honest": Row(e820(*MAP), ""),
    "24-bytes": Row({**e820(*MAP), "e820_bytes": 24}, ""),
    "unsorted": Row(e820(*MAP[::-1]), ""),
    "overlapping": Row(e820(*MAP, (30 * MIB, 64 * MIB, USABLE),
                            (TOP, 64 * MIB, RESERVED)), ""),
    "overlapping-before": Row(e820((TOP, 64 * MIB, RESERVED),
                                   (30 * MIB, 64 * MIB, USABLE), *MAP), ""),
    "twice": Row(e820(*MAP, *MAP), ""),
    "past-the-end": Row(e820(*MAP[:3], (MIB, (1 << 64) - 1, USABLE),
                             (TOP, (1 << 64) - 1, RESERVED)), ""),
    "odd-ends": Row(e820(*MAP[:3], (MIB, TOP + 0xABC, USABLE),
                         (TOP - 0xABC, 32 * MIB, ACPI)), ""),
    "zero-length": Row(e820((40 * MIB, 40 * MIB, USABLE),
                            (0x5000, 0x5000, RESERVED), *MAP,
                            (5 * MIB, 5 * MIB, ACPI)), ""),
    "disabled": Row({**e820((MIB, 20 * MIB, RESERVED, 0), (*NOWHERE, 0),
                            *MAP), "e820_bytes": 24}, ""),
    "all-disabled": Row({**e820(*((*entry, 0) for entry in MAP)),
                         "e820_bytes": 24}, ""),
    "unknown-types": Row(e820(*MAP, (31 * MIB, TOP, 77), (0, 0, 0)), ""),
    "bios-high": Row(e820(*MAP, (0xFD00000000, 1 << 40, RESERVED)), ""),
    "whole-first-mib": Row(e820((0, TOP, USABLE), *MAP[1:3], *MAP[4:]), ""),
    "ends-by-carry": Row({**e820(*MAP), "e820_how": 1}, "3"),
    "opaque": Row({**e820(*MAP), "e820_opaque": 1}, "o+"),
    "opaque-ends-by-carry": Row({**e820(*MAP), "e820_opaque": 1,
                                 "e820_how": 1}, "o+3"),
    "endless": Row({**e820(*MAP), "e820_how": 2}, "3+"),
    "endless-opaque": Row({**e820(*MAP), "e820_how": 2, "e820_opaque": 1},
                          "[3o]+"),
    "low-less": Row({**e820(*MAP), "low_kib": LOW_KIB + 40}, "k"),
    "low-more": Row({**e820(*MAP), "low_kib": 0xFFFF}, "k"),
    **{f"ebda-{at:04x}": Row({**e820(*MAP), "enter_ebda": at}, "")
       for at in (0x0001, 0x8000, 0xFFFF)},
    "clobber": Row({**e820(*MAP), **LEAVE, **STATE}, "[bsacf]+"),
}.items()}

# Neither claims memory that is not there, whatever E820 said before.
FALLBACK = {
    "no-e820": Row({"no_e820": 1}, "8"),
    "no-e820-e801": Row({"no_e820": 1, "no_e801": 1}, "81h?"),
    "e801-ax-bx": Row({"no_e820": 1, "no_e801": 2, "no_88": 1}, "81"),
    "e801-zeros": Row({"no_e820": 1, "no_e801": 3}, "81"),
    "e801-ones": Row({"no_e820": 1, "no_e801": 4}, "81"),
    "no-88": Row({"no_e820": 1, "no_88": 1}, "8"),
    "lost-at-once": Row({**e820(NOWHERE, *MAP), "e820_lost": 1}, "L"),
    "lost-midway": Row({**e820(NOWHERE, *MAP), "e820_lost": 3}, "L"),
    "lost-at-the-end": Row({**e820(NOWHERE, *MAP), "e820_lost": 7}, "L"),
    "lost-no-e801": Row({**e820(NOWHERE, *MAP), "e820_lost": 3,
                         "no_e801": 1}, "L1"),
    # Entries of 16 bytes, or of 32 KiB: no answer to the question.
    "16-bytes": Row({**e820(NOWHERE, *MAP), "e820_bytes": 16}, ""),
    "32-kib": Row({**e820(NOWHERE, *MAP), "e820_says": 0x8000}, ""),
    "clobber": Row({"no_e820": 1, "no_88": 1, **LEAVE, **STATE}, "[8bsacf]+"),
}

NO_MAP = "^stagecoach: no memory map"
TOO_LITTLE = {
    "no-map": Row({"no_e820": 1, **E820_ONLY}, "81h", NO_MAP),
    "no-map-88-zero": Row({"no_e820": 1, "no_e801": 3, "no_88": 2}, "81h",
                          NO_MAP),
    "no-map-after-loss": Row({**e820(NOWHERE, *MAP), "e820_lost": 3,
                              **E820_ONLY}, "L1h", NO_MAP),
    "low": Row({"low_kib": 400}, "k", "^stagecoach: not enough memory for the "
               f"loader, below 640 KiB: {LOW_KIB} KiB needed, 400 KiB are free"),
    "high": Row(e820(*MAP[:3]), "", "^stagecoach: not enough memory for kernel, .*: "
                r"\d+ KiB needed, \d+ KiB are free"),
}

GROUPS = {"entry": ENTRIES, "return": RETURNS, "disk": DISKS, "fatal": FATAL,
          "memory": MEMORY, "fallback": FALLBACK, "too-little": TOO_LITTLE}
ROWS = {f"{group}:{name}": row for group, table in GROUPS.items()
        for name, row in table.items()}
