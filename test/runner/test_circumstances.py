# SPDX-License-Identifier: 0BSD
# test_circumstances.py - what goes wrong around a run, and what ends it.

import os
import pty
import resource
import shutil
import signal
import stat
import subprocess
import time

import pytest

from watched import RUNNER, wait_for


def one_line(end, text):
    assert end.out == b""
    assert text in end.err and end.err.count("\n") == 1, end


# ---- nothing can be run: status 2 ------------------------------------------

def test_no_kernel_given(runner):
    assert "no kernel given" in runner.expect(2).err
    assert "no kernel given" in runner.expect(2, "--tests").err


@pytest.mark.parametrize("arguments", [
    ["--nonsense"], ["--timeout"], ["--timeout", "1x"], ["--timeout", "-1"],
    ["--timeout", ""], ["--timeout", "1."], ["--timeout", "1000001"],
    ["--memory", "1Q"], ["--memory", "0"], ["--memory", "64MB"],
    ["--memory", "1,x=y"], ["--jobs", "0"], ["--jobs", "65"]])
def test_wrong_options(runner, kernel, arguments):
    end = runner.expect(2, *arguments, kernel("VERDICT=0x10"))
    assert end.out == b""
    assert end.err.startswith("stagecoach-run: ")
    assert "Try 'stagecoach-run --help'" in end.err


def test_not_an_elf(runner):
    (runner.folder / "text.elf").write_text("just text, and enough of it: " * 9)
    one_line(runner.expect(2, "text.elf"), "text.elf: not an ELF file")


def test_no_such_kernel(runner):
    one_line(runner.expect(2, "none.elf"), "none.elf: No such file")


def test_folder_as_kernel(runner):
    one_line(runner.expect(2, "."), "is a directory")


def test_no_qemu(runner, kernel):
    end = runner.expect(2, kernel("VERDICT=0x10"), env={"QEMU": "no-such-qemu"})
    one_line(end, "no-such-qemu: not found")
    end = runner.expect(2, kernel("VERDICT=0x10"), env={"PATH": "/nowhere"})
    one_line(end, "qemu-system-x86_64: not found")


def test_qemu_does_not_start(runner, kernel):
    end = runner.expect(2, "--qemu-arg=-nonsense", kernel("VERDICT=0x10"))
    assert "-nonsense: invalid option" in end.err
    assert "QEMU did not start the machine" in end.err


def test_qemu_is_no_program(runner, kernel):
    fake = runner.folder / "qemu"
    fake.write_bytes(b"\x7fELF and no more")
    fake.chmod(0o755)
    end = runner.expect(2, kernel("VERDICT=0x10"), env={"QEMU": str(fake)})
    assert "QEMU did not start the machine" in end.err


def test_no_mkimage(runner, kernel):
    shutil.copy(RUNNER, runner.folder / "stagecoach-run")
    end = runner.expect(2, kernel("VERDICT=0x10"),
                        program=runner.folder / "stagecoach-run")
    one_line(end, "/mkimage: No such file")


def test_found_by_path_and_by_link(runner, kernel):
    """mkimage is beside the runner itself, wherever it is called from."""
    elf = kernel("VERDICT=0x10")
    runner.expect(0, elf, program="stagecoach-run",
                  env={"PATH": f"{RUNNER.parent}:{os.environ['PATH']}"},
                  executable=None)
    (runner.folder / "link").symlink_to(RUNNER)
    runner.expect(0, elf, program=runner.folder / "link")


def test_no_temporary_folder(runner, kernel):
    end = runner.expect(2, kernel("VERDICT=0x10"), env={"TMPDIR": "/nowhere"})
    one_line(end, "no temporary folder in /nowhere: No such file")


def test_full_disk(runner, kernel):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    end = runner.expect(2, kernel("VERDICT=0x10"), preexec_fn=limit)
    one_line(end, "disk.img: File too large")


def test_full_disk_for_our_output(runner, kernel):
    with open("/dev/full", "wb") as full:
        end = runner.run("--timeout", "20", kernel("FLOOD"), stdout=full)
        assert end.status == 2 and end.seconds < 10
        assert "standard output: No space left" in end.err
        assert runner.run("--help", stdout=full).status == 2


@pytest.mark.parametrize("number", [0, 1, 2])
def test_closed_stream(runner, kernel, number):
    end = runner.expect(1, kernel("VERDICT=0x11"),
                        preexec_fn=lambda: os.close(number))
    assert (end.out != b"") == (number != 1)
    assert (end.err != "") == (number != 2)


def test_help_and_version(runner):
    end = runner.expect(0, "--help")
    assert end.out.startswith(b"Usage: stagecoach-run ") and end.err == ""
    end = runner.expect(0, "--version")
    assert end.out.startswith(b"stagecoach-run (Stagecoach) ")


