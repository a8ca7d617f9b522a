# SPDX-License-Identifier: 0BSD
"""test_wishes.py - what a kernel wishes and what mkimage's options make of
it."""
import pathlib
import struct

import pytest

from elf_maker import HEADERS, PT_LOAD, R, X, elf, kernel, phdr, pie
from image_reader import SECTOR, Image, Wishes, checksum

MAGIC = struct.pack("<QQ", 0x48534957544F4F42, 0xD3A41C7BE6059F28)
TOP = pathlib.Path(__file__).resolve().parents[2]


def wishes(version=1, size=64, required=0, flags=0, stack_size=0,
           phys_offset=0, video=0, width=0, height=0, bits=0, reserved=b""):
    """A struct boot_wishes, right or wrong."""
    return MAGIC + struct.pack("<IIIIQQIHHH", version, size, required, flags,
                               stack_size, phys_offset, video, width, height,
                               bits) + reserved.ljust(6, b"\0")


def wishing(*args, **kwargs):
    """A kernel with such a struct at file offset HEADERS + 16."""
    return kernel(b"\xeb\xfe".ljust(16, b"\0") + wishes(*args, **kwargs))


def made(tool, data, *options):
    """The image of a kernel, and its superblock's wishes."""
    tool.make(*options, "-o", "image", tool.write("k", data))
    return Image(tool.folder / "image")


def moved(tool, data, *options):
    """The same of a PIE, about which there is a note."""
    assert tool.run(*options, "-o", "image", tool.write("k", data)
                    ).returncode == 0
    return Image(tool.folder / "image").wishes


# The kernel's own.

def test_none(tool):
    image = made(tool, kernel())
    assert image.wishes.asked() == {}
    assert image.files[0].wish_offset == 0
    assert "  wishes      none\n" in tool.run("--list", "image").stdout


GOOD = {
    "stack": {"stack_size": 1 << 20},
    "the least stack": {"stack_size": 1 << 16},
    "the largest stack": {"stack_size": 1 << 30},
    "phys_offset": {"phys_offset": 0xFFFF900000000000},
    "no map": {"phys_offset": 1},
    "text": {"video": 1},
    "a mode": {"video": 2, "width": 1024, "height": 768, "bits": 32},
    "the best": {"video": 3},
    "at least": {"video": 4, "width": 1, "height": 16384},
    "flags": {"flags": 16 | 32 | 64},
    "required": {"required": 0x7F, "stack_size": 1 << 17},
}


@pytest.mark.parametrize("fields", GOOD.values(), ids=GOOD.keys())
def test_found(tool, fields):
    image = made(tool, wishing(**fields))
    assert image.files[0].wish_offset == HEADERS + 16
    want = {"bits_per_pixel" if f == "bits" else f: value
            for f, value in fields.items() if f != "required"}
    assert image.wishes.asked() == want
    done = tool.run("--list", "image")
    assert done.returncode == 0
    assert f"wishes at 0x{HEADERS + 16:x}, " in done.stdout


BAD = {
    "version": {"version": 2},
    "size": {"size": 56},
    " size": {"size": 72},
    "stack_size": {"stack_size": 4096},
    " stack_size": {"stack_size": (1 << 16) + 1},
    "phys_offset": {"phys_offset": 0x1000},
    " phys_offset": {"phys_offset": 1 << 47},
    "video": {"video": 5},
    "width": {"video": 2, "height": 1},
    "height": {"video": 2, "width": 1, "height": 16385},
    "bits_per_pixel": {"bits": 32},
    " bits_per_pixel": {"video": 3, "bits": 8},
    "reserved": {"reserved": b"\0\0\1"},
}


@pytest.mark.parametrize("name", BAD)
def test_malformed(tool, name):
    tool.write("k", wishing(**BAD[name]))
    tool.refuse("k", f"wishes at file offset 0x{HEADERS + 16:x}: "
                f"{name.strip()} is 0x", "k")


def test_cut_off(tool):
    """The segment's bytes end before the struct does."""
    tool.write("k", kernel(bytes(16) + wishes()[:60]))
    tool.refuse("k", "room is 0x3c", "k")


def test_required_and_unknown(tool):
    tool.write("k", wishing(required=0x80000001))
    tool.refuse("k", "0x80000000 is required and not known", "k")


@pytest.mark.parametrize("data", [
    wishes(flags=0x80000000), wishes(size=72) + b"\0\0\0\1" + bytes(4)])
def test_newer_is_ignored(tool, data):
    tool.write("k", kernel(data))
    done = tool.run("-o", "image", "k")
    assert done.returncode == 0
    assert done.stderr.startswith("mkimage: k: note: ")
    assert "newer" in done.stderr and done.stderr.count("\n") == 1
    assert Image(tool.folder / "image").wishes.asked() == {}


def test_newer_without_a_wish(tool):
    image = made(tool, kernel(wishes(size=80, stack_size=1 << 17) + bytes(16)))
    assert image.wishes.asked() == {"stack_size": 1 << 17}


