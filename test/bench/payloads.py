# SPDX-License-Identifier: 0BSD
"""payloads.py - kernels that do nothing, in all sizes, for every loader.

Each is a stub and a payload. The stub writes one byte to the debug port, so
that a clock outside can see it, and ends QEMU; its bytes mean the same in 32
and in 64-bit mode. The payload is the same whoever loads it:

  elf64()    what Stagecoach loads
  elf32()    with Multiboot 1 and 2 headers in front, for mboot.c32 and GRUB
  bzimage()  with a Linux setup header (bzimage.asm), for linux loaders"""

import random
import struct
import subprocess

MIB = 1 << 20
BASE = 0x200000                 # of the stub's segment
CODE = 0x80                     # the stub follows the Multiboot headers
ENTRY = BASE + CODE
DATA = 0x400000                 # of the first segment of payload
LINUX_ENTRY = 0x1000000
INIT_SIZE = 0x260               # offset of that field in bzimage.asm
R, W, X = 4, 2, 1

DEBUG_PORT = 0x402              # SeaBIOS writes its log there, too
EXIT_PORT = 0xf4
MARK = b"K"
STUB = (b"\x66\xba" + struct.pack("<H", DEBUG_PORT) +   # mov dx, DEBUG_PORT
        b"\xb0" + MARK + b"\xee" +                      # mov al, 'K'; out
        b"\x66\xba" + struct.pack("<H", EXIT_PORT) +    # mov dx, EXIT_PORT
        b"\xb0\x10\xee" +                               # mov al, 10h; out
        b"\xf4\xeb\xfd")                                # hlt; jmp $-1

FOX = b"The quick brown fox jumps over the lazy dog. "


def random_bytes(size):
    return random.Random(size).randbytes(size)


def text_bytes(size):
    return (FOX * (size // len(FOX) + 1))[:size]


def code_bytes(size):
    """Of the C compiler's own program, over and over."""
    path = subprocess.run(["gcc", "-print-prog-name=cc1"], check=True,
                          capture_output=True, text=True).stdout.strip()
    with open(path, "rb") as f:
        data = f.read()
    return (data * (size // len(data) + 1))[:size]


def headers():
    """Multiboot 1 (no flags: an ELF file says it all) and Multiboot 2."""
    one = struct.pack("<III", 0x1badb002, 0, -0x1badb002 & 0xffffffff)
    two = struct.pack("<IIII", 0xe85250d6, 0, 24,
                      -(0xe85250d6 + 24) & 0xffffffff)
    return (one.ljust(16, b"\0") + two +
            struct.pack("<HHI", 0, 0, 8)).ljust(CODE, b"\0")


class Kernel:
    """Segments [(address, bytes, size in memory, flags), ...] and bytes that
    no segment covers, as debug information is."""

    def __init__(self, name, segments=(), debug=b""):
        self.name = name
        stub = headers() + STUB
        self.segments = [(BASE, stub, len(stub), R | X), *segments]
        self.debug = debug

    def _elf(self, header, phdr, header_size, phdr_size):
        offset = 0x1000
        body, phdrs = [], []
        for address, data, memsz, flags in self.segments:
            phdrs.append(phdr(offset, address, len(data), memsz, flags))
            body.append(data.ljust(-(-len(data) // 4096) * 4096, b"\0"))
            offset += len(body[-1])
        head = header(len(phdrs)) + b"".join(phdrs)
        assert len(head) == header_size + phdr_size * len(phdrs) <= 0x1000
        return head.ljust(0x1000, b"\0") + b"".join(body) + self.debug

    def elf64(self):
        return self._elf(
            lambda n: struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2,
                                  62, 1, ENTRY, 64, 0, 0, 64, 56, n, 64, 0, 0),
            lambda offset, address, size, memsz, flags: struct.pack(
                "<IIQQQQQQ", 1, flags, offset, address, address, size, memsz,
                4096), 64, 56)

    def elf32(self):
        return self._elf(
            lambda n: struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2,
                                  3, 1, ENTRY, 52, 0, 0, 52, 32, n, 40, 0, 0),
            lambda offset, address, size, memsz, flags: struct.pack(
                "<IIIIIIII", 1, offset, address, address, size, memsz, flags,
                4096), 52, 32)

    def bzimage(self, nasm, source, folder):
        """The stub and all payload in one piece, as Linux' own is."""
        setup = folder / "bzimage.bin"
        subprocess.run([nasm, "-f", "bin", "-o", setup, source], check=True)
        payload = b"".join(data for _, data, _, _ in self.segments[1:])
        front = bytearray(setup.read_bytes())
        struct.pack_into("<I", front, INIT_SIZE, 4096 + len(payload))
        return bytes(front) + STUB.ljust(512, b"\0") + payload


def one_segment(name, data):
    return Kernel(name, [(DATA, data, len(data), R)] if data else [])


def many_segments(count=48, size=24 * 1024):
    """As a kernel of many small parts: each with rights of its own."""
    return Kernel("segments", [
        (DATA + i * 0x10000, random_bytes(size + i), size + i + 2048,
         R | (W if i % 2 else 0)) for i in range(count)])


def with_bss(size=64 * MIB):
    return Kernel("bss", [(DATA, b"\1" * 4096, size, R | W)])


def with_debug(size=MIB, times=10):
    return Kernel("debug", [(DATA, random_bytes(size), size, R)],
                  random_bytes(times * size))


def real(elf):
    """What an ELF64 program of this machine has in its segments, and behind
    it, where debug information lies, as much again of the same kind."""
    data = elf.read_bytes()
    phoff, = struct.unpack_from("<Q", data, 32)
    phnum, = struct.unpack_from("<H", data, 56)
    segments, end = [], 0
    for i in range(phnum):
        kind, flags, offset, vaddr, _, filesz, memsz, _ = struct.unpack_from(
            "<IIQQQQQQ", data, phoff + 56 * i)
        if kind == 1 and filesz:
            page = vaddr & 4095
            segments.append((DATA + vaddr - page,
                             b"\0" * page + data[offset:offset + filesz],
                             page + memsz, flags))
            end += filesz
    return Kernel("real", segments, data[:max(0, 20 * MIB - end)])
