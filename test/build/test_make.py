# SPDX-License-Identifier: 0BSD
# test_make.py - the Makefile: true dependencies, no more and no less.

import os
import re
from pathlib import Path

import pytest

from house import ROOT, copy_tree, files, make, tree      # noqa: F401

# One after the other, on one copy of the sources.
pytestmark = pytest.mark.xdist_group("make")

# Where each program's headers are looked for, as mk/ has it.
INCLUDES = {
    "stage2": ["include", "lib", "lib/freestanding", "stage2"],
    "kernel": ["include", "lib", "lib/freestanding", "kernel"],
    "host": ["include", "lib", "tools"],
}


def objects(tree):
    """Each object's program and source, and when it was made."""
    found = {}
    for path in (tree / "build/obj").rglob("*.o"):
        program, *source = path.relative_to(tree / "build/obj").parts
        found[program, str(Path(*source).with_suffix(""))] = \
            path.stat().st_mtime_ns
    return found


def touched(tree, file, *arguments):
    """Touches a file; returns the objects that make makes anew."""
    before = objects(tree)
    os.utime(tree / file)
    make(tree, "-j2", *arguments)
    said = make(tree, "--debug=b", *arguments)      # with its reasons
    assert "Nothing to be done" in said, said
    after = objects(tree)
    return {name for name in after if after[name] != before.get(name)}


def reaches(tree, program, file, header):
    """Whether file includes header, directly or not."""
    seen, left = set(), [file]
    while left:
        file = left.pop()
        if file in seen:
            continue
        seen.add(file)
        text = (tree / file).read_text()
        for name in re.findall(r'^#\s*include\s+["<]([^">]+)', text, re.M):
            for folder in [str(Path(file).parent), *INCLUDES[program]]:
                if (tree / folder / name).exists():
                    left.append(str(Path(folder, name)))
                    break
        if '%include "layout.inc"' in text:
            left.append("include/layout.h")
    return header in seen


def source_of(tree, name):
    found = [name + suffix for suffix in (".c", ".asm")
             if (tree / (name + suffix)).exists()]
    assert len(found) <= 1, f"{found} would make the same object"
    return found[0] if found else None


@pytest.mark.parametrize("header", [
    "include/layout.h", "include/image.h", "include/boot_info.h",
    "lib/checksum.h", "lib/format.h", "lib/freestanding/string.h",
    "stage2/console.h", "kernel/printk.h", "tools/failure.h"])
def test_header_rebuilds_what_includes_it(tree, header):
    rebuilt = touched(tree, header)
    expected = set()
    for program, name in objects(tree):
        source = source_of(tree, name)
        if source and reaches(tree, program, source, header):
            expected.add((program, name))
    assert expected, "nothing includes it"
    # stages.o is in mkimage what stage1 and stage2 are.
    if header == "include/layout.h" or any(p == "stage2" for p, _ in expected):
        expected.add(("host", "stages"))
    assert rebuilt == expected


@pytest.mark.parametrize("file, rebuilt", [
    ("lib/memmap.c", {("stage2", "lib/memmap"), ("host", "lib/memmap"),
                      ("host", "stages")}),
    ("kernel/main.c", {("kernel", "kernel/main")}),
    ("stage1/mbr.asm", {("host", "stages")}),
    ("stage2/stage2.ld", {("host", "stages")}),
    ("linker.ld", set()),
])
def test_source_rebuilds_what_it_is_part_of(tree, file, rebuilt):
    before = (tree / "build/stagecoach.img").stat().st_mtime_ns
    assert touched(tree, file) == rebuilt
    assert (tree / "build/stagecoach.img").stat().st_mtime_ns != before


def test_second_make_does_nothing(tree):
    make(tree)
    assert re.fullmatch(r"make: Nothing to be done for 'all'\.\n", make(tree))


def test_other_options_rebuild_what_they_concern(tree):
    c_objects = {(program, name) for program, name in objects(tree)
                 if not (source_of(tree, name) or ".c").endswith(".asm")}
    assert touched(tree, "Makefile", "CFLAGS=-g1") == c_objects
    assert touched(tree, "Makefile", "CFLAGS=-g1") == set()
    assert touched(tree, "Makefile") == c_objects


