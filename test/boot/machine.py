# SPDX-License-Identifier: 0BSD
# machine.py - boots a disk in QEMU and says how that ended.

"""One boot is one call of qemu(); it returns an End. How a boot can end:

pass      isa-debug-exit with 10h
fail      isa-debug-exit with 11h
refused   a line "stagecoach: ..." came on the serial port: the loader stopped
done      the caller's own condition came true
reset     the machine reset itself: nobody asked for it, so something broke
poweroff  the guest switched the machine off
died      QEMU ended otherwise (its exit status and stderr are in detail)
stuck     QEMU met an instruction that its accelerator cannot do (KVM only)
hang      none of these until the time was up
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
QEMU = os.environ.get("QEMU", "qemu-system-x86_64")

EXIT_PASS = 33          # (10h << 1) | 1
EXIT_FAIL = 35          # (11h << 1) | 1
PLAIN = ["-M", "pc", "-m", "128M"]

SCREEN = 0xB8000
COLUMNS, ROWS = 80, 25

POLL = 0.02             # seconds between two looks at the machine
QUIET = 1.0             # a message without a line end is whole after this
LAST_WORDS = re.compile(r"^stagecoach: .*", re.MULTILINE)


def last_words(serial, quiet=True):
    """The loader's message, or "" if there is none, or none that is whole:
    stage1 ends its own without a line feed, so silence ends it, too."""
    found = LAST_WORDS.search(serial)
    if found and (quiet or serial[found.end():found.end() + 1] == "\n"):
        return found.group().strip()
    return ""


class End:
    """How a boot ended, with all there is to tell why."""

    def __init__(self, how, serial, screen=b"", detail="", seconds=0.0):
        self.how = how
        self.serial = serial
        self.screen = screen
        self.detail = detail
        self.seconds = seconds

    @property
    def message(self):
        """The loader's last words, or ""."""
        return last_words(self.serial)

    @property
    def rows(self):
        """The screen as text, a string a row."""
        text = self.screen[::2].decode("cp437").replace("\0", " ")
        return [text[i:i + COLUMNS].rstrip()
                for i in range(0, len(text), COLUMNS)]

    def __str__(self):
        serial = self.serial.splitlines()[-25:] or ["(nothing)"]
        rows = "\n".join(self.rows).rstrip().splitlines() or ["(not read)"]
        return "\n".join(
            [f"ended: {self.how} after {self.seconds:.1f} s {self.detail}",
             "--- serial port, the last lines ---"] + serial +
            ["--- screen ---"] + rows)


class Monitor:
    """QEMU's control socket (QMP)."""

    def __init__(self, path, process, deadline):
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if process.poll() is not None or time.time() > deadline:
                    raise
                time.sleep(POLL)
        self.data = b""
        self.events = []
        self._receive(lambda m: "QMP" in m)
        self.ask("qmp_capabilities")

    def _receive(self, wanted):
        """Reads messages until one is wanted; keeps events."""
        self.socket.settimeout(10)
        while True:
            while b"\n" not in self.data:
                more = self.socket.recv(65536)
                if not more:
                    raise ConnectionError("QEMU closed its monitor")
                self.data += more
            line, self.data = self.data.split(b"\n", 1)
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            if wanted(message):
                return message

    def ask(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode())
        answer = self._receive(lambda m: "return" in m or "error" in m)
        if "error" in answer:
            raise RuntimeError(f"{command}: {answer['error']['desc']}")
        return answer["return"]

    def memory(self, address, size, folder):
        path = folder / "memory"
        self.ask("pmemsave", val=address, size=size, filename=str(path))
        return path.read_bytes()

    def registers(self):
        text = self.ask("human-monitor-command",
                        **{"command-line": "info registers"})
        return " ".join(re.findall(r"(?:RIP|EIP|CR2|CR3|HLT)=\w+", text))

    def type(self, *keys):
        """Presses keys, such as "a" or "shift+a", at a pace that the guest's
        keyboard controller can hold."""
        for key in keys:
            self.ask("send-key", **{"hold-time": 10, "keys": [
                {"type": "qcode", "data": part} for part in key.split("+")]})
            time.sleep(0.05)

    def stopped(self):
        """How the guest stopped, if it did: "reset", "poweroff", "stuck" or
        None."""
        # Brings the events that wait, too.
        if self.ask("query-status")["status"] == "internal-error":
            return "stuck"
        for event in self.events:
            if event["event"] == "SHUTDOWN":
                reason = event["data"]["reason"]
                return "reset" if reason == "guest-reset" else "poweroff"
        return None


def disk(image, device="ide-hd", snapshot=True):
    """Arguments for a disk. The file itself is never written to."""
    drive = f"if=none,id=d0,format=raw,file={image},file.locking=off"
    if snapshot:
        drive += ",snapshot=on"
    return ["-drive", drive, "-device", f"{device},drive=d0"]


def qemu(arguments, timeout=15, until=None, accel="tcg", picture=None):
    """Boots a machine: arguments are QEMU's, disk included.

    until(monitor, folder) is a condition that ends the run as "done";
    picture is a file for what the screen shows at the end (PPM), of a
    machine that is still there then."""
    folder = Path(tempfile.mkdtemp(prefix="boot-"))
    command = [QEMU, "-nodefaults", "-accel", accel, "-display", "none",
               "-vga", "std", "-S",
               "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
               "-serial", f"file:{folder}/serial",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
               "-action", "reboot=shutdown,shutdown=pause",
               *arguments]
    start = time.time()
    errors = open(folder / "errors", "wb")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=errors, stderr=errors,
                               env={**os.environ, "TMPDIR": str(folder)})
    try:
        return _watch(process, folder, start, timeout, until, picture)
    finally:
        process.kill()
        process.wait()
        errors.close()
        shutil.rmtree(folder, ignore_errors=True)


def _serial(folder):
    try:
        return (folder / "serial").read_text("cp437").replace("\r", "")
    except OSError:
        return ""


def _ended(process, folder, start):
    """QEMU is gone: what its exit status says."""
    how = {EXIT_PASS: "pass", EXIT_FAIL: "fail"}.get(process.wait(60), "died")
    detail = ""
    if how == "died":
        errors = (folder / "errors").read_text(errors="replace")
        detail = f"(status {process.returncode}: {errors.strip()[-800:]})"
    return End(how, _serial(folder), b"", detail, time.time() - start)


def _watch(process, folder, start, timeout, until, picture):
    deadline = start + timeout
    try:
        monitor = Monitor(folder / "qmp", process, deadline)
        monitor.ask("cont")
        how, length, since = None, 0, start
        while how is None:
            time.sleep(POLL)
            serial = _serial(folder)
            if len(serial) != length:
                length, since = len(serial), time.time()
            if process.poll() is not None:
                return _ended(process, folder, start)
            how = monitor.stopped()
            quiet = time.time() - since > QUIET
            if how is None and until and until(monitor, folder):
                how = "done"
            # More may follow the message: the report of a fault.
            if how is None and last_words(serial, quiet) and \
                    (quiet or "HLT=1" in monitor.registers()):
                how = "refused"
            if how is None and time.time() > deadline:
                how = "hang"
        if how == "refused":
            monitor.ask("stop")
        if picture:
            monitor.ask("screendump", filename=str(picture))
        screen = monitor.memory(SCREEN, 2 * COLUMNS * ROWS, folder)
        return End(how, _serial(folder), screen, monitor.registers(),
                   time.time() - start)
    except (OSError, ConnectionError):
        # The socket broke: QEMU ended between two looks.
        return _ended(process, folder, start)
