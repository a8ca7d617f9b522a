# SPDX-License-Identifier: 0BSD
"""test_mkimage.py - mkimage's command line: what it takes and refuses."""
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import tempfile
import threading

import pytest

from elf_maker import (HEADERS, PT_LOAD, R, W, X, elf, kernel, phdr, pie,
                       pie_with_shared_pages)

NOBODY = 65534
BIG = 48 << 20          # a module that takes a moment


# Help, version, usage.

def test_help(tool):
    done = tool.run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: mkimage ")
    for option in ("output", "cmdline", "module", "compress", "symbols",
                   "format", "list", "verbose", "help", "version"):
        assert f"--{option}" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_man_page_names_every_option(tool):
    page = (pathlib.Path(__file__).resolve().parents[2] /
            "docs/man/mkimage.1").read_text().replace("\\-", "-")
    for option in re.findall(r"--[\w-]+", tool.run("--help").stdout):
        assert option in page, option


def test_version(tool):
    done = tool.run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("mkimage (Stagecoach) ")
    assert done.stdout.count("\n") == 1


USAGE = {
    "nothing": [],
    "unknown option": ["--bogus", "k"],
    "unknown letter": ["-x", "k"],
    "two kernels": ["k", "k2"],
    "output without a name": ["k", "-o"],
    "compress with an unknown word": ["--compress=fast", "k"],
    "a format that is not ours": ["--format=qcow2", "k"],
    "symbols with a value": ["--symbols=yes", "k"],
    "module without a file": ["-m", "=name", "k"],
    "module without a name": ["-m", "k=", "k"],
    "module name too long": ["-m", "k=" + "n" * 256, "k"],
    "65 modules": ["-m", "k"] * 65 + ["k"],
    "command line too long": ["-c", "c" * 65536, "k"],
    "list without an image": ["--list"],
    "list and a kernel": ["--list", "k", "k"],
    "list and -o": ["--list", "k", "-o", "x"],
    "list and -c": ["--list", "k", "-c", "x"],
    "list and -m": ["--list", "k", "-m", "x"],
    "list and --symbols": ["--list", "k", "--symbols"],
    "list and a wish": ["--list", "k", "--no-kaslr"],
}


@pytest.mark.parametrize("args", USAGE.values(), ids=USAGE.keys())
def test_usage_error(tool, args):
    tool.write("k", kernel())
    tool.write("k2", kernel())
    before = tool.snapshot()
    done = tool.run(*args)
    assert (done.returncode, done.stdout) == (2, "")
    first, last = done.stderr.splitlines()
    assert first.startswith("mkimage: ")
    assert last == "Try 'mkimage --help' for more information."
    assert tool.snapshot() == before


def test_limits_of_usage(tool):
    """What is just not too much."""
    tool.write("k", kernel())
    tool.make("-c", "c" * 65535, *["-m", "k=" + "n" * 255] * 64, "k")


# Where standard output goes.

PRINTING = [["--help"], ["--version"], ["--list", "k.img"],
            ["-v", "-o", "new.img", "k"]]


@pytest.mark.parametrize("args", PRINTING, ids=lambda a: a[0])
def test_full_stdout(tool, args):
    tool.make(tool.write("k", kernel()))
    with open("/dev/full", "w", encoding="ascii") as full:
        tool.refuse("standard output", "No space left", *args, stdout=full)


@pytest.mark.parametrize("args", PRINTING, ids=lambda a: a[0])
def test_closed_pipe(tool, args):
    tool.make(tool.write("k", kernel()))
    reader, writer = os.pipe()
    os.close(reader)
    tool.refuse("standard output", "Broken pipe", *args, stdout=writer)
    os.close(writer)


@pytest.mark.parametrize("args", PRINTING, ids=lambda a: a[0])
def test_closed_stdout(tool, args):
    tool.make(tool.write("k", kernel()))
    tool.refuse("standard output", "Bad file descriptor", *args,
                stdout=None, preexec_fn=lambda: os.close(1))


