# SPDX-License-Identifier: 0BSD
# test_facts.py - the example kernel's test mode: every field of boot_info that
# it shows, against what the emulator was told, or has of its own.

import datetime
import re
import struct

import pytest

from bochs import bochs
from image import SECTOR, Layout, elf_sum, mkimage
from machine import BUILD, disk, qemu

MIB = 1 << 20
KERNEL = BUILD / "kernel.elf"
SERIAL = "Stagecoach-number-42"
MODULES = {"noise": bytes(i * i * 7 >> 3 & 0xFF for i in range(70001)),
           "empty": b"", "zeros": bytes(5000)}
# Of the memory that a machine has, BIOSes keep no more for themselves.
KEPT = MIB


@pytest.fixture
def made(tmp_path):
    modules = []
    for name, data in MODULES.items():
        (tmp_path / name).write_bytes(data)
        modules.append((tmp_path / name, name))
    return mkimage(KERNEL, tmp_path / "disk.img", "facts", modules,
                   ["--edid", "--video-modes"])


def facts_of(end):
    """name: the facts that have it, each a dict."""
    assert end.how == "done", str(end)
    facts = {}
    for name, rest in re.findall(r"^fact: (\w+) (.*)$", end.serial, re.M):
        facts.setdefault(name, []).append(dict(
            re.findall(r"(\w+)=(.*?)(?= \w+=|$)", rest)) or rest)
    return facts


def one(facts, name):
    fact, = facts[name]
    return fact


def judge_image(facts, path, bus):
    """What the image itself says, and the disk that it is on."""
    layout = Layout(path)
    drive = one(facts, "disk")
    mbr, = struct.unpack_from("<I", layout.data, 0x1B8)
    assert int(drive["mbr"], 16) == mbr
    assert int(drive["image"], 16) & 0xFFFFFFFF == mbr
    assert drive["drive"] == "80" and drive["lba"] == "1"
    assert (drive["bus"], drive["interface"]) == (bus, "ATA")
    assert int(drive["sectors"]) == len(layout.data) // SECTOR
    assert one(facts, "loader") == {
        "name": "Stagecoach", "kernel": "kernel.elf", "cmdline": "5",
        "version": one(facts, "loader")["version"]}
    assert [(m["name"], int(m["size"]), int(m["sum"], 16))
            for m in facts["module"]] == [
        (name, len(data), elf_sum(data)) for name, data in MODULES.items()]


def judge_memory(facts, size):
    """RAM: usable, ACPI's, kernel, reclaimable."""
    memory = {int(name[4:]): int(value) for name, value
              in one(facts, "memory").items()}
    ram = sum(memory[kind] for kind in (1, 3, 4, 6, 7))
    assert size - KEPT <= ram <= size
    assert memory[1] > ram - 4 * MIB and memory[6] > 70000
    assert memory[8] == 0               # text mode


def judge_acpi(facts, *wanted):
    rsdp = one(facts, "rsdp")
    assert rsdp["signature"] == "RSD PTR " and rsdp["sum"] == "0"
    found = {table["signature"]: table for table in facts["acpi"]}
    assert {"RSDT", *wanted} <= set(found)
    # The FACS, which alone has no sum, is no entry of the root table.
    assert {table["sum"] for table in facts["acpi"]} == {"0"}


def smbios(facts):
    return {name: value for fact in facts["smbios"]
            for name, value in fact.items()}


def judge_edid(facts, maker):
    """Three letters of five bits (VESA E-EDID 1.4, 3.4.1)."""
    data = bytes.fromhex(one(facts, "edid")["bytes"])
    assert len(data) == 128 and sum(data) % 256 == 0
    word, = struct.unpack_from(">H", data, 8)
    assert "".join(chr(64 + (word >> shift & 31))
                   for shift in (10, 5, 0)) == maker
    return data


def judge_display(facts):
    display = one(facts, "display")
    assert (display["type"], display["width"], display["height"]) == \
        ("1", "80", "25")
    assert int(display["modes"]) > 10


def told(text):
    return "Type:\n" in text


def test_qemu(made):
    end = qemu(["-M", "pc", "-m", "96M", "-rtc", "base=2023-11-14T22:13:20",
                "-smbios", f"type=1,serial={SERIAL},manufacturer=A maker,"
                "product=A product", "-vga", "none", "-device",
                "VGA,edid=on,xres=1440,yres=900", *disk(made)], 30,
               lambda monitor, folder: told(
                   (folder / "serial").read_text("cp437").replace("\r", "")))
    facts = facts_of(end)
    judge_image(facts, made, "PCI")
    judge_memory(facts, 96 * MIB)
    judge_acpi(facts, "FACP", "APIC")
    assert smbios(facts) == {"maker": "A maker", "product": "A product",
                             "serial": SERIAL}
    data = judge_edid(facts, "RHT")
    assert (data[56] | (data[58] & 0xF0) << 4,
            data[59] | (data[61] & 0xF0) << 4) == (1440, 900)
    judge_display(facts)
    told_time = datetime.datetime.fromisoformat(one(facts, "time"))
    assert told_time - datetime.datetime(2023, 11, 14, 22, 13, 20) < \
        datetime.timedelta(minutes=1)


def test_bochs(made):
    end = bochs(made, megs=64, timeout=60, until=told)
    facts = facts_of(end)
    judge_image(facts, made, "ISA")
    judge_memory(facts, 64 * MIB)
    judge_acpi(facts, "FACP", "APIC")
    # Its BIOS has a table of the system, and no strings in it.
    assert smbios(facts) == {"maker": "", "product": "", "serial": ""}
    assert b"Bochs Screen" in judge_edid(facts, "AAA")
    judge_display(facts)
