# SPDX-License-Identifier: 0BSD
# test_tests.py - `stagecoach-run --tests`: many kernels, a line each.

import re
import signal
import time

SECONDS = r" \(\d+\.\d\d s\)$"


def lines(end):
    return end.out.decode().splitlines()


def test_all_pass(runner, kernel):
    elf = kernel("VERDICT=0x10")
    end = runner.expect(0, "--tests", elf, elf, elf)
    assert lines(end)[-1] == "3 passed, 0 failed"
    assert all(re.match(f"ok    {elf}" + SECONDS, line)
               for line in lines(end)[:-1])
    assert len(lines(end)) == 4 and end.err == ""


def test_one_of_each_kind(runner, kernel):
    (runner.folder / "no.elf").write_text("no kernel")
    wanted = {kernel("VERDICT=0x11"): "failed, status 1",
              kernel("POWER_OFF"): "failed, status 1",
              kernel("TRIPLE_FAULT"): "faulted, status 3",
              kernel("SPIN"): "timed out, status 124",
              "no.elf": "could not be run, status 2"}
    passes = kernel("VERDICT=0x10")
    end = runner.expect(1, "--timeout", "10", "--tests", *wanted, passes)
    for elf, words in wanted.items():
        assert any(re.match(f"FAIL  {elf}: {words}" + SECONDS, line)
                   for line in lines(end)), end
    assert any(line.startswith(f"ok    {passes} ") for line in lines(end))
    assert lines(end)[-1] == "1 passed, 5 failed"
    assert len(lines(end)) == 7
    # What they said last stands on stderr, indented.
    assert "      about to fault\n" in end.err
    assert "      stagecoach-run: triple fault at 0x" in end.err
    assert "      mkimage: no.elf: " in end.err
    assert "cmdline" in end.err         # of the one that failed
    assert end.err.count("cmdline") == 1


def test_in_parallel(runner, kernel):
    elf = kernel("SPIN")
    arguments = ["--timeout", "2", "--tests", elf, elf]
    assert runner.expect(1, "--jobs", "2", *arguments).seconds < 3.8
    assert runner.expect(1, "--jobs", "1", *arguments).seconds > 4


def test_flood_keeps_its_end_only(runner, kernel):
    end = runner.expect(1, "--timeout", "8", "--tests", kernel("FLOOD"))
    assert lines(end)[-1] == "0 passed, 1 failed"
    assert "time-out after 8 s" in end.err
    assert 1000 < len(end.err) < 10000


def test_terminated(runner, kernel):
    elf = kernel("SPIN")
    process = runner.start("--jobs", "2", "--tests", elf, elf, elf)
    deadline = time.monotonic() + 20
    while len(runner.processes()) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)                # two runners, two QEMUs, itself
    assert len(runner.processes()) == 5
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM
    runner.nothing_left()


def test_killed(runner, kernel):
    elf = kernel("SPIN")
    process = runner.start("--jobs", "2", "--tests", elf, elf)
    deadline = time.monotonic() + 20
    while len(runner.processes()) < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=10)
    runner.nothing_left(5)
