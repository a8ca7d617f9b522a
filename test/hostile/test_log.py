# SPDX-License-Identifier: 0BSD
# test_log.py - the boot log under a BIOS whose faults are known: what failed,
# how the disk was read then, and a map of memory that is not one.

import facts
from facts import MIB, RESERVED, USABLE
from hostile import boot, e820
from rows import LOW_KIB, MACHINE, MAP, NO_EDD, TOP

# Out of order, and they overlap: what is reserved is so, whatever else it is.
MESS = [*MAP[::-1], (30 * MIB, 64 * MIB, USABLE), (TOP, 64 * MIB, RESERVED),
        (20 * MIB + 0x123, 21 * MIB + 0x456, RESERVED)]


def play(tmp_path, faults):
    """The disk as the kernel is told of it, and the log."""
    path = facts.make(tmp_path)
    end, _ = boot(path, tmp_path, {
        **faults, **e820(*MESS), "low_kib": LOW_KIB + 40}, MACHINE,
                  until=facts.told)
    found = facts.facts_of(end)
    log = facts.judge_log(found, path, (LOW_KIB + 40) << 10)
    assert log.raw == MESS
    assert [r for r in log.clean if r[0] >= MIB] == [
        (MIB, 20 * MIB, USABLE), (20 * MIB, 21 * MIB + 0x1000, RESERVED),
        (21 * MIB + 0x1000, TOP, USABLE), (TOP, 64 * MIB, RESERVED),
        (0xFFFC0000, 1 << 32, RESERVED)]
    facts.judge_memory(found, 31 * MIB)
    _, left = facts.sectors_left(path)
    return facts.one(found, "disk"), log, left


def test_no_edd(tmp_path):
    disk, log, _ = play(tmp_path, {**NO_EDD, "geo_heads": 64,
                                   "geo_sectors": 32})
    assert (disk["edd"], disk["lba"], disk["chs"]) == ("0", "0", "1024/64/32")
    assert (disk["sectors"], disk["bus"], disk["interface"]) == ("0", "", "")
    assert int(disk["path"] + disk["device"], 16) == 0
    assert (log.failed, log.by_chs, log.disk["method"]) == (0, 1, "2")


def test_small_pieces(tmp_path):
    """A BIOS that reads single sectors: 128 fail, 127 and 64 do, twice each;
    then they come one by one."""
    disk, log, left = play(tmp_path, {"limit": 1})
    assert (disk["edd"], disk["lba"]) == ("30", "1")
    assert (log.failed, log.most, log.disk["method"]) == (6, 1, "1")
    # Blocks that are looked at before they are loaded come twice.
    assert 6 + left <= log.calls <= 6 + 2 * left
