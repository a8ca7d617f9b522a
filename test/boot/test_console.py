# SPDX-License-Identifier: 0BSD
# test_console.py - the example kernel's console on a framebuffer: the screen
# shows, cell by cell, the end of what went to the serial port.

import functools
import re

import pytest

import picture
from image import mkimage
from machine import BUILD, PLAIN, disk, qemu

GLYPH_WIDTH, GLYPH_HEIGHT = 8, 16
TITLE_ROWS = 1                  # these stay where they are
CURSOR = range(13, 15)          # lines of a cell
CURSOR_CELL = "\0"              # a letter of its own
MODULES = 20                    # a line each

GREY, BLACK = (0xAA, 0xAA, 0xAA), (0, 0, 0)
CYAN = 0x55, 0xFF, 0xFF
WHITE, RED = (0xFF, 0xFF, 0xFF), (0xAA, 0, 0)


def screen_of(text, columns, rows):
    """What a screen of that size shows of a text; where the cursor is; and by
    how many rows it has scrolled."""
    lines, x, scrolled = [""], 0, 0
    for c in text:
        if c == "\b":
            x = max(x - 1, 0)
            continue
        if c == "\n" or x == columns:
            lines.append("")
            x = 0
        if len(lines) > rows:
            del lines[TITLE_ROWS]
            scrolled += 1
        if c != "\n":
            lines[-1] = lines[-1][:x] + c + lines[-1][x + 1:]
            x += 1
    return lines + [""] * (rows - len(lines)), (len(lines) - 1, x), scrolled


@functools.lru_cache
def is_near(a, b):
    """True for colours that a mode of 16 bits a pixel cannot tell apart."""
    return all(abs(x - y) <= 8 for x, y in zip(a, b))


def ink(pixels, width, row, line, ink, paper):
    """A row of cells, a byte a pixel: 1 where there is ink. Behind the line's
    end nothing has its colours."""
    size = GLYPH_HEIGHT * width
    part = pixels[3 * row * size:3 * (row + 1) * size]
    end = len(line) * GLYPH_WIDTH
    bits = bytearray()
    for at, colour in enumerate(zip(*[iter(part)] * 3)):
        on, off = (ink, paper) if at % width < end else (GREY, BLACK)
        is_ink = is_near(colour, on)
        assert is_ink or is_near(colour, off), \
            f"row {row}, pixel {at % width}: {colour}"
        bits.append(is_ink)
    return bytes(bits)


def judge_cursor(bits, columns, place):
    """A bar in a cell that has nothing else."""
    y, x = place
    for line in range(GLYPH_HEIGHT):
        at = ((y * GLYPH_HEIGHT + line) * columns + x) * GLYPH_WIDTH
        assert bits[at:at + GLYPH_WIDTH] == \
            bytes([line in CURSOR]) * GLYPH_WIDTH, f"cursor, line {line}"


def judge_screen(end, path, headline=None):
    """headline: how the line begins that is white on red."""
    width, height, pixels = picture.ppm(path)
    columns, rows = width // GLYPH_WIDTH, height // GLYPH_HEIGHT
    # Before that a slow load may have shown its progress.
    text = end.serial[end.serial.index("Hello World!\n"):]
    lines, (y, x), scrolled = screen_of(text, columns, rows)
    assert scrolled > 10, str(end)
    coloured = {0: (CYAN, BLACK)}
    if headline:
        at, = [at for at, line in enumerate(lines)
               if line.startswith(headline)]
        coloured[at] = WHITE, RED
    bits = b"".join(
        ink(pixels, width, row, line, *coloured.get(row, (GREY, BLACK)))
        for row, line in enumerate(lines))
    assert not any(pixels[3 * len(bits):]), "below the last row"
    judge_cursor(bits, columns, (y, x))
    lines[y] = lines[y].ljust(x) + CURSOR_CELL
    picture.judge_letters(bits, 1, lines, columns)


@pytest.fixture
def run(tmp_path):
    """Boots the kernel in a video mode, types, and waits for its last words:
    how that ended, and the picture's file."""
    def boot(mode, cmdline, text, keys=()):
        left = list(keys)
        (tmp_path / "file").write_text("a module")
        path = mkimage(
            BUILD / "kernel.elf", tmp_path / "disk.img", cmdline,
            [(tmp_path / "file", f"module-{i}") for i in range(MODULES)],
            [f"--video={mode}", "--symbols"])

        def condition(monitor, folder):
            said = (folder / "serial").read_text("cp437").replace("\r", "")
            if "Type:\n" in said and left:
                monitor.type(*left)
                left.clear()
            return re.search(text, said) and "HLT=1" in monitor.registers()

        end = qemu([*PLAIN, *disk(path)], 30, condition,
                   picture=tmp_path / "screen")
        assert end.how == "done", str(end)
        return end, tmp_path / "screen"
    return boot


@pytest.mark.parametrize("mode", ["640x480x32", "800x600x16"])
def test_scrolls(run, mode):
    """Rows by the dozen, then keys, each of which is drawn alone."""
    end, screen = run(mode, "facts", r"\n\nhi \n$",
                      ["a", "b", "backspace", "backspace", "shift+q", "ret",
                       "ret", "h", "i", "spc", "ret"])
    assert end.serial.endswith("Type:\na" "b\b \b\b \bQ\n\nhi \n"), str(end)
    judge_screen(end, screen)


def test_colours(run):
    """The rows that scroll keep theirs, and new ones have none."""
    end, screen = run("640x480x32", "facts fault=divide", r"_start\+\w+\n$")
    judge_screen(end, screen, "exception 0 ")