def test_file_that_goes_is_linked_no_more(tree):
    more = tree / "kernel/more.c"
    more.write_text("extern int more;\nint more = 1;\n")
    assert touched(tree, "kernel/more.c") == {("kernel", "kernel/more")}
    before = (tree / "build/kernel.elf").stat().st_mtime_ns
    more.unlink()
    said = make(tree, "--debug=b")
    assert (tree / "build/kernel.elf").stat().st_mtime_ns != before, said


def test_commands_are_shown_on_demand(tree):
    os.utime(tree / "lib/format.c")
    short = make(tree).splitlines()
    assert "  CC      lib/format.c" in short
    assert all(re.match(r"  [A-Z]+ +\S+$", line) for line in short), short
    os.utime(tree / "lib/format.c")
    # Long commands are shown as they are written, on several lines.
    commands = make(tree, "V=1").replace("\\\n", "")
    assert re.search(r"^gcc .* -c .* lib/format\.c$", commands, re.M)


def test_help_lists_every_target():
    text = make(ROOT, "help")
    listed = set(re.findall(r"^  ([a-z-]+) ", text, re.M))
    rules = "".join(path.read_text() for path in
                    [ROOT / "Makefile", *(ROOT / "mk").glob("*.mk")])
    phony = set(re.findall(r"[a-z][a-z-]+",
                           " ".join(re.findall(r"^\.PHONY: ([a-z -]+)$",
                                               rules, re.M))))
    assert {"all", "test", "run", "deps"} <= phony
    assert phony - {"after-deps", "test-kernels"} == listed


def test_layout_takes_plain_numbers_only(tree):
    layout = tree / "include/layout.h"
    text = layout.read_text()
    layout.write_text(text + "#define WRONG 0x10u\n")
    said = make(tree, status=2)
    layout.write_text(text)
    assert re.search(r"layout\.h:\d+: WRONG: not a plain number", said)
    make(tree)


def test_missing_tool_is_named(tree):
    said = make(tree, "NASM=no-such-nasm", status=2)
    assert "no-such-nasm: not found (make deps" in said
    make(tree)


@pytest.mark.parametrize("build", [".", "/", "..", "a b", ""])
def test_build_folder_that_clean_must_not_remove(tree, build):
    assert "BUILD=" in make(tree, f"BUILD={build}", "clean", status=2)
    assert (tree / "Makefile").exists()


def test_clean_leaves_the_sources(tmp_path):
    tree = copy_tree(tmp_path)
    before = files(tree)
    make(tree, "build/stage1.bin")
    make(tree, "clean")
    assert not (tree / "build").exists() and files(tree) == before


def test_install_and_uninstall(tree, tmp_path):
    where = [f"DESTDIR={tmp_path}/a b", "PREFIX=/usr"]
    make(tree, "install", *where)
    usr = tmp_path / "a b/usr"
    installed = {str(path.relative_to(usr)) for path in usr.rglob("*")
                 if path.is_file()}
    assert installed == {"bin/mkimage", "bin/stagecoach-run",
                         "include/stagecoach/boot_info.h",
                         "include/stagecoach/boot_info.rs",
                         "share/stagecoach/kernel.ld",
                         "share/man/man1/mkimage.1",
                         "share/man/man1/stagecoach-run.1"}
    assert os.access(usr / "bin/mkimage", os.X_OK)
    assert os.access(usr / "bin/stagecoach-run", os.X_OK)
    make(tree, "uninstall", *where)
    assert not [path for path in usr.rglob("*") if path.is_file()]


def test_loader_fits_40_kib(tree):
    """Every byte is read and summed at each boot. Clang's is larger."""
    make(tree, "CC=gcc", "build/stage1.bin", "build/stage2.bin")
    sizes = [(tree / "build" / name).stat().st_size
             for name in ("stage1.bin", "stage2.bin")]
    assert sum(sizes) <= 40 * 1024, sizes
