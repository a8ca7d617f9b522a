# SPDX-License-Identifier: 0BSD
# test_wish_macros.py - wishes in C, C++ and Rust, through every linker that drops
# what nobody uses: mkimage finds them all the same, and the loader grants them.

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MKIMAGE = ROOT / os.environ.get("BUILD", "build") / "mkimage"
RUSTC = "/usr/bin/rustc" if os.path.exists("/usr/bin/rustc") else "rustc"

C = """
#include <stdbool.h>
#include "boot_info.h"

BOOT_WISHES(.flags = BOOT_WISH_VIDEO_MODES | BOOT_WISH_EDID,
	    .stack_size = 256 << 10, .phys_offset = BOOT_PHYS_NONE,
	    .video = BOOT_VIDEO_EXACT, .width = 1024, .height = 768);

#ifdef __cplusplus
extern "C"
#endif
void _start(const struct boot_info *info);

void _start(const struct boot_info *info)
{
	bool granted = info->stack_top - info->stack_base == 256 << 10 &&
		       info->phys_offset == 0 && info->display.width == 1024 &&
		       info->video_mode_count > 0 && info->edid_size == 128;
	unsigned char end = granted ? 0x10 : 0x11;

	__asm__ volatile("outb %0, $0xf4" : : "a"(end));
	for (;;)
		__asm__ volatile("hlt");
}
"""

RUST = """
#![no_std]
#![no_main]

#[allow(dead_code)]
#[path = "{root}/include/boot_info.rs"]
mod boot_info;
use boot_info::*;

static WISHES: Wishes = Wishes {{
    flags: WISH_VIDEO_MODES | WISH_EDID,
    stack_size: 256 << 10,
    phys_offset: PHYS_NONE,
    video: VIDEO_EXACT,
    width: 1024,
    height: 768,
    ..Wishes::NONE
}};

#[no_mangle]
pub extern "C" fn _start(info: &BootInfo) -> ! {{
    WISHES.keep();
    let granted = info.stack_top - info.stack_base == 256 << 10
        && info.phys_offset == 0
        && info.display.width == 1024
        && !info.video_modes().is_empty()
        && info.edid().len() == 128;
    let end: u8 = if granted {{ 0x10 }} else {{ 0x11 }};
    unsafe {{ core::arch::asm!("out 0xf4, al", in("al") end) }};
    loop {{}}
}}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {{
    loop {{}}
}}
"""

WISHED = ("wishes      stack-size 262144, phys-offset none, video 1024x768, "
          "video-modes, edid")

# A script that throws notes and all it does not know away.
SCRIPT = """
ENTRY(_start)
SECTIONS
{
	. = 0x200000;
	.text : { *(.text .text.*) }
	.rodata : ALIGN(4096) { *(.rodata .rodata.*) }
	.data : ALIGN(4096) { *(.data .data.* .bss .bss.*) }
	/DISCARD/ : { *(*) }
}
"""

WARN = "-Wall -Wextra -Werror -Wmissing-declarations -Wredundant-decls".split()
LINK = ("-O2 -ffreestanding -fno-stack-protector -mno-red-zone -nostdlib "
        "-static -ffunction-sections -fdata-sections -Wl,--gc-sections "
        "-Wl,--build-id=none").split()

COMPILERS = {
    "gcc": ["gcc", "-std=c11", "-Wpedantic", "wish.c"],
    "gcc, lto": ["gcc", "-flto", "wish.c"],
    "gcc, script": ["gcc", "wish.c", "-Wl,-T,kernel.ld"],
    "gcc, pie": ["gcc", "wish.c", "-fpie", "-static-pie"],
    "clang": ["clang", "-std=c11", "-Wpedantic", "wish.c"],
    "clang, lld": ["clang", "-fuse-ld=lld", "wish.c"],
    "g++": ["g++", "-std=c++20", "-Wpedantic", "wish.cc"],
    "clang++": ["clang++", "-std=c++20", "-Wpedantic", "wish.cc"],
}


def listing(folder):
    subprocess.run([MKIMAGE, "-o", "image", "kernel"], cwd=folder, check=True)
    return subprocess.run([MKIMAGE, "--list", "image"], cwd=folder, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def granted(folder):
    """Boots the image: does the kernel find what it wished for?"""
    done = subprocess.run(
        [os.environ.get("QEMU", "qemu-system-x86_64"), "-nodefaults", "-accel",
         "tcg", "-display", "none", "-vga", "std", "-m", "64M", "-no-reboot",
         "-drive", "file=image,format=raw,snapshot=on", "-device",
         "isa-debug-exit,iobase=0xf4,iosize=4"], cwd=folder, timeout=60,
        check=False)
    return done.returncode == 33


@pytest.mark.parametrize("name", COMPILERS)
def test_c(tmp_path, name):
    compiler, *options = COMPILERS[name]
    if not shutil.which(compiler):
        pytest.skip(f"there is no {compiler}")
    (tmp_path / "wish.c").write_text(C)
    (tmp_path / "wish.cc").write_text(C)
    (tmp_path / "kernel.ld").write_text(SCRIPT)
    subprocess.run([compiler, *WARN, *LINK, f"-I{ROOT}/include", *options,
                    "-o", "kernel"], cwd=tmp_path, check=True)
    assert WISHED in listing(tmp_path)
    assert granted(tmp_path)


def test_two_do_not_link(tmp_path):
    (tmp_path / "wish.c").write_text(C)
    (tmp_path / "other.c").write_text(
        '#include "boot_info.h"\nBOOT_WISHES();\n')
    done = subprocess.run(
        ["gcc", *WARN, *LINK, f"-I{ROOT}/include", "wish.c", "other.c", "-o",
         "kernel"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert done.returncode != 0 and "boot_wishes" in done.stderr


def test_rust(tmp_path):
    (tmp_path / "kernel.rs").write_text(RUST.format(root=ROOT))
    subprocess.run(
        [RUSTC, "--edition", "2021", "-D", "warnings", "-O", "-C",
         "panic=abort", "-C", "relocation-model=static",
         *(f"-Clink-arg={a}" for a in
           ("-nostartfiles", "-nostdlib", "-static", "-Wl,--gc-sections")),
         "-o", "kernel", "kernel.rs"], cwd=tmp_path, check=True)
    assert WISHED in listing(tmp_path)
    assert granted(tmp_path)


def test_rust_that_forgets_to_keep_them(tmp_path):
    """The compiler says so: a static that nobody uses."""
    source = RUST.format(root=ROOT).replace("    WISHES.keep();\n", "")
    (tmp_path / "kernel.rs").write_text(source)
    done = subprocess.run(
        [RUSTC, "--edition", "2021", "-C", "panic=abort", "--emit=metadata",
         "-o", "kernel", "kernel.rs"], cwd=tmp_path, stderr=subprocess.PIPE,
        text=True)
    assert "static" in done.stderr and "WISHES" in done.stderr
