# SPDX-License-Identifier: 0BSD
"""image_reader.py - reads a Stagecoach image and asserts all that is promised.

Written from include/image.h and docs/image-format.md alone, so that it does
not share mkimage's mistakes.
"""
import struct

SECTOR = 512
BLOCK = 65536
M64 = (1 << 64) - 1
M32 = (1 << 32) - 1
KERNEL, CMDLINE, MODULE = 1, 2, 3
ZERO, STORED, LZ4 = 0, 1, 2


def checksum(data):
    a, t = 0x5354414745434F41, 0
    for at in range(0, len(data), SECTOR):
        words = struct.unpack("<64Q", data[at:at + SECTOR].ljust(512, b"\0"))
        for i in range(0, min(SECTOR, len(data) - at) // 8, 2):
            a = (a + words[i] - words[i + 1]) & M64
            t = (t + a) & M64
        if len(data) - at >= SECTOR:
            t = t * 0x9E3779B97F4A7C15 & M64
    return a, t


def early_sum(data):
    a = b = 0
    for (word,) in struct.iter_unpack("<I", data):
        a = (a + word) & M32
        b = (b + a) & M32
    return a, b


def sector_sum(data):
    total = 0
    for (word,) in struct.iter_unpack("<I", data):
        total = ((total << 1 | total >> 31) + word) & M32
    return total


def image_id(image, super_lba):
    image = bytearray(image)
    image[0x1B4:0x1BC] = bytes(8)           # MBR_SECTOR_SUM, MBR_DISK_ID
    image[SECTOR + 24:SECTOR + 32] = bytes(8)
    base = super_lba * SECTOR
    image[base + 24:base + 32] = bytes(8)
    image[base + 496:base + 512] = bytes(16)
    return fold(image)


def fold(data):
    def mix(h):
        h = (h ^ h >> 32) * 0x9E3779B97F4A7C15 & M64
        h = (h ^ h >> 29) * 0xB7E151628AED2A6B & M64
        return h ^ h >> 32

    a, t = checksum(data)
    h = mix(mix(a) + t & M64)
    return h if h & M32 else h | 1


def table_tag(tables):
    tables = bytearray(tables)
    for at in range(0, len(tables), SECTOR):
        tables[at + 488:at + 512] = bytes(24)
    return fold(tables) if tables else 0


def unlz4(data):
    """One block, as the LZ4 block format says."""
    out = bytearray()
    at = 0

    def length(nibble):
        nonlocal at
        if nibble < 15:
            return nibble
        while True:
            nibble += data[at]
            at += 1
            if data[at - 1] != 255:
                return nibble

    while True:
        token = data[at]
        at += 1
        literals = length(token >> 4)
        out += data[at:at + literals]
        at += literals
        if at == len(data):
            return bytes(out)
        offset = data[at] | data[at + 1] << 8
        at += 2
        assert 0 < offset <= len(out)
        for _ in range(length(token & 15) + 4):
            out.append(out[-offset])


class File:
    """An entry of the directory, with its blocks checked and its content."""

    FIELDS = ("type flags size block_count table_lba data_lba data_sectors "
              "name_offset name_size wish_offset table_tag").split()

    def __init__(self, image, index):
        entry = image.directory[index * 64:index * 64 + 64]
        vars(self).update(zip(self.FIELDS,
                              struct.unpack("<IIQIIQQIIQQ", entry)))
        end = self.name_offset + self.name_size
        self.name = image.directory[self.name_offset:end]
        assert image.directory[end] == 0
        if self.wish_offset:
            assert self.type == KERNEL
            assert self.wish_offset + 64 <= self.size
        assert self.block_count == -(-self.size // BLOCK)
        tables = image.sectors(self.table_lba, -(-self.block_count // 15))
        assert self.table_tag == table_tag(tables)
        self.codecs = []
        self.content = b"".join(self.blocks(image))
        assert len(self.content) == self.size

    def blocks(self, image):
        lba = self.data_lba
        for number in range(self.block_count):
            table = image.sectors(self.table_lba + number // 15, 1)
            assert checksum(table[:496]) == struct.unpack("<QQ", table[496:])
            assert struct.unpack("<QQ", table[480:496]) == (
                number // 15 * 15, self.table_tag)
            at = number % 15 * 32
            where, stored, codec, a, t = struct.unpack("<QIIQQ",
                                                       table[at:at + 32])
            size = min(BLOCK, self.size - number * BLOCK)
            self.codecs.append(codec)
            if codec == ZERO:
                assert (where, stored, a, t) == (0, 0, 0, 0)
                yield bytes(size)
                continue
            assert where == lba, "blocks lie in order, without gaps"
            sectors = -(-stored // SECTOR)
            lba += sectors
            data = image.sectors(where, sectors)
            assert checksum(data) == (a, t)
            assert not any(data[stored:]), "the fill is zero"
            if codec == STORED:
                assert stored == size
                yield data[:stored]
            else:
                assert codec == LZ4 and stored < size
                yield unlz4(data[:stored])
        assert lba == self.data_lba + self.data_sectors
        if self.block_count % 15:
            assert not any(table[at + 32:480]), "unused entries are zero"


class Wishes:
    """struct boot_wishes as the superblock has it: in order, and plain."""

    FIELDS = ("magic magic2 version size required flags stack_size "
              "phys_offset video width height bits_per_pixel").split()
    KASLR, VIDEO_MODES, EDID, GRAPHICS_ONLY = 8, 16, 32, 64
    ANY, TEXT, EXACT, BEST, MINIMUM = range(5)

    def __init__(self, data):
        vars(self).update(zip(self.FIELDS,
                              struct.unpack("<QQIIIIQQIHHH6x", data)))
        assert data[:8] == b"BOOTWISH"
        assert self.magic2 == 0xD3A41C7BE6059F28
        assert (self.version, self.size, self.required) == (1, 64, 0)
        assert self.flags & ~0x78 == 0
        assert not any(data[58:])
        assert self.stack_size % 4096 == 0
        assert self.stack_size == 0 or 1 << 16 <= self.stack_size <= 1 << 30
        assert self.phys_offset == 1 or self.phys_offset % (1 << 30) == 0
        assert self.video <= self.MINIMUM
        sides = self.video in (self.EXACT, self.MINIMUM)
        assert (self.width != 0) == (self.height != 0) == sides
        assert max(self.width, self.height) <= 16384
        assert self.bits_per_pixel in (0, 15, 16, 24, 32)

    def asked(self):
        """What differs from the defaults."""
        fields = ("flags stack_size phys_offset video width height "
                  "bits_per_pixel").split()
        return {f: vars(self)[f] for f in fields if vars(self)[f]}


class Image:
    """A whole image; the constructor asserts all that image.h promises."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        self.mbr = self.sectors(0, 1)
        self.check_header()
        self.check_super()
        self.check_mbr()
        self.files = [File(self, i) for i in range(self.file_count)]
        self.check_places()

    def sectors(self, lba, count):
        data = self.data[lba * SECTOR:(lba + count) * SECTOR]
        assert len(data) == count * SECTOR
        return data

    def check_header(self):
        (magic, self.loader_sectors, self.stage2_sectors, self.early_sectors,
         self.plain_sectors, self.super_lba, reserved, self.id, early_a, early_b,
         rest_a, rest_t) = struct.unpack("<IHHHHIIQIIQQ",
                                         self.sectors(1, 1)[4:56])
        assert magic.to_bytes(4, "little") == b"SCG2"
        assert reserved == 0
        assert self.early_sectors < self.plain_sectors <= self.stage2_sectors
        assert self.stage2_sectors < self.loader_sectors <= 136
        assert self.super_lba == 1 + self.stage2_sectors
        early = self.sectors(2, self.early_sectors)
        assert early_sum(early) == (early_a, early_b)
        rest = self.sectors(2 + self.early_sectors,
                            self.stage2_sectors - 1 - self.early_sectors)
        assert checksum(rest) == (rest_a, rest_t)

    def check_super(self):
        sector = self.sectors(self.super_lba, 1)
        assert checksum(sector[:496]) == struct.unpack("<QQ", sector[496:])
        (magic, version, block_size, super_id, self.disk_sectors,
         self.directory_lba, self.directory_sectors, self.file_count, flags,
         a, t) = struct.unpack("<16sIIQQIIIIQQ", sector[:72])
        assert magic == b"STAGECOACH IMAGE"
        assert (version, block_size, flags) == (1, BLOCK, 0)
        self.wishes = Wishes(sector[72:136])
        assert not any(sector[136:496])
        assert super_id == self.id == image_id(self.data, self.super_lba)
        assert len(self.data) == self.disk_sectors * SECTOR
        assert len(self.data) >= 1 << 20
        assert self.disk_sectors % (16 * 63) == 0
        self.directory = self.sectors(self.directory_lba,
                                      self.directory_sectors)
        assert checksum(self.directory) == (a, t)

    def check_mbr(self):
        first_read, total, disk_id = struct.unpack("<HII",
                                                   self.mbr[0x1B2:0x1BC])
        assert self.mbr[510:] == b"\x55\xaa"
        assert first_read == min(80, self.loader_sectors)
        assert total == sector_sum(self.sectors(1, 1))
        assert disk_id == self.id & M32 != 0
        assert not any(self.mbr[0x1CE:0x1FE]), "one partition"
        entry = self.mbr[0x1BE:0x1CE]
        assert (entry[0], entry[4]) == (0x80, 0xDA)
        assert entry[1:4] == bytes((0, 2, 0)), "LBA 1 is 0/0/2"
        start, count = struct.unpack("<II", entry[8:])
        assert (start, count) == (1, self.disk_sectors - 1)
        cylinder = self.disk_sectors // (16 * 63) - 1
        if cylinder < 1024:
            assert entry[5:8] == bytes((15, 63 | cylinder >> 8 << 6,
                                        cylinder & 255))
        else:
            assert entry[5:8] == b"\xfe\xff\xff"

    def check_places(self):
        """The order of the parts: each begins where the last one ends."""
        at = 1 + self.stage2_sectors
        assert self.super_lba == at
        assert self.directory_lba == at + 1
        at = self.directory_lba + self.directory_sectors
        for f in self.files:
            if f.block_count:
                assert f.table_lba == at
                at += -(-f.block_count // 15)
            else:
                assert f.table_lba == 0
        small = at
        for f in sorted(self.files, key=lambda f: f.type != CMDLINE):
            if f.data_sectors:
                assert f.data_lba == at
                at += f.data_sectors
            else:
                assert f.data_lba == 0
            if f.type == CMDLINE:
                small = at
            if f.type == KERNEL:
                kernel_end = f.data_lba + f.data_sectors
        assert not any(self.data[at * SECTOR:]), "the fill is zero"
        end = kernel_end if kernel_end <= 137 else min(small, 137)
        assert self.loader_sectors == end - 1
