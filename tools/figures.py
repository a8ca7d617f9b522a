#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# figures.py - the book's figures of memory, drawn from the headers that the
# programs are built from: as text for the documents, as SVG for the book.
#
# usage: figures.py [--write] [DOCUMENT]...
#
# Compares the figures in documents with the headers' numbers, or with --write
# puts them in. A figure stands in a block behind <!-- figure: NAME -->.

import re
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADERS = ["include/layout.h", "lib/paging.h", "lib/vspace.h"]
BLOCK = re.compile(r"(?<=^<!-- figure: )(\w[\w-]*)( -->\n```\n)(.*?)(?=^```$)",
                   re.MULTILINE | re.DOTALL)


def constants(root=ROOT):
    """Every number that the headers define."""
    found = {}
    for header in HEADERS:
        for name, value in re.findall(
                r"^#define\s+(\w+)\s+(0x[0-9a-f]+|\d+)(?:ull)?\s*(?:/\*|$)",
                (root / header).read_text(), re.MULTILINE):
            found[name] = int(value, 0)
    return found


# ---- what there is to draw -------------------------------------------------

# What a cell is, by its first character: code, data, stack, firmware's, the
# kernel's; one without is free.
KINDS = {"!": "code", "=": "data", "<": "stack", "#": "firmware",
         "+": "kernel"}

MEMORY_HEAD = ["1. stage1", "2. first.asm", "3. main()", "4. the kernel"]


def memory(c):
    """Physical memory below 1 MiB at the four steps of a boot."""
    first_read_end = c["STAGE2_ADDR"] + \
        c["FIRST_READ_SECTORS"] * c["SECTOR_SIZE"]
    loader_end = c["STAGE2_ADDR"] + c["LOADER_MAX_SECTORS"] * c["SECTOR_SIZE"]
    if loader_end != c["RESIDENT_MORE"]:
        raise ValueError("LOADER_MAX_SECTORS does not reach RESIDENT_MORE")
    if c["STAGE2_ADDR"] != c["RESIDENT_TEXT"]:
        raise ValueError("the resident code is not where stage2 is read to")
    own, gone = "usable", "-"
    return MEMORY_HEAD, [
        (0, ["#IVT, BIOS data"] * 3 + ["#reserved"]),
        (c["STAGE1_ADDR"],
         ["!stage1", "=its variables", "=MBR, for boot_info", "#reserved"]),
        (c["BIOS_BUF"], [gone, gone, "=BIOS_BUF", "#reserved"]),
        (c["BIOS_BUF"] + c["BIOS_BUF_SIZE"],
         ["<its stack", "<its stack", "<real-mode stack", own]),
        (c["REAL_STACK_TOP"],
         ["<its stack", "<its stack", "=the door's data", own]),
        (c["STAGE2_ADDR"],
         ["=first read", "!stage2, small files", "!stage2, small files",
          "!resident code"]),
        (first_read_end, [gone, "=more of the same", "=more of the same",
                          "reclaimable"]),
        (c["RESIDENT_MORE"], [gone, gone] + ["!more resident code"] * 2),
        (c["RESIDENT_STUBS"], [gone, gone] + ["!interrupt stubs"] * 2),
        (c["RESIDENT_DATA"], [gone, gone] + ["=GDT, TSS, reporter"] * 2),
        (c["RESIDENT_IDT"], [gone, gone] + ["=IDT"] * 2),
        (c["RESIDENT_IDT"] + 256 * 16, [gone, gone] + ["<fault stack"] * 2),
        (c["JOIN_BUF"], [gone, gone, "=JOIN_BUF", own]),
        (c["DISK_BUF"], [gone, gone, "=DISK_BUF", own]),
        (c["SCRATCH_BUF"], [gone, gone, "=SCRATCH_BUF", own]),
        (c["STAGE2_BSS"], [gone, gone, "=.bss", own]),
        (c["STAGE2_STACK_TOP"] - c["STAGE2_STACK_SIZE"],
         [gone, gone, "<C stack", own]),
        (c["LOADER_TABLES"], [gone, gone, "=first page tables", own]),
        (c["TABLE_BUF"], [gone, gone, "=TABLE_BUF", own]),
        (c["LOW_FREE"], ["free", "free", "free", own]),
        (c["VGA_WINDOW"], ["#VGA memory, ROMs"] * 4),
        (0x100000, [gone, gone] + ["+kernel, modules"] * 2),
    ]


