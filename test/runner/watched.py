# SPDX-License-Identifier: 0BSD
# watched.py - a runner to watch.

import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
RUNNER = BUILD / "stagecoach-run"


class Outcome:
    """How a run ended."""

    def __init__(self, status, out, err, seconds):
        self.status = status
        self.out = out                  # bytes
        self.err = err                  # text
        self.seconds = seconds

    def __str__(self):
        return (f"status {self.status} after {self.seconds:.1f} s\n"
                f"--- stdout ---\n{self.out[-2000:]}\n"
                f"--- stderr ---\n{self.err[-4000:]}")


class Runner:
    """stagecoach-run, in a folder of its own, with a TMPDIR of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C",
                            "TMPDIR": str(self.temp)}

    def start(self, *arguments, program=RUNNER, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        how.setdefault("stderr", subprocess.PIPE)
        how.setdefault("cwd", self.folder)
        environment = {**self.environment, **how.pop("env", {})}
        return subprocess.Popen([str(program), *map(str, arguments)],
                                env=environment, **how)

    def run(self, *arguments, **how):
        """Runs it to its end, after which nothing may be left."""
        begin = time.monotonic()
        process = self.start(*arguments, **how)
        out, err = process.communicate(timeout=60)
        end = Outcome(process.returncode, out,
                      (err or b"").decode(errors="replace"),
                      time.monotonic() - begin)
        self.nothing_left()
        return end

    def expect(self, status, *arguments, **how):
        end = self.run(*arguments, **how)
        assert end.status == status, end
        return end

    def processes(self):
        """Ids of all processes that got our TMPDIR, the runner's, too."""
        mark = f"TMPDIR={self.temp}\0".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:
                pass                    # it has just ended, or is another's
        return found

    def nothing_left(self, patience=0):
        """No process, no file; within that many seconds."""
        deadline = time.monotonic() + patience
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not self.processes()
        if self.temp.is_dir():
            assert not list(self.temp.iterdir())


def wait_for(process, text, seconds=20):
    """Reads standard output until text is in it; returns what came."""
    said = b""
    deadline = time.monotonic() + seconds
    while text not in said and time.monotonic() < deadline:
        more = os.read(process.stdout.fileno(), 4096)
        if not more:
            break
        said += more
    assert text in said, said
    return said
