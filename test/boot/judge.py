# SPDX-License-Identifier: 0BSD
# judge.py - what the end of a boot has to be like.

import re


def judge_pass(end, cmdline=None):
    """The contract kernel ran to its end and found nothing wrong."""
    assert end.how == "pass", f"the contract kernel did not pass\n{end}"
    last = end.serial.rstrip().rsplit("\n", 1)[-1]
    verdict = re.fullmatch(r"contract: (\d+) checks, 0 failed", last)
    assert verdict, f"no verdict in the last line\n{end}"
    assert int(verdict.group(1)) > 500, f"too few checks\n{end}"
    assert "stagecoach: " not in end.serial, f"a message too many\n{end}"
    if cmdline is not None:
        assert f"cmdline: {cmdline}\n" in end.serial, \
            f"another command line than {cmdline!r}\n{end}"


def judge_refused(end, pattern, has_screen=True):
    """The loader stopped with this sentence, on serial port and screen."""
    assert end.how == "refused", f"no message of the loader\n{end}"
    assert re.search(pattern, end.message), \
        f"another message than /{pattern}/\n{end}"
    assert end.serial.count("stagecoach: ") == 1, f"two messages\n{end}"
    if not has_screen:
        return
    # A sentence longer than a row goes on in the next one.
    screen = "".join(row.ljust(80) for row in end.rows)
    assert end.message in screen, f"the screen says otherwise\n{end}"


def count_failed(pool, play, cases):
    """Plays all cases: play returns None, or what is wrong, which is printed.
    For the long runs, which go on after a failure."""
    failed = 0
    for wrong in pool.map(play, cases):
        if wrong:
            failed += 1
            print(wrong, flush=True)
    return failed
