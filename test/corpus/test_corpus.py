# SPDX-License-Identifier: 0BSD
# test_corpus.py - ELF files that others made, for other ends: mkimage accepts
# those that readelf and our table say are kernels, and no other. `make
# deps-test-corpus` fetches them; where they are not, this is skipped.

import collections
import os
import subprocess
from pathlib import Path

import pytest

from elf_verdict import judge

BUILD = Path(os.environ["BUILD"])
CORPUS = BUILD / "corpus"

# Of files with one suffix in one folder, as many are enough (modules of
# Linux: thousands, all of one kind).
ENOUGH = 40


def is_elf(path):
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\177ELF"


def files():
    """ELF files, and what boot loaders and kernels come as otherwise."""
    seen = collections.Counter()
    for path in sorted(CORPUS.rglob("*")):
        package = path.relative_to(CORPUS).parts[0]
        kind = (package, path.suffix)
        if seen[kind] < ENOUGH * (5 if package == "syslinux-common" else 1) \
                and (is_elf(path) or
                     path.name.startswith("vmlinuz") or
                     path.suffix == ".efi"):
            seen[kind] += 1
            yield path


@pytest.mark.skipif(not CORPUS.is_dir(),
                    reason="make deps-test-corpus fetches them")
def test_verdicts(tmp_path):
    verdicts, wrong = collections.Counter(), []
    for path in files():
        done = subprocess.run(
            [BUILD / "mkimage", "-o", tmp_path / "image", path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True)
        reason = judge(path)
        verdicts[reason or "a kernel"] += 1
        if done.returncode != (1 if reason else 0) or (
                reason and done.stderr.count("\n") != 1):
            wrong.append((str(path.relative_to(CORPUS)), reason,
                          done.stderr))
    print(sum(verdicts.values()), "files:", dict(verdicts))
    assert not wrong
    assert sum(verdicts.values()) > 100 and len(verdicts) > 5
