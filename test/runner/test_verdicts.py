# SPDX-License-Identifier: 0BSD
# test_verdicts.py - every way in which a run ends, and its exit status.

import re
import shutil
import subprocess

import pytest

from watched import wait_for

PIE = ("-fpie", "-static-pie")
HIGH = ("-static", "-fno-pie", "-no-pie", "-mcmodel=kernel",
        "-Wl,-Ttext-segment=0xffffffff80000000")


def test_success(runner, kernel):
    end = runner.expect(0, kernel("VERDICT=0x10"))
    assert end.out == b"cmdline: []\n"
    assert end.err == ""


@pytest.mark.parametrize("value", ["0x11", "0x00", "0x7f"])
def test_failure(runner, kernel, value):
    end = runner.expect(1, kernel(f"VERDICT={value}"))
    assert f": 0x{int(value, 0):x} at port 0xf4\n" in end.err


def test_power_off_is_success_of_a_run_and_none_of_a_test(runner, kernel):
    elf = kernel("POWER_OFF")
    assert runner.expect(0, elf).err == ""
    end = runner.expect(1, "--test", elf)
    assert "no verdict: the machine was powered off" in end.err


@pytest.mark.parametrize("folder", ["deps", "rustdoctestAb12"])
def test_where_cargo_puts_tests(runner, kernel, folder):
    """A kernel there is a test, called as Cargo calls it, links and all."""
    (runner.folder / folder).mkdir()
    shutil.copy(kernel("POWER_OFF"), runner.folder / folder / "kernel-1f")
    runner.expect(1, f"{folder}/kernel-1f")
    runner.expect(1, "kernel-1f", cwd=runner.folder / folder)
    (runner.folder / "kernel-1f").symlink_to(f"{folder}/kernel-1f")
    runner.expect(1, "kernel-1f")


def test_folder_above_deps_is_no_test(runner, kernel):
    inner = runner.folder / "deps" / "inner"
    inner.mkdir(parents=True)
    shutil.copy(kernel("POWER_OFF"), inner / "kernel")
    runner.expect(0, inner / "kernel")


@pytest.mark.parametrize("options", [(), PIE, HIGH], ids=["low", "pie", "high"])
def test_triple_fault(runner, kernel, options):
    elf = kernel("TRIPLE_FAULT", **({"options": options} if options else {}))
    end = runner.expect(3, elf)
    assert end.out == b"about to fault\n"
    assert re.search(r"^stagecoach-run: triple fault at 0x[0-9a-f]+ in "
                     r"lose_idt\+0x[0-9a-f]+$", end.err, re.MULTILINE), end
    assert "RAX=1234567890abcdef" in end.err
    assert "CR3=" in end.err and "XMM" not in end.err
    rip = re.search(r"RIP=0*([0-9a-f]+)", end.err).group(1)
    assert f"triple fault at 0x{rip} " in end.err


def test_triple_fault_without_symbols(runner, kernel):
    elf = runner.folder / "stripped.elf"
    subprocess.run(["strip", "-o", elf, kernel("TRIPLE_FAULT")], check=True)
    end = runner.expect(3, elf)
    assert re.search(r"triple fault at 0x[0-9a-f]+$", end.err, re.MULTILINE)


def test_reset(runner, kernel):
    end = runner.expect(3, kernel("RESET"))
    assert end.out == b"again\n"
    assert "the machine was reset at 0x" in end.err
    assert "triple" not in end.err


def test_triple_fault_with_many_cpus(runner, kernel):
    """Each adds to the log in which QEMU tells of it."""
    end = runner.expect(3, "--qemu-arg", "-smp", "--qemu-arg", "32",
                        kernel("TRIPLE_FAULT"))
    assert "triple fault at" in end.err


def test_exception_behind_an_unfinished_line(runner, kernel):
    end = runner.expect(3, "--timeout", "20", kernel("EXCEPTION"))
    assert end.out.startswith(b"test_divide ... stagecoach: exception 0 at 0x")
    assert b"RFLAGS" in end.out         # the registers have come, too
    assert re.search(r"exception 0 at 0x[0-9a-f]+ in divide\+0x", end.err)
    assert end.seconds < 5


MOVED = ("-static-pie", "-fpie")