@pytest.mark.parametrize("closed", [[0], [2], [0, 1], [0, 2], [1, 2],
                                    [0, 1, 2]], ids=str)
def test_closed_streams_do_not_reach_the_image(tool, closed):
    """Their numbers go to the files that are opened next."""
    def close():
        for fd in closed:
            os.close(fd)

    def run(*args):
        return tool.run(*args, stdout=None if 1 in closed else -1,
                        stderr=None if 2 in closed else -1,
                        preexec_fn=close).returncode

    tool.write("k", elf([phdr(PT_LOAD, R | W | X, HEADERS, 0x200000, 2)],
                        b"\xeb\xfe"))
    assert run("k", "-v", "-o", "new.img") == (1 if 1 in closed else 0)
    assert (tool.folder / "new.img").exists() == (1 not in closed)
    assert run("k") == 0                # with a note that has nowhere to go
    assert tool.run("--list", "k.img").returncode == 0
    assert run("missing", "-o", "k.img") == 1
    assert tool.run("--list", "k.img").returncode == 0


# The output's name.

@pytest.mark.parametrize("name, image", [
    ("kernel.elf", "kernel.img"),
    ("kernel", "kernel.img"),
    ("a.b.c", "a.b.img"),
    (".hidden", ".hidden.img"),
    (".hidden.elf", ".hidden.img"),
    ("kernel.", "kernel.img"),
    ("-k.elf", "-k.img"),
])
def test_default_output(tool, name, image):
    (tool.folder / "sub.d").mkdir()
    (tool.folder / "sub.d" / name).write_bytes(kernel())
    tool.make(f"sub.d/{name}")
    tool.make("--", tool.write(name, kernel()))
    assert sorted(tool.snapshot()) == sorted([name, image, "sub.d"])
    assert [p.name for p in (tool.folder / "sub.d").iterdir()] == [name]


def test_option_spellings(tool):
    tool.write("k", kernel())
    tool.write("m", b"module")
    images = []
    for args in (["-o", "1", "-c", "hi", "-m", "m=n", "k"],
                 ["k", "-m", "m=n", "-chi", "-o1"],
                 ["--output=1", "--cmdline=hi", "--module=m=n", "--", "k"],
                 ["--out", "1", "--cmd", "hi", "--mod", "m=n", "k"],
                 ["-o", "0", "-o", "1", "-c", "no", "-c", "hi", "-mm=n",
                  "--compress=never", "--compress=auto", "--format=raw",
                  "k"]):
        tool.make(*args)
        images.append((tool.folder / "1").read_bytes())
    assert len(set(images)) == 1
    assert sorted(tool.snapshot()) == ["1", "k", "m"]


def test_equals_sign_in_a_file_name(tool):
    tool.write("k", kernel())
    tool.write("a=b", b"module")
    tool.make("k", "-m", "a=b=name")
    assert "name: 6 bytes" in tool.run("-l", "k.img").stdout
    tool.refuse("a", "No such file", "k", "-m", "a=b", "-o", "new")


# Inputs.

def make_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)               # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path.name)
    os.chdir(here)


def make_loop(path):
    path.symlink_to(path.name)


BAD_INPUTS = {
    "missing": (lambda p: None, "No such file"),
    "folder": (lambda p: p.mkdir(), "is a directory"),
    "fifo": (os.mkfifo, "is a FIFO"),
    "socket": (make_socket, "is a socket"),
    "device": (lambda p: p.symlink_to("/dev/zero"), "is a character device"),
    "loop": (make_loop, "Too many levels"),
}


@pytest.mark.parametrize("make, reason", BAD_INPUTS.values(),
                         ids=BAD_INPUTS.keys())
def test_bad_input(tool, make, reason):
    tool.write("k", kernel())
    make(tool.folder / "bad")
    tool.refuse("bad", reason, "bad")
    tool.refuse("bad", reason, "k", "-m", "bad", "-o", "new")
    tool.refuse("bad", reason, "--list", "bad")