# ---- signals ---------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGQUIT])
def test_signal(runner, kernel, number):
    process = runner.start(kernel("SPIN"))
    wait_for(process, b"spinning")
    assert len(runner.processes()) == 2
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == -number, (out, err)
    runner.nothing_left()


def test_signal_while_the_image_is_made(runner, kernel):
    """At many moments of the first tenth of a second."""
    elf = kernel("SPIN")
    for tick in range(20):
        process = runner.start(elf)
        time.sleep(0.002 + tick * 0.004)
        process.terminate()
        process.communicate(timeout=10)
        assert process.returncode == -signal.SIGTERM
        runner.nothing_left()


def test_killed(runner, kernel):
    process = runner.start(kernel("SPIN"))
    wait_for(process, b"spinning")
    process.kill()
    process.communicate(timeout=10)
    runner.nothing_left(5)


def test_ignored_signal_stays_ignored(runner, kernel):
    """As nohup(1) has it."""
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = runner.start("--timeout", "8", kernel("SPIN"), preexec_fn=ignore)
    wait_for(process, b"spinning")
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=20)
    assert process.returncode == 124


def test_ctrl_c(runner, kernel):
    ours, theirs = pty.openpty()
    process = runner.start(kernel("SPIN"), stdin=theirs, stdout=theirs,
                           stderr=theirs, start_new_session=True,
                           preexec_fn=take_terminal)
    os.close(theirs)
    said = b""
    while b"spinning" not in said:
        said += os.read(ours, 4096)
    os.write(ours, b"\x03")
    assert process.wait(timeout=10) == -signal.SIGINT
    os.close(ours)


def take_terminal():
    """Makes standard input the new session's terminal: Ctrl-C goes to it."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def test_reader_goes_away(runner, kernel):
    process = runner.start(kernel("FLOOD"))
    wait_for(process, b"too many")
    process.stdout.close()
    assert process.wait(timeout=10) == -signal.SIGPIPE
    process.stderr.close()
    runner.nothing_left()


# ---- a kernel that says too much -------------------------------------------

def resident(pid):
    """Most memory that a process ever had, in KiB."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    raise AssertionError("no VmHWM")


LINE = b"a line of which there are too many to keep them\n"


