# SPDX-License-Identifier: 0BSD
"""disks.py - boot disks: one kernel, each loader's way.

Stagecoach's is what mkimage makes. GRUB and syslinux get a FAT16 partition
with 32 KiB to a cluster (their kernel in one piece), GRUB no modules but those
it needs and no menu, its commands being part of its core image; syslinux no
prompt."""

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import payloads

HERE = Path(__file__).parent
CYLINDER = 16 * 63 * 512
PARTITION = 2048                # sectors
GRUB = Path("/usr/lib/grub/i386-pc")
SYSLINUX = Path("/usr/lib/syslinux")
FLOOR_DONE = 0x7c00 + 0x140


@dataclass
class Disk:
    """A disk image, and the linear address of its kernel's first byte."""
    path: Path
    entry: int


def run(*command, **kwargs):
    subprocess.run([str(c) for c in command], check=True,
                   capture_output=True, **kwargs)


def whole_cylinders(path):
    with open(path, "r+b") as f:
        size = f.seek(0, 2)
        f.truncate(-(-size // CYLINDER) * CYLINDER)


def stagecoach(mkimage, kernel, folder, *options):
    elf = folder / "kernel.elf"
    elf.write_bytes(kernel.elf64())
    image = folder / "stagecoach.img"
    run(mkimage, *options, "-o", image, elf)
    elf.unlink()
    return Disk(image, payloads.ENTRY)


def floor(nasm, sectors, folder):
    """Behind the boot sector lies what nobody looks at."""
    image = folder / "floor.img"
    run(nasm, "-f", "bin", f"-DSECTORS={sectors}", "-o", image,
        HERE / "floor.asm")
    with open(image, "r+b") as f:
        f.seek(512)
        f.write(payloads.random_bytes(sectors * 512))
    whole_cylinders(image)
    return Disk(image, FLOOR_DONE)


def fat(path, files):
    """A disk with one active FAT16 partition that holds files: {name: bytes}.
    Returns its name for mtools."""
    size = sum(len(data) for data in files.values())
    # FAT16 has at least 4085 clusters: of 32 KiB from 128 MiB on.
    sectors = max(size // 512 + 65536, 300_000)
    total = -(-(PARTITION + sectors) * 512 // CYLINDER) * CYLINDER
    sectors = total // 512 - PARTITION
    with open(path, "wb") as f:
        f.truncate(total)
        f.seek(446)
        f.write(struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x0e,
                            b"\xfe\xff\xff", PARTITION, sectors))
        f.seek(510)
        f.write(b"\x55\xaa")
    drive = f"{path}@@{PARTITION * 512}"
    run("mformat", "-i", drive, "-T", sectors, "-h", 16, "-s", 63, "-H",
        PARTITION, "-c", 64, "-v", "BENCH", "::")
    for name, data in files.items():
        run("mcopy", "-i", drive, "-", f"::{name}", input=data)
    return drive


def put(path, data, offset=0):
    with open(path, "r+b") as f:
        f.seek(offset)
        f.write(data)


def grub(kernel_file, command, modules, folder, name):
    image = folder / f"{name}.img"
    fat(image, {"kernel": kernel_file})
    config, core = folder / "grub.cfg", folder / "core.img"
    config.write_text(f"{command} (hd0,msdos1)/kernel\nboot\n")
    run("grub-mkimage", "-O", "i386-pc", "-d", GRUB, "-c", config, "-o", core,
        "-p", "(hd0,msdos1)/", "biosdisk", "part_msdos", "fat", *modules)
    core = core.read_bytes()
    assert len(core) < (PARTITION - 1) * 512
    # As grub-bios-setup: the rest of the core follows its first sector.
    put(image, (GRUB / "boot.img").read_bytes()[:440])
    put(image, core[:0x1f4] + struct.pack("<Q", 2) + core[0x1fc:], 512)
    return image


def grub_multiboot2(kernel, folder):
    return Disk(grub(kernel.elf32(), "multiboot2", ["multiboot2", "boot"],
                     folder, "grub-multiboot2"), payloads.ENTRY)


def grub_linux(nasm, kernel, folder):
    return Disk(grub(kernel.bzimage(nasm, HERE / "bzimage.asm", folder),
                     "linux", ["linux", "boot"], folder, "grub-linux"),
                payloads.LINUX_ENTRY)


def syslinux(files, modules, config, folder, name):
    image = folder / f"{name}.img"
    for module in ["libcom32.c32", *modules]:
        files[module] = (SYSLINUX / "modules/bios" / module).read_bytes()
    files["syslinux.cfg"] = ("DEFAULT k\nPROMPT 0\nLABEL k\n" +
                             config).encode()
    fat(image, files)
    run("syslinux", "--install", "--offset", PARTITION * 512, image)
    put(image, (SYSLINUX / "mbr/mbr.bin").read_bytes()[:440])
    return image


def syslinux_mboot(kernel, folder):
    return Disk(syslinux({"kernel": kernel.elf32()}, ["mboot.c32"],
                         "KERNEL mboot.c32\nAPPEND kernel\n", folder,
                         "syslinux-mboot"), payloads.ENTRY)


def syslinux_linux(nasm, kernel, folder):
    return Disk(syslinux({"kernel": kernel.bzimage(
        nasm, HERE / "bzimage.asm", folder)}, [], "LINUX kernel\n", folder,
        "syslinux-linux"), payloads.LINUX_ENTRY)