def test_block_device(tool):
    """As an input only: a mistake with an output would cost a disk."""
    disks = [p for p in pathlib.Path("/dev").iterdir() if p.is_block_device()]
    if not disks:
        pytest.skip("no block device here")
    tool.refuse(disks[0], "is a block device", disks[0])


def test_path_through_a_file(tool):
    tool.write("k", kernel())
    tool.refuse("k/x", "Not a directory", "k/x")
    tool.refuse("k/", "Not a directory", "k/")
    tool.refuse("", "No such file", "")
    tool.refuse("k/x", "Not a directory", "k", "-o", "k/x")


def sparse(path, size):
    with open(path, "wb") as f:
        f.write(kernel())
        f.truncate(size)


def test_kernel_size(tool):
    tool.refuse("k", "is empty", tool.write("k", b""))
    sparse(tool.folder / "k", (4 << 30) + 1)
    tool.refuse("k", "larger than 4 GiB", "k")
    sparse(tool.folder / "k", 4 << 30)
    tool.make("k")


def test_module_size(tool):
    tool.write("k", kernel())
    sparse(tool.folder / "m", (1 << 40) + 1)
    tool.refuse("m", "larger than 1 TiB", "k", "-m", "m")


def test_kernel_refused_by_its_header(tool):
    whole = kernel()
    for size in (1, 63, 64, 119):
        tool.refuse("k", "", tool.write("k", whole[:size]))
    tool.refuse("k", "", tool.write("k", b"\x7fELG" + whole[4:]))
    tool.refuse("k", "", tool.write("k", b"#!/bin/sh\n" * 100))
    elf32 = bytearray(whole)
    elf32[4] = 1
    tool.refuse("k", "", tool.write("k", elf32))
    arm = bytearray(whole)
    arm[18] = 183
    tool.refuse("k", "183", tool.write("k", arm))


def test_kernel_refused_by_a_segment(tool):
    text = phdr(PT_LOAD, R | X, HEADERS, 0x200000, 2)
    vga = phdr(PT_LOAD, R | W, HEADERS, 0xB8000, 2)
    tool.refuse("k", "0xb8000", tool.write("k", elf([text, vga],
                                                    b"\xeb\xfe")))
    far = phdr(PT_LOAD, R | W, HEADERS + 1, 0x300000, 2)
    tool.refuse("k", "program header 1: ",
                tool.write("k", elf([text, far], b"\xeb\xfe")))
    tool.refuse("k", "", tool.write("k", kernel(entry=0x200002)))


def test_relocations_are_judged(tool):
    """Also one in 60 GiB of .bss, without that much memory."""
    tool.write("k", pie([(0x120, 8, 0x100)]))
    assert tool.run("k").returncode == 0
    tool.refuse("k", "", tool.write("k", pie([(0x120, 1, 0)])))
    tool.refuse("k", "", tool.write("k", pie([(0xFFC, 8, 0)])))
    # Linked in the middle of a page.
    tool.write("k", pie([(0x920, 8, 0)], 0x800))
    assert tool.run("k").returncode == 0
    tool.refuse("k", "", tool.write("k", pie([(0x920, 1, 0)], 0x800)))
    end = 0x100000 + (60 << 30)
    for address, rc in (end - 8, 0), (end - 7, 1):
        tool.write("k", pie([(address, 8, 0)], 0x100000, 60 << 30))
        assert tool.run("k").returncode == rc


def test_relocations_of_segments_that_share_pages(tool):
    good = [(0x1FFC, 8, 0), (0x53F8, 8, 1), (0x67F8, 8, 2)]
    tool.write("k", pie_with_shared_pages(good))
    assert tool.run("k").returncode == 0
    for bad in (0x1000, 1, 0), (0x53F9, 8, 0):
        tool.refuse("k", "reloc",
                    tool.write("k", pie_with_shared_pages([*good, bad])))


