# SPDX-License-Identifier: 0BSD
"""test_image_list.py - mkimage --list finds every wrong bit."""
import os
import random
import struct

import pytest

from elf_maker import kernel
from image_reader import (SECTOR, Image, checksum, image_id, sector_sum,
                          table_tag)

NOISE = random.Random(0).randbytes(100_000)


@pytest.fixture
def image(tool):
    """An image with everything in it: all codecs, two table sectors."""
    tool.write("k", kernel(b"\xeb\xfe" + b"text " * 20_000))
    tool.write("m", NOISE + bytes(16 * 65536))
    tool.make("k", "-m", "m=module", "-c", "hello", "-o", "image")
    return Image(tool.folder / "image")


def test_listing(tool, image):
    done = tool.run("--list", "image")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == (f"image: Stagecoach image, format 1, id "
                        f"{image.id:016x}")
    k, c, m = image.files
    text = "\n".join(" ".join(line.split()) for line in lines)
    for part in (f"disk {image.disk_sectors} sectors, {len(image.data)} ",
                 f"disk id {image.id & 0xffffffff:08x}, first read "
                 f"{min(80, image.loader_sectors)} sectors",
                 f"partition [1, {image.disk_sectors}), active, type da",
                 f"stage2 [1, {1 + image.stage2_sectors}), ",
                 f"reads [1, {1 + image.loader_sectors}) at once",
                 f"superblock [{image.super_lba}, {image.super_lba + 1})",
                 f"directory [{image.directory_lba}, ",
                 f"kernel k: {k.size} bytes, ",
                 "cmdline 5 bytes, 5 stored in 1 blocks ",
                 f"module module: {m.size} bytes, ",
                 f"in {m.block_count} blocks ({m.codecs.count(0)} zero, "
                 f"{m.codecs.count(1)} stored, {m.codecs.count(2)} lz4)",
                 f"table [{m.table_lba}, {m.table_lba + 2}), data "
                 f"[{m.data_lba}, {m.data_lba + m.data_sectors})"):
        assert part in text
    assert c.content == b"hello"
    assert "block" not in text.replace("blocks", "").replace("superblock", "")


def test_listing_blocks(tool, image):
    done = tool.run("-v", "--list", "image")
    assert done.returncode == 0
    blocks = [line.split() for line in done.stdout.splitlines()
              if line.startswith("    block")]
    assert len(blocks) == sum(f.block_count for f in image.files)
    m = image.files[2]
    assert blocks[-m.block_count] == [
        "block", "0", "stored", "65536", "bytes", "at", str(m.data_lba)]
    assert blocks[-1] == ["block", str(m.block_count - 1), "zero"]


def test_verbose_shows_what_was_made(tool, image):
    done = tool.run("k", "-m", "m=module", "-c", "hello", "-o", "image", "-v")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == tool.run("--list", "image").stdout
    assert Image(tool.folder / "image").data == image.data


def refuse(tool, data, reason=""):
    """The image is wrong, and --list says so in one line."""
    tool.write("bad", bytes(data))
    done = tool.run("--list", "bad")
    assert done.returncode == 1
    assert done.stderr.startswith("mkimage: bad: ")
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr


def places(image):
    """Each field of the front, and a sample of everything else."""
    pick = random.Random(1)
    base = image.super_lba * SECTOR
    directory = image.directory_lba * SECTOR
    fields = [0, 0x1B2, 0x1B4, 0x1B8, 0x1BC, 0x1BE, 0x1C6, 0x1CE, 510]
    fields += [SECTOR + at for at in range(0, 56, 2)]
    fields += [base + at for at in (*range(0, 72, 4), 100, 495, 496, 504)]
    fields += [directory + at for at in range(0, 3 * 64, 4)]
    for f in image.files:
        fields += [f.table_lba * SECTOR + at
                   for at in (0, 8, 12, 16, 24, 32, 480, 488, 496, 504)]
        fields += [f.data_lba * SECTOR,
                   (f.data_lba + f.data_sectors) * SECTOR - 1]
    fields += [len(image.data) - 1]
    fields += [pick.randrange(len(image.data)) for _ in range(60)]
    return fields


def test_every_flipped_bit_is_found(tool, image):
    pick = random.Random(2)
    for at in places(image):
        data = bytearray(image.data)
        data[at] ^= 1 << pick.randrange(8)
        refuse(tool, data)


def test_exchanged_sectors(tool, image):
    m = image.files[2]
    for a, b in ((m.data_lba, m.data_lba + 1), (m.table_lba, m.table_lba + 1),
                 (3, 4), (image.early_sectors + 3, image.early_sectors + 4)):
        data = bytearray(image.data)
        a, b = slice(a * SECTOR, a * SECTOR + 512), slice(b * SECTOR,
                                                          b * SECTOR + 512)
        data[a], data[b] = data[b], data[a]
        refuse(tool, data)


def test_truncated(tool, image):
    for size in (0, 1, 511, 512, 1023, 1024, image.super_lba * SECTOR,
                 image.directory_lba * SECTOR, len(image.data) // 2,
                 len(image.data) - 512, len(image.data) - 1):
        refuse(tool, image.data[:size])


def test_longer_than_the_image(tool, image):
    """As read back from a larger disk."""
    tool.write("disk", image.data + NOISE)
    assert tool.run("--list", "disk").returncode == 0


def test_other_files(tool):
    refuse(tool, NOISE, "is not a boot disk")
    refuse(tool, kernel(b"x" * 1000), "is not a boot disk")
    boot = bytearray(10_000)
    boot[510:512] = b"\x55\xaa"
    refuse(tool, boot, "loader header at sector 1: ")


