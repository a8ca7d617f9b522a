# SPDX-License-Identifier: 0BSD
"""elf_maker.py - ELF kernels made by hand, so that each field can be wrong."""
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
X, W, R = 1, 2, 4
HEADERS = 0x400         # what comes before the segments' bytes in elf()


def phdr(kind, flags, offset, vaddr, filesz, memsz=None, align=1):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, vaddr, 0, filesz,
                       filesz if memsz is None else memsz, align)


def elf(phdrs, body=b"", entry=0x200000, kind=2, phoff=64):
    """Headers, then body at HEADERS."""
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", kind, 62, 1,
                         entry, phoff, 0, 0, 64, 56, len(phdrs), 64, 0, 0)
    return (header + b"".join(phdrs)).ljust(HEADERS, b"\0") + body


def kernel(code=b"\xeb\xfe", tail=b"", **kwargs):
    """One executable segment, then what no segment covers."""
    load = phdr(PT_LOAD, R | X, HEADERS, 0x200000, len(code))
    return elf([load], code + tail, **kwargs)


RELA = 24


def dynamic_section(rela, size):
    tags = [(7, rela), (8, size), (9, RELA), (0, 0)]
    return b"".join(struct.pack("<QQ", *t) for t in tags)


def rela_table(relocations):
    """From (address, type, addend) each."""
    return b"".join(struct.pack("<QQQ", *r) for r in relocations)


def pie(relocations, base=0, memsz=0x1000):
    """Position-independent, one segment linked at base."""
    rela = rela_table(relocations)
    dynamic = dynamic_section(base + 0x200, len(rela))
    body = (b"\xeb\xfe".ljust(0x100, b"\0") + dynamic).ljust(0x200, b"\0")
    body += rela
    return elf([phdr(PT_LOAD, R | W | X, HEADERS, base, len(body), memsz),
                phdr(PT_DYNAMIC, R | W, HEADERS + 0x100, base + 0x100,
                     len(dynamic))],
               body, entry=base, kind=3)


def pie_with_shared_pages(relocations):
    """Text, data with .bss, text again: each shares a page with the next, so
    that none lies in one run of equal rights. Relocated from the data."""
    rela = rela_table(relocations)
    dynamic = dynamic_section(0x2900, len(rela))
    body = b"\xeb\xfe".ljust(0x2800, b"\0") + dynamic
    body = (body.ljust(0x2900, b"\0") + rela).ljust(0x3000, b"\0")
    return elf([phdr(PT_LOAD, R | X, HEADERS, 0, 0x1800),
                phdr(PT_LOAD, R | W, HEADERS + 0x1800, 0x1800, 0x1800,
                     0x5400 - 0x1800),
                phdr(PT_LOAD, R | X, HEADERS, 0x5800, 0x1000),
                phdr(PT_DYNAMIC, R | W, HEADERS + 0x2800, 0x2800,
                     len(dynamic))],
               body, entry=0, kind=3)