def test_unreadable_input_and_folder(program):
    """As nobody, since root may read everything."""
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    if os.geteuid() != 0:
        as_nobody = {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mkimage-test-"))
    try:
        shutil.copy(program, folder / "mkimage")
        for name in "k", "m":
            (folder / name).write_bytes(kernel())
        (folder / "m").chmod(0)
        (folder / "out").mkdir(mode=0o777)
        (folder / "out").chmod(0o777)
        folder.chmod(0o555)

        def refuse(name, *args):
            done = subprocess.run(["./mkimage", *args], cwd=folder,
                                  check=False, text=True, timeout=60,
                                  stderr=subprocess.PIPE, **as_nobody)
            assert done.returncode == 1
            assert done.stderr == f"mkimage: {name}: Permission denied\n"
            assert not list((folder / "out").iterdir())

        refuse("m", "m", "-o", "out/m.img")
        refuse("m", "k", "-m", "m", "-o", "out/k.img")
        refuse("m", "--list", "m")
        refuse("k.img", "k")
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_names_stay_on_their_line(tool):
    name = "a\nb\x1b[31m\x7fc"
    tool.write(name, b"no kernel")
    tool.refuse("a?b?[31m?c", "", name)
    tool.write("k", kernel())
    tool.make("k", "-m", name)
    listed = tool.run("--list", "k.img").stdout
    assert "a?b?[31m?c: 9 bytes" in listed


def test_notes(tool):
    def notes(phdrs, body=b"\xeb\xfe"):
        tool.write("k", elf(phdrs, body))
        done = tool.run("k")
        assert (done.returncode, done.stdout) == (0, "")
        lines = done.stderr.splitlines()
        assert all(n.startswith("mkimage: k: note: ") for n in lines)
        return " ".join(lines)

    text = phdr(PT_LOAD, R | X, HEADERS, 0x200000, 2)
    assert notes([text]) == ""
    assert "PT_INTERP" in notes([text, phdr(3, R, HEADERS, 0, 1)])
    assert "header 0 is writable and executable" in notes(
        [phdr(PT_LOAD, R | W | X, HEADERS, 0x200000, 2)])
    assert "headers 0 and 1 share a page" in notes(
        [text, phdr(PT_LOAD, R | W, HEADERS, 0x200800, 2)])
    assert "left out" in notes([text, phdr(PT_LOAD, R, 0, 0, 64 + 2 * 56)])


def test_notes_do_not_join_a_refusal(tool):
    tool.write("k", elf([phdr(PT_LOAD, R | W | X, HEADERS, 0x200000, 2)],
                        b"\xeb\xfe"))
    tool.refuse("m", "No such file", "k", "-m", "m")


def test_file_without_a_size(tool):
    """A file of /proc says that it is empty, and is not."""
    tool.write("k", kernel())
    tool.refuse("/proc/version", "is empty", "/proc/version")
    tool.refuse("/proc/version", "goes on behind its end",
                "k", "-m", "/proc/version")


def change_while_read(tool, change):
    """Something happens to a module again and again while it is read."""
    tool.write("k", kernel())
    path = tool.folder / "m"
    path.write_bytes(random.Random(1).randbytes(BIG))
    child = tool.start("k", "-m", "m")
    done = threading.Event()

    def work():
        while not done.is_set():
            change(path)

    thread = threading.Thread(target=work)
    thread.start()
    _, stderr = child.communicate(timeout=60)
    done.set()
    thread.join()
    assert child.returncode == 1
    assert stderr.startswith("mkimage: m: ")
    assert "while it was read" in stderr and stderr.count("\n") == 1
    assert sorted(tool.snapshot()) == ["k", "m"]


def test_growing_input(tool):
    def grow(path):
        with open(path, "ab") as f:
            f.write(b"x")

    change_while_read(tool, grow)


def test_shrinking_input(tool):
    def shrink(path):
        os.truncate(path, max(path.stat().st_size - 4096, 0))

    change_while_read(tool, shrink)


def test_rewritten_input(tool):
    def rewrite(path):
        with open(path, "r+b") as f:
            f.write(b"x")

    change_while_read(tool, rewrite)
