# SPDX-License-Identifier: 0BSD
# test_hostile.py - the loader under a BIOS that does what BIOSes have done,
# and worse: it boots, or says why it cannot.

import random
import re

import pytest

import image
from hostile import boot, boot_bochs, e820
from judge import judge_pass, judge_refused
from rows import (ENTER, LEAVE, MACHINE, MAP, MIB, NO_EDD, NOWHERE, RETURNS,
                  ROWS, STATE)
from rows_firmware import LONG, ROWS as FIRMWARE_ROWS

# Enough to read, so that there is a lot that can fail.
MODULES = (70000, 100000)
SERIAL = "Stagecoach-number-42"
ALL_MEMORY = f"ram usable={30 * MIB}"


@pytest.fixture
def run(tmp_path):
    """Boots the contract kernel, which writes to all memory that it is told
    of."""
    def run(faults, machine=MACHINE, **how):
        path, cmdline = image.contract(
            "high", tmp_path, f"{ALL_MEMORY} {disk_words(faults)}", MODULES)
        end, _ = boot(path, tmp_path, faults, machine, **how)
        judge_pass(end, cmdline)
    return run


def disk_words(faults):
    """How the disk is read, and its geometry. (The kernel looks no further
    than the first word of a kind.)"""
    edd = 0 if faults.keys() & {"no_edd", "no_41"} else 48
    none = faults.get("geometry") in (1, 2)
    words = f"edd={edd} lba={int(none or edd > 0 and 'no_42' not in faults)}"
    if none:
        words += " chs=0/0/0"
    elif "geo_heads" in faults:
        words += f" chs=1024/{faults['geo_heads']}/{faults['geo_sectors']}"
    return words


# Port 70h, bit 7, keeps NMIs out. QEMU and Bochs do not heed it, so only what
# is written there can tell: NMIs are off from stage2's start on, on for each
# call, off after it although the BIOS left them on (0Fh), and on again, once,
# for the kernel. 8Bh and 8Ch are those of SeaBIOS' clock interrupt.
PORT_70 = re.compile(r"addr 0x70 value 0x(\w+) size 1 name 'rtc")
NMI_DOOR = re.compile("(0f |8b 8c )+8d (0d (8b 8c )*0f 8d |[89a-f]. )*0d ")


def judge_nmi(log, letters):
    writes = [int(value, 16) for value in PORT_70.findall(log.read_text())]
    shim = writes[writes.index(0x0F):]
    text = "".join(f"{value:02x} " for value in shim)
    assert NMI_DOOR.fullmatch(text), f"port 70h was written: {text}"
    assert shim.count(0x0F) >= letters.count("s")


@pytest.mark.parametrize("name", [
    name for name, row in RETURNS.items() if "state_nmi" in row.faults])
def test_nmi(tmp_path, name):
    """Rows with a BIOS that turns NMIs on, again, with all else they do."""
    path, cmdline = image.contract("high", tmp_path)
    log = tmp_path / "log"
    end, letters = boot(path, tmp_path, RETURNS[name].faults, [
        *MACHINE, "-trace", f"enable=memory_region_ops_write,file={log}"])
    RETURNS[name].judge(end, letters, cmdline)
    judge_nmi(log, letters)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row(tmp_path, row):
    path, cmdline = image.contract("high", tmp_path,
                                   f"{ALL_MEMORY} {row.words} "
                                   f"{disk_words(row.faults)}", MODULES)
    layout = image.Layout(path)
    machine = MACHINE + (["-cpu", row.cpu] if row.cpu else [])
    end, letters = boot(path, tmp_path, row.parameters(layout), machine)
    row.judge(end, letters, cmdline, layout)


@pytest.mark.parametrize("name", [name for name in FIRMWARE_ROWS
                                  if name not in LONG])
def test_firmware(tmp_path, name):
    """The card's BIOS, and the tables: what the kernel finds then."""
    row = FIRMWARE_ROWS[name]
    path, cmdline = image.contract("high", tmp_path, row.words.format(
        smbios=SERIAL), options=row.options)
    end, letters = boot(path, tmp_path, row.faults, [
        *MACHINE, "-smbios", f"type=1,serial={SERIAL}"])
    row.judge(end, letters, cmdline)


def test_entry_other_disk(run, tmp_path):
    """The drive that DL names is there, and boots, but is not ours."""
    other = image.mkimage(image.kernel("contract-2m"), tmp_path / "other.img")
    run({"enter_drive": 0x81}, machine=[
        *MACHINE, "-drive",
        f"if=none,id=d1,format=raw,file={other},snapshot=on",
        "-device", "ide-hd,drive=d1,bus=ide.1"], device="ide-hd,bus=ide.0")


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
# A sample; long_bochs.py plays all rows.

BOCHS = {
    "honest": {},
    "entry": {**ENTER, **STATE, "enter_drive": 0xFF, "bios_a20": 2},
    "return": {**LEAVE, **STATE, "bios_a20": 2, "storm": 1},
    "no-edd": NO_EDD,
    "fails": {"fail_count": 2, "fail_again": 2, "limit": 16},
    "memory": {**e820(NOWHERE, *MAP), "e820_lost": 3, **LEAVE},
}


@pytest.mark.parametrize("faults", BOCHS.values(), ids=BOCHS)
def test_bochs(tmp_path, faults):
    path, cmdline = image.contract("high", tmp_path, disk_words(faults),
                                   MODULES[:1])
    end, letters = boot_bochs(path, tmp_path, faults, megs=32)
    judge_pass(end, cmdline)
    assert letters or not faults


@pytest.mark.parametrize("part", ["first", "rest"])
def test_bochs_bad_sector(tmp_path, part):
    path, _ = image.contract("high", tmp_path, "", MODULES[:1])
    lba, _ = image.Layout(path).part(part)
    end, letters = boot_bochs(path, tmp_path, {
        "bad_lba": lba, "bad_count": 1, **LEAVE}, megs=32)
    judge_refused(end, "^stagecoach: disk 10$")
    assert "B" in letters
