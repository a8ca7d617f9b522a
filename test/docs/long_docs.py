# SPDX-License-Identifier: 0BSD
# long_docs.py - the documents' commands that take long or need root, too:
# `make test-docs-long`.

"""As root, and best on a machine that is nobody's: `make deps` installs
packages. A loop device is the USB stick /dev/sdX, or a plain file where there is
none; a made-up /sys says that it can be removed."""

import os
import subprocess

import pytest

from test_docs import DOCS, blocks, run_documents

STICK_SIZE = 64 << 20


class Stick:
    def __init__(self, folder):
        backing = folder / "stick"
        with open(backing, "wb") as file:
            file.truncate(STICK_SIZE)
        loop = subprocess.run(["losetup", "-f", "--show", backing],
                              stdout=subprocess.PIPE, check=False,
                              universal_newlines=True)
        self.is_loop = loop.returncode == 0
        self.device = loop.stdout.strip() if self.is_loop else str(backing)
        node = folder / "sys/class/block" / os.path.basename(self.device)
        node.mkdir(parents=True)
        for name, text in (("removable", "1"), ("ro", "0"),
                           ("size", str(STICK_SIZE // 512))):
            (node / name).write_text(text + "\n")
        self.environment = {"USB_SYS": str(folder / "sys"),
                            "USB_STICK": self.device}

    def holds(self, path):
        content = path.read_bytes()
        with open(self.device, "rb") as device:
            return device.read(len(content)) == content

    def close(self):
        if self.is_loop:
            subprocess.run(["losetup", "-d", self.device], check=True)


@pytest.fixture(name="stick")
def make_stick(tmp_path):
    assert os.geteuid() == 0, "these commands install packages and write " \
        "disks: run them as root"
    stick = Stick(tmp_path)
    yield stick
    stick.close()


@pytest.mark.timeout(3 * 3600)
def test_all_commands(tmp_path, stick):
    marked = [block for document in DOCS for block in blocks(document)
              if block.is_long]
    assert len(marked) >= 5, "there were more of them than that"
    run_documents(tmp_path, long=True, stick=stick)
