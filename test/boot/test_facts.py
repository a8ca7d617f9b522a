# SPDX-License-Identifier: 0BSD
# test_facts.py - the example kernel's test mode: every field of boot_info that
# it shows, and every line of the boot log, against what the emulator was told,
# or has of its own.

import datetime
import struct

from bochs import bochs
from facts import (MIB, judge_good_disk, judge_image, judge_kernel, judge_log,
                   judge_memory, judge_no_times, judge_times, facts_of,
                   is_told, make, one, told)
from image import SECTOR
from machine import disk, qemu

SERIAL = "Stagecoach-number-42"
LISTS = ["--edid", "--video-modes"]
HEADS, TRACK = 4, 63
NANOSECONDS = 1000000000


def judge(end, path, megabytes):
    """All that has to hold of any machine; its facts, and its log."""
    facts = facts_of(end)
    judge_image(facts, path)
    judge_kernel(facts)
    judge_memory(facts, megabytes * MIB)
    log = judge_log(facts, path)
    judge_good_disk(log, path)
    # E820's as it is: the machine's memory, from 1 MiB on in one piece.
    usable = [(base, end) for base, end, kind in log.raw if kind == 1]
    assert [base for base, _ in usable] == [0, MIB]
    assert (megabytes - 1) * MIB < usable[1][1] <= megabytes * MIB
    return facts, log


