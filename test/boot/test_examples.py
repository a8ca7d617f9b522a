# SPDX-License-Identifier: 0BSD
# test_examples.py - every example boots on two machines and prints what its
# README says.

import re
import subprocess

import pytest

import image
import picture
from bochs import bochs
from judge import judge_refused
from machine import BUILD, PLAIN, ROOT, disk, qemu

README = re.compile(r"^```text\n(.*?)^```$", re.M | re.S)
HEX = r"0x[0-9a-f]+"


def promised(folder):
    """What the example's README says it prints, one string a block."""
    text = (ROOT / "examples" / folder / "README.md").read_text()
    return README.findall(text)


@pytest.fixture
def example(tmp_path):
    """Makes the image of an example."""
    def make(name, cmdline=None, modules=()):
        return image.mkimage(image.example(name), tmp_path / "disk.img",
                             cmdline, modules)
    return make


# ---- those that tell on the serial port and end --------------------------

TALKERS = {
    "cmdline": {"cmdline": "quiet root=disk0 sum=1+1=2"},
    "module": {"modules": [(BUILD / "examples/ramdisk.tar", "ramdisk")]},
    "higher-half": {},
    "pie": {},
    "rust-hello": {"cmdline": 'quiet root="disk 0"'},
    "cpp-hello": {},
}


@pytest.mark.parametrize("name", TALKERS)
def test_qemu(example, name):
    text, = promised(name)
    end = qemu([*PLAIN, *disk(example(name, **TALKERS[name]))])
    assert end.how == "pass", str(end)
    assert end.serial == text, str(end)


@pytest.mark.parametrize("name", TALKERS)
def test_bochs(example, name):
    text, = promised(name)
    path = example(name, **TALKERS[name])
    end = bochs(path, megs=128, until=lambda serial: len(serial) >= len(text))
    assert end.how == "done", str(end)
    assert end.serial == text, str(end)
    assert "\n".join(end.rows).rstrip() == text.rstrip(), str(end)


# ---- those that know only the screen -------------------------------------

SILENT = {
    "hello": "Hello World!",
    "no-loader-knowledge": "Hello World! My stack, my GDT, my IDT.",
}


@pytest.mark.parametrize("name", SILENT)
def test_qemu_screen(example, name):
    text = b"".join(bytes([c, 0x0B]) for c in SILENT[name].encode())
    end = qemu([*PLAIN, *disk(example(name))],
               until=lambda monitor, folder:
                   monitor.memory(0xB8000, len(text), folder) == text)
    assert end.how == "done", str(end)
    assert end.serial == "", str(end)
    assert SILENT[name] in (ROOT / "examples" / name / "README.md").read_text()


@pytest.mark.parametrize("name", SILENT)
def test_bochs_screen(example, name):
    path = example(name)
    for patience in (3, 10, 30):        # it never ends by itself
        end = bochs(path, timeout=patience)
        if end.rows and end.rows[0].startswith(SILENT[name]):
            break
    assert end.how == "hang", str(end)
    assert end.rows[0].startswith(SILENT[name]), str(end)
    assert end.serial == "", str(end)


# ---- framebuffer ---------------------------------------------------------

DRAWN = "640 by 480 pixels\n"


def test_framebuffer(example, tmp_path):
    """The screen shows the README's picture, pixel by pixel."""
    end = qemu([*PLAIN, *disk(example("framebuffer"))],
               until=lambda monitor, folder:
               DRAWN in (folder / "serial").read_text().replace("\r", ""),
               picture=tmp_path / "screen")
    assert end.how == "done", str(end)
    assert picture.ppm(tmp_path / "screen") == picture.png(
        ROOT / "examples/framebuffer/framebuffer.png")


def test_framebuffer_bochs(example):
    end = bochs(example("framebuffer"), until=lambda serial: DRAWN in serial)
    assert end.how == "done", str(end)


def test_framebuffer_none(example):
    """Without a card: text instead, and the kernel says it."""
    end = qemu([*PLAIN, "-vga", "none", *disk(example("framebuffer"))])
    assert end.how == "fail", str(end)
    assert end.serial.startswith("No framebuffer"), str(end)


# ---- panic ---------------------------------------------------------------

FAULTS = {
    "": rf"exception 14 at {HEX}, address 0x10 "
        r"\(page fault, error code 0x2\)",
    "code": rf"exception 14 at {HEX}, address {HEX} "
            r"\(page fault, error code 0x3\)",
    "data": rf"exception 14 at ({HEX}), address \1 "
            r"\(page fault, error code 0x11\)",
    "divide": rf"exception 0 at {HEX} \(divide error\)",
}