def test_two(tool):
    tool.write("k", kernel(wishes() + bytes(8) + wishes()))
    tool.refuse("k", f"at file offset 0x{HEADERS:x} and again at "
                f"0x{HEADERS + 72:x}", "k")


def test_two_segments(tool):
    """One in each; and bytes of the file that two segments share are one."""
    body = wishes() + wishes(stack_size=1 << 17)
    one = phdr(PT_LOAD, R | X, HEADERS, 0x200000, 64)
    tool.write("k", elf([one, phdr(PT_LOAD, R, HEADERS + 64, 0x300000, 64)],
                        body))
    tool.refuse("k", "and again", "k")
    image = made(tool, elf([one, phdr(PT_LOAD, R, HEADERS, 0x300000, 64)],
                           body))
    assert image.files[0].wish_offset == HEADERS


def test_only_where_it_is_aligned_and_loaded(tool):
    for data in (kernel(b"\xeb\xfe" + wishes(version=7)),
                 kernel(bytes(4) + wishes(version=7)),
                 kernel(tail=bytes(14) + wishes(version=7)),
                 kernel(bytes(16) + MAGIC[:8] + bytes(8))):
        image = made(tool, data)
        assert image.files[0].wish_offset == 0
    # By address, whatever the file offset.
    image = made(tool, elf(
        [phdr(PT_LOAD, R | X, HEADERS + 3, 0x200005, 256)],
        bytes(6) + wishes(stack_size=1 << 18) + bytes(256), entry=0x200005))
    assert image.wishes.asked() == {"stack_size": 1 << 18}
    assert image.files[0].wish_offset == HEADERS + 6


@pytest.mark.parametrize("at", [0, 8, 65504, 65520, 65528, 65536, 131064])
def test_anywhere_in_a_large_kernel(tool, at):
    image = made(tool, kernel(b"\x90" * at + wishes(stack_size=1 << 18) +
                              b"\x90" * 200000))
    assert image.files[0].wish_offset == HEADERS + at
    assert image.wishes.asked() == {"stack_size": 1 << 18}


# The options.

OPTIONS = [
    (["--stack-size=64K"], {"stack_size": 1 << 16}),
    (["--stack-size=1G"], {"stack_size": 1 << 30}),
    (["--stack-size=131072"], {"stack_size": 1 << 17}),
    (["--stack-size", "0x20000"], {"stack_size": 1 << 17}),
    (["--phys-offset=0xffff900000000000"],
     {"phys_offset": 0xFFFF900000000000}),
    (["--phys-offset=none"], {"phys_offset": 1}),
    (["--video=text"], {"video": 1}),
    (["--video=800x600"], {"video": 2, "width": 800, "height": 600}),
    (["--video=800x600x16"], {"video": 2, "width": 800, "height": 600,
                              "bits_per_pixel": 16}),
    (["--video=best"], {"video": 3}),
    (["--video=bestx32"], {"video": 3, "bits_per_pixel": 32}),
    (["--video=min:1x1"], {"video": 4, "width": 1, "height": 1}),
    (["--graphics-only", "--video-modes", "--edid"], {"flags": 112}),
    (["--kaslr", "--no-kaslr"], {}),
    (["--video=best", "--video=default"], {}),
    (["--video=800x600x16", "--video=text"], {"video": 1}),
    (["--stack-size=1M", "--stack-size=default"], {}),
]


@pytest.mark.parametrize("options, want", OPTIONS)
def test_options(tool, options, want):
    image = made(tool, kernel(), *options)
    assert image.wishes.asked() == want
    assert tool.run("--list", "image").returncode == 0


OWN = {"flags": 16 | 32 | 64, "stack_size": 1 << 20, "phys_offset": 1,
       "video": 2, "width": 640, "height": 480, "bits_per_pixel": 24}


@pytest.mark.parametrize("options, change", [
    ([], {}),
    (["--stack-size=128K"], {"stack_size": 1 << 17}),
    (["--stack-size=default"], {"stack_size": 0}),
    (["--phys-offset=default"], {"phys_offset": 0}),
    (["--phys-offset=0x40000000"], {"phys_offset": 1 << 30}),
    (["--video=min:1x2"], {"video": 4, "width": 1, "height": 2,
                           "bits_per_pixel": 0}),
    (["--video=default"], {"video": 0, "width": 0, "height": 0,
                           "bits_per_pixel": 0}),
    (["--no-edid"], {"flags": 16 | 64}),
    (["--no-video-modes", "--no-graphics-only", "--edid"], {"flags": 32}),
])
def test_options_win(tool, options, change):
    own = {"bits" if f == "bits_per_pixel" else f: v for f, v in OWN.items()}
    image = made(tool, wishing(**own), *options)
    want = {f: v for f, v in {**OWN, **change}.items() if v}
    assert image.wishes.asked() == want


def test_listing(tool):
    made(tool, wishing(stack_size=1 << 20), "--phys-offset=0xffffa00000000000",
         "--video=min:800x600x32", "--graphics-only", "--edid")
    text = tool.run("--list", "image").stdout
    assert ("  wishes      stack-size 1048576, phys-offset "
            "0xffffa00000000000, video min:800x600x32, graphics-only, edid\n"
            ) in text
    moved(tool, pie([]), "--kaslr", "--phys-offset=none", "--video=text",
          "--video-modes")
    assert ("  wishes      phys-offset none, video text, kaslr, video-modes\n"
            ) in tool.run("--list", "image").stdout


