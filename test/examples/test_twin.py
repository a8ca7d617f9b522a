# SPDX-License-Identifier: 0BSD
# test_twin.py - boot_info.rs and boot_info.h tell of the same bytes.

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUST = ROOT / "include/boot_info.rs"
HEADER = ROOT / "include/boot_info.h"
RUSTC = "/usr/bin/rustc" if os.path.exists("/usr/bin/rustc") else "rustc"


def c_name(name):
    """Memory is struct boot_memory, VideoMode struct boot_video_mode."""
    words = re.findall("[A-Z][a-z0-9]*", name.replace("BootInfo", "Info"))
    return "boot_" + "_".join(words).lower()


def c_asserts(rust):
    """The layout table of boot_info.rs, as assertions in C."""
    lines, structs = ["#include <stddef.h>", '#include "boot_info.h"'], set()
    for name, total, fields in re.findall(
            r"^layout!\((\w+): (\d+) \{\n(.*?)^\}\);", rust, re.M | re.S):
        struct = "struct " + c_name(name)
        structs.add(struct)
        lines.append(f"_Static_assert(sizeof({struct}) == {total}, "
                     f'"{struct}");')
        for field, offset, size in re.findall(r"(\w+): (\d+), (\d+);", fields):
            field = "type" if field == "kind" else field
            lines.append(
                f"_Static_assert(offsetof({struct}, {field}) == {offset} && "
                f"sizeof((({struct} *)0)->{field}) == {size}, "
                f'"{struct}.{field}");')
    for name, value in constants(rust).items():
        prefix = "BOOT_INFO_" if name in ("MAGIC", "VERSION") else "BOOT_"
        lines.append(f'_Static_assert({prefix}{name} == {value}, "{name}");')
    return "\n".join(lines) + "\n", structs


def constants(rust):
    return {name: value.replace("_", "") + "ull" for name, value in
            re.findall(r"^pub const (\w+): \w+ = (\w+);", rust, re.M)}


def compiles_c(source, folder):
    (folder / "layout.c").write_text(source)
    return subprocess.run(
        ["gcc", "-std=c11", "-Wall", "-Wextra", "-fsyntax-only",
         f"-I{ROOT}/include", folder / "layout.c"],
        stderr=subprocess.PIPE, universal_newlines=True)


def compiles_rust(source, folder):
    (folder / "boot_info.rs").write_text(source)
    (folder / "crate.rs").write_text(
        "#![no_std]\n#[allow(dead_code)]\npub mod boot_info;\n")
    return subprocess.run(
        [RUSTC, "--crate-type", "rlib", "--edition", "2021", "-D", "warnings",
         "-o", folder / "crate.rlib", folder / "crate.rs"],
        stderr=subprocess.PIPE, universal_newlines=True)


def test_c_agrees_with_the_table(tmp_path):
    source, structs = c_asserts(RUST.read_text())
    done = compiles_c(source, tmp_path)
    assert done.returncode == 0, done.stderr
    # Every struct of the header has its twin.
    assert structs == set(re.findall(r"^struct \w+(?= \{)",
                                     HEADER.read_text(), re.M))


def test_every_constant_has_its_twin():
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    names = re.findall(r"^\s+BOOT_(\w+) = \d+,", text, re.M)
    names += re.findall(r"^#define BOOT_(?:INFO_)?(\w+)[ \t]+\d", text, re.M)
    assert len(names) > 40
    assert set(names) == set(constants(RUST.read_text()))


def test_rust_agrees_with_the_table(tmp_path):
    done = compiles_rust(RUST.read_text(), tmp_path)
    assert done.returncode == 0, done.stderr


# One change each, and who has to notice.
@pytest.mark.parametrize("old, new, rust, c", [
    ("    phys_offset: 48, 8;", "    phys_offset: 56, 8;", False, False),
    ("    month: 2, 1;", "    month: 2, 2;", False, False),
    # Two fields of one size swapped in the struct and in the table.
    ("    kernel_base: 56, 8;\n    kernel_size: 64, 8;",
     "    kernel_size: 56, 8;\n    kernel_base: 64, 8;", False, False),
    ("    mbr_id: 80, 4;\n", "", False, True),
    ("    pub heads: u16,\n    pub sectors_per_track: u16,",
     "    pub sectors_per_track: u16,\n    pub heads: u16,", False, True),
    ("    pub width: u32,", "    pub width: u64,", False, True),
    ("MEMORY_BAD: u32 = 5", "MEMORY_BAD: u32 = 6", True, False),
    ("    bits_per_pixel: 56, 2;", "    bits_per_pixel: 56, 4;", False, False),
    ("    pub required: u32,\n    pub flags: u32,",
     "    pub flags: u32,\n    pub required: u32,", False, True),
])
def test_a_difference_is_noticed(tmp_path, old, new, rust, c):
    text = RUST.read_text()
    assert old in text
    text = text.replace(old, new, 1)
    assert (compiles_rust(text, tmp_path).returncode == 0) == rust
    assert (compiles_c(c_asserts(text)[0], tmp_path).returncode == 0) == c
