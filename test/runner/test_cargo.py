# SPDX-License-Identifier: 0BSD
# test_cargo.py - the runner as Cargo's, for `cargo run` and `cargo test`.

import os
import shutil
import subprocess

import pytest

from watched import RUNNER

# The distribution's, not one that a user has put before it.
CARGO = next((path for path in ["/usr/bin/cargo", shutil.which("cargo")]
              if path and os.path.exists(path)), None)

pytestmark = pytest.mark.skipif(CARGO is None, reason="no cargo here")

MANIFEST = """\
[package]
name = "kernel"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "kernel"
test = false

[[test]]
name = "passes"
harness = false

[[test]]
name = "ends"
harness = false

[profile.dev]
panic = "abort"
opt-level = 2
"""

CONFIG = """\
[target.x86_64-unknown-linux-gnu]
runner = "{runner}"
rustflags = ["-C", "panic=abort", "-C", "relocation-model=static",
             "-C", "link-args=-nostartfiles -nostdlib -static"]
"""

# Says TEXT, then writes VALUE to PORT.
KERNEL = """\
#![no_std]
#![no_main]

use core::arch::asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {{
    loop {{}}
}}

#[no_mangle]
pub extern "C" fn _start() -> ! {{
    unsafe {{
        for byte in b"{text}\\n" {{
            asm!("out dx, al", in("dx") 0x3f8u16, in("al") *byte);
        }}
        asm!("out dx, ax", in("dx") {port}u16, in("ax") {value}u16);
    }}
    loop {{}}
}}
"""

VERDICT = "0xf4"
POWER = "0x604"


@pytest.fixture
def project(tmp_path):
    files = {
        "Cargo.toml": MANIFEST,
        ".cargo/config.toml": CONFIG.format(runner=RUNNER.resolve()),
        "src/main.rs": KERNEL.format(text="main", port=POWER, value=0x2000),
        "tests/passes.rs": KERNEL.format(text="one", port=VERDICT, value=0x10),
        "tests/ends.rs": KERNEL.format(text="two", port=POWER, value=0x2000),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def cargo(*arguments, cwd=tmp_path):
        environment = {"PATH": f"/usr/bin:{os.environ['PATH']}",
                       "HOME": str(tmp_path), "CARGO_HOME": str(tmp_path),
                       "CARGO_TARGET_DIR": str(tmp_path / "target")}
        done = subprocess.run([CARGO, *arguments, "--offline"], cwd=cwd,
                              env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True, check=False)
        return done.returncode, done.stdout
    cargo.folder = tmp_path
    return cargo


def test_cargo_run_and_test(project):
    """Powering off ends a run well, and a test without a verdict."""
    status, said = project("run")
    assert status == 0 and "\nmain\n" in said, said
    status, said = project("test", "--test", "passes")
    assert status == 0 and "\none\n" in said, said
    status, said = project("test", "--test", "ends")
    assert status != 0 and "no verdict" in said, said


def test_configured_in_the_package(project):
    """Wherever in it the user is."""
    (project.folder / "stagecoach.ini").write_text("memory = lots\n")
    status, said = project("run", cwd=project.folder / "src")
    assert status == 2 and "stagecoach.ini:1: memory is to be a size" in said
