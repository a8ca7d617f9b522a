# SPDX-License-Identifier: 0BSD
"""faults.py - disks with errors, on every bus: boots them and judges.

A fault ends in a verified boot or in a message that names the sector; where
the loader itself cannot be read or is wrong, in stage1's two words."""

import functools
import json
import random
import re

import image
from judge import judge_pass, judge_refused
from machine import disk, qemu

SECTOR = 512
MODULES = (150000,)
TIMEOUT = 60

BUSES = {       # name: machine, controllers, device
    "ide": ("pc", [], "ide-hd"),
    "ahci": ("q35", [], "ide-hd"),
    "virtio-blk": ("pc", [], "virtio-blk-pci"),
    "virtio-scsi": ("pc", ["virtio-scsi-pci"], "scsi-hd"),
    "usb": ("q35", ["qemu-xhci"], "usb-storage"),
    "nvme": ("q35", [], "nvme,serial=1"),
}

# Parts of an image, and where in them an error is.
PLACES = [(part, place) for part, places in (
    ("stage2", ("first", "middle", "last")), ("super", ("first",)),
    ("table", ("first",)), ("kernel", ("first", "middle", "last")),
    ("module", ("first", "middle", "last"))) for place in places]


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


def make(folder, words=""):
    path, cmdline = image.contract("packs", folder, words, MODULES)
    return path, cmdline, image.Layout(path)


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
        judge_refused(end, rf"^stagecoach: \S+: cannot read sector {lba} of "
                      "drive 80: BIOS status 0c$")


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
