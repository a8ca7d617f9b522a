# SPDX-License-Identifier: 0BSD
"""wall.py - the time a boot takes in QEMU, without KVM, by the host's clock.

From SeaBIOS' line "Booting from 0000:7c00" on its debug port to the byte that
the kernel (payloads.py) writes to the same port first of all."""

import os
import subprocess
import time
from pathlib import Path

import payloads

QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
MEGS = 512
EXIT_STATUS = 33                # QEMU's, of what the kernels write to EXIT_PORT
BEGIN = b"Booting from 0000:7c00\n"
MACHINES = {
    "ahci": ["-machine", "q35", "-device", "ide-hd,drive=d,bus=ide.0"],
    "virtio": ["-machine", "pc", "-device", "virtio-blk-pci,drive=d"],
}


def command(disk, machine, cpu, *more):
    return [QEMU, "-nodefaults", *MACHINES[machine], "-accel", "tcg", "-cpu",
            cpu, "-m", str(MEGS), "-display", "none", "-vga", "std",
            "-chardev", "stdio,id=log",
            "-device", f"isa-debugcon,iobase={payloads.DEBUG_PORT:#x},"
            "chardev=log",
            "-device", f"isa-debug-exit,iobase={payloads.EXIT_PORT:#x}",
            "-drive", f"file={disk.path},format=raw,if=none,id=d,"
            "cache=unsafe", *more]


def seconds(disk, machine, cpu, limit=120):
    """One boot; None if the kernel did not speak."""
    with subprocess.Popen(command(disk, machine, cpu), bufsize=0,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as qemu:
        try:
            return watch(qemu.stdout, time.monotonic() + limit)
        finally:
            qemu.kill()


def watch(pipe, until):
    log, began = b"", None
    while time.monotonic() < until and (more := os.read(pipe.fileno(), 4096)):
        now = time.perf_counter()
        log += more
        if began is None and BEGIN in log:
            began = now
            log = log.split(BEGIN, 1)[1]
        if began is not None and payloads.MARK in log:
            return now - began
    return None


# ---- instructions, by a plugin of QEMU ------------------------------------


def build_plugin(folder):
    """None where there is no compiler for it, or QEMU has no plugins."""
    plugin = Path(folder) / "count_plugin.so"
    source = Path(__file__).parent / "count_plugin.c"
    try:
        subprocess.run([os.environ.get("HOSTCC") or "cc", "-O2", "-shared",
                        "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", plugin,
                        source], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return plugin


def count(plugin, disk, machine, cpu):
    """Instructions from 0x7c00 to the kernel's first as TCG runs them; None
    if QEMU does not load plugins."""
    end = subprocess.run(
        command(disk, machine, cpu, "-plugin",
                f"{plugin},from={0x7c00},to={disk.entry}", "-d", "plugin"),
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=600)
    for line in end.stderr.decode(errors="replace").splitlines():
        if line.startswith("count: "):
            return int(line.split()[1])
    return None
