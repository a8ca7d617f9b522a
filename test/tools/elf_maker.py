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


def pie(relocations, memsz=0x1000):
    """Position-independent, linked at 0; (offset, type, addend) each."""
    rela = b"".join(struct.pack("<QQQ", *r) for r in relocations)
    tags = [(7, 0x200), (8, len(rela)), (9, 24), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *t) for t in tags)
    body = (b"\xeb\xfe".ljust(0x100, b"\0") + dynamic).ljust(0x200, b"\0")
    body += rela
    return elf([phdr(PT_LOAD, R | W | X, HEADERS, 0, len(body),
                     max(memsz, len(body))),
                phdr(PT_DYNAMIC, R | W, HEADERS + 0x100, 0x100,
                     len(dynamic))],
               body, entry=0, kind=3)
