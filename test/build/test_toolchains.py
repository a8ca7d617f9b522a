# SPDX-License-Identifier: 0BSD
# test_toolchains.py - every compiler builds everything without a warning, and
# the same sources make the same bytes wherever they lie.

import hashlib

import pytest

from house import PRODUCTS, ROOT, copy_tree, make

pytestmark = pytest.mark.xdist_group("toolchains")


def sums(build):
    return {name: hashlib.sha256((build / name).read_bytes()).hexdigest()
            for name in PRODUCTS}


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    """Built from where the sources are, with gcc."""
    build = tmp_path_factory.mktemp("native")
    make(ROOT, "-j2", "WERROR=1", f"BUILD={build}")
    return build


def test_gcc_without_warnings(native):
    assert set(sums(native)) == set(PRODUCTS)


def test_same_bytes_in_another_folder(native, tmp_path):
    tree = copy_tree(tmp_path / "some where else")
    make(tree, "WERROR=1", "BUILD=out/put")
    assert sums(tree / "out/put") == sums(native)


def test_same_bytes_with_a_prefix(native, tmp_path):
    make(ROOT, "-j2", "WERROR=1", f"BUILD={tmp_path}",
         "CROSS=x86_64-linux-gnu-")
    assert sums(tmp_path) == sums(native)


def test_clang_without_warnings(tmp_path):
    make(ROOT, "-j2", "WERROR=1", f"BUILD={tmp_path}", "CC=clang")
    assert set(sums(tmp_path)) == set(PRODUCTS)


def test_clang_and_lld_without_warnings(tmp_path):
    make(ROOT, "-j2", "WERROR=1", f"BUILD={tmp_path}", "CC=clang",
         "LD=ld.lld", "OBJCOPY=objcopy")
    assert set(sums(tmp_path)) == set(PRODUCTS)