@pytest.mark.parametrize("way", FAULTS)
def test_fault(example, way):
    path = example("panic", way)
    sentence = rf"^stagecoach: {FAULTS[way]}$"
    judge_refused(qemu([*PLAIN, "-cpu", "max", *disk(path)]), sentence)
    judge_refused(bochs(path), sentence)


def test_panic(example):
    text, = promised("panic")
    path = example("panic", "panic")
    end = qemu([*PLAIN, *disk(path)])
    assert end.how == "fail", str(end)
    assert end.serial == text, str(end)
    end = bochs(path, until=lambda serial: serial.endswith(")\n"))
    assert end.serial == text, str(end)


# ---- blink ---------------------------------------------------------------

CAPS_LOCK = 4


def lights(trace):
    """When the lights of QEMU's keyboard changed, and to what, from the first
    that went on: before, the BIOS has switched them off."""
    found = re.findall(r"^\d+@(\d+\.\d+):ps2_set_ledstate .* ledstate (\d+)$",
                       trace, re.M)
    seen = [(float(when), int(state)) for when, state in found]
    while seen and seen[0][1] == 0:
        del seen[0]
    return seen


def blink(path, folder, changes):
    """Boots one with a keyboard whose lights are watched."""
    trace = folder / "trace"
    trace.write_text("")
    end = qemu([*PLAIN, *disk(path), "-trace", "ps2_set_ledstate",
                "-D", str(trace), "-msg", "timestamp=on"], timeout=30,
               until=lambda *_: len(lights(trace.read_text())) > changes)
    assert end.how == "done", str(end)
    return end, lights(trace.read_text())[:changes + 1]


@pytest.mark.parametrize("way", ["busy", "interrupt"])
@pytest.mark.parametrize("rate", [2, 10])
def test_blink(example, tmp_path, way, rate):
    changes = 2 * rate                          # a second's
    path = example(f"blink-{way}", str(rate))
    for _ in range(3):          # a busy machine may lose some of QEMU's time
        end, seen = blink(path, tmp_path, changes)
        assert [state for _, state in seen] == \
            [0 if i % 2 else CAPS_LOCK for i in range(changes + 1)]
        seconds = seen[-1][0] - seen[0][0]
        if seconds < 1.5:
            break
    assert 0.9 < seconds < 1.5, f"{changes} changes took {seconds} s\n{end}"
    assert end.serial.startswith(promised("blink")[0]), str(end)


@pytest.mark.parametrize("way", ["busy", "interrupt"])
def test_blink_gdb(example, tmp_path, way):
    """The README's session with GDB, word for word but for the port."""
    text = (ROOT / "examples/blink/README.md").read_text()
    session = re.findall(r"^\(gdb\) (.*)$", text, re.M)
    assert session[0] == "target remote :1234"
    session[0] = f"target remote {tmp_path}/gdb"
    gdb = ["gdb", "-nx", "-batch", f"{BUILD}/examples/blink-{way}.elf"]
    for command in session:
        gdb += ["-ex", command]
    trace, said, marks = tmp_path / "trace", [], []
    trace.write_text("")

    def until(*_):
        count = len(lights(trace.read_text()))
        if not said and count > 4:
            said.append(subprocess.run(
                gdb, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=20,
                universal_newlines=True).stdout)
            marks.append(len(lights(trace.read_text())) + 1)
        return said and count > marks[0] + 20

    end = qemu([*PLAIN, *disk(example(f"blink-{way}")),
                "-trace", "ps2_set_ledstate", "-D", str(trace),
                "-msg", "timestamp=on",
                "-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off"],
               timeout=40, until=until)
    assert end.how == "done", f"{said}\n{end}"
    assert re.search(r"^Breakpoint 1, blink_toggle", said[0], re.M), said
    assert "\n$1 = 2\n" in said[0], said
    times = [when for when, _ in lights(trace.read_text())]
    before = (times[4] - times[0]) / 4
    after = (times[marks[0] + 20] - times[marks[0]]) / 20
    assert 4 * after < before, f"{before} s, then {after} s\n{said}"


@pytest.mark.parametrize("way", ["busy", "interrupt"])
def test_blink_bochs(example, way):
    text, = promised("blink")
    end = bochs(example(f"blink-{way}", "20"),
                until=lambda serial: len(serial) >= len(text))
    assert end.how == "done", str(end)
    assert end.serial.startswith(text), str(end)


def test_blink_without_keyboard(example):
    """Without a controller its ports read as FFh."""
    end = qemu(["-M", "pc,i8042=off", "-m", "128M",
                *disk(example("blink-busy"))])
    assert end.how == "fail", str(end)
    assert end.serial.endswith("No keyboard answers.\n"), str(end)