def address_space(c):
    """The virtual addresses of a kernel in the last 2 GiB."""
    slot, top = c["PML4_SLOT"], 1 << 64
    return ["what", "rights"], [
        (0, ["nothing: NULL faults", ""]),
        (c["RESIDENT_TEXT"], ["!resident code", "R-X"]),
        (c["RESIDENT_DATA"], ["=resident data, fault stack", "RW-"]),
        (c["RESIDENT_END"], ["nothing", ""]),
        (c["VGA_WINDOW"], ["=VGA memory", "RW-"]),
        (c["VGA_WINDOW_END"], ["nothing, or a kernel linked low", ""]),
        (1 << 47, ["#not canonical: no such addresses", ""]),
        (c["VSPACE_DEFAULT_PHYS_OFFSET"], ["=physical memory", "RW-"]),
        (top - 2 * slot, ["<window: boot_info, modules, stack", "RW-"]),
        (top - slot, ["nothing", ""]),
        (c["VSPACE_PIE_HIGH"], ["+kernel", "its own"]),
    ]


FIGURES = {"memory": memory, "address-space": address_space}


def rows_of(name, numbers):
    """Head and rows of a figure, each (address, [(kind, text)])."""
    head, rows = FIGURES[name](numbers)
    for (low, _), (high, _) in zip(rows, rows[1:]):
        if low >= high:
            raise ValueError(f"{name}: 0x{low:x} is not below 0x{high:x}: "
                             "the order in tools/figures.py no longer holds")
    return head, [(address, [(KINDS.get(cell[:1], "free"),
                              cell.lstrip("".join(KINDS))) for cell in cells])
                  for address, cells in rows]


# ---- as text ---------------------------------------------------------------

def digits(rows):
    return max(6, len(f"{rows[-1][0]:x}"))


def text(name, numbers):
    head, rows = rows_of(name, numbers)
    lines = [["", *head]] + [
        [f"{address:0{digits(rows)}x}", *(words for _, words in cells)]
        for address, cells in rows]
    widths = [max(len(line[i]) for line in lines)
              for i in range(len(head) + 1)]
    return "".join("  ".join(
        cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n"
        for line in lines)


# ---- as SVG ----------------------------------------------------------------

FILL = {"code": "#bcd7ee", "data": "#dfe9d0", "stack": "#f3e2b3",
        "firmware": "#d9d6d2", "kernel": "#e9c7cf", "free": "none"}
ROW, WIDE, SIDE, LETTER = 26, 760, 12, 8


def svg(name, numbers):
    """Rows of one height: drawn to scale, most of them could not be read."""
    head, rows = rows_of(name, numbers)
    left = SIDE + LETTER * digits(rows)
    weights = [max(len(cells[i][1]) for _, cells in rows) + 4
               for i in range(len(head))]
    columns = [left + (WIDE - left) * sum(weights[:i]) // sum(weights)
               for i in range(len(head) + 1)]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
           f'viewBox="0 0 {WIDE} {ROW * (len(rows) + 1) + 4}" '
           f'font-family="sans-serif" font-size="12">',
           f"<title>{escape(name)}</title>"]
    for x, words in zip(columns, head):
        out.append(f'<text x="{x + 6}" y="18" font-weight="bold" '
                   f'fill="currentColor">{escape(words)}</text>')
    for number, (address, cells) in enumerate(rows, 1):
        y = number * ROW
        out.append(f'<text x="0" y="{y + 12}" font-family="monospace" '
                   f'fill="currentColor">{address:0{digits(rows)}x}</text>')
        for x, end, (kind, words) in zip(columns, columns[1:], cells):
            ink = "currentColor" if kind == "free" else "#222"
            out.append(
                f'<rect x="{x}" y="{y}" width="{end - x - 4}" height="{ROW}" '
                f'fill="{FILL[kind]}" stroke="#888"/>'
                f'<text x="{x + 6}" y="{y + 17}" fill="{ink}">'
                f"{escape(words)}</text>")
    return "\n".join([*out, "</svg>"])


# ---- in the documents ------------------------------------------------------

def put_in(document, numbers):
    """The document's text with its figures as they should be."""
    return BLOCK.sub(lambda m: m[1] + m[2] + text(m[1], numbers), document)


def main(arguments):
    write = arguments[:1] == ["--write"]
    paths = [Path(name) for name in arguments[write:]] or \
        sorted(ROOT.glob("docs/*.md"))
    numbers, old = constants(), 0
    for path in paths:
        have = path.read_text()
        want = put_in(have, numbers)
        if have == want:
            continue
        if write:
            path.write_text(want)
        else:
            print(f"{path}: a figure is not as the headers have it: "
                  "tools/figures.py --write", file=sys.stderr)
            old = 1
    return old


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
