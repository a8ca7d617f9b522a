# SPDX-License-Identifier: 0BSD
"""cpu.py - what CPU time a boot takes of the host in QEMU, without KVM.

A host that does other things, too, makes the wall time longer; the CPU time
less so. That of QEMU's own start and of SeaBIOS, which a disk without sectors
to read shows, is to be taken away."""

import os
import subprocess

import wall


def seconds(disk, machine, cpu, limit=300):
    """Of one run from QEMU's start to its end, which the kernel brings about;
    None if it does not."""
    command = ["timeout", str(limit), *wall.command(disk, machine, cpu)]
    # Not subprocess.run(): only wait4() tells the time of this child alone,
    # with what it waited for in its turn.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != wall.EXIT_STATUS:
        return None
    return usage.ru_utime + usage.ru_stime
