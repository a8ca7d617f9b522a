# SPDX-License-Identifier: 0BSD
# bochs_debugger.py - Bochs' debugger on a boot: breakpoints by symbol, words at each.

import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import stops

SHARE = Path(os.environ.get("BOCHS_SHARE", "/usr/share/bochs"))
BOCHS = os.environ.get("BOCHS", "bochs")
CYLINDER = 16 * 63 * 512
PROMPT = re.compile(rb"<bochs:\d+> ")
HIT = re.compile(rb"\(0\) Breakpoint (\d+), ")

# The debugger has the terminal, so the screen is served to a VNC viewer.
CONFIG = """
config_interface: textconfig
display_library: {display}
romimage: file={share}/BIOS-bochs-latest
vgaromimage: file={share}/VGABIOS-lgpl-latest
cpu: model=corei7_skylake_x, count=1, ips=100000000, reset_on_triple_fault=0
megs: 128
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=disk, mode=flat, cylinders={cylinders}, \
heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=serial
clock: sync=none, time0=utc
speaker: enabled=0
sound: driver=dummy
log: log
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
"""
VNC = 'rfb, options="timeout=0"'


class Words:
    """Follows what the debugger prints: which stop it is at, and when one of
    the BIOS door has been seen often enough."""

    def __init__(self):
        self.hits = [0] * len(stops.STOPS)
        self.text = b""

    def follow(self, output):
        """Returns (stop, command) when output brings the prompt at a stop;
        the command, if not "", is for the debugger."""
        self.text += output
        prompts = list(PROMPT.finditer(self.text))
        if not prompts:
            return None, ""
        hit = HIT.search(self.text, 0, prompts[-1].start())
        self.text = self.text[prompts[-1].end():]
        if not hit or int(hit[1]) > len(stops.STOPS):   # or the user's own
            return None, ""
        number = int(hit[1])
        stop = stops.STOPS[number - 1]
        self.hits[number - 1] += 1
        if stop.door and self.hits[number - 1] == stops.CROSSINGS:
            return stop, f"bpd {number}\n"
        return stop, ""


def prepare(folder, image, places, display=VNC):
    """Configuration, breakpoints and a copy of image: Bochs locks its disk."""
    for name in ("disk", "disk.lock", "serial", "log"):
        (folder / name).unlink(missing_ok=True)
    shutil.copyfile(image, folder / "disk")
    size = (folder / "disk").stat().st_size
    if size % CYLINDER:
        raise stops.Failure(f"{image}: no whole cylinders, which Bochs wants")
    (folder / "rc").write_text(CONFIG.format(
        share=SHARE, display=display, cylinders=size // CYLINDER))
    (folder / "commands").write_text(
        "".join(f"lb {address:#x}\n" for _, address in places) + "c\n")
    return [BOCHS, "-q", "-f", "rc", "-rc", "commands"]


def interactive(folder, image, places):
    """Gives the terminal to the debugger; explains each stop."""
    command = prepare(folder, image, places,
                      "x" if os.environ.get("GUI") == "1" else VNC)
    words = Words()

    def read(debugger):
        output = os.read(debugger, 4096)
        stop, order = words.follow(output)
        if not stop:
            return output
        os.write(debugger, order.encode())
        text = f"\n{stops.describe(stop, stop.bochs)}\n<bochs> "
        return output + text.replace("\n", "\r\n").encode()

    os.chdir(folder)
    return 1 if pty.spawn(command, read) else 0


class Debugger:
    """Bochs' debugger on a terminal of ours: one command, one answer."""

    def __init__(self, folder, command, timeout):
        self.deadline = time.monotonic() + timeout
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, env={**os.environ, "TERM": "dumb"})
        os.close(theirs)

    def answer(self):
        """What it prints up to the next prompt."""
        text = b""
        while not PROMPT.search(text):
            left = self.deadline - time.monotonic()
            if left < 0 or not select.select([self.ours], [], [], left)[0]:
                raise stops.Failure(f"Bochs says no more: {text[-400:]!r}")
            try:
                text += os.read(self.ours, 4096)
            except OSError as error:
                raise stops.Failure(f"Bochs ended: {text[-400:]!r}") from error
        return text

    def ask(self, command):
        os.write(self.ours, command.encode() + b"\n")
        return self.answer().decode(errors="replace")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)


def state(debugger):
    """The CPU's state, as stops.state() has it."""
    control = debugger.ask("creg")
    value = {name: int(number, 16) for name, number in
             re.findall(r"\b(CR[034]|EFER)=0x([0-9a-f]+)", control)}
    cs, flags = re.search(r"^cs:0x(\w+), dh=0x(\w+)", debugger.ask("sreg"),
                          re.MULTILINE).groups()
    return stops.state(value["CR0"], value["CR3"], value["CR4"],
                       value["EFER"], int(cs, 16), int(flags, 16))


def trace(folder, image, places, timeout=60):
    """From stop to stop, into the kernel: the state at each."""
    seen, words = [], Words()
    debugger = Debugger(folder, prepare(folder, image, places), timeout)
    try:
        while not seen or seen[-1]["stop"] != "kernel":
            # The file of commands is echoed with prompts; the hit comes last.
            stop = None
            while not stop:
                stop, command = words.follow(debugger.answer())
            seen.append({"stop": stop.name, **state(debugger)})
            if command:
                debugger.ask(command.strip())
            os.write(debugger.ours, b"c\n")
    finally:
        debugger.close()
    return seen
