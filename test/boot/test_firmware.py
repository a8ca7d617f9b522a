# SPDX-License-Identifier: 0BSD
# test_firmware.py - what boot_info says of firmware, display, clock and disk,
# against what the emulator was told.

import concurrent.futures
import re
import time

import pytest

import image
import picture
from bochs import bochs
from judge import judge_pass, judge_refused
from machine import COLUMNS, PLAIN, disk, qemu

SERIAL = "Stagecoach-number-42"
CLOCK = 1700000000              # 2023-11-14T22:13:20


def start(folder, words, options=(), kernel="high"):
    """An image, and the words that it has for the kernel."""
    return image.contract(kernel, folder, words, options=options)


def sectors(path):
    return path.stat().st_size // image.SECTOR


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_tables(tmp_path, machine):
    path, words = start(tmp_path, f"rsdp=1 smbios={SERIAL}")
    judge_pass(qemu(["-M", machine, "-m", "128M", "-smbios",
                     f"type=1,serial={SERIAL}", *disk(path)]), words)


def test_no_tables(tmp_path):
    path, words = start(tmp_path, "rsdp=0")
    judge_pass(qemu(["-M", "isapc", "-cpu", "qemu64", "-m", "16M",
                     *disk(path)]), words)


def test_disk(tmp_path):
    """Its size, and its geometry, of which a BIOS hides the last cylinder."""
    path, _ = start(tmp_path, "")
    path, words = start(tmp_path, f"sectors={sectors(path)} lba=1 edd=48 "
                        "chs=11/4/63")
    judge_pass(qemu([*PLAIN, *disk(path, "ide-hd,cyls=12,heads=4,secs=63,"
                                   "bios-chs-trans=none")]), words)


@pytest.mark.parametrize("base", ["utc", "2023-11-14T22:13:20",
                                  "1999-12-31T23:59:50"])
def test_time(tmp_path, base):
    seconds = {"utc": int(time.time()), "2023-11-14T22:13:20": CLOCK,
               "1999-12-31T23:59:50": 946684790}[base]
    path, words = start(tmp_path, f"time={seconds - 1}-{seconds + 60}")
    judge_pass(qemu([*PLAIN, "-rtc", f"base={base}", *disk(path)]), words)


def test_bochs(tmp_path):
    """Another BIOS, another clock."""
    path, _ = start(tmp_path, "")
    now = int(time.time())
    path, words = start(tmp_path, f"rsdp=1 sectors={sectors(path)} "
                        f"time={now - 1}-{now + 60}")
    judge_pass(bochs(path), words)


@pytest.mark.parametrize("machine, options, rate", [
    # A nanosecond is a count, and an instruction takes 2^7 of them.
    ("pc", ["-icount", "shift=7,sleep=off"], "hz=1000000000 error=2000000"),
    ("pc,pit=off", [], "hz=0"),
], ids=["icount", "no-timer"])
def test_rate(tmp_path, machine, options, rate):
    """Of the time stamp counter, by the PC's timer."""
    path, words = start(tmp_path, rate)
    judge_pass(qemu(["-M", machine, "-m", "64M", *options, *disk(path)], 30),
               words)


# ---- the display ----------------------------------------------------------

VIDEO = {
    "1024x768x32": ["--video=1024x768x32"],
    "640x480x32": ["--video=640x480"],
    "800x600x16": ["--video=800x600x16"],
    "800x600x24": ["--video=800x600x24"],
    "1280x720x32": ["--video=min:1100x700"],
}


@pytest.mark.parametrize("mode", VIDEO)
def test_video(tmp_path, mode):
    path, words = start(tmp_path, f"display={mode}", VIDEO[mode])
    judge_pass(qemu([*PLAIN, *disk(path)]), words)


@pytest.mark.parametrize("size", ["1280x800", "1600x900"])
def test_best(tmp_path, size):
    """The monitor's own resolution, which it tells by its EDID."""
    width, height = size.split("x")
    path, words = start(tmp_path, f"display={size}x32 edid=1",
                        ["--video=best", "--edid"])
    judge_pass(qemu([*PLAIN, "-vga", "none", "-device",
                     f"VGA,edid=on,xres={width},yres={height}",
                     *disk(path)]), words)


def test_best_without_edid(tmp_path):
    path, words = start(tmp_path, "display=1024x768x32 log=EDID",
                        ["--video=best", "--edid"])
    judge_pass(qemu([*PLAIN, "-vga", "none", "-device", "VGA,edid=off",
                     *disk(path)]), words)


def test_modes(tmp_path):
    path, words = start(tmp_path, "display=text modes=1", ["--video-modes"])
    judge_pass(qemu([*PLAIN, *disk(path)]), words)


