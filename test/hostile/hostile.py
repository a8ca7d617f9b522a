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


def e820(*entries):
    """The parameters for a list of (base, end, type[, attributes])."""
    table = b"".join(
        struct.pack("<QQII", base, end - base, kind, *(rest or [1]))
        for base, end, kind, *rest in entries)
    return {"e820": table, "e820_count": len(entries)}


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
    path = floppy(folder / "floppy.img", faults)
    return bochs_machine.bochs(image, floppy=path, **how)
