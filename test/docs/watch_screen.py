#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""watch_screen.py - runs QEMU as somebody would who looks at its window: ends
well when a text is on the screen, and badly when it does not come.

usage: watch_screen.py QEMU TEXT ARGUMENT...

A QEMU that is not to have a screen just runs.
"""

import os
import sys
import tempfile
import time

TIMEOUT = 20            # seconds
SCREEN = 0xB8000
SIZE = 80 * 25 * 2


def without_display(arguments):
    """The arguments but for "-display KIND", which there is nobody to see."""
    while "-display" in arguments:
        at = arguments.index("-display")
        arguments = arguments[:at] + arguments[at + 2:]
    return arguments


def on_screen(program, arguments):
    """What the screen shows of a running QEMU, again and again."""
    from machine import Monitor
    import pathlib
    import subprocess

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        process = subprocess.Popen(
            [program, *arguments, "-display", "none", "-serial", "none",
             "-qmp", f"unix:{folder}/qmp,server=on,wait=off"])
        try:
            monitor = Monitor(folder / "qmp", process, time.time() + TIMEOUT)
            while True:
                screen = monitor.memory(SCREEN, SIZE, folder)
                yield screen[::2].decode("cp437")
                time.sleep(0.05)
        finally:
            process.kill()
            process.wait()


def main():
    program, text, *arguments = sys.argv[1:]
    if "none" in arguments:
        os.execv(program, [program, *arguments])
    deadline = time.time() + TIMEOUT
    for screen in on_screen(program, without_display(arguments)):
        if text in screen:
            return 0
        if time.time() > deadline:
            print(f"no {text!r} on the screen in {TIMEOUT} s, but:\n{screen}")
            return 1


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "boot"))
sys.exit(main())
