# SPDX-License-Identifier: 0BSD
# test_machines.py - the contract kernel on every kind of machine and disk,
# and every kind of kernel on one.

import pytest

from bochs import bochs
from image import cd, mkimage, sd_card
from judge import judge_pass, judge_refused
from machine import BUILD, PLAIN, disk, qemu

DISKS = {
    # name: machine, controller, disk, seconds it may take
    "pc-ide": ("pc", [], "ide-hd", 15),
    "q35-ahci": ("q35", [], "ide-hd", 15),
    "isapc-ide": ("isapc", [], "ide-hd", 15),
    "pc-virtio-blk": ("pc", [], "virtio-blk-pci", 15),
    "q35-virtio-blk": ("q35", [], "virtio-blk-pci", 15),
    "pc-virtio-scsi": ("pc", ["virtio-scsi-pci"], "scsi-hd", 15),
    "q35-nvme": ("q35", [], "nvme,serial=1", 15),
    "pc-lsi": ("pc", ["lsi53c895a"], "scsi-hd", 15),
    "pc-megasas": ("pc", ["megasas"], "scsi-hd", 15),
    # 200 KiB a second.
    "pc-usb-uhci": ("pc", ["piix3-usb-uhci"], "usb-storage", 40),
    "pc-usb-ehci": ("pc", ["usb-ehci"], "usb-storage", 25),
    "q35-usb-xhci": ("q35", ["qemu-xhci"], "usb-storage", 25),
    "q35-sdhci": ("q35", ["sdhci-pci"], "sd-card", 15),
}


@pytest.mark.parametrize("name", DISKS)
def test_disk(contract, name):
    machine, controllers, device, timeout = DISKS[name]
    path, cmdline = contract("high", words=f"disk={name} lba=1 edd=48",
                             module_sizes=[70000, 100000])
    arguments = ["-M", machine, "-m", "128M"]
    for controller in controllers:
        arguments += ["-device", controller]
    if machine == "isapc":
        arguments += ["-cpu", "qemu64"]
    if device == "sd-card":
        path = sd_card(path)
    end = qemu([*arguments, *disk(path, device)], timeout)
    judge_pass(end, cmdline)


def test_cd(contract):
    """A CD with our disk in it, which the BIOS passes off as drive 80h."""
    path, cmdline = contract("high", module_sizes=[70000])
    judge_pass(qemu([*PLAIN, *disk(cd(path), "ide-cd")]), cmdline)


def test_floppy(contract):
    """The loader reads no floppies, and says that there is no disk."""
    path, _ = contract("high")
    end = qemu([*PLAIN, "-drive", f"if=floppy,format=raw,file={path},"
                "snapshot=on,file.locking=off", "-boot", "order=a"])
    judge_refused(end, "^stagecoach: disk 01$")


def test_no_display(run_contract):
    """No video adapter, so no video BIOS either: data area all zero."""
    run_contract(machine=[*PLAIN, "-vga", "none"])


@pytest.mark.parametrize("name", [
    "1m", "2m", "high", "slot256", "pie", "pie-1m", "relr", "random", "packs",
    "bss"])
def test_kernel(run_contract, name):
    run_contract(name)


@pytest.mark.parametrize("name, option", [
    ("pie", "--compress=never"), ("packs", "--compress=never"),
    ("pie", "--compress=always"), ("random", "--compress=always"),
    ("pie", "--symbols"), ("high", "--symbols")])
def test_option(run_contract, name, option):
    run_contract(name, options=[option])


# One byte, a page and its neighbours, a block and its neighbours, nothing.
MODULES = {
    "one-empty": [0],
    "tiny": [1],
    "pages": [4095, 4096, 4097],
    "blocks": [65535, 65536, 65537],
    "zeros": [0, 0, 200000],
    "most": [i * 37 % 5000 for i in range(64)],
    "large": [1500000, 1500000, 3000000],
}


@pytest.mark.parametrize("sizes", MODULES.values(), ids=MODULES)
def test_modules(run_contract, sizes):
    run_contract(module_sizes=sizes)


@pytest.mark.parametrize("words", [
    "", "spaces  and\ttabs", "ünï=cödé", "x" * 4000],
    ids=["none", "spaces", "utf8", "long"])
def test_cmdline(contract, words):
    path, cmdline = contract("high", words=words)
    # The serial log is read as the bytes that the screen would show.
    judge_pass(qemu([*PLAIN, *disk(path)]),
               cmdline.encode().decode("cp437"))


def test_longest_cmdline(contract):
    _, words = contract("high", words="x")
    path, cmdline = contract("high", words="x" * (65536 - len(words)))
    assert len(cmdline) == 65535
    judge_pass(qemu([*PLAIN, *disk(path)]), cmdline)


def test_hello(tmp_path):
    """The example kernel, as `make run` boots it."""
    path = mkimage(BUILD / "kernel.elf", tmp_path / "disk.img", "a b c")
    end = qemu([*PLAIN, *disk(path)], until=lambda monitor, folder:
               "usable" in (folder / "serial").read_text("cp437") and
               monitor.registers().count("HLT=1"))
    assert end.how == "done", str(end)
    assert end.serial.startswith("Hello World!\n"), str(end)
    assert "Command line: a b c\n" in end.serial, str(end)
    assert end.screen[:24] == b"".join(
        bytes([c, 0x0B]) for c in b"Hello World!"), str(end)
    assert end.rows[1].startswith("Loaded by Stagecoach"), str(end)
    assert any(row.startswith("Boot:  ") for row in end.rows), str(end)


# CPUs, and what the time stamp counter does with each: 100 million instructions
# a second, as bochs.py has it; but newer CPUs name a rate that they would have.
IPS = "hz=100000000 error=500000"
RATES = {
    "corei7_skylake_x": "hz=3500000000 error=2000000",      # leaf 16h: in MHz
    "tigerlake": "hz=2419200000 error=1000000",     # 15h: 38.4 MHz by 126 / 2
    "athlon64_clawhammer": IPS, "core2_penryn_t9600": IPS,
}
BOCHS = [
    ("BIOS-bochs-latest", "corei7_skylake_x"),
    ("BIOS-bochs-latest", "athlon64_clawhammer"),
    ("BIOS-bochs-latest", "core2_penryn_t9600"),
    ("BIOS-bochs-latest", "tigerlake"),
    ("BIOS-bochs-legacy", "corei7_skylake_x"),
    ("BIOS-bochs-legacy", "core2_penryn_t9600"),
    ("BIOS-qemu-latest", "tigerlake"),
]


@pytest.mark.parametrize("bios, cpu", BOCHS,
                         ids=[f"{bios[5:]}-{cpu}" for bios, cpu in BOCHS])
def test_bochs(contract, bios, cpu):
    path, cmdline = contract("high", words=RATES[cpu], module_sizes=[70000])
    judge_pass(bochs(path, cpu, bios), cmdline)
