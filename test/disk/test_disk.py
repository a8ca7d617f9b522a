# SPDX-License-Identifier: 0BSD
# test_disk.py - bad disks: a sample of what long_disk.py has, and the host
# model of the readers.

import random
import subprocess

import pytest

import image
from faults import (BUSES, PLACES, TIMEOUT, boot_bad_sector, boot_flipped,
                    boot_flipped_sector_0, boot_truncated, make, make_small,
                    two_disks)
from judge import judge_pass, judge_refused
from machine import BUILD

SECTOR = 512


def test_every_bit(tmp_path):
    """Each bit of the loader, of the structures behind it and of some of the
    kernel, in a model of all that reads them."""
    path, _ = image.contract("high", tmp_path, "", (1000,))
    sectors = image.Layout(path).part("kernel")[0] + 16
    done = subprocess.run([BUILD / "test/disk-model", path, "1",
                           str(sectors), "bits"],
                          stdout=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert f": {(sectors - 1) * 512 * 8} flips" in done.stdout and \
        " 0 missed" in done.stdout and " 0 by name" not in done.stdout, \
        done.stdout


def test_model_sees(tmp_path):
    """The model is no yes-man: what nobody reads, it says so."""
    path, _ = image.contract("high", tmp_path)
    kernel, sectors = image.Layout(path).part("kernel")
    end = kernel + sectors
    done = subprocess.run([BUILD / "test/disk-model", path, str(end - 1),
                           str(end + 2), "bits"],
                          stdout=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert " 8192 where nothing is read" in done.stdout, done.stdout


# Each place, each bus in both ways.
SAMPLE = [(list(BUSES)[i % len(BUSES)], *place, i // len(BUSES) % 2 == 0)
          for i, place in enumerate(PLACES)]


@pytest.mark.parametrize("bus, part, place, once", SAMPLE)
def test_bad_sector(tmp_path, bus, part, place, once):
    boot_bad_sector(tmp_path, bus, part, place, once)


@pytest.mark.parametrize("share", [0, 1, 3, 5, 7, 9, 10])
def test_truncated(tmp_path, share):
    """Tenths of what the image needs: from one sector to all."""
    path, cmdline, layout = make_small(tmp_path)
    need = layout.files[-1]["lba"] + layout.files[-1]["sectors"]
    boot_truncated(path, cmdline, layout, max(need * share // 10, 1))


@pytest.mark.parametrize("seed", range(6))
def test_flipped(tmp_path, seed):
    path, _, layout = make(tmp_path)
    boot_flipped(path, layout, seed)


# One of each part, and some of the code.
@pytest.mark.parametrize("at", [
    0x02, 0x30, 0x1B3, 0x1B5, 0x1B9, 0x1C6, 0x1FE,
    *random.Random(1).sample(range(0x5A, 0x1B2), 5)])
def test_sector_0(tmp_path, at):
    boot_flipped_sector_0(tmp_path, at, 0x04)


def test_sector_0_first_read_of_nothing(tmp_path):
    """Some BIOSes say that it went well."""
    _, _, layout = make_small(tmp_path)
    boot_flipped_sector_0(tmp_path, 0x1B2, layout.data[0x1B2])


def test_sector_0_writes(tmp_path):
    """One bit makes stage1's read, AH=42h, a write, AH=43h: why the documents
    promise so little of that sector, and proof that a write is seen here."""
    _, _, layout = make_small(tmp_path)
    read = bytes([0xB4, 0x42])          # mov ah, 0x42
    assert layout.data[:SECTOR].count(read) == 1
    assert boot_flipped_sector_0(tmp_path, layout.data.index(read) + 1, 0x01,
                                 TIMEOUT) == ("message", True)


@pytest.fixture
def images(tmp_path):
    """Two images, which say who they are."""
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        made.append(image.contract("high", folder, f"i-am-{name}"))
    return made


@pytest.mark.parametrize("boot", [0, 1])
@pytest.mark.parametrize("swapped", [False, True])
def test_two_disks(images, swapped, boot):
    """Two disks of ours in a machine: the one that is booted counts."""
    (first, _), (second, _) = order = images[::-1] if swapped else images
    judge_pass(two_disks(first, second, boot)(), order[boot][1])


def test_boot_sector_of_the_other(images, tmp_path):
    """The boot sector of one image before another one: its own is found on
    the other drive."""
    (one, cmdline), (two, _) = images
    mixed = tmp_path / "mixed.img"
    mixed.write_bytes(one.read_bytes()[:SECTOR] + two.read_bytes()[SECTOR:])
    judge_pass(two_disks(mixed, one, 0)(), cmdline)
    judge_refused(two_disks(mixed, two, 0)(), "^stagecoach: bad loader$")


BROKEN_OFF = {
    "early": "image: superblock at sector {super}",
    "rest": "image: superblock at sector {super}",
    "super": "image: superblock at sector {super}",
    "directory": "image: directory at sector {directory}",
    "table": "command line: block table at sector {table}",
    "cmdline": "command line: block at sector {cmdline}",
}


@pytest.mark.parametrize("part", BROKEN_OFF)
def test_rest_of_the_other(images, tmp_path, part):
    """From some part on, the sectors are those of another image, as after a
    copy that was broken off. The images have as many files, of the same names,
    sizes and places."""
    one, two = (image.Layout(path) for path, _ in images)
    assert one.files == two.files
    at = one.part(part)[0] * SECTOR
    mixed = tmp_path / "mixed.img"
    mixed.write_bytes(one.data[:at] + two.data[at:])
    where = BROKEN_OFF[part].format(
        super=one.super_lba, directory=one.directory_lba,
        table=one.files[1]["table"], cmdline=one.files[1]["lba"])
    why = ("does not match its checksum" if part in ("directory", "cmdline")
           else "belongs to another image")
    judge_refused(two_disks(mixed, images[1][0], 0)(),
                  rf"^stagecoach: {where} of drive 80: {why} \(\d+\)$")


def test_broken_off_anywhere(tmp_path):
    """The same in a model of all that reads them, behind each sector; and
    with any sectors missing. A module has two tables, which differ."""
    paths = []
    for i in range(2):
        module = tmp_path / f"module{i}"
        ends = random.Random(i).randbytes(6000)
        module.write_bytes(ends[:3000] + bytes(17 * 65536) + ends[3000:])
        paths.append(image.mkimage(
            image.kernel("contract-high"), tmp_path / f"{i}.img", f"number {i}",
            [(module, "module")]))
    one, two = map(image.Layout, paths)
    assert one.files == two.files
    done = subprocess.run([BUILD / "test/disk-model", *paths, "mixed", "3000"],
                          stdout=subprocess.PIPE, universal_newlines=True)
    mixtures = 3000 + one.disk_sectors
    assert done.returncode == 0, done.stdout
    assert f": {mixtures} mixtures: " in done.stdout and \
        " 0 missed" in done.stdout, done.stdout
