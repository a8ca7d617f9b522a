# SPDX-License-Identifier: 0BSD
"""faults.py - disks with errors, on every bus: boots them and judges.

A fault ends in a verified boot or in a message that names the sector; where
the loader itself cannot be read or is wrong, in stage1's two words; in sector
0, perhaps in nothing at all."""

import functools
import json
import random
import re
import time

import image
from judge import judge_pass, judge_refused
from machine import ROOT, disk, qemu

SECTOR = 512
# One with a lot in it; and so many files that their directory has more than two
# sectors.
MODULES = (150000, *[100] * 18)
TIMEOUT = 60

BUSES = {       # name: machine, controllers, device
    "ide": ("pc", [], "ide-hd"),
    "ahci": ("q35", [], "ide-hd"),
    "virtio-blk": ("pc", [], "virtio-blk-pci"),
    "virtio-scsi": ("pc", ["virtio-scsi-pci"], "scsi-hd"),
    "usb": ("q35", ["qemu-xhci"], "usb-storage"),
    "nvme": ("q35", [], "nvme,serial=1"),
}

# Parts of an image, and where in them an error is; those without a middle have
# one sector.
ENDS = ("first", "middle", "last")
PLACES = [(part, place) for part, places in (
    ("stage2", ENDS), ("super", ("first",)), ("directory", ENDS),
    ("table", ENDS), ("cmdline", ("first",)), ("kernel", ENDS),
    ("module", ENDS)) for place in places]
WHOSE = {"super": "image", "directory": "image", "table": "contract-packs.elf",
         "cmdline": "command line", "kernel": "contract-packs.elf",
         "module": "modulea"}


def machine(bus):
    name, controllers, device = BUSES[bus]
    arguments = ["-M", name, "-m", "64M"]
    for controller in controllers:
        arguments += ["-device", controller]
    return arguments, device


def sector_of(layout, part, place):
    if part == "stage2":
        lba, sectors = 1, layout.stage2_sectors
    else:
        lba, sectors = layout.part(part)
    assert (sectors == 1) == ((part, "last") not in PLACES), part
    return lba + {"first": 0, "middle": sectors // 2,
                  "last": sectors - 1}[place]


def faulty(path, lba, once, device):
    """A disk with a sector that cannot be read, for ever or the first time."""
    node = {"driver": "raw", "node-name": "d0", "file": {
        "driver": "blkdebug",
        "image": {"driver": "file", "filename": str(path), "locking": "off"},
        "inject-error": [{"event": "none", "iotype": "read", "errno": 5,
                          "sector": lba, "once": once,
                          "immediately": True}]}}
    return ["-blockdev", json.dumps(node), "-device", f"{device},drive=d0"]


def make(folder, kernel="packs", modules=MODULES):
    path, cmdline = image.contract(kernel, folder, "", modules)
    return path, cmdline, image.Layout(path)


def make_small(folder):
    """An image of so few sectors that each can be tried."""
    return make(folder, "high", (1000,))


def boot_bad_sector(folder, bus, part, place, once):
    """One error and then good data, or an error each time."""
    path, cmdline, layout = make(folder)
    lba = sector_of(layout, part, place)
    arguments, device = machine(bus)
    end = qemu([*arguments, *faulty(path, lba, once, device)], TIMEOUT)
    if once:
        judge_pass(end, cmdline)
    elif part == "stage2":
        judge_refused(end, "^stagecoach: disk 0C$")
    else:
        judge_refused(end, rf"^stagecoach: {WHOSE[part]}: cannot read sector "
                      rf"{lba} of drive 80: BIOS status 0c$")


def named_sector(end):
    found = re.search(r"sector (\d+) of drive 80", end.message)
    assert found, f"the message names no sector\n{end}"
    return int(found.group(1))


def boot_truncated(path, cmdline, layout, sectors):
    """A disk that has so many sectors, of which the image would need more."""
    short = path.with_name("short.img")
    short.write_bytes(layout.data[:sectors * SECTOR])
    arguments, device = machine("ide")
    end = qemu([*arguments, *disk(short, device)], TIMEOUT)
    if sectors >= layout.files[-1]["lba"] + layout.files[-1]["sectors"]:
        judge_pass(end, cmdline)
    elif sectors <= layout.stage2_sectors:
        judge_refused(end, r"^stagecoach: disk (0C|01)$")
    else:
        judge_refused(end, r"^stagecoach: .*: cannot read sector \d+ of "
                      "drive 80: BIOS status (0c|01)$")
        assert named_sector(end) >= sectors, f"another sector\n{end}"


