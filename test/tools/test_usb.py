# SPDX-License-Identifier: 0BSD
# test_usb.py - `make usb` writes a stick, and refuses everything else.
#
# A loop device is the stick, and a plain file for machines without; a made-up
# /sys and /proc say what it is.

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "usb.sh"
SIZE = 2 * 1024 * 1024
CONTENT = bytes(range(256)) * 4096


def attach(backing):
    """A loop device, if this machine lets us have one."""
    if shutil.which("losetup") is None:
        pytest.skip("no losetup")
    run = subprocess.run(["losetup", "-f", "--show", backing],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        pytest.skip("no loop device: " + run.stderr.strip())
    return run.stdout.strip()


@pytest.fixture(name="stick", params=["loop device", "plain file"])
def make_stick(tmp_path, request):
    """SIZE bytes that can be written."""
    backing = tmp_path / "stick"
    backing.write_bytes(b"\xff" * SIZE)
    if request.param == "plain file":
        yield str(backing)
        return
    device = attach(backing)
    yield device
    subprocess.run(["losetup", "-d", device], check=True)


@pytest.fixture(name="world")
def make_world(tmp_path, stick):
    """sys and proc as they are for a stick that nobody uses."""
    node = tmp_path / "sys/class/block" / Path(stick).name
    (node / "device").mkdir(parents=True)
    (node / "holders").mkdir()
    for name, text in {"removable": "1", "ro": "0", "size": str(SIZE // 512),
                       "device/vendor": "ACME    ",
                       "device/model": "Thumb Drive "}.items():
        (node / name).write_text(text + "\n")
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "mounts").write_text("proc /proc proc rw 0 0\n")
    (proc / "swaps").write_text("Filename Type Size Used Priority\n")
    image = tmp_path / "disk.img"
    image.write_bytes(CONTENT)
    return {"node": node, "proc": proc, "image": image, "device": stick,
            "env": {**os.environ, "USB_SYS": str(tmp_path / "sys"),
                    "USB_PROC": str(proc), "USB_STICK": stick}}


def usb(world, answer="", device=None, **env):
    return subprocess.run(
        ["sh", SCRIPT, world["image"], device or world["device"]],
        input=answer, env={**world["env"], **env}, capture_output=True,
        text=True, timeout=60, check=False)


def place(world):
    """Where a stick of its name would be."""
    return f"/dev/{Path(world['device']).name}"


def bytes_of(world):
    return Path(world["device"]).read_bytes()


def refused(world, why, **kwargs):
    run = usb(world, answer=Path(world["device"]).name + "\n", **kwargs)
    assert run.returncode == 1, run.stdout + run.stderr
    assert why in run.stderr
    assert run.stderr.startswith("usb: ") and run.stderr.count("\n") == 1
    assert bytes_of(world) == b"\xff" * SIZE, "written all the same"


def test_written_and_compared(world):
    run = usb(world, answer=Path(world["device"]).name + "\n")
    assert run.returncode == 0, run.stderr
    assert "ACME Thumb Drive" in run.stdout and "2 MB" in run.stdout
    assert "written and compared" in run.stdout
    assert bytes_of(world) == CONTENT + b"\xff" * (SIZE - len(CONTENT))


def test_yes_asks_nothing(world):
    assert usb(world, YES="1").returncode == 0
    assert bytes_of(world).startswith(CONTENT)


@pytest.mark.parametrize("answer", ["", "\n", "y\n", "yes\n", "loop\n"])
def test_wrong_answer(world, answer):
    run = usb(world, answer=answer)
    assert run.returncode == 1 and "left as it is" in run.stderr
    assert bytes_of(world) == b"\xff" * SIZE


def test_not_removable(world):
    (world["node"] / "removable").write_text("0\n")
    refused(world, "is not removable")


def test_on_usb_counts_as_removable(world, tmp_path):
    (world["node"] / "removable").write_text("0\n")
    behind = tmp_path / "sys/devices/usb2/block"
    behind.mkdir(parents=True)
    moved = behind / world["node"].name
    world["node"].rename(moved)
    world["node"].symlink_to(moved)
    assert usb(world, YES="1").returncode == 0


def test_partition(world):
    (world["node"] / "partition").write_text("1\n")
    refused(world, "not a whole disk")


def test_write_protected(world):
    (world["node"] / "ro").write_text("1\n")
    refused(world, "write-protected")


def test_mounted(world):
    (world["proc"] / "mounts").write_text(
        f"proc /proc proc rw 0 0\n{place(world)} /mnt vfat rw 0 0\n")
    refused(world, "is in use")


def test_partition_mounted(world):
    part = Path(world["device"]).name + "p1"
    (world["node"] / part).mkdir()
    (world["proc"] / "mounts").write_text(f"/dev/{part} / ext4 rw 0 0\n")
    refused(world, f"is in use: /dev/{part}")


def test_swap(world):
    (world["proc"] / "swaps").write_text(
        f"Filename Type\n{place(world)} partition 1 0 -2\n")
    refused(world, "is in use")


def test_part_of_another_device(world):
    (world["node"] / "holders" / "dm-0").mkdir()
    refused(world, "is in use by dm-0")


def test_too_small(world):
    (world["node"] / "size").write_text("8\n")
    refused(world, "too small: 4096 bytes")


def test_no_block_device(world, tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    refused(world, "is no block device", device=str(plain))


def test_no_such_device(world):
    refused(world, "does not exist", device="/dev/no-such-stick")


def test_stick_that_forgets(world, tmp_path):
    """What it reads back is not what was written."""
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "dd").write_text("#!/bin/sh\n")
    (fake / "dd").chmod(0o755)
    refused(world, "reads back other bytes", PATH=f"{fake}:{os.environ['PATH']}")


def test_usage():
    run = subprocess.run(["sh", SCRIPT], capture_output=True, text=True,
                         check=False)
    assert run.returncode == 2 and "DEV=" in run.stderr
