#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""debug.py - boots a kernel under a debugger.

usage: debug.py gdb BUILD KERNEL [GDB OPTION...]
       debug.py bochs BUILD KERNEL
       debug.py trace BUILD KERNEL CHAPTER

gdb: QEMU, halted at the first byte of stage1, and GDB. bochs: Bochs' own
debugger. trace: both, unattended; puts the CPU's state at each stop into
CHAPTER, as a table. From the environment: CMDLINE, MODULES, QEMU, QEMUFLAGS,
GDB, NM, OBJDUMP; GUI=1 opens a window.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bochs_debugger as bochs
import stops

HERE = Path(__file__).resolve().parent
QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
GDB = os.environ.get("GDB") or "gdb"

# The table's marks in the chapter.
BEGIN, END = "<!-- trace: make docs-trace -->\n", "<!-- end of trace -->\n"

def make_image(build, kernel, folder):
    """The image to boot, as `make run` makes it."""
    command = [f"{build}/mkimage", "-o", folder / "disk.img"]
    if os.environ.get("CMDLINE"):
        command += ["-c", os.environ["CMDLINE"]]
    for module in os.environ.get("MODULES", "").split():
        command += ["-m", module]
    if subprocess.run(command + [kernel], check=False).returncode != 0:
        raise stops.Failure("no image to boot")
    return folder / "disk.img"


def out(build):
    """The folder of what stays: the serial port's output, Bochs' files."""
    folder = Path(build) / "debug"
    folder.mkdir(exist_ok=True)
    return folder


def need(command, goal):
    if not shutil.which(command):
        raise stops.Failure(f"{command}: not found (make deps {goal} "
                            "installs it)")


class Machine:
    """QEMU, halted at reset, with a socket for GDB."""

    def __init__(self, folder, image, serial):
        self.socket = folder / "gdb"
        display = [] if os.environ.get("GUI") == "1" else ["-display", "none"]
        # A session of its own: Ctrl-C is for GDB, which stops the guest.
        self.process = subprocess.Popen(
            [QEMU, "-machine", "pc", "-accel", "tcg", "-m", "128M",
             "-nic", "none", "-no-reboot", *display, "-monitor", "none",
             "-serial", f"file:{serial}",
             "-drive", f"file={image},format=raw,if=ide,snapshot=on",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
             "-chardev", f"socket,id=gdb,path={self.socket},server=on,"
             "wait=off", "-gdb", "chardev:gdb", "-S",
             *shlex.split(os.environ.get("QEMUFLAGS", ""))],
            stdin=subprocess.DEVNULL, start_new_session=True)
        while not self.socket.exists():
            if self.process.poll() is not None:
                raise stops.Failure(f"{QEMU} did not start")
            time.sleep(0.01)

    def close(self):
        self.process.kill()
        self.process.wait()


def run_gdb(build, kernel, folder, options, **how):
    """Boots under GDB; returns GDB's exit status."""
    need(GDB, "gdb")
    need(QEMU, "gdb")
    machine = Machine(folder, make_image(build, kernel, folder),
                      out(build) / "serial")
    attach = f'stagecoach-attach "{build}" "{kernel}" {machine.socket}'
    try:
        return subprocess.run([GDB, "-q", "-x", HERE / "stagecoach.py",
                               "-ex", attach, *options],
                              check=False, **how).returncode
    finally:
        machine.close()


def trace_gdb(build, kernel, folder, timeout=60):
    path = folder / "trace"
    try:
        run_gdb(build, kernel, folder,
                ["-nx", "-batch", "-ex", f"stagecoach-trace {path}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=timeout)
        return json.loads(path.read_text())
    except (OSError, subprocess.TimeoutExpired) as error:
        raise stops.Failure(f"GDB did not reach the kernel: {error}") \
            from error


def trace_bochs(build, kernel, folder):
    need(bochs.BOCHS, "bochs")
    return bochs.trace(folder, make_image(build, kernel, folder),
                       stops.addresses(build, kernel))


# ---- the table ----------------------------------------------------------

def layout(name):
    """A number of layout.h."""
    text = (HERE.parents[1] / "include/layout.h").read_text()
    return int(re.search(rf"^#define {name} +(\w+)", text, re.M)[1], 0)


def tables(cr3):
    """Page tables by what they are: the kernel's lie where RAM was free."""
    if cr3 in (0, layout("LOADER_TABLES")):
        return f"{cr3:x}"
    return "kernel's"


def row(seen):
    """A stop's state, as cells of the table."""
    return [seen["stop"], seen["mode"], f"{seen['cs']:04x}",
            stops.flag_names("cr0", seen["cr0"]), tables(seen["cr3"]),
            stops.flag_names("cr4", seen["cr4"]),
            stops.flag_names("efer", seen["efer"]),
            str(seen["l"])]


def table(one, other):
    """Both traces, each stop once, as a Markdown table; where the machines
    differ, both values."""
    lines = ["| Stop | Mode | CS | CR0 | CR3 | CR4 | EFER | CS.L |",
             "|---|---|---|---|---|---|---|---|"]
    rows = [{seen["stop"]: row(seen) for seen in reversed(trace)}
            for trace in (one, other)]
    for stop in stops.STOPS:
        cells = [a if a == b else f"{a} / {b}" for a, b in
                 zip(rows[0][stop.name], rows[1][stop.name])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_table(path, text):
    """Puts a table into a chapter, between its two marks."""
    chapter = path.read_text()
    before, rest = chapter.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(before + BEGIN + text + END + after)


def main(what, build, kernel, *options):
    with tempfile.TemporaryDirectory(prefix="debug-") as name:
        folder = Path(name)
        if what == "gdb":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return run_gdb(build, kernel, folder,
                           options or ["-ex", "continue"])
        if what == "bochs":
            need(bochs.BOCHS, "bochs")
            return bochs.interactive(out(build),
                                     make_image(build, kernel, folder),
                                     stops.addresses(build, kernel))
        text = table(trace_gdb(build, kernel, folder),
                     trace_bochs(build, kernel, folder))
        write_table(Path(options[0]), text)
        return 0


def leave(number, _frame):
    """A signal that ends us: what we have started ends, too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("gdb", "bochs", "trace"):
        sys.exit(__doc__)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    try:
        sys.exit(main(*sys.argv[1:]))
    except stops.Failure as failure:
        sys.exit(f"debug.py: {failure}")
