# SPDX-License-Identifier: 0BSD
# test_foreign.py - kernels that know nothing of this loader boot unchanged.

import pytest

import image
from machine import PLAIN, SCREEN, disk, qemu

TEXT = b"".join(bytes([c, 0x0B]) for c in b"Hello World!")


def said_hello(monitor, folder):
    return monitor.memory(SCREEN, len(TEXT), folder) == TEXT


@pytest.mark.parametrize("name", [
    "foreign-rust-plain", "foreign-rust-pie", "foreign-rust-none",
    "foreign-higher-half", "foreign-gcc-pie", "foreign-gcc-text",
    "foreign-gcc-static-pie", "foreign-lld-n", "foreign-lld-unsorted",
    "foreign-lld-relr", "foreign-flat"])
def test_foreign(tmp_path, name):
    path = image.mkimage(image.kernel(name), tmp_path / "disk.img")
    end = qemu([*PLAIN, *disk(path)], until=said_hello)
    assert end.how == "done", str(end)
    assert end.serial == "", str(end)
