#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""monkey.py - boots under random faults of the hostile BIOS, with random
values, by the thousand: `make fuzz-bios N=1000 SEED=1`.

Each case follows from the seed and its number alone. It has to end in a
verified boot, or in a message that its faults allow (allowed() has the rule,
that of rows.py). Cases that failed become rows."""

import argparse
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))

import image                                            # noqa: E402
from hostile import (IN_EBDA, RESERVED, USABLE, boot, e820,     # noqa: E402
                     patch, rsdp, tables)
from judge import judge_pass, judge_refused             # noqa: E402
from rows import (CR0, CR4_MAX, EFER, MACHINE, MAP, MIB,    # noqa: E402
                  LOW_KIB, NOT_PRELOADED, NOWHERE, TOP)
from rows_firmware import FIRST                 # noqa: E402

MODULES = (40000, 100000)
TIMEOUT = 120
SURVIVED = 4            # failures in a row that every method survives
DISK_SECTORS = 300      # faults are placed in as many


def somewhere(rng):
    """A stack that is neither in the boot sector nor in the BIOS's data."""
    while True:
        at = rng.randrange(0x800, 0x9D000, 2)
        if not 0x7C00 < at <= 0x7E40:
            offset = rng.randrange(at & 15, min(at, 0xFFFF) + 1, 16)
            return (at - offset) >> 4 << 16 | offset


ON = {name: (lambda rng: 1) for name in (
    "enter_garbage", "enter_flags", "enter_07c0", "enter_bpb", "enter_pic",
    "enter_key", "enter_state", "leave_clobber", "leave_flags",
    "leave_a20_off", "leave_state", "state_gdt", "state_idt", "state_nmi",
    "no_42", "trash_dl", "fail_sticky", "fail_if_off", "cross_64k",
    "corrected", "wrong_al", "no_e820")}
VALUES = {
    **ON,
    "enter_drive": lambda rng: rng.randrange(256),
    "enter_a20_off": lambda rng: rng.randint(1, 2),
    "enter_stack": somewhere,
    "enter_pit": lambda rng: rng.choice([60, 100, 1000,
                                         rng.randrange(60, 1 << 16)]),
    # One below the loader's own memory is none.
    "enter_ebda": lambda rng: rng.choice([1, rng.randrange(LOW_KIB << 6, 1 << 16)]),
    "leave_burn": lambda rng: rng.randrange(20000),
    "state_cr0": lambda rng: CR0 & rng.getrandbits(32),
    "state_cr4": lambda rng: CR4_MAX & rng.getrandbits(32),
    "state_efer": lambda rng: EFER & rng.getrandbits(32),
    "no_edd": lambda rng: 1,
    "no_41": lambda rng: rng.randint(1, 3),
    "edd48": lambda rng: rng.randint(1, 5),
    "geometry": lambda rng: rng.randint(1, 3),
    "storm": lambda rng: rng.randint(1, 2),
    "limit": lambda rng: rng.choice([1, 2, 16, 63, 64, 127,
                                     rng.randint(1, 200)]),
    "low_kib": lambda rng: rng.choice([0xFFFF, 640, 639, LOW_KIB + 1,
                                       rng.randint(400, 1000)]),
    "no_e801": lambda rng: rng.randint(1, 4),
    "no_88": lambda rng: rng.randint(1, 2),
    "bios_a20": lambda rng: rng.randint(1, 2),
}


def failing(rng):
    """Reads that fail, mostly as often as every way of reading survives."""
    few = rng.random() < 0.8
    return {
        "fail_count": rng.randint(1, SURVIVED if few else 300),
        "fail_again": rng.randint(0, SURVIVED if few else 20),
        "fail_from": rng.choice([0, 2, 40, NOT_PRELOADED,
                                 rng.randrange(DISK_SECTORS)]),
        "fail_status": rng.choice([0, 1, 4, 0x20, 0x80, 0xFF,
                                   rng.randrange(256)]),
        "fail_silent": int(rng.random() < 0.2)}


def geometry(rng):
    return {"geo_heads": rng.randint(1, 256),
            "geo_sectors": rng.randint(1, 63)}


def spoilt(rng):
    """What no loader can mend."""
    lba = rng.randrange(1, DISK_SECTORS)
    return rng.choice([
        {"bad_lba": lba, "bad_count": rng.randint(1, 5)},
        {"flip_lba": lba, "flip_count": rng.choice([1, 2, 0xFFFF])},
        {"limit": rng.randint(1, 127), "limit_how": 2}])


