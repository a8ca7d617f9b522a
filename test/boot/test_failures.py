# SPDX-License-Identifier: 0BSD
# test_failures.py - bad disks and bad kernels: a sentence, never silence.

import json
import struct
import sys

import pytest

from image import SECTOR, Layout, example, kernel, mkimage
from judge import judge_pass, judge_refused
from machine import PLAIN, ROOT, disk, qemu

sys.path.insert(0, str(ROOT / "test/tools"))
from image_reader import BLOCK, checksum, table_tag     # noqa: E402

PARTS = ["first", "early", "rest", "super", "directory", "table", "cmdline",
         "kernel", "module"]


@pytest.fixture
def full(contract):
    """An image that has every part, and its layout."""
    path, cmdline = contract("packs", module_sizes=[300000])
    return path, cmdline, Layout(path)


def test_long_name(tmp_path):
    """The longest name leaves room for what is wrong."""
    module = tmp_path / "module"
    module.write_bytes(bytes(range(1, 256)) * 300)
    path = mkimage(kernel("contract-high"), tmp_path / "disk.img",
                   modules=[(module, "n" * 255)])
    lba, sectors = Layout(path).part("module")
    data = bytearray(path.read_bytes())
    data[lba * SECTOR] ^= 1
    path.write_bytes(data)
    judge_refused(qemu([*PLAIN, *disk(path)]),
                  rf"^stagecoach: n+: .* at sector {lba} of drive 80: .*sum")


@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize("part", PARTS)
def test_flipped_bit(full, part, place):
    path, _, layout = full
    lba, sectors = layout.part(part)
    assert sectors > 0, f"there is no {part} in this image"
    at = lba * SECTOR if place == "start" else (lba + sectors) * SECTOR - 1
    data = bytearray(layout.data)
    data[at] ^= 0x10
    path.write_bytes(data)
    end = qemu([*PLAIN, *disk(path)])
    judge_refused(end, r"^stagecoach: (bad loader|.{20,})")


@pytest.mark.parametrize("part", PARTS)
def test_truncated(full, part):
    """The disk ends before this part does."""
    path, _, layout = full
    lba, sectors = layout.part(part)
    path.write_bytes(layout.data[:(lba + sectors - 1) * SECTOR])
    end = qemu([*PLAIN, *disk(path)], 30)
    judge_refused(end, r"^stagecoach: (disk [0-9A-F]{2}|bad loader|.{20,})$")


def faulty_disk(path, lba, once, device="ide-hd"):
    """A disk with a sector that cannot be read, for ever or the first time."""
    node = {"driver": "raw", "node-name": "d0", "file": {
        "driver": "blkdebug",
        "image": {"driver": "file", "filename": str(path), "locking": "off"},
        "inject-error": [{"event": "none", "iotype": "read", "errno": 5,
                          "sector": lba, "once": once,
                          "immediately": True}]}}
    return ["-blockdev", json.dumps(node), "-device", f"{device},drive=d0"]


@pytest.mark.parametrize("device", ["ide-hd", "virtio-blk-pci"])
@pytest.mark.parametrize("part", ["first", "rest", "super", "kernel"])
def test_one_error(full, part, device):
    """The second try brings it."""
    path, cmdline, layout = full
    end = qemu([*PLAIN, *faulty_disk(path, layout.part(part)[0], True,
                                     device)], 30)
    judge_pass(end, cmdline)


@pytest.mark.parametrize("part", PARTS)
def test_bad_sector(full, part):
    path, _, layout = full
    lba, sectors = layout.part(part)
    end = qemu([*PLAIN, *faulty_disk(path, lba + sectors // 2, False)], 40)
    judge_refused(end, r"^stagecoach: (disk 0C$|.*0[Cc]h?\b)")


def test_bad_sector_nobody_needs(full):
    """An error in the padding behind the last module harms nobody."""
    path, cmdline, layout = full
    lba, sectors = layout.part("module")
    assert lba + sectors < layout.disk_sectors
    end = qemu([*PLAIN, *faulty_disk(path, lba + sectors, False)], 30)
    judge_pass(end, cmdline)


def test_second_disk(full, tmp_path):
    """Another disk beside ours, with another image of ours on it."""
    path, cmdline, layout = full
    other = tmp_path / "other.img"
    other.write_bytes(layout.data[:SECTOR] + bytes(1 << 20))
    second = f"if=none,id=d1,format=raw,file={other},snapshot=on"
    end = qemu([*PLAIN, *disk(path), "-drive", second,
                "-device", "ide-hd,drive=d1"])
    judge_pass(end, cmdline)


def resum(data, place, lba, size):
    struct.pack_into("<2Q", data, place, *checksum(data[lba * SECTOR:][:size]))


def resum_directory(data, layout):
    at = layout.super_lba * SECTOR
    resum(data, at + 56, layout.directory_lba,
          layout.directory_sectors * SECTOR)
    resum(data, at + 496, layout.super_lba, 496)


def test_too_little_of_stage2(tmp_path):
    """A kernel that wants what its image has left out of the loader, as if
    another mkimage had made it."""
    path = mkimage(kernel("contract-packs"), tmp_path / "disk.img")
    layout = Layout(path)
    data = bytearray(layout.data)
    struct.pack_into("<I", data, layout.directory_lba * SECTOR + 4,
                     1)                                         # SYMBOLS
    resum_directory(data, layout)
    path.write_bytes(data)
    judge_refused(qemu([*PLAIN, *disk(path)]),
                  rf"^stagecoach: image: stage2 has {layout.stage2_sectors} "
                  r"sectors, and this kernel takes more: try mkimage KERNEL$")


# Fields of struct boot_wishes: offset, format, and a value that is none.
WISHES = {"magic": (0, "<Q", 0x1234), "version": (16, "<I", 2),
          "size": (20, "<I", 68), "required": (24, "<I", 1 << 31),
          "stack_size": (32, "<Q", 0x10001), "reserved": (62, "<H", 3)}


@pytest.mark.parametrize("field", WISHES)
def test_wishes_in_the_kernel(tmp_path, field):
    """The struct in the kernel itself is not as mkimage lets it through, and
    every sum is right: stage2 sees it, too."""
    path = mkimage(example("framebuffer"), tmp_path / "disk.img",
                   options=["--compress=never"])
    layout = Layout(path)
    data = bytearray(layout.data)
    entry = layout.directory_lba * SECTOR
    table = layout.files[0]["table"]
    wishes, = struct.unpack_from("<Q", data, entry + 48)
    block = table * SECTOR + wishes // BLOCK * 32
    lba, stored = struct.unpack_from("<QI", data, block)
    at = lba * SECTOR + wishes % BLOCK
    assert wishes // BLOCK < 15 and data[at:at + 8] == b"BOOTWISH"

    offset, form, value = WISHES[field]
    struct.pack_into(form, data, at + offset, value)
    resum(data, block + 16, lba, -(-stored // SECTOR) * SECTOR)
    tag = table_tag(data[table * SECTOR:][:SECTOR])
    struct.pack_into("<Q", data, table * SECTOR + 488, tag)
    resum(data, table * SECTOR + 496, table, 496)
    struct.pack_into("<Q", data, entry + 56, tag)
    resum_directory(data, layout)
    path.write_bytes(data)
    judge_refused(qemu([*PLAIN, *disk(path)]),
                  f"^stagecoach: kernel: its wishes: {field} is {value:#x}: "
                  "try mkimage KERNEL$")