def is_flood(out):
    """From its first byte on, and none of it lost."""
    return out == (LINE * (len(out) // len(LINE) + 1))[:len(out)]


def test_flood_that_nobody_reads(runner, kernel):
    """Neither does memory grow nor does the time-out fail to come."""
    process = runner.start("--timeout", "8", kernel("FLOOD"))
    begin = time.monotonic()
    time.sleep(7)
    before = resident(process.pid)
    assert before < 16 * 1024
    while runner.processes() != [process.pid]:
        assert time.monotonic() - begin < 12
        time.sleep(0.05)                # QEMU has to go in time
    out, err = process.communicate(timeout=20)
    assert process.returncode == 124
    assert b"time-out after 8 s" in err
    assert is_flood(out) and len(out) > 20000


def test_flood_that_is_read(runner, kernel):
    end = runner.expect(124, "--timeout", "8", kernel("FLOOD"))
    assert is_flood(end.out) and len(end.out) > 20000


# ---- what QEMU is told -----------------------------------------------------

FAKE = """#!/bin/sh
if [ "$*" = "-display help" ]; then
    printf 'Available display backend types:\\nnone\\n%s\\n' "$KINDS"
    exit
fi
for word; do echo "$word"; done >"$ARGS"
exit 1
"""


@pytest.fixture
def told(runner, kernel):
    """Runs with something in QEMU's place that notes its arguments."""
    fake = runner.folder / "fake-qemu"
    fake.write_text(FAKE)
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    args = runner.folder / "args"

    def run(*arguments, **environment):
        end = runner.expect(2, *arguments, kernel("VERDICT=0x10"),
                            env={"QEMU": str(fake), "ARGS": str(args),
                                 "KINDS": "egl-headless", **environment})
        return args.read_text().splitlines(), end.err
    return run


def test_defaults(told):
    words, _ = told()
    assert words[words.index("-m") + 1] == "128M"
    assert words[words.index("-display") + 1] == "none"
    assert "reboot=shutdown,shutdown=pause" in words


def test_memory_and_more_arguments(told):
    words, _ = told("--memory", "1G", "--qemu-arg", "-smp", "--qemu-arg",
                    "2 or 3")
    assert words[words.index("-m") + 1] == "1G"
    assert words[-2:] == ["-smp", "2 or 3"]


@pytest.mark.parametrize("kinds,window", [("gtk\nsdl", "gtk"), ("sdl", "sdl"),
                                          ("gtkx", "none")])
def test_window(told, kinds, window):
    words, err = told(GUI="1", KINDS=kinds)
    assert words[words.index("-display") + 1] == window
    assert ("opens no windows" in err) == (window == "none")


def test_no_window_unless_asked(told):
    words, _ = told(GUI="0", KINDS="gtk", DISPLAY=":0")
    assert words[words.index("-display") + 1] == "none"


# ---- stagecoach.ini --------------------------------------------------------

def test_all_keys(runner, told):
    (runner.folder / "stagecoach.ini").write_text(
        "# a comment\r\n ; another\n\n"
        "memory=64M\n"
        "  run-args =  -smp 2 -name 'two words' \"\"  \n"
        "test-args = -rtc base=utc\n"
        "run-timeout = 7\ntest-timeout = 0.5\n"
        "success-exit-code = 33\nno-reboot = true\nqemu = not-used")
    words, _ = told("--qemu-arg=-S")
    assert words[words.index("-m") + 1] == "64M"
    assert words[-6:] == ["-smp", "2", "-name", "two words", "", "-S"]
    words, _ = told("--qemu-arg=-S", "--test")
    assert words[-3:] == ["-rtc", "base=utc", "-S"]
    words, _ = told("--memory", "32M")
    assert words[words.index("-m") + 1] == "32M"


def test_timeouts_of_the_file(runner, kernel):
    (runner.folder / "stagecoach.ini").write_text(
        "run-timeout = 1\ntest-timeout = 2\n")
    assert "after 1 s" in runner.expect(124, kernel("SPIN")).err
    assert "after 2 s" in runner.expect(124, "--test", kernel("SPIN")).err
    assert "after 0.5 s" in runner.expect(124, "--timeout=0.5",
                                          kernel("SPIN")).err


def test_qemu_of_the_file(runner, kernel):
    (runner.folder / "stagecoach.ini").write_text("qemu = no-such-qemu\n")
    one_line(runner.expect(2, kernel("VERDICT=0x10")),
             "no-such-qemu: not found")


@pytest.mark.parametrize("text,line,reason", [
    ("memory = 64M\n\ncolour = red\n", 3, "unknown key: colour"),
    ("Memory = 64M", 1, "unknown key: Memory"),
    ("= 1", 1, "unknown key: "),
    ("memory = 64M\nmemory = 64M\n", 2, "for a second time: memory"),
    ("\n[run]\n", 2, "this file has no sections: [run]"),
    ("memory\n", 1, "not of the form key = value: memory"),
    ("memory = lots\n", 1, "memory is to be a size"),
    ("memory =\n", 1, "memory is to be a size"),
    ("qemu =\n", 1, "qemu is to be a program"),
    ("run-timeout = soon\n", 1, "run-timeout is to be a number of seconds"),
    ("test-timeout = 5 # s\n", 1, "test-timeout is to be a number"),
    ("success-exit-code = 32\n", 1, "success-exit-code is to be an odd"),
    ("success-exit-code = 257\n", 1, "success-exit-code is to be an odd"),
    ("success-exit-code = +3\n", 1, "success-exit-code is to be an odd"),
    ("no-reboot = yes\n", 1, "no-reboot is to be true or false"),
    ("run-args = 'a\n", 1, "run-args is to be words"),
    ("a\0b", 1, "not text"),
    ("\nx" + "y" * 5000, 2, "a line of more than 4095 bytes"),
])
def test_config_errors(runner, kernel, text, line, reason):
    (runner.folder / "stagecoach.ini").write_text(text)
    end = runner.expect(2, kernel("VERDICT=0x10"))
    one_line(end, f"stagecoach-run: stagecoach.ini:{line}: {reason}")


def test_config_that_is_named(runner, kernel):
    (runner.folder / "stagecoach.ini").write_text("nonsense\n")
    (runner.folder / "other.ini").write_text("memory = 64M\n")
    runner.expect(0, "--config", "other.ini", kernel("VERDICT=0x10"))
    end = runner.expect(2, "--config", "none.ini", kernel("VERDICT=0x10"))
    one_line(end, "none.ini: No such file")
    end = runner.expect(2, "--config", ".", kernel("VERDICT=0x10"))
    one_line(end, ".: Is a directory")


def test_config_of_the_project(runner, kernel):
    """Cargo says where it is; a folder without one leaves it to ours."""
    project = runner.folder / "project"
    project.mkdir()
    elf = kernel("VERDICT=0x10")
    (runner.folder / "stagecoach.ini").write_text("ours\n")
    end = runner.expect(2, elf, env={"CARGO_MANIFEST_DIR": str(project)})
    one_line(end, "stagecoach.ini:1: not of the form")
    (project / "stagecoach.ini").write_text("memory = 64M\n")
    runner.expect(0, elf, env={"CARGO_MANIFEST_DIR": str(project)})