def memory(rng):
    """The true map: cut, shuffled, repeated, with holes."""
    entries = []
    for base, end, kind in MAP:
        while kind == USABLE and rng.random() < 0.4:
            cut = rng.randrange(base, end)
            entries.append((base, cut, kind))
            base = cut if rng.random() < 0.7 else rng.randrange(base, cut + 1)
        entries.append((base, end, kind))
    for _ in range(rng.randrange(4)):
        base = rng.randrange(32 * MIB)
        entries.append((base, base + rng.randrange(MIB), rng.choice(
            [RESERVED, 0, 3, 4, 5, 6, 7, 12, 20, 0xFFFFFFFF])))
    entries = entries[:16]
    faults = {
        "e820_bytes": rng.choice([0, 20, 24, 24, 22, 16]),
        "e820_says": rng.choice([0] * 8 + [8, 0x8000, 0xFFFFFFFF]),
        "e820_how": rng.randrange(3), "e820_opaque": rng.randrange(2),
        "e820_lost": rng.choice([0] * 6 + [rng.randint(1, 16)])}
    if list_is_void({**faults, "e820_count": len(entries)}):
        entries[rng.randrange(len(entries))] = NOWHERE
    elif faults["e820_bytes"] == 24 and len(entries) < 16:
        entries.append((*NOWHERE, 0))
    rng.shuffle(entries)
    return {**faults, **e820(*entries)}


def card(rng):
    """What the card's BIOS says, and whether its calls work."""
    faults = {name: rng.randint(1, most) for name, most in (
        ("vbe_info", 3), ("vbe_list", 6), ("vbe_mode", 3), ("vbe_set", 2),
        ("vbe_edid", 4)) if rng.random() < 0.25}
    faults["vbe_noise"] = rng.getrandbits(32)
    faults["vbe_of"] = rng.choice([0, FIRST, FIRST, rng.randrange(0x100,
                                                                  0x200)])
    faults["vbe_status"] = rng.choice([0, 0, 0x4F02, rng.randrange(0xFF)
                                       << 8 | 0x4E])
    block = rng.choice([0, 0, 1, 2, 2, 2, 3])
    return {**faults, **patch(*((
        block, rng.randrange({1: 20, 2: 62}.get(block, 128)),
        rng.randint(1, 4), rng.choice([0, 0xFFFFFFFF, rng.getrandbits(32)]))
        for _ in range(rng.randint(1, 4))))}


def low_tables(rng):
    """RSDPs with and without the right sums, and all others spoilt."""
    entries = []
    for _ in range(rng.randrange(4)):
        data = bytearray(rsdp(rng.choice([0, 2, 255]),
                              rng.choice([36, 36, 0, 35, 37, 1 << 31])))
        if rng.random() < 0.5:
            data[rng.randrange(8, len(data))] ^= 1 << rng.randrange(8)
        entries.append((rng.choice([IN_EBDA, 0xE000, 0xF000]), bytes(data)))
    return {"spoil": rng.randrange(4), **tables(*entries)}


def list_is_void(faults):
    """Nobody may believe this answer of E820."""
    count = faults.get("e820_count", 0)
    said = faults.get("e820_says") or faults.get("e820_bytes") or 20
    return bool(count) and (0 < faults.get("e820_lost", 0) <= count or
                            not 20 <= said <= 0x400)


def case(seed, number):
    rng = random.Random(f"{seed}:{number}")
    share = rng.choice([0.05, 0.2, 0.5])
    faults = {}
    for name, value in VALUES.items():
        if rng.random() < share:
            faults[name] = value(rng)
    if "limit" in faults:
        faults["limit_how"] = rng.randrange(2)
    for some, chance in ((failing, share), (geometry, share), (memory, 0.4),
                         (spoilt, 0.1), (card, 0.5), (low_tables, 0.3)):
        if rng.random() < chance:
            faults.update(some(rng))
    return faults


