# SPDX-License-Identifier: 0BSD
# hostile.py - makes floppies of the hostile BIOS and boots a disk behind one.

import re
import struct
from pathlib import Path

import bochs as bochs_machine
from machine import BUILD, disk, qemu

PARAMS = Path(__file__).parent / "params.inc"
FLOPPY_SIZE = 2880 * 512
UNITS = {"b": 1, "w": 2, "d": 4, "q": 8}

USABLE, RESERVED, ACPI = 1, 2, 3


def _parameters():
    """The fields of params.inc: name -> (offset in the image, bytes)."""
    numbers, fields, at = {}, {}, None
    for line in PARAMS.read_text().splitlines():
        line = line.split(";")[0].strip()
        number = re.fullmatch(r"(\w+)\s+equ\s+(\d+)", line)
        field = re.fullmatch(r"\.(\w+):\s+res([bwdq])\s+(.+)", line)
        if number:
            numbers[number.group(1)] = int(number.group(2))
        elif line.startswith("struc"):
            at = numbers["PARAMS_OFFSET"]
        elif field:
            count = 1
            for factor in field.group(3).split("*"):
                factor = factor.strip()
                count *= numbers.get(factor) or int(factor)
            size = UNITS[field.group(2)] * count
            fields[field.group(1)] = at, size
            at += size
        else:
            assert not line or line == "endstruc", f"params.inc: {line}"
    return fields


FIELDS = _parameters()
INFO, MODE, EDID = 1, 2, 3      # blocks of VBE, as params.inc has them
IN_EBDA = 0                     # where a table goes; else a segment


def e820(*entries):
    """The parameters for a list of (base, end, type[, attributes])."""
    table = b"".join(
        struct.pack("<QQII", base, end - base, kind, *(rest or [1]))
        for base, end, kind, *rest in entries)
    return {"e820": table, "e820_count": len(entries)}


def patch(*entries):
    """The parameter for bytes of VBE's blocks: (block, offset, bytes,
    value)."""
    return {"vbe_patch": b"".join(
        struct.pack("<BBHI", block, size, at, value)
        for block, at, size, value in entries)}


def tables(*entries):
    """The parameter for tables that are there as well: (where, bytes)."""
    return {"table": b"".join(
        struct.pack("<HB36s", where, len(data), data)
        for where, data in entries)}


def summed(data, *places):
    """The table with the right sums: places are (where, bytes that sum)."""
    data = bytearray(data)
    for at, size in places:
        data[at] = 0
        data[at] = -sum(data[:size]) & 0xFF
    return bytes(data)


def rsdp(revision=0, length=36, last=0):
    """One with the right sums; `last` is added to the last byte behind
    them."""
    data = b"RSD PTR \0HOSTIL" + bytes([revision]) + struct.pack(
        "<I", 0xF000)
    if revision < 2:
        return summed(data, (8, 20))
    data += struct.pack("<IQB3s", length, 0xF000, 0, b"")
    data = bytearray(summed(data, (8, 20), (32, 36)))
    data[-1] = last
    return bytes(data)


def floppy(path, faults):
    """Writes the floppy of a BIOS with these faults."""
    image = bytearray((BUILD / "test/hostile.bin").read_bytes())
    at, size = FIELDS["magic"]
    assert image[at:at + size] == b"HOSTILE1"
    for name, value in faults.items():
        at, size = FIELDS[name]
        if isinstance(value, int):
            value = value.to_bytes(size, "little")
        assert len(value) <= size, name
        image[at:at + len(value)] = value
    path.write_bytes(image + bytes(FLOPPY_SIZE - len(image)))
    return path


def boot(image, folder, faults, machine, timeout=20, device="ide-hd",
         until=None):
    """Boots in QEMU: how it ended, and the letters of the faults played."""
    path = floppy(folder / "floppy.img", faults)
    played = folder / "played"
    end = qemu([*machine, "-boot", "order=a",
                "-drive", f"if=floppy,format=raw,file={path},"
                          "file.locking=off,readonly=on",
                "-debugcon", f"file:{played}", *disk(image, device)], timeout,
               until)
    return end, played.read_text("latin-1")


def boot_bochs(image, folder, faults, **how):
    """The same in Bochs, where the letters come out of the printer."""
    path = floppy(folder / "floppy.img", faults)
    played = folder / "played"
    end = bochs_machine.bochs(image, floppy=path, printer=played, **how)
    return end, played.read_text("latin-1")