def judge_disk(facts, path, edd, chs, bus="", interface="", place="",
               device=""):
    """place and device are in EDD's words: hexadecimal, zeros behind them
    left out."""
    drive = one(facts, "disk")
    wanted = {"drive": "80", "edd": edd, "lba": "1", "chs": chs,
              "sectors": str(path.stat().st_size // SECTOR), "size": "512",
              "bus": bus, "interface": interface,
              "path": place.ljust(16, "0"), "device": device.ljust(32, "0")}
    assert {name: drive[name] for name in wanted} == wanted


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


def judge_text(facts):
    assert one(facts, "display") == {
        "type": "1", "width": "80", "height": "25", "pitch": "160",
        "bits": "0", "mode": "0", "address": "b8000"}
    assert one(facts, "memory")["type8"] == "0"


# Depth: sizes and places of red, green, blue in a pixel of VGA cards.
CHANNELS = {"15": ["5@10", "5@5", "5@0"], "16": ["5@11", "6@5", "5@0"],
            "24": ["8@16", "8@8", "8@0"], "32": ["8@16", "8@8", "8@0"]}
# Numbers that VESA has given to modes of direct colours, three depths of a
# size each (VBE 3.0, "VBE mode numbers").
VESA = {0x10D: (320, 200), 0x110: (640, 480), 0x113: (800, 600),
        0x116: (1024, 768), 0x119: (1280, 1024)}


def judge_modes(facts, video_memory, widest):
    found = {int(mode["number"], 16): (
        int(mode["width"]), int(mode["height"]), mode["bits"])
        for mode in facts["mode"]}
    assert len(found) == len(facts["mode"])
    for mode in facts["mode"]:
        width, height, pitch = (int(mode[name]) for name in
                                ("width", "height", "pitch"))
        assert pitch == width * ((int(mode["bits"]) + 7) // 8)
        assert pitch * height <= video_memory
        assert [mode[color] for color in ("red", "green", "blue")] == \
            CHANNELS[mode["bits"]]
    for number, (width, height) in VESA.items():
        for i, bits in enumerate(("15", "16", "24")):
            assert found.get(number + i) == (
                (width, height, bits) if width <= widest else None)


def judge_time(facts, begin):
    time = datetime.datetime.fromisoformat(one(facts, "time"))
    # Clocks have whole seconds, and one may have begun before.
    assert datetime.timedelta(seconds=-1) < time - begin < \
        datetime.timedelta(minutes=1)


def test_qemu(tmp_path):
    path = make(tmp_path, LISTS)
    cylinders = path.stat().st_size // SECTOR // (HEADS * TRACK)
    end = qemu(["-M", "pc", "-m", "96M", "-rtc", "base=2023-11-14T22:13:20",
                "-smbios", f"type=1,serial={SERIAL},manufacturer=A maker,"
                "product=A product", "-vga", "none", "-device",
                "VGA,edid=on,xres=1440,yres=900",
                *disk(path, f"ide-hd,bus=ide.1,unit=1,cyls={cylinders},"
                      f"heads={HEADS},secs={TRACK},bios-chs-trans=none")],
               30, told)
    facts, log = judge(end, path, 96)
    # The BIOS hides a cylinder; channel 1 of PCI device 1.1, its second disk.
    judge_disk(facts, path, "30", f"{cylinders - 1}/{HEADS}/{TRACK}", "PCI",
               "ATA", "00010101", "01")
    judge_acpi(facts, "FACP", "APIC")
    assert smbios(facts) == {"maker": "A maker", "product": "A product",
                             "serial": SERIAL}
    data = judge_edid(facts, "RHT")
    assert (data[56] | (data[58] & 0xF0) << 4,
            data[59] | (data[61] & 0xF0) << 4) == (1440, 900)
    judge_text(facts)
    judge_modes(facts, 16 * MIB, 1280)
    assert log.video == [f"video: VBE 300, {len(facts['mode'])} modes"]
    judge_time(facts, datetime.datetime(2023, 11, 14, 22, 13, 20))
    judge_times(facts, end)


def test_ahci(tmp_path):
    """A disk of which the BIOS tells nothing, a framebuffer, and a CPU without
    NX and without a time stamp counter."""
    path = make(tmp_path, ["--video=1024x768x32"])
    place = []

    def ended(monitor, folder):
        if told(monitor, folder):
            place.extend(region["address"] for bus in monitor.ask("query-pci")
                         for device in bus["devices"]
                         if device["id"]["device"] == 0x1111
                         for region in device["regions"][:1])
        return bool(place)

    end = qemu(["-M", "q35", "-m", "64M", "-cpu", "qemu64,-tsc,-nx",
                *disk(path)], 30, ended)
    facts, log = judge(end, path, 64)
    judge_disk(facts, path, "30", "2/16/63")
    assert one(facts, "display") == {
        "type": "2", "width": "1024", "height": "768", "pitch": "4096",
        "bits": "32", "mode": log.video[1].split()[-1],
        "address": f"{place[0]:x}"}
    assert one(facts, "memory")["type8"] == str(1024 * 768 * 4)
    assert log.video[1:] == ["video: mode 144"] and \
        log.video[0].startswith("video: VBE 300, ") and "mode" not in facts
    assert not log.cpu[1] & 1 << 4 and log.cpu[2] == 0
    judge_no_times(facts, end)


def test_virtio(tmp_path):
    """Another kind of disk, and a counter whose rate is known."""
    path = make(tmp_path)
    end = qemu(["-M", "pc", "-m", "64M", "-icount", "shift=7,sleep=off",
                *disk(path, "virtio-blk-pci,addr=0x9")], 30, told)
    facts, log = judge(end, path, 64)
    judge_disk(facts, path, "30", "2/16/63", "PCI", "SCSI", "0009")
    judge_text(facts)
    assert log.video == [] and "edid" not in facts
    judge_times(facts, end)
    clock = one(facts, "clock")
    assert abs(int(clock["hz"]) - NANOSECONDS) <= int(clock["error"]) < \
        NANOSECONDS // 500


def test_bochs(tmp_path):
    path = make(tmp_path, LISTS)
    begin = datetime.datetime.utcnow()
    end = bochs(path, megs=64, timeout=60, until=is_told)
    facts, log = judge(end, path, 64)
    # Its primary controller is that of ISA, at 1F0h.
    judge_disk(facts, path, "30", "3/16/63", "ISA", "ATA", "f001")
    judge_acpi(facts, "FACP", "APIC")
    # Its BIOS has a table of the system, and no strings in it.
    assert smbios(facts) == {"maker": "", "product": "", "serial": ""}
    assert b"Bochs Screen" in judge_edid(facts, "AAA")
    judge_text(facts)
    judge_modes(facts, 16 * MIB, 1024)     # of its screen on a terminal
    assert log.video == [f"video: VBE 200, {len(facts['mode'])} modes"]
    judge_time(facts, begin)
    judge_times(facts, end)
