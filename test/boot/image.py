# SPDX-License-Identifier: 0BSD
# image.py - images for the boot tests, and where the parts of one lie.

import string
import struct
import subprocess
from pathlib import Path

from machine import BUILD

SECTOR = 512
CD_SECTOR = 2048
TABLE_BYTES = 15 * 65536        # of a file, to a sector of its block table
PT_LOAD, ET_DYN = 1, 3
PIE_BASE = 0xFFFFFFFF80000000   # where a PIE linked below 1 MiB goes
PIE_STAYS = 0x100000
MASK = (1 << 64) - 1
# The last letters of the modules' names: as many as there can be modules.
LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + \
    "-_"


def kernel(name):
    """A test kernel that the Makefile built."""
    path = BUILD / "test" / f"{name}.elf"
    assert path.exists(), f"{path} is missing: run this through `make test`"
    return path


def example(name):
    """A kernel of examples/."""
    path = BUILD / "examples" / f"{name}.elf"
    assert path.exists(), f"{path} is missing: run this through `make test`"
    return path


def mkimage(elf, image, cmdline=None, modules=(), options=()):
    """Makes an image; modules are (path, name)."""
    command = [str(BUILD / "mkimage"), "-o", str(image), *options]
    if cmdline is not None:
        command += ["-c", cmdline]
    for path, name in modules:
        command += ["-m", f"{path}={name}"]
    done = subprocess.run(command + [str(elf)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    return image


def placement(elf):
    """kernel_base and kernel_slide as the protocol promises them."""
    data = Path(elf).read_bytes()
    kind, = struct.unpack_from("<H", data, 16)
    phoff, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    lowest = min(
        struct.unpack_from("<Q", data, phoff + i * size + 16)[0]
        for i in range(count)
        if struct.unpack_from("<I", data, phoff + i * size)[0] == PT_LOAD)
    base = lowest & ~0xFFF
    slide = PIE_BASE - base if kind == ET_DYN and lowest < PIE_STAYS else 0
    return (base + slide) & MASK, slide & MASK


def module_content(index, size):
    """The bytes that check_info.c expects of module number index."""
    if index % 3 == 1:
        return bytes(((i >> 6) + index) & 0xFF for i in range(size))
    if index % 3 == 2:
        return bytes(size)
    out = bytearray(size)
    for i in range(size):
        x = (i * 2654435761 + index * 40503) & 0xFFFFFFFF
        x ^= x >> 15
        out[i] = (x * 2246822519 & 0xFFFFFFFF) >> 24
    return bytes(out)


def elf_sum(data):
    """What check_info.c makes of the raw ELF file."""
    total = 0
    for byte in data:
        total = (total * 3 + byte) & MASK
    return total


def contract(name, folder, words="", module_sizes=(), options=()):
    """An image of a contract kernel that knows what to expect."""
    elf = kernel(f"contract-{name}")
    base, slide = placement(elf)
    cmdline = f"base={base:#x} slide={slide:#x}"
    modules = []
    for i, size in enumerate(module_sizes):
        path = Path(folder) / f"module{i}"
        path.write_bytes(module_content(i, size))
        modules.append((path, "module" + LETTERS[i]))
    if modules:
        cmdline += " modules=" + ",".join(map(str, module_sizes))
    if "--symbols" in options:
        data = elf.read_bytes()
        cmdline += f" elf={len(data)} sum={elf_sum(data)}"
    if words:
        cmdline += " " + words
    image = Path(folder) / "disk.img"
    mkimage(elf, image, cmdline, modules, options)
    return image, cmdline


def sd_card(path):
    """The image as an SD card: the size of one is a power of two."""
    card = path.with_name("card.img")
    data = path.read_bytes()
    card.write_bytes(data.ljust(1 << (len(data) - 1).bit_length(), b"\0"))
    return card


def cd(path):
    """The image inside the ISO image of a CD that is to be started as a hard
    disk (ISO 9660, and El Torito 1.0 for the rest)."""
    def both(number, letter):   # ends of both kinds
        return struct.pack("<" + letter, number) + struct.pack(
            ">" + letter, number)

    first, catalog, root = 21, 19, 20           # sectors
    data = path.read_bytes()
    data += bytes(-len(data) % CD_SECTOR)
    folder = bytes([34, 0]) + both(root, "I") + both(CD_SECTOR, "I") + \
        bytes(7) + bytes([2, 0, 0]) + both(1, "H") + b"\1\0"
    volume = b"\1CD001\1\0" + b" " * 64 + bytes(8) + both(
        first + len(data) // CD_SECTOR, "I") + bytes(32) + both(
        1, "H") * 2 + both(CD_SECTOR, "H")
    boot = b"\0CD001\1EL TORITO SPECIFICATION".ljust(71, b"\0") + \
        struct.pack("<I", catalog)
    check = struct.pack("<BBH24sHBB", 1, 0, 0, b"", 0, 0x55, 0xAA)
    wrong = sum(struct.unpack("<16H", check))
    check = check[:28] + struct.pack("<H", -wrong & 0xFFFF) + check[30:]
    start = struct.pack("<BBHBBHI", 0x88, 4, 0, data[0x1C2], 0, 1, first)
    iso = path.with_name("cd.iso")
    iso.write_bytes(bytes(16 * CD_SECTOR) + b"".join(
        sector.ljust(CD_SECTOR, b"\0") for sector in (
            volume.ljust(156, b"\0") + folder, boot, b"\xffCD001\1",
            check + start, b"")) + data)
    return iso


class Layout:
    """Where the parts of an image lie, in sectors (include/image.h)."""

    def __init__(self, path):
        self.data = data = Path(path).read_bytes()
        header = data[SECTOR:2 * SECTOR]
        self.stage2_sectors, self.early_sectors = struct.unpack_from(
            "<HH", header, 10)
        self.super_lba, = struct.unpack_from("<I", header, 16)
        (self.disk_sectors, self.directory_lba, self.directory_sectors,
         count) = struct.unpack_from("<QIII", data,
                                     self.super_lba * SECTOR + 32)
        self.files = [self._file(i) for i in range(count)]

    def _file(self, index):
        at = self.directory_lba * SECTOR + index * 64
        kind, _, size, _, table, lba, sectors = struct.unpack_from(
            "<IIQIIQQ", self.data, at)
        return {"type": kind, "size": size, "table": table, "lba": lba,
                "sectors": sectors}

    def part(self, name):
        """The first sector of a part, and how many it has."""
        kinds = {"kernel": 1, "cmdline": 2, "module": 3}
        if name in kinds:
            found = next(f for f in self.files if f["type"] == kinds[name])
            return found["lba"], found["sectors"]
        return {
            "first": (1, 1),
            "early": (2, self.early_sectors),
            "rest": (2 + self.early_sectors,
                     self.stage2_sectors - 1 - self.early_sectors),
            "super": (self.super_lba, 1),
            "directory": (self.directory_lba, self.directory_sectors),
            "table": (self.files[0]["table"],
                      -(-self.files[0]["size"] // TABLE_BYTES)),
        }[name]
