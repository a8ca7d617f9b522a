# SPDX-License-Identifier: 0BSD
# picture.py - pictures, to compare a screen with what it has to show.

import struct
import zlib

from machine import COLUMNS


def png(path):
    """Width, height and pixels (three bytes each) of a PNG as
    tools/screenshot.py writes it: 8 bits a colour, no filters."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed = 8, b""
    while at < len(data):
        length, = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, *how = struct.unpack(">IIBBBBB", body)
            assert how == [8, 2, 0, 0, 0], path
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    rows = zlib.decompress(packed)
    line = 1 + 3 * width
    assert not any(rows[y * line] for y in range(height)), "filters"
    return width, height, b"".join(
        rows[y * line + 1:(y + 1) * line] for y in range(height))


def ppm(path):
    """The same of QEMU's screendump."""
    magic, size, depth, pixels = path.read_bytes().split(b"\n", 3)
    assert (magic, depth) == (b"P6", b"255"), path
    width, height = map(int, size.split())
    return width, height, pixels


def judge_letters(pixels, depth, lines, columns=COLUMNS):
    """The picture has these lines and no other letters: where two characters
    are alike their cells are, and only there. depth: bytes of a pixel."""
    cells = {}
    for y, line in enumerate(lines):
        for x, character in enumerate(line.ljust(columns)):
            cell = b"".join(
                pixels[((16 * y + row) * columns + x) * 8 * depth:][:8 * depth]
                for row in range(16))
            assert cells.setdefault(character, cell) == cell, (y, x, line)
    assert len(set(cells.values())) == len(cells) > 20
    assert not any(cells[" "])
    assert len(set(zip(*[iter(pixels)] * depth))) == 2      # colours
