# SPDX-License-Identifier: 0BSD
# house.py - a copy of the sources to build in, and a make that knows nothing
# of the one that runs these tests.

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What a build reads, and nothing that tests leave behind.
SOURCES = ["Makefile", "linker.ld", "mk", "include", "lib", "stage1", "stage2",
           "kernel", "tools", "examples", "docs/man", "test/unit",
           "test/kernels", "test/foreign"]

# The five that others build on.
PRODUCTS = ["mkimage", "stage1.bin", "stage2.bin", "kernel.elf",
            "stagecoach.img"]


def copy_tree(folder):
    """The sources, in a folder of their own."""
    for name in SOURCES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    return folder


def make(folder, *arguments, path=None, status=0):
    """Runs make; returns what it said."""
    environment = {"PATH": path or os.environ["PATH"], "LC_ALL": "C",
                   "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(["make", *arguments], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == status, done.stdout
    return done.stdout


def files(folder):
    """All that lies in a folder, but for its build/."""
    return {path.relative_to(folder) for path in folder.rglob("*")
            if path.relative_to(folder).parts[0] != "build"}


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """A copy of the sources, built once. Its tests are one xdist group."""
    folder = copy_tree(tmp_path_factory.mktemp("tree"))
    before = files(folder)
    make(folder, "-j2")
    assert files(folder) == before, "output outside build/"
    return folder
