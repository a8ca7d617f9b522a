# SPDX-License-Identifier: 0BSD
# test_toolchains.py - every compiler builds everything without a warning, what
# it builds boots, and the same sources make the same bytes wherever they lie.

import hashlib
import shutil
import subprocess
import sys

import pytest

from house import PRODUCTS, ROOT, copy_tree, make

pytestmark = pytest.mark.xdist_group("toolchains")


def sums(build):
    return {name: hashlib.sha256((build / name).read_bytes()).hexdigest()
            for name in PRODUCTS}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """All builds begin with the same sources, whoever edits them meanwhile."""
    return copy_tree(tmp_path_factory.mktemp("toolchains"))


@pytest.fixture(scope="module")
def native(tree):
    make(tree, "-j2", "WERROR=1")
    return sums(tree / "build")


def test_gcc_without_warnings(native):
    assert set(native) == set(PRODUCTS)


def test_same_bytes_in_another_folder(tree, native, tmp_path):
    other = tmp_path / "some where else"
    shutil.copytree(tree, other, ignore=shutil.ignore_patterns("build"))
    make(other, "WERROR=1", "BUILD=out/put")
    assert sums(other / "out/put") == native


def test_same_bytes_with_a_prefix(tree, native, tmp_path):
    make(tree, "-j2", "WERROR=1", f"BUILD={tmp_path}",
         "CROSS=x86_64-linux-gnu-")
    assert sums(tmp_path) == native


# The last is what a distribution has in CFLAGS when it builds its packages.
@pytest.mark.parametrize("tools", [
    ["CC=clang"],
    ["CC=clang", "LD=ld.lld"],
    ["CFLAGS=-g -O2 -flto=auto -fstack-protector-strong -fcf-protection -fPIE"],
], ids=" ".join)
def test_other_tools_build_what_boots(tree, tmp_path, tools):
    make(tree, "-j2", "WERROR=1", f"BUILD={tmp_path}", *tools)
    # It waits for the kernel's words before it takes the picture.
    png = tmp_path / "screen.png"
    subprocess.run([sys.executable, ROOT / "tools/screenshot.py",
                    tmp_path / "stagecoach.img", png], check=True)
    assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
