#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""screenshot.py - boots an image in QEMU, without a display, and saves what
its screen shows as a PNG.

usage: screenshot.py IMAGE PNG [TEXT]

The picture is taken when TEXT ("Hello World!") has come out of the serial
port and nothing more follows.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib

TIMEOUT = 30    # seconds until TEXT has to be there
SETTLED = 1     # seconds of silence that mean the kernel is done


class Qmp:
    """QEMU's control socket, as far as it is needed here."""

    def __init__(self, connection):
        self.file = connection.makefile("rw")
        json.loads(self.file.readline())        # the greeting
        self.run("qmp_capabilities")

    def run(self, command, **arguments):
        message = {"execute": command, "arguments": arguments}
        self.file.write(json.dumps(message) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                sys.exit("screenshot.py: " + answer["error"]["desc"])
            if "return" in answer:
                return


def wait_for(path, text):
    """Waits for text in the serial log, then for the log to stand still."""
    deadline = time.monotonic() + TIMEOUT
    log = b""
    changed = time.monotonic()
    while text not in log or time.monotonic() - changed < SETTLED:
        if time.monotonic() > deadline:
            sys.exit(f"screenshot.py: no {text!r} in {TIMEOUT} s, but {log!r}")
        time.sleep(0.05)
        with open(path, "rb") as file:
            now = file.read()
        if now != log:
            log, changed = now, time.monotonic()


def png_from_ppm(ppm):
    """QEMU's picture format (binary, 8 bits a colour) to PNG."""
    magic, size, depth, pixels = ppm.split(b"\n", 3)
    assert (magic, depth) == (b"P6", b"255")
    width, height = map(int, size.split())

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    # Every line is preceded by its filter: none.
    lines = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3]
                     for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height,
                                       8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(lines, 9)) +
            chunk(b"IEND", b""))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: screenshot.py IMAGE PNG [TEXT]")
    image, png = sys.argv[1:3]
    text = (sys.argv[3] if len(sys.argv) > 3 else "Hello World!").encode()

    with tempfile.TemporaryDirectory() as folder:
        serial = os.path.join(folder, "serial")
        ppm = os.path.join(folder, "screen.ppm")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(folder, "qmp"))
        listener.listen()
        listener.settimeout(TIMEOUT)
        open(serial, "w").close()
        qemu = subprocess.Popen(
            [os.environ.get("QEMU", "qemu-system-x86_64"), "-machine", "pc",
             "-m", "128M", "-nic", "none", "-display", "none", "-monitor",
             "none", "-serial", "file:" + serial,
             "-drive", f"file={image},format=raw,if=ide,snapshot=on",
             "-qmp", "unix:" + listener.getsockname()])
        try:
            qmp = Qmp(listener.accept()[0])
            wait_for(serial, text)
            qmp.run("screendump", filename=ppm)
            with open(ppm, "rb") as file:
                picture = png_from_ppm(file.read())
        finally:
            qemu.kill()
            qemu.wait()

    with open(png, "wb") as file:
        file.write(picture)


main()
