# SPDX-License-Identifier: 0BSD
# conftest.py - kernels that end in every way, and a runner to watch.

import subprocess
from pathlib import Path

import pytest

from watched import ROOT, Runner

SOURCE = Path(__file__).with_name("kernel.c")


@pytest.fixture
def runner(tmp_path):
    runner = Runner(tmp_path)
    yield runner
    runner.nothing_left(5)


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    """kernel("SPIN"): a kernel that ends, or does not, in this way."""
    folder = tmp_path_factory.mktemp("kernels")

    def build(*defines, options=("-static", "-fno-pie", "-no-pie")):
        name = "-".join(defines + options).replace("=", "").replace(",", "")
        elf = folder / f"{name}.elf"
        if not elf.exists():
            subprocess.run(
                ["gcc", "-O1", "-ffreestanding", "-fno-stack-protector",
                 "-mno-red-zone", "-nostdlib", f"-I{ROOT}/include",
                 "-Wl,--build-id=none", *options,
                 *[f"-D{define}" for define in defines],
                 "-o", elf, SOURCE], check=True)
        return elf
    return build
