# SPDX-License-Identifier: 0BSD
# bochs.py - boots a disk in Bochs, with no display, and says how that ended.

import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from machine import COLUMNS, POLL, QUIET, ROWS, SCREEN, End, last_words

SHARE = Path(os.environ.get("BOCHS_SHARE", "/usr/share/bochs"))
CYLINDER = 16 * 63 * 512
FLOPPY = "floppya: 1_44=floppy, status=inserted\nboot: floppy"

# "term" draws on a terminal, of which we are the other end. A panic at a
# triple fault shows more than a reset would.
CONFIG = """
config_interface: textconfig
display_library: term
romimage: file={bios}
vgaromimage: file={share}/VGABIOS-lgpl-latest
cpu: model={cpu}, count=1, ips=100000000, reset_on_triple_fault=0
megs: {megs}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=disk, mode=flat, cylinders={cylinders}, \
heads=16, spt=63
{boot}
com1: enabled=1, mode=file, dev=serial
parport1: enabled={prints}, file=printer
clock: sync=none, time0=utc
log: log
panic: action=fatal, term=report
error: action=report
info: action=ignore
debug: action=ignore
"""


class _Terminal:
    """The terminal that Bochs draws on; what it draws is dropped."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self):
        try:
            while os.read(self.ours, 65536):
                pass
        except OSError:
            pass                # the last one has closed its end

    def type(self, text):
        os.write(self.ours, text.encode())

    def close(self):
        os.close(self.theirs)


def bochs(image, cpu="corei7_skylake_x", bios="BIOS-bochs-latest", megs=64,
          timeout=30, floppy=None, until=None, printer=None,
          memory=(SCREEN, 2 * COLUMNS * ROWS)):
    """Boots a copy of image, or of a floppy: Bochs locks what it opens.

    until(serial) is a condition that ends the run as "done"; printer is a file
    for what the guest prints, which has a printer then; memory, address and
    size, is what the End has for a screen."""
    folder = Path(tempfile.mkdtemp(prefix="bochs-"))
    shutil.copy(image, folder / "disk")
    if floppy:
        shutil.copy(floppy, folder / "floppy")
    size = (folder / "disk").stat().st_size
    assert size % CYLINDER == 0, "Bochs wants whole cylinders"
    (folder / "rc").write_text(CONFIG.format(
        share=SHARE, bios=SHARE / bios, cpu=cpu, megs=megs,
        cylinders=size // CYLINDER, boot=FLOPPY if floppy else "boot: disk",
        prints=int(printer is not None)))
    (folder / "commands").write_text("continue\n")
    terminal = _Terminal()
    start = time.time()
    process = subprocess.Popen(
        ["bochs", "-q", "-f", "rc", "-rc", "commands"], cwd=folder,
        stdin=terminal.theirs, stdout=terminal.theirs, stderr=terminal.theirs,
        start_new_session=True, env={**os.environ, "TERM": "xterm"})
    try:
        return _watch(process, terminal, folder, start, timeout, until,
                      memory)
    finally:
        process.kill()
        process.wait()
        terminal.close()
        if printer:
            (folder / "printer").touch()        # else it has printed nothing
            shutil.copy(folder / "printer", printer)
        shutil.rmtree(folder, ignore_errors=True)


def _read(path):
    try:
        return path.read_text("cp437").replace("\r", "")
    except OSError:
        return ""


def _screen(process, terminal, folder, memory):
    """Stops the guest and has the debugger write the video memory out."""
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    terminal.type('writemem "screen" {:#x} {}\n'.format(*memory))
    terminal.type("info registers\nquit\n")
    try:
        process.wait(5)
        return (folder / "screen").read_bytes()
    except (OSError, subprocess.TimeoutExpired):
        return b""


def _watch(process, terminal, folder, start, timeout, until, memory):
    how, length, since = None, 0, start
    while how is None:
        time.sleep(POLL)
        serial = _read(folder / "serial")
        if len(serial) != length:
            length, since = len(serial), time.time()
        if process.poll() is not None:
            return _ended(folder, start)
        # More may follow the message: the report of a fault.
        if last_words(serial) and time.time() - since > QUIET:
            how = "refused"
        elif until and until(serial):
            how = "done"
        elif time.time() > start + timeout:
            how = "hang"
    screen = _screen(process, terminal, folder, memory)
    return End(how, _read(folder / "serial"), screen, "",
               time.time() - start)


def _ended(folder, start):
    """Bochs is gone: its log says why, and the kernel whether all was well."""
    log = _read(folder / "log")
    serial = _read(folder / "serial")
    verdict = re.search(r"^contract: \d+ checks, (\d+) failed$", serial,
                        re.MULTILINE)
    if ">>PANIC<< Shutdown port" in log:
        how = "fail"
        if verdict and verdict.group(1) == "0":
            how = "pass"
    elif "exception with no resolution" in log:
        how = "reset"
    else:
        how = "died"
    return End(how, serial, b"", "\n" + log[-800:], time.time() - start)