def boot_flipped(path, layout, seed):
    """A wrong byte, anywhere in the loader, the structures behind it and the
    first sectors of the kernel."""
    rng = random.Random(seed)
    at = rng.randrange(SECTOR, (layout.part("kernel")[0] + 16) * SECTOR)
    data = bytearray(layout.data)
    data[at] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    lba = at // SECTOR
    arguments, device = machine("ide")
    end = qemu([*arguments, *disk(path, device)], TIMEOUT)
    if lba <= layout.stage2_sectors:
        judge_refused(end, "^stagecoach: bad loader$")
    else:
        judge_refused(end, r"^stagecoach: .*\(\d+\)$")
        assert 0 <= lba - named_sector(end) < 128, f"another sector\n{end}"


# ---- sector 0 ---------------------------------------------------------------
# Nothing can check it before it runs. Whatever a wrong byte makes of stage1,
# what comes behind it is summed by what is still right: so the kernel either
# starts with everything in order, or does not start.

def _constant(name):
    return int(re.search(rf"define {name} +(\w+)", LAYOUT).group(1), 0)


LAYOUT = (ROOT / "include/layout.h").read_text()
SECTOR_0 = [    # where a part ends, and what a wrong byte in it does
    (2, "code"), (_constant("MBR_CODE"), "boots"),
    (_constant("MBR_FIRST_READ"), "code"),
    (_constant("MBR_SECTOR_SUM"), "boots"),     # the size of the first read
    (_constant("MBR_DISK_ID"), "bad loader"),
    (_constant("MBR_SIGNATURE"), "told"),       # disk id, partition table:
                                                # the kernel is told of both
    (SECTOR, "no boot"),
]
SILENT = 8      # seconds; a kernel that has been entered has TIMEOUT


def boot_flipped_sector_0(folder, at, flip, patience=SILENT):
    """One wrong byte there: how it ended ("boots", "message", "silent"), and
    whether the disk has been written to."""
    path, cmdline, layout = make_small(folder)
    data = bytearray(layout.data)
    data[at] ^= flip
    path.write_bytes(data)
    does = next(does for end, does in SECTOR_0 if at < end)
    arguments, device = machine("ide")
    since = time.time()

    def silent(_monitor, folder):
        return does in ("code", "no boot") and time.time() > since + patience \
            and b"cmdline: " not in (folder / "serial").read_bytes()

    end = qemu([*arguments, *disk(path, device, snapshot=False)], TIMEOUT,
               silent)
    wrote = path.read_bytes() != data
    if does == "boots" or end.how == "pass":
        judge_pass(end, cmdline)
        assert does not in ("bad loader", "no boot"), f"this boots\n{end}"
    elif does == "told":
        lies = re.findall("^FAIL: (.*)", end.serial, re.MULTILINE)
        assert lies and all(re.match("disk: (mbr_id|partition_)", lie)
                            for lie in lies), f"more is wrong\n{end}"
    elif does == "bad loader":
        judge_refused(end, "^stagecoach: bad loader$")
    else:
        assert "cmdline: " not in end.serial, \
            f"the kernel was entered\n{end}"
        assert does == "code" or end.serial == "", f"this boots\n{end}"
    assert does == "code" or not wrote, "the disk has been written to"
    ends = {"pass": "boots", "fail": "boots", "refused": "message"}
    return ends.get(end.how, "silent"), wrote


def two_disks(first, second, boot):
    """first and second as ide-hd, booted from number boot."""
    arguments = ["-M", "pc", "-m", "64M"]
    for i, path in enumerate((first, second)):
        arguments += [
            "-drive", f"if=none,id=d{i},format=raw,file={path},snapshot=on,"
                      "file.locking=off",
            "-device", f"ide-hd,drive=d{i},bus=ide.{i},"
                       f"bootindex={1 + (i != boot)}"]
    return functools.partial(qemu, arguments, TIMEOUT)