class Forger:
    """Changes an image and makes every sum right again, and every tag."""

    def __init__(self, image):
        self.image = image
        self.data = bytearray(image.data)

    def put(self, lba, at, fmt, *values):
        struct.pack_into(fmt, self.data, lba * SECTOR + at, *values)

    def tag(self):
        for i, f in enumerate(self.image.files):
            start, count = f.table_lba, -(-f.block_count // 15)
            tag = table_tag(self.data[start * SECTOR:(start + count) * SECTOR])
            self.put(self.image.directory_lba, i * 64 + 56, "<Q", tag)
            for lba in range(start, start + count):
                self.put(lba, 488, "<Q", tag)

    def sign(self, tag=True):
        image = self.image
        if tag:
            self.tag()

        def resum(start, size, at):
            struct.pack_into("<QQ", self.data, at,
                             *checksum(self.data[start:start + size]))

        for f in image.files:
            for i in range(-(-f.block_count // 15)):
                table = (f.table_lba + i) * SECTOR
                resum(table, 496, table + 496)
        base = image.super_lba * SECTOR
        resum(image.directory_lba * SECTOR, len(image.directory), base + 56)
        new = image_id(self.data, image.super_lba)
        struct.pack_into("<Q", self.data, base + 24, new)
        struct.pack_into("<Q", self.data, SECTOR + 24, new)
        resum(base, 496, base + 496)
        struct.pack_into("<I", self.data, 0x1B8, new & 0xffffffff)
        struct.pack_into("<I", self.data, 0x1B4,
                         sector_sum(self.data[SECTOR:2 * SECTOR]))
        return self.data


def test_forger_is_good(tool, image):
    """Else the rows below would find nothing but bad sums."""
    data = Forger(image).sign()
    assert data == image.data
    forged = Forger(image)
    forged.put(0, 0x40, "<B", 77)
    tool.write("good", forged.sign())
    assert tool.run("--list", "good").returncode == 0


def test_only_the_id_is_wrong(tool, image):
    data = bytearray(image.data)
    data[-1] ^= 1
    refuse(tool, data, "the image id is")


def test_block_that_does_not_decompress(tool, image):
    k = image.files[0]
    assert k.codecs[0] == 2
    forged = Forger(image)
    at = k.data_lba * SECTOR
    forged.data[at:at + SECTOR] = b"\xff" * SECTOR
    sectors = -(-struct.unpack_from("<I", image.data,
                                    k.table_lba * SECTOR + 8)[0] // SECTOR)
    forged.put(k.table_lba, 16, "<QQ",
               *checksum(forged.data[at:at + sectors * SECTOR]))
    refuse(tool, forged.sign(), f"block at sector {k.data_lba}: ")


def test_tags(tool, image):
    """A tag that is not the table's, and a table that has not the tag."""
    m = image.files[2]
    entry = image.directory_lba, 2 * 64 + 56
    second = m.table_lba + 1
    for places, reason in (
            ([entry], f"block table at sector {m.table_lba}: belongs to "
                      "another image"),
            ([(second, 488)], f"block table at sector {second}: belongs to "
                              "another image"),
            ([entry, (m.table_lba, 488), (second, 488)],
             f"block table at sector {m.table_lba}: its tag is "
             f"{m.table_tag ^ 1:016x}, but the content's is "
             f"{m.table_tag:016x}")):
        forged = Forger(image)
        for place in places:
            forged.put(*place, "<Q", m.table_tag ^ 1)
        refuse(tool, forged.sign(tag=False), reason)


def test_numbers_out_of_range(tool, image):
    """Well-signed nonsense: each is refused for what it is."""
    k = image.files[0]
    directory, table = image.directory_lba, k.table_lba
    for lba, at, fmt, value, reason in (
            (0, 0x1B2, "<H", 1, "size of the first read"),
            (0, 0x1C6, "<I", 2, "partition table"),
            (1, 8, "<H", 137, "loader_sectors"),
            (1, 36, "<I", 1, "stage2's real-mode part"),
            (1, 48, "<Q", 1, "stage2's second part"),
            (1, 16, "<I", 1, "super_lba"),
            (image.super_lba, 16, "<I", 2, "superblock"),
            (image.super_lba, 32, "<Q", 1 << 40, "cut off"),
            (image.super_lba, 40, "<I", 0xffffffff, "directory_lba"),
            (image.super_lba, 48, "<I", 0, "file_count"),
            (directory, 0, "<I", 3, "type"),
            (directory, 8, "<Q", 1 << 41, "size"),
            (directory, 20, "<I", 0xffffffff, "table_lba"),
            (directory, 32, "<Q", k.data_sectors + 1, "end of data"),
            (directory, 44, "<I", 256, "name"),
            (table, 0, "<Q", (1 << 64) - 1, "block lba"),
            (table, 12, "<I", 3, "codec"),
            (table, 480, "<Q", 15, "first_block")):
        forged = Forger(image)
        forged.put(lba, at, fmt, value)
        refuse(tool, forged.sign(), reason)


def test_unreadable_sector(tool, image):
    """A file that ends while it is read is found out, too."""
    tool.write("image", image.data)
    with open(tool.folder / "image", "r+b") as f:
        f.truncate(len(image.data) - SECTOR)
    tool.refuse("image", "is cut off", "--list", "image")
    os.truncate(tool.folder / "image", 600)
    tool.refuse("image", "ends before sector 1", "--list", "image")
