# SPDX-License-Identifier: 0BSD
# test_formats.py - an image that qemu-img has converted boots as the raw one.

import subprocess

import pytest

import image
from machine import PLAIN, SCREEN, qemu

TEXT = b"".join(bytes([c, 0x0B]) for c in b"Hello World!")


def said_hello(monitor, folder):
    return monitor.memory(SCREEN, len(TEXT), folder) == TEXT


@pytest.mark.parametrize("name", ["qcow2", "vmdk", "vdi", "vpc"])
def test_format(tmp_path, name):
    raw = image.mkimage(image.example("hello"), tmp_path / "disk.img")
    path = tmp_path / f"disk.{name}"
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", name, raw,
                    path], check=True)
    end = qemu([*PLAIN, "-drive", f"if=none,id=d0,format={name},file={path},"
                "snapshot=on", "-device", "ide-hd,drive=d0"],
               until=said_hello)
    assert end.how == "done", str(end)
