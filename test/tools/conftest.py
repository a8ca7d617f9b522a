# SPDX-License-Identifier: 0BSD
"""conftest.py - how the tests run mkimage."""
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))           # for elf_maker, image_reader

TOP = HERE.parent.parent


@pytest.fixture(scope="session")
def program():
    """mkimage's path; MKIMAGE in the environment names another one."""
    path = pathlib.Path(os.environ.get("MKIMAGE", TOP / "build/mkimage"))
    if not path.is_file():
        pytest.fail(f"{path} is not there: run make, or set MKIMAGE")
    return path.resolve()


class Tool:
    """mkimage, run in a folder of its own."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def run(self, *args, **kwargs):
        """Runs it and returns the outcome, text decoded."""
        kwargs.setdefault("stdout", subprocess.PIPE)
        kwargs.setdefault("stderr", subprocess.PIPE)
        return subprocess.run([self.program, *args], cwd=self.folder,
                              timeout=60, text=True, errors="replace",
                              check=False, **kwargs)

    def start(self, *args, **kwargs):
        return subprocess.Popen([self.program, *args], cwd=self.folder,
                                stderr=subprocess.PIPE, text=True, **kwargs)

    def make(self, *args, **kwargs):
        """Runs it, and it has to succeed without a word."""
        done = self.run(*args, **kwargs)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def refuse(self, name, reason, *args, **kwargs):
        """Runs it: exit 1, one line, and the folder as it was before."""
        before = self.snapshot()
        done = self.run(*args, **kwargs)
        assert done.returncode == 1
        assert done.stderr.startswith(f"mkimage: {name}: ")
        assert reason in done.stderr
        assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n")
        assert self.snapshot() == before

    def snapshot(self):
        """Every name in the folder, with the content of files."""
        return {p.name: (p.lstat().st_mode, p.lstat().st_ino,
                         p.read_bytes() if p.is_file() and p.exists() and
                         p.stat().st_size < 1 << 24 else None)
                for p in self.folder.iterdir()}

    def write(self, name, data):
        (self.folder / name).write_bytes(data)
        return name


@pytest.fixture
def tool(program, tmp_path):
    return Tool(program, tmp_path)