def test_no_such_mode(tmp_path):
    """Text instead, and the log says it."""
    path, words = start(tmp_path, "display=text log=text",
                        ["--video=1234x567"])
    judge_pass(qemu([*PLAIN, *disk(path)]), words)


def test_graphics_only(tmp_path):
    path, _ = start(tmp_path, "", ["--video=1234x567", "--graphics-only"])
    judge_refused(qemu([*PLAIN, *disk(path)]),
                  r"^stagecoach: no video mode of 1234x567 for the kernel$")


def test_no_card(tmp_path):
    path, words = start(tmp_path, "log=VBE", ["--video=1024x768"])
    judge_pass(qemu([*PLAIN, "-vga", "none", *disk(path)]), words)


def test_video_bochs(tmp_path):
    path, words = start(tmp_path, "display=1024x768x32",
                        ["--video=1024x768x32"])
    judge_pass(bochs(path), words)


def report_lines(end):
    report = end.serial[end.serial.index("stagecoach: exception 0 "):]
    return [line[i:i + COLUMNS] for line in report.splitlines()
            for i in range(0, len(line), COLUMNS)]


@pytest.mark.parametrize("options", [[], ["--phys-offset=none"]],
                         ids=["phys", "no-phys"])
def test_fault_on_a_framebuffer(tmp_path, options):
    """The loader's report is drawn where there is no text mode."""
    path, _ = start(tmp_path, "fault=divide",
                    ["--video=640x480x32", *options])
    end = qemu([*PLAIN, *disk(path)], picture=tmp_path / "screen")
    assert end.how == "refused", str(end)
    width, height, pixels = picture.ppm(tmp_path / "screen")
    assert (width, height) == (640, 480)
    assert set(pixels) == {0, 0xC0}
    lines = report_lines(end)
    assert len(lines) > 10, str(end)
    picture.judge_letters(pixels, 3, lines + [""] * (height // 16 - len(lines)))


def test_fault_on_a_framebuffer_bochs(tmp_path):
    """Bochs' debugger sees the first 64 KiB of it where VGA has its window:
    with 16 bits a pixel that is three lines of letters."""
    path, _ = start(tmp_path, "fault=divide", ["--video=640x480x16"])
    end = bochs(path, memory=(0xA0000, 0x10000))
    assert end.how == "refused", str(end)
    picture.judge_letters(end.screen, 2, report_lines(end)[:3])


# ---- other wishes ---------------------------------------------------------

@pytest.mark.parametrize("size", ["64K", "1M", "16M"])
def test_stack(tmp_path, size):
    number = int(size[:-1]) << {"K": 10, "M": 20}[size[-1]]
    path, words = start(tmp_path, f"stack={number}", [f"--stack-size={size}"])
    judge_pass(qemu([*PLAIN, *disk(path)]), words)


@pytest.mark.parametrize("kernel, where", [
    ("high", "0xffff900000000000"), ("high", "0x4000000000"),
    ("pie", "0xffffc00040000000")])
def test_phys_offset(tmp_path, kernel, where):
    path, words = start(tmp_path, f"phys={where}", [f"--phys-offset={where}"],
                        kernel)
    judge_pass(qemu([*PLAIN, *disk(path)]), words)


def test_stack_too_large(tmp_path):
    path, _ = start(tmp_path, "", ["--stack-size=1G"])
    judge_refused(qemu([*PLAIN, *disk(path)]),
                  r"^stagecoach: not enough memory for kernel, modules and stack: "
                  r"\d+ KiB needed, \d+ KiB are free$")


# ---- KASLR ----------------------------------------------------------------

RANGE = 1 << 31                 # the last 2 GiB of the address space
BOOTS = 64


def bases(path, cpu):
    """Where the kernel lay, boot by boot."""
    def boot(_):
        end = qemu([*PLAIN, "-cpu", cpu, *disk(path)], timeout=60)
        assert end.how == "pass", str(end)
        return int(re.search(r"^kernel_base ([0-9a-f]+)$", end.serial,
                             re.M)[1], 16)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(boot, range(BOOTS)))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_kaslr(tmp_path, cpu):
    """qemu64 has no RDRAND: there it is the jitter of two clocks."""
    path = image.mkimage(image.kernel("contract-pie"), tmp_path / "disk.img",
                         "tell", options=["--kaslr"])
    found = bases(path, cpu)
    assert len(set(found)) >= BOOTS - 4, found
    assert min(found) >= (1 << 64) - RANGE, found
    assert max(found) - min(found) >= RANGE // 2, found


def test_kaslr_contract(tmp_path):
    """Everything else holds as well, wherever the kernel is."""
    path = image.mkimage(image.kernel("contract-pie"), tmp_path / "disk.img",
                         "phys=0xffffa00000000000",
                         options=["--kaslr",
                                  "--phys-offset=0xffffa00000000000"])
    judge_pass(qemu([*PLAIN, *disk(path)]))
