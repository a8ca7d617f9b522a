# SPDX-License-Identifier: 0BSD
# test_fuzz.py - every fuzz target: its corpus by the compiler of the unit
# tests, then some seconds of libFuzzer (FUZZ_SECONDS, 20).

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FUZZ = Path(os.environ["BUILD"]) / "fuzz"
SECONDS = os.environ.get("FUZZ_SECONDS", "20")

TARGETS = sorted(path.stem[len("fuzz_"):] for path in HERE.glob("fuzz_*.c"))


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, errors="replace")


@pytest.mark.parametrize("target", TARGETS)
def test_corpus(target):
    corpus = HERE / f"corpus/{target}.hex"
    assert corpus.exists(), "make fuzz-keep makes it"
    done = run(FUZZ / "replay" / target, corpus)
    assert done.returncode == 0, done.stdout
    lines = [line for line in corpus.read_text().splitlines()
             if not line.startswith("#")]
    assert int(done.stdout.split()[-2]) > len(lines) > 0


@pytest.mark.parametrize("target", TARGETS)
def test_fuzz(target):
    done = run(sys.executable, HERE / "run.py", "--build", FUZZ,
               "--seconds", SECONDS, target)
    assert done.returncode == 0, done.stdout


def test_corpora_are_small():
    assert sum(path.stat().st_size for path in HERE.glob("corpus/*")) < 300000