def test_exception_of_a_moved_kernel(runner, kernel):
    """KASLR: what the loader has mapped tells where the kernel is."""
    end = runner.expect(3, "--timeout", "20",
                        kernel("EXCEPTION", "KASLR", options=MOVED))
    assert re.search(r"exception 0 at 0x[0-9a-f]+ in divide\+0x", end.err), \
        end.err


def test_triple_fault_of_a_moved_kernel(runner, kernel):
    end = runner.expect(3, "--timeout", "20",
                        kernel("TRIPLE_FAULT", "KASLR", options=MOVED))
    assert re.search(r"triple fault at 0x[0-9a-f]+ in lose_idt\+0x",
                     end.err), end.err


def test_return_from_start(runner, kernel):
    end = runner.expect(3, "--timeout", "20", kernel("RETURN"))
    line = "stagecoach: the kernel returned from _start"
    assert end.out.startswith(b"test_return ... " + line.encode())
    assert f"stopped by the loader: {line}\n" in end.err
    assert end.seconds < 5


def test_loader_refuses(runner, kernel):
    end = runner.expect(3, "--memory", "16M", "--timeout", "20",
                        kernel("HUGE"))
    assert end.out.startswith(b"stagecoach: not enough memory")
    assert "stopped by the loader: stagecoach: not enough memory" in end.err
    assert end.seconds < 5


def test_loader_refuses_without_line_end(runner, kernel):
    """stage1's message has none: silence ends it. Here, a kernel's."""
    elf = runner.folder / "message.elf"
    source = runner.folder / "message.c"
    source.write_text(r'''
        void _start(void) {
            for (const char *c = "\r\nstagecoach: disk 0C"; *c; c++)
                __asm__ volatile("outb %0, %w1" : : "a"(*c), "d"(0x3f8));
            for (;;) __asm__ volatile("cli; hlt");
        }''')
    subprocess.run(["gcc", "-O1", "-ffreestanding", "-nostdlib", "-static",
                    "-fno-stack-protector", "-o", elf, source], check=True)
    end = runner.expect(3, "--timeout", "20", elf)
    assert "stopped by the loader: stagecoach: disk 0C\n" in end.err
    assert end.seconds < 5


def test_hang(runner, kernel):
    end = runner.expect(124, "--timeout", "7.5", kernel("SPIN"))
    assert end.out == b"spinning\n"
    assert re.search(r"time-out after 7\.5 s; the CPU was at 0x[0-9a-f]+ in "
                     r"spin_for_ever\+0x", end.err), end
    assert 7.5 <= end.seconds < 12


def test_halt(runner, kernel):
    end = runner.expect(124, "--timeout", "8", kernel("HALT"))
    assert re.search(r"the CPU was halted at 0x[0-9a-f]+ in "
                     r"halt_for_ever\+0x1$", end.err, re.MULTILINE), end


def test_command_line_is_all_behind_the_kernel(runner, kernel):
    end = runner.expect(0, "--test", kernel("VERDICT=0x10"), "--timeout", "0",
                        "--", "a  b", "--help")
    assert end.out == b"cmdline: [--timeout 0 -- a  b --help]\n"


def test_binary_output(runner, kernel):
    end = runner.expect(0, kernel("BINARY"))
    assert end.out == bytes((i * 7 + i // 256) % 256 for i in range(1024))


def test_output_comes_as_it_is_made(runner, kernel):
    process = runner.start("--timeout", "20", kernel("SPIN"))
    wait_for(process, b"spinning\n", 10)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=10)


def test_reboot_allowed(runner, kernel):
    (runner.folder / "stagecoach.ini").write_text("no-reboot = false\n")
    end = runner.expect(124, "--timeout", "10", kernel("RESET"))
    assert end.out.count(b"again\n") > 1
    # What QEMU logs of each reset has to be read, or QEMU waits.
    end = runner.expect(124, "--timeout", "10", "--qemu-arg=-smp",
                        "--qemu-arg=32", kernel("TRIPLE_FAULT"))
    assert end.out.count(b"about to fault\n") > 1


def test_success_exit_code(runner, kernel):
    (runner.folder / "stagecoach.ini").write_text("success-exit-code = 41\n")
    runner.expect(0, kernel("VERDICT=20"))
    runner.expect(1, kernel("VERDICT=0x10"))


def test_held_for_a_debugger(runner, kernel):
    end = runner.expect(124, "--timeout", "1", "--qemu-arg", "-S",
                        kernel("VERDICT=0x10"))
    assert end.out == b"" and "0xfff0, outside of 64-bit mode" in end.err
