# SPDX-License-Identifier: 0BSD
# test_outside.py - a kernel is built and booted with nothing but what
# `make install` brought: by make, by CMake, by Cargo.

import os
import shutil
import subprocess

import pytest

from house import ROOT, make, tree      # noqa: F401 (a fixture)

pytestmark = pytest.mark.xdist_group("make")

HOST = "x86_64-unknown-linux-gnu"


@pytest.fixture(scope="module")
def prefix(tree, tmp_path_factory):
    """Where Stagecoach is installed."""
    prefix = tmp_path_factory.mktemp("installed")
    make(tree, "install", f"PREFIX={prefix}")
    return prefix


@pytest.fixture
def project(prefix, tmp_path):
    """Runs commands in a copy of examples/outside."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples/outside", folder)

    def run(*command, status=0, path="/usr/bin:/bin", **variables):
        environment = {"PATH": f"{prefix}/bin:{path}", "LC_ALL": "C",
                       "HOME": os.environ.get("HOME", "/"), **variables}
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            universal_newlines=True)
        assert done.returncode == status, done.stdout
        assert str(ROOT) not in done.stdout, "it found this tree"
        return done.stdout
    run.folder = folder
    return run


def test_make(project, prefix):
    said = project("make", f"STAGECOACH={prefix}", "kernel.img", "test")
    assert "\nHello world!\n" in said
    listed = project("mkimage", "--list", "kernel.img")
    assert "cmdline     5 bytes" in listed


def test_make_sees_a_failure(project, prefix):
    source = project.folder / "kernel.c"
    source.write_text(source.read_text().replace("== BOOT_INFO_MAGIC",
                                                 "!= BOOT_INFO_MAGIC"))
    said = project("make", f"STAGECOACH={prefix}", "test", status=2)
    assert "Hello" not in said and "Error 1\n" in said


@pytest.mark.skipif(not shutil.which("cmake"), reason="there is no cmake")
def test_cmake(project, prefix):
    project("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    project("cmake", "--build", "build")
    assert (project.folder / "build/kernel.img").exists()
    said = project("ctest", "--test-dir", "build", "--verbose")
    assert "Hello world!" in said and "100% tests passed" in said


@pytest.mark.skipif(not shutil.which("cargo"), reason="there is no cargo")
@pytest.mark.parametrize("profile", ["dev", "release"])
def test_cargo(project, prefix, profile):
    """By the distribution's Cargo, for the target that every Rust has."""
    said = project("cargo", "run", "--offline", "--quiet", "--profile",
                   profile, "--target", HOST, "--manifest-path",
                   "cargo/Cargo.toml", "--config",
                   "cargo/.cargo/config.toml", "world",
                   path=f"/usr/bin:/bin:{os.environ['PATH']}",
                   STAGECOACH=str(prefix))
    assert "Hello world!\n" in said


@pytest.mark.skipif(not shutil.which("cargo"), reason="there is no cargo")
def test_cargo_in_this_tree(tree):
    """examples/rust-hello, with the runner in build/, as its README says."""
    done = subprocess.run(
        ["cargo", "run", "--offline", "--quiet", "--locked", "--target", HOST,
         "--", "quiet"], cwd=tree / "examples/rust-hello",
        env={"PATH": f"{tree}/build:/usr/bin:/bin:{os.environ['PATH']}",
             "HOME": os.environ.get("HOME", "/")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=120, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    assert 'usable memory: 127 MiB\nBIOS drive: 80h\nword: "quiet"\n' in \
        done.stdout
