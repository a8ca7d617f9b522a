# SPDX-License-Identifier: 0BSD
"""test_mkimage_output.py - mkimage's output: whole or not at all."""
import errno
import os
import pathlib
import pty
import random
import re
import resource
import signal
import stat
import subprocess
import time

import pytest

from elf_maker import kernel

BIG = 48 << 20          # a module that takes a moment


def test_bad_output(tool):
    tool.write("k", kernel())
    for name, make, reason in (
            ("folder", lambda p: p.mkdir(), "is a directory"),
            ("fifo", os.mkfifo, "is a FIFO"),
            ("null", lambda p: p.symlink_to("/dev/null"),
             "is a character device"),
            ("nowhere", lambda p: p.symlink_to("missing"),
             "symbolic link to nothing"),
            ("loop", lambda p: p.symlink_to(p.name), "Too many levels")):
        make(tool.folder / name)
        tool.refuse(name, reason, "k", "-o", name)
    tool.refuse("/dev/full", "is a character device", "k", "-o", "/dev/full")
    tool.refuse("none/x", "No such file", "k", "-o", "none/x")
    tool.refuse("none/", "No such file", "k", "-o", "none/")
    tool.refuse("", "No such file", "k", "-o", "")
    tool.refuse("n" * 256, "File name too long", "k", "-o", "n" * 256)


def test_output_is_an_input(tool):
    tool.write("k.img", kernel())
    tool.write("m", b"module")
    os.link(tool.folder / "m", tool.folder / "hard")
    (tool.folder / "soft").symlink_to("m")
    (tool.folder / "k").symlink_to("k.img")
    reason = "is an input and the output"
    tool.refuse("k.img", reason, "k.img")
    tool.refuse("k", reason, "k.img", "-o", "k")
    tool.refuse("k.img", reason, "k")
    for name in "m", "hard", "soft", "./m":
        tool.refuse(name, reason, "k.img", "-m", "k.img", "-m", "m",
                    "-o", name)


def test_output_is_replaced_whole(tool):
    tool.write("k", kernel())
    tool.write("k.img", b"old")
    os.link(tool.folder / "k.img", tool.folder / "old")
    tool.make("k")
    assert (tool.folder / "old").read_bytes() == b"old"
    assert tool.run("--list", "k.img").returncode == 0


def test_output_through_a_link(tool):
    """The link stays, and what it leads to is replaced."""
    (tool.folder / "sub").mkdir()
    (tool.folder / "sub" / "real.img").write_bytes(b"old")
    (tool.folder / "k.img").symlink_to("sub/real.img")
    tool.make(tool.write("k", kernel()))
    assert os.readlink(tool.folder / "k.img") == "sub/real.img"
    assert [p.name for p in (tool.folder / "sub").iterdir()] == ["real.img"]
    assert tool.run("--list", "sub/real.img").returncode == 0


def test_longest_name(tool):
    tool.write("k", kernel())
    tool.make("k", "-o", "n" * 255)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077])
def test_rights_of_output(tool, mask):
    tool.make(tool.write("k", kernel()), umask=mask)
    mode = stat.S_IMODE((tool.folder / "k.img").stat().st_mode)
    assert mode == 0o666 & ~mask


@pytest.mark.parametrize("limit", [0, 512, 100_000, 1_000_000, 1_500_000])
def test_full_disk(tool, limit):
    """A file-size limit fails at the same place as a full disk."""
    tool.write("k", kernel())
    tool.write("m", random.Random(1).randbytes(200_000))
    tool.write("k.img", b"old")
    tool.refuse("k.img", "File too large", "k", "-m", "m",
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_FSIZE, (limit, limit)))


@pytest.fixture(scope="session")
def failing(tmp_path_factory):
    """A library that makes the function named in $FAIL fail (failing.c)."""
    path = tmp_path_factory.mktemp("failing") / "failing.so"
    subprocess.run(["cc", "-std=c11", "-shared", "-fPIC", "-o", path,
                    pathlib.Path(__file__).parent / "failing.c"], check=True)
    return path


@pytest.mark.parametrize("function", ["fsync", "close", "renameat",
                                      "ftruncate", "pwrite", "openat"])
def test_failing_call(tool, failing, function):
    """A disk that breaks at each step of the way."""
    tool.write("k", kernel())
    tool.write("k.img", b"old")
    tool.refuse("k.img", "Input/output error", "k",
                env={"LD_PRELOAD": str(failing), "FAIL": function})


