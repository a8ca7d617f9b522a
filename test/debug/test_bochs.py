# SPDX-License-Identifier: 0BSD
# test_bochs.py - the words that `make bochs` puts at each stop.

import os

import pytest

from session import BUILD, KERNEL, bochs, debug, stops

pytestmark = pytest.mark.xdist_group("debug")


@pytest.fixture
def debugger(tmp_path):
    """Bochs' debugger at reset, with its breakpoints."""
    places = stops.addresses(BUILD, KERNEL)
    image = debug.make_image(BUILD, KERNEL, tmp_path)
    made = bochs.Debugger(tmp_path, bochs.prepare(tmp_path, image, places), 60)
    yield made
    made.close()


def next_stop(debugger, words):
    """Goes on to the next stop."""
    while True:
        stop, order = words.follow(debugger.answer())
        if stop:
            if order:
                debugger.ask(order.strip())
            return stop


def test_what_each_stop_says_to_look_with(debugger):
    words, seen = bochs.Words(), []
    while not seen or seen[-1] != "kernel":
        stop = next_stop(debugger, words)
        if stop.name not in seen:
            for command in stop.bochs.split(", "):
                answer = debugger.ask(command)
                assert ":" in answer and "error" not in answer, answer
        seen.append(stop.name)
        os.write(debugger.ours, b"c\n")
    assert set(seen) == {stop.name for stop in stops.STOPS}


def test_long_mode_maps_4_gib_to_themselves(debugger):
    words = bochs.Words()
    while next_stop(debugger, words).name != "long mode":
        os.write(debugger.ours, b"c\n")
    assert "0x0000000000000000-0x00000000ffffffff -> " \
        "0x000000000000-0x0000ffffffff" in debugger.ask("info tab")


HIT = b"(0) Breakpoint 7, 0x0000000000008200 in ?? ()\r\nNext at t=1\r\n"


def test_words_wait_for_the_prompt_behind_a_hit():
    words = bochs.Words()
    assert words.follow(b"<bochs:16> c\r\n" + HIT[:20]) == (None, "")
    assert words.follow(HIT[20:] + b"<boc") == (None, "")
    stop, order = words.follow(b"hs:17> ")
    assert stop.name == "door" and order == ""
    assert words.follow(b"creg\r\nCR0=0\r\n<bochs:18> ") == (None, "")
    stop, order = words.follow(HIT + b"<bochs:19> ")
    assert stop.name == "door" and order == "bpd 7\n"
    stop, order = words.follow(HIT + b"<bochs:20> ")
    assert stop.name == "door" and order == ""


def test_users_own_breakpoint_has_no_words():
    own = HIT.replace(b"point 7", b"point %d" % (len(stops.STOPS) + 1))
    assert bochs.Words().follow(own + b"<bochs:20> ") == (None, "")


def test_disk_without_whole_cylinders(tmp_path):
    (tmp_path / "image").write_bytes(bytes(1024))
    with pytest.raises(stops.Failure, match="whole cylinders"):
        bochs.prepare(tmp_path, tmp_path / "image", [])


def test_symbol_that_is_not_one_place():
    with pytest.raises(stops.Failure, match="no_such_label names 0 places"):
        stops.symbol_address(BUILD / "stage2.elf", "no_such_label")
    with pytest.raises(stops.Failure, match="names 2 places"):
        stops.symbol_address(BUILD / "stage2.elf", "put")
