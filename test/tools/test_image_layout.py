# SPDX-License-Identifier: 0BSD
"""test_image_layout.py - what mkimage writes, read by image_reader.py."""
import random

import pytest

from elf_maker import HEADERS, PT_LOAD, PT_NOTE, R, X, elf, kernel, phdr
from image_reader import (BLOCK, CMDLINE, KERNEL, LZ4, MODULE, STORED, ZERO,
                          Image)

rng = random.Random(0)


def noise(size):
    return rng.randbytes(size)


def text(size):
    """Compresses well, and is no repetition of a short piece."""
    words = [b"%d " % rng.randrange(1000) for _ in range(size // 2)]
    return b"".join(words)[:size]


def make(tool, *args, name="k"):
    tool.make(*args, "-o", "image", name)
    listed = tool.run("--list", "image")
    assert (listed.returncode, listed.stderr) == (0, "")
    return Image(tool.folder / "image")


def test_smallest(tool):
    data = kernel()
    tool.write("k", data)
    image = make(tool)
    assert image.disk_sectors == 3 * 16 * 63
    (k,) = image.files
    assert (k.type, k.flags, k.name, k.wish_offset) == (KERNEL, 0, b"k", 0)
    assert k.content == data


def test_files_in_order(tool):
    tool.write("k.elf", kernel())
    tool.write("a", b"first")
    tool.write("b", b"")
    image = make(tool, "-m", "a", "-m", "b=third/name", "-c", "hello \u00e9",
                 "-m", "./a", name="k.elf")
    assert [(f.type, f.name, f.content) for f in image.files[1:]] == [
        (CMDLINE, b"", "hello \u00e9".encode()),
        (MODULE, b"a", b"first"),
        (MODULE, b"third/name", b""),
        (MODULE, b"a", b"first")]
    assert image.files[0].name == b"k.elf"
    assert all(f.flags == 0 for f in image.files)


def test_empty_cmdline_is_none(tool):
    tool.write("k", kernel())
    assert [f.type for f in make(tool, "-c", "").files] == [KERNEL]


def test_longest_everything(tool):
    tool.write("k", kernel())
    names = [bytes([97 + i % 26]) * 255 for i in range(64)]
    args = [a for n in names for a in ("-m", "k=" + n.decode())]
    image = make(tool, "-c", "c" * 65535, *args)
    assert image.files[1].content == b"c" * 65535
    assert [f.name for f in image.files[2:]] == names
    assert image.loader_sectors == 136


SIZES = [1, 2, 15, 16, 17, 511, 512, 513, 1024, BLOCK - 512, BLOCK - 1, BLOCK,
         BLOCK + 1, 2 * BLOCK, 15 * BLOCK - 1, 15 * BLOCK, 15 * BLOCK + 1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("filler", [noise, text, bytes],
                         ids=["noise", "text", "zero"])
def test_module_sizes(tool, size, filler):
    data = filler(size)
    tool.write("k", kernel())
    tool.write("m", data)
    image = make(tool, "-m", "m")
    assert image.files[1].content == data


def test_mixed_blocks(tool):
    data = (noise(BLOCK) + bytes(BLOCK) + text(BLOCK) + bytes(BLOCK - 1) +
            b"x" + noise(BLOCK) + bytes(100))
    tool.write("k", kernel())
    tool.write("m", data)
    modes = {"auto": [STORED, ZERO, LZ4, LZ4, STORED, ZERO],
             "always": [STORED, ZERO, LZ4, LZ4, STORED, ZERO],
             "never": [STORED, ZERO, STORED, STORED, STORED, ZERO]}
    for mode, codecs in modes.items():
        m = make(tool, "-m", "m", f"--compress={mode}").files[1]
        assert (m.codecs, m.content) == (codecs, data)


@pytest.mark.parametrize("saved, auto, always", [
    (0, STORED, STORED), (2, STORED, LZ4), (18, LZ4, LZ4)])
def test_compression_of_few_sequences(tool, saved, auto, always):
    """Noise, and a run of zeros of about so many sectors."""
    data = noise(BLOCK - saved * 512) + bytes(saved * 512)
    check_choice(tool, data, auto, always)


@pytest.mark.parametrize("new, size, auto", [
    (20, 5, STORED), (12, 4, LZ4), (14, 8, LZ4)])
def test_compression_of_many_sequences(tool, new, size, auto):
    """Each so many bytes of noise, then some that came before: a sequence of
    LZ4, which saves all but three of these and takes its time to decode."""
    pool = noise(64 * size)
    fresh = noise(BLOCK)
    data = pool + b"".join(
        fresh[i * new:(i + 1) * new] + pool[i % 64 * size:][:size]
        for i in range((BLOCK - len(pool)) // (new + size)))
    check_choice(tool, data, auto, LZ4)


def check_choice(tool, data, auto, always):
    tool.write("k", kernel())
    tool.write("m", data)
    for mode, codec in ("auto", auto), ("always", always):
        m = make(tool, "-m", "m", f"--compress={mode}").files[1]
        assert (m.codecs, m.content) == ([codec], data)


def test_zero_module_takes_no_room(tool):
    tool.write("k", kernel())
    tool.write("m", bytes(20 << 20))
    image = make(tool, "-m", "m")
    assert image.files[1].data_sectors == 0
    assert len(image.data) < 2 << 20


def test_kernel_behind_what_comes_at_once(tool):
    """A kernel too large for the first read is left out of it whole."""
    tool.write("k", kernel(noise(60_000)))
    image = make(tool)
    assert image.loader_sectors < 136
    with_cmdline = make(tool, "-c", "hi").loader_sectors
    assert with_cmdline == image.loader_sectors + 2     # table and data
    tool.write("m", noise(30 << 20))            # its table alone is 33 sectors
    assert make(tool, "-m", "m").loader_sectors > image.loader_sectors


def test_largest_first_read(tool):
    """The kernel fills the loader's memory to the last sector, or by one
    sector not."""
    tool.write("k", kernel(b"\xeb\xfe"))
    room = 136 - (make(tool, "--compress=never").loader_sectors - 3)
    code = noise(room * 512 - HEADERS)
    tool.write("k", kernel(code))
    assert make(tool, "--compress=never").loader_sectors == 136
    tool.write("k", kernel(code + b"x"))
    assert make(tool, "--compress=never").loader_sectors < 90


def test_disk_is_whole_cylinders(tool):
    tool.write("k", kernel())
    sectors = set()
    for size in range(1_400_000, 1_600_000, 20_000):
        tool.write("m", noise(size))
        sectors.add(make(tool, "-m", "m").disk_sectors)
    assert sectors == {3 * 16 * 63, 4 * 16 * 63}


# The kernel's bytes.

def test_uncovered_bytes_are_not_carried(tool):
    """A hole between two segments, and sections behind the last one."""
    secret = b"not for the disk"
    body = b"\xeb\xfe" + secret * 100
    hole = (HEADERS + 2, HEADERS + len(body))
    body += b"data" + secret * 10_000
    data = elf([phdr(PT_LOAD, R | X, HEADERS, 0x200000, 2),
                phdr(PT_LOAD, R, hole[1], 0x300000, 4, 0x1000)], body)
    tool.write("k", data)
    image = make(tool, "--compress=never")
    (k,) = image.files
    assert k.content == (data[:hole[0]] + bytes(hole[1] - hole[0]) + b"data")
    assert secret not in image.data
    # What lies behind the headers, before the first segment, too.
    padded = data[:300] + secret + data[300 + len(secret):]
    tool.write("k", padded)
    assert make(tool).files[0].content == k.content


def test_program_headers_at_the_end(tool):
    code = b"\xeb\xfe" + bytes(600)
    data = kernel(code, phoff=HEADERS + len(code) + 6)
    load = data[64:120]
    data = data[:64] + bytes(56) + data[120:] + bytes(6) + load
    tool.write("k", data + b"symbols")
    assert make(tool).files[0].content == data


def test_symbols(tool):
    data = kernel(tail=noise(100_001))
    tool.write("k", data)
    (k,) = make(tool, "--symbols").files
    assert (k.flags, k.content) == (1, data)


def test_dropped_segment_behind_all_others(tool):
    """A segment that is not loaded, and what the loader checks of it: that it
    lies inside the file."""
    note = 64 + 3 * 56
    data = bytearray(elf([phdr(PT_LOAD, R | X, 0, 0x200000, 64),
                          phdr(PT_LOAD, R, 0, 0, note + 100),
                          phdr(PT_NOTE, R, note, note, 100)], entry=0x200000))
    data[note:note + 100] = b"n" * 100
    tool.write("k", bytes(data) + bytes(5000))
    done = tool.run("k", "-o", "image")
    assert done.returncode == 0 and "left out" in done.stderr
    (k,) = Image(tool.folder / "image").files
    assert k.size >= note + 100
    assert k.content[:note] == data[:note]


def test_large_hole_costs_nothing(tool):
    """As GNU ld makes them with pages of 2 MiB."""
    data = elf([phdr(PT_LOAD, R | X, 0x400000, 0x400000, 2)], entry=0x400000)
    data = data.ljust(0x400000, b"\0") + b"\xeb\xfe"
    tool.write("k", data)
    (k,) = make(tool).files
    assert k.codecs == [LZ4] + [ZERO] * 63 + [STORED]
    assert k.content == data
    assert k.data_sectors == 2