def test_failing_folder(tool, failing):
    """The image has its name by then, and is whole; but will it last?"""
    tool.write("k", kernel())
    for number in errno.EIO, errno.EINVAL:
        done = tool.run("k", env={"LD_PRELOAD": str(failing),
                                  "FAIL": "fsync of a folder",
                                  "FAIL_ERRNO": str(number)})
        text = "mkimage: k.img: Input/output error\n"
        assert (done.returncode, done.stderr) == (
            (1, text) if number == errno.EIO else (0, ""))
        assert tool.run("--list", "k.img").returncode == 0


def start_big(tool, **kwargs):
    """Starts a build, and waits until its temporary file is there."""
    tool.write("k", kernel())
    tool.write("k.img", b"old")
    tool.write("m", random.Random(1).randbytes(BIG))
    child = tool.start("k", "-m", "m", **kwargs)
    for _ in range(10000):
        if any(p.name.startswith(".mkimage-")
               for p in tool.folder.iterdir()):
            return child
        assert child.poll() is None, "over before it could be interrupted"
        time.sleep(0.0005)
    raise AssertionError("no temporary file")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGQUIT])
def test_signal(tool, number):
    child = start_big(tool, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_CORE, (0, 0)))
    child.send_signal(number)
    _, stderr = child.communicate(timeout=60)
    assert (child.returncode, stderr) == (-number, "")
    assert sorted(tool.snapshot()) == ["k", "k.img", "m"]
    assert (tool.folder / "k.img").read_bytes() == b"old"


def test_ignored_signal(tool):
    """As nohup does it."""
    child = start_big(tool, preexec_fn=lambda: signal.signal(
        signal.SIGHUP, signal.SIG_IGN))
    child.send_signal(signal.SIGHUP)
    _, stderr = child.communicate(timeout=60)
    assert (child.returncode, stderr) == (0, "")
    assert sorted(tool.snapshot()) == ["k", "k.img", "m"]
    assert tool.run("--list", "k.img").returncode == 0


def test_reproducible(tool):
    """Same inputs, same bytes, wherever and whenever."""
    images = []
    for folder, mask, zone in (("a", 0o022, "UTC"), ("b/c", 0o077, "EST5")):
        path = tool.folder / folder
        path.mkdir(parents=True)
        (path / "k").write_bytes(kernel(tail=b"symbols" * 1000))
        (path / "m").write_bytes(random.Random(1).randbytes(70_000) +
                                 b"text " * 50_000)
        os.utime(path / "k", (0, len(images) * 10 ** 6))
        tool.make(f"{folder}/k", "-m", f"{folder}/m", "-c", "hi",
                  "-o", f"{folder}/image", umask=mask,
                  env={"TZ": zone, "LC_ALL": "C"})
        images.append((path / "image").read_bytes())
    assert images[0] == images[1]


def slow_module(tool):
    """What takes mkimage a second or two: 64 MiB of many short matches."""
    chosen = random.Random(1)
    part = b"".join(chosen.choice(WORDS) for _ in range(1 << 18))
    tool.write("k", kernel())
    return tool.write("slow", part * ((64 << 20) // len(part)))


WORDS = [random.Random(i).randbytes(4 + i % 9) for i in range(4096)]


def watch(program, folder, *args):
    """What it writes to a terminal that is its stderr."""
    ours, its = pty.openpty()
    with subprocess.Popen([program, *args], cwd=folder, stderr=its,
                          stdout=subprocess.DEVNULL) as run:
        os.close(its)
        seen = b""
        with open(ours, "rb", buffering=0) as terminal:
            try:
                while more := terminal.read(1 << 16):
                    seen += more
            except OSError:     # the other end is closed
                pass
    assert run.returncode == 0
    return seen


def test_progress_is_for_terminals(tool):
    args = ["-m", slow_module(tool), "--compress=always", "-o", "i.img", "k"]
    seen = watch(tool.program, tool.folder, *args)
    assert re.match(rb"(\r\x1b\[Ki\.img:  {0,2}\d+ %)+\r\x1b\[K$", seen), seen
    done = subprocess.run([tool.program, *args], cwd=tool.folder,
                          capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_no_progress_of_what_is_done_at_once(tool):
    tool.write("k", kernel())
    assert watch(tool.program, tool.folder, "k") == b""