@pytest.mark.parametrize("option", [
    "--stack-size=", "--stack-size=0", "--stack-size=32K", "--stack-size=2G",
    "--stack-size=64k", "--stack-size=65537", "--stack-size=64KB",
    "--stack-size=-65536", "--stack-size= 65536", "--stack-size=x",
    "--stack-size=99999999999999999999", "--stack-size=17179869184G",
    "--stack-size=128K,", "--stack-size",
    "--phys-offset=", "--phys-offset=0", "--phys-offset=1",
    "--phys-offset=0x1000", "--phys-offset=0x800000000000",
    "--phys-offset=nowhere", "--phys-offset=0xffff800000000000x",
    "--phys-offset=0x1ffff800000000000",
    "--video=", "--video=0x0", "--video=800", "--video=800x", "--video=800x0",
    "--video=x600", "--video=800x600x", "--video=800x600x8",
    "--video=800x600x32x", "--video=16385x1", "--video=65536x1",
    "--video=+800x600", "--video=textx16", "--video=text ", "--video=bestx8",
    "--video=min:", "--video=min:text", "--video=min:800", "--video=BEST",
    "--kaslr=yes", "--no-stack-size",
])
def test_bad_options(tool, option):
    tool.write("k", kernel())
    done = tool.run("-o", "image", "k", option)
    assert (done.returncode, done.stdout) == (2, "")
    first, last = done.stderr.splitlines()
    assert first.startswith("mkimage: ")
    assert last == "Try 'mkimage --help' for more information."
    assert not (tool.folder / "image").exists()


# What of stage2 an image has: the end only where something in it is needed.

@pytest.mark.parametrize("data, options, whole", [
    (kernel(), [], False),
    (kernel(), ["--stack-size=1M", "--phys-offset=none"], False),
    (kernel(), ["--video=best"], True),
    (kernel(), ["--video-modes"], True),
    (kernel(), ["--symbols"], True),
    (wishing(), [], True),
    (pie([]), [], True),
    (pie([]), ["--kaslr"], True),
], ids=["plain", "plain wishes", "video", "modes", "symbols", "a struct",
        "PIE", "KASLR"])
def test_end_of_stage2(tool, data, options, whole):
    done = tool.run(*options, "-o", "image", tool.write("k", data))
    assert done.returncode == 0, done.stderr
    image = Image(tool.folder / "image")
    assert (image.stage2_sectors > image.plain_sectors) == whole


# What cannot be had with this kernel.

def test_kaslr(tool):
    assert moved(tool, pie([]), "--kaslr").flags == Wishes.KASLR
    assert moved(tool, pie([], base=0x400000), "--kaslr").flags == 8
    tool.write("k", wishing(flags=Wishes.KASLR))
    tool.refuse("k", "KASLR is for position-independent kernels", "k")
    tool.write("k", kernel())
    tool.refuse("k", "link with -static-pie", "--kaslr", "k")
    assert made(tool, wishing(flags=Wishes.KASLR), "--no-kaslr"
                ).wishes.asked() == {}


def test_phys_offset_on_the_kernel(tool):
    data = elf([phdr(PT_LOAD, R | X, HEADERS, 0xFFFF900000001000, 2)],
               b"\xeb\xfe", entry=0xFFFF900000001000)
    tool.write("k", data)
    tool.refuse("k", "phys_offset 0xffff900000000000: physical memory would "
                "meet the kernel", "--phys-offset=0xffff900000000000", "k")
    made(tool, data, "--phys-offset=0xffff900040000000")


# On the image.

def sealed(image):
    """The superblock's sum right again."""
    base = image.super_lba * SECTOR
    data = bytearray(image.data)
    data[base + 496:base + 512] = struct.pack(
        "<QQ", *checksum(data[base:base + 496]))
    return data


@pytest.mark.parametrize("at, value, name", [
    (0, 1, "magic"), (16, 2, "version"), (20, 72, "size"),
    (24, 1, "wishes"), (28, 1, "wishes"), (32, 5, "stack_size"),
    (40, 3, "phys_offset"), (48, 9, "video"), (52, 1, "width"),
    (54, 1, "height"), (56, 32, "bits_per_pixel"), (62, 1, "reserved"),
])
def test_superblock(tool, at, value, name):
    """Whatever mkimage wrote: a field out of range is named."""
    image = made(tool, kernel())
    base = image.super_lba * SECTOR + 72
    image.data = bytearray(image.data)
    image.data[base + at] = value
    tool.write("bad", bytes(sealed(image)))
    done = tool.run("--list", "bad")
    assert done.returncode == 1
    assert f"superblock {name} " in done.stderr


def test_no_program_of_ours_is_taken_for_one(program, tool):
    """They know the magic, and do not hold it."""
    for path in (program, TOP / "build/kernel.elf", TOP / "build/stage2.bin"):
        assert MAGIC not in path.read_bytes()