def usable(faults):
    """The list's pages from 1 MiB on, and whether what the loader needs is
    there; the real list's if there is none."""
    entries = faults.get("e820")
    if not entries or faults.get("no_e820") or list_is_void(faults):
        return 30 * MIB, True
    pages = bytearray(TOP // 4096)
    for number in range(faults["e820_count"]):
        base, size, kind, attributes = (
            int.from_bytes(entries[number * 24 + at:][:length], "little")
            for at, length in ((0, 8), (8, 8), (16, 4), (20, 4)))
        if faults["e820_bytes"] == 24 and not attributes & 1 or not size:
            continue
        end = min(base + size, TOP)
        if kind == USABLE:
            for page in range(-(-base // 4096), end // 4096):
                pages[page] |= 1
        else:
            for page in range(min(base, TOP) // 4096, -(-end // 4096)):
                pages[page] |= 2
    return (pages[MIB // 4096:].count(1) * 4096,
            pages[1:LOW_KIB // 4].count(1) == LOW_KIB // 4 - 1)


def allowed(faults):
    """The messages that these faults may end in."""
    get = lambda name: faults.get(name, 0)      # noqa: E731
    statuses, messages = set(), []
    lba = not get("no_edd") and not get("no_42")
    chs = get("geometry") not in (1, 2)
    # Whatever else went wrong, the last status may be one of these, too.
    other = {1, 9, {0: 0x80, 0xFF: 0}.get(get("fail_status"),
                                          get("fail_status"))}
    wrong = get("flip_count") or get("limit") and get("limit_how") == 2
    if not lba and not chs:
        statuses |= other
    if get("bad_count"):
        statuses |= {0x10} | other
    if max(get("fail_count"), get("fail_again")) > SURVIVED:
        statuses |= other
        wrong = wrong or get("fail_silent")
    # By CHS, the carry is all there is, or a count in AL.
    if (not lba or get("no_41")) and (
            get("fail_count") and get("fail_silent") or
            get("limit") and get("limit_how") and get("wrong_al")):
        wrong = True
    if 0 in statuses:
        wrong = True            # stage1 says "disk 00" in these words
    for status in statuses:
        messages.append(f"disk {status:02X}")
        messages.append(rf"\S+: cannot read sector \d+ of drive 80: BIOS "
                        rf"status {status:02x}")
    if wrong:
        messages += ["bad loader", ".*does not match its checksum.*"]
    if (get("no_e820") or list_is_void(faults)) and get("no_88") and \
            get("no_e801") in (1, 3, 4):
        messages.append("no memory map: .*")
    high, low = usable(faults)
    if not low or 0 < get("low_kib") < LOW_KIB:
        messages.append(r"not enough memory for the loader, .*")
    if high < 4 * MIB:
        messages.append(r"not enough memory for .*: \d+ KiB needed, "
                        r"\d+ KiB are free")
    return messages


def judge(end, faults, cmdline):
    if end.how != "refused":
        judge_pass(end, cmdline)
        return "booted"
    rule = "|".join(allowed(faults))
    assert rule, f"no fault of these allows a message\n{end}"
    judge_refused(end, f"^stagecoach: ({rule})$")
    return "refused"


class Monkey:
    def __init__(self, seed, folder):
        self.seed, self.folder = seed, folder
        self.path, self.cmdline = image.contract(
            "high", folder, f"ram usable={4 * MIB} display=any edid=any",
            MODULES, ["--video=best"])

    def play(self, number):
        """"booted", "refused" or what is wrong."""
        faults = case(self.seed, number)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            end, played = boot(self.path, Path(folder), faults,
                               [*MACHINE, "-cpu", "max"], TIMEOUT)
        try:
            return judge(end, faults, self.cmdline)
        except AssertionError as wrong:
            return f"case {number}: {faults}\nplayed, at the end: " \
                f"{played[-80:]}\n{wrong}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    seed = options.seed or str(random.SystemRandom().randrange(1 << 32))
    print(f"fuzz-bios: seed {seed}", flush=True)
    count = {"booted": 0, "refused": 0, "failed": 0}
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(options.jobs) as pool:
        monkey = Monkey(seed, Path(folder))
        for end in pool.map(monkey.play, range(
                options.first, options.first + options.runs)):
            if end not in count:
                print(end, flush=True)
                end = "failed"
            count[end] += 1
            if sum(count.values()) % 50 == 0:
                print(f"fuzz-bios: {count}", flush=True)
    print(f"fuzz-bios: seed {seed}: {options.runs} boots: "
          f"{count['booted']} booted, {count['refused']} ended in a message "
          f"that their faults allow, {count['failed']} failed")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
