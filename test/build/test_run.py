# SPDX-License-Identifier: 0BSD
# test_run.py - `make run`: a terminal, a command line, an exit status.

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from house import ROOT, make, tree      # noqa: F401 (a fixture)

pytestmark = pytest.mark.xdist_group("make")

# Prints its command line and the sizes of its modules, and reports VERDICT.
KERNEL = r"""
#include "boot_info.h"

static void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void print(const char *text)
{
	while (*text != 0)
		out(0x3f8, (unsigned char)*text++);
}

void _start(const struct boot_info *info)
{
	print("cmdline: ");
	print(info->cmdline);
	for (unsigned int i = 0; i < info->module_count; i++) {
		print("\nmodule: ");
		print(info->modules[i].name);
	}
	print("\n");
	out(0xf4, VERDICT);
	for (;;)
		__asm__ volatile("hlt");
}
"""


@pytest.fixture
def kernel(tmp_path):
    def build(verdict):
        source, elf = tmp_path / "kernel.c", tmp_path / "kernel.elf"
        source.write_text(KERNEL)
        subprocess.run(["gcc", "-O1", "-ffreestanding", "-nostdlib", "-static",
                        f"-I{ROOT}/include", f"-DVERDICT={verdict}",
                        "-fno-stack-protector", "-o", elf, source], check=True)
        return elf
    return build


def test_success_with_command_line_and_modules(tree, kernel, tmp_path):
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").write_text("22")
    said = make(tree, "run", f"KERNEL={kernel('0x10')}",
                """CMDLINE=it's "quoted"  and * wide""",
                f"MODULES={tmp_path}/one {tmp_path}/two=second")
    assert """cmdline: it's "quoted"  and * wide\n""" in said
    assert "module: one\nmodule: second\n" in said


def test_failure_of_the_kernel(tree, kernel):
    said = make(tree, "run", f"KERNEL={kernel('0x11')}",
                status=2)
    assert "cmdline: \n" in said and "Error 1\n" in said


# How a machine is left without a verdict: what the kernel does, what is said.
ENDS = {
    "power-off": ("outw", "(unsigned short)0x2000", "0x604", None),
    "reset": ("outb", "(unsigned char)0xfe", "0x64",
              "run.sh: the kernel reset the machine ("),
    "triple-fault": (None, None, None, "run.sh: triple fault ("),
}


@pytest.mark.parametrize("end", ENDS)
def test_end_without_a_verdict(tree, tmp_path, end):
    instruction, value, port, said = ENDS[end]
    source, elf = tmp_path / "kernel.c", tmp_path / "kernel.elf"
    if instruction:
        body = f"""__asm__ volatile("{instruction} %0, %1" : : "a"({value}),
                                    "Nd"((unsigned short){port}));"""
    else:
        body = """static const char none[10];
                  __asm__ volatile("lidt %0; ud2" : : "m"(none));"""
    source.write_text(f"void _start(void) {{ {body} for (;;); }}")
    subprocess.run(["gcc", "-O1", "-ffreestanding", "-nostdlib", "-static",
                    "-fno-stack-protector", "-o", elf, source], check=True)
    output = make(tree, "run", f"KERNEL={elf}", status=2 if said else 0)
    if said:
        assert said in output and "Error 3\n" in output
    else:
        assert "run.sh: " not in output
    assert not list((tree / "build/run").glob("wires*"))


def test_wrong_option_of_qemu_ends_it(tree, kernel):
    said = make(tree, "run", f"KERNEL={kernel('0x10')}",
                "QEMUFLAGS=-no-such-option", status=2)
    assert "no-such-option" in said
    assert not list((tree / "build/run").glob("wires*"))


def test_usb_image_is_what_make_run_boots(tree, kernel, tmp_path):
    (tmp_path / "one").write_text("1")
    said = make(tree, "usb", f"KERNEL={kernel('0x10')}", "DEV=/dev/null",
                "CMDLINE=for a stick", f"MODULES={tmp_path}/one", status=2)
    assert "usb: /dev/null: is no block device" in said
    image = (tree / "build/usb/disk.img").read_bytes()
    assert b"for a stick" in image and b"one" in image


def test_refused_kernel(tree, tmp_path):
    (tmp_path / "no.elf").write_text("not a kernel at all")
    said = make(tree, "run", f"KERNEL={tmp_path}/no.elf",
                status=2)
    assert "mkimage: " in said and "no.elf: " in said


def test_no_qemu(tree, kernel):
    said = make(tree, "run", f"KERNEL={kernel('0x10')}",
                "QEMU=no-such-qemu", status=2)
    assert "no-such-qemu: not found (make deps run" in said


def run_until(tree, pattern, *arguments):
    """`make run` in a terminal until it has shown that; then Ctrl-C."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(["make", "run", *arguments], cwd=tree,
                           stdin=theirs, stdout=theirs, stderr=theirs,
                           start_new_session=True,
                           env={"PATH": os.environ["PATH"], "TERM": "dumb"},
                           preexec_fn=take_terminal)
    os.close(theirs)
    said = b""
    try:
        deadline = time.monotonic() + 30
        while not re.search(pattern, said) and time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                said += os.read(ours, 4096)
        assert re.search(pattern, said), said
        os.write(ours, b"\x03")
        assert run.wait(timeout=10) != 0
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        os.close(ours)
    assert not list((tree / "build/run").glob("wires*"))


def take_terminal():
    """Makes standard input the new session's terminal: Ctrl-C goes to it."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def test_ctrl_c_ends_it(tree):
    run_until(tree, b"Hello World!")


def test_example_kernel_carries_its_symbols(tree):
    run_until(tree, rb"  ffffffff8[0-9a-f]+ write_null\+0x",
              "CMDLINE=fault=page")
