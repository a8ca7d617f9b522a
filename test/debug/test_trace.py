# SPDX-License-Identifier: 0BSD
# test_trace.py - both debuggers go through a whole boot: the CPU's state at
# each stop is what the mode's definition and the boot protocol say.

import pytest

from session import BUILD, CHAPTER, KERNEL, debug, stops

pytestmark = pytest.mark.xdist_group("debug")

PE, MP, ET, NE, WP, PG = 1, 1 << 1, 1 << 4, 1 << 5, 1 << 16, 1 << 31
EM, TS, NW, CD = 1 << 2, 1 << 3, 1 << 29, 1 << 30
PAE, OSFXSR, OSXMMEXCPT = 1 << 5, 1 << 9, 1 << 10
SCE, LME, LMA, NXE = 1, 1 << 8, 1 << 10, 1 << 11
LONG = PE | MP | ET | NE | WP | PG
CODE64, CODE32, CODE16 = 0x08, 0x18, 0x20
BIOS_OWN = NW | CD              # Bochs' BIOS leaves them set
TABLES, KERNELS = 0x70000, None

# At each stop: mode, CS, CR0, CR3, CR4, EFER, CS.L.
REAL = ("real", 0, ET, 0, 0, 0, 0)
LONG_MODE = ("long", CODE64, LONG, TABLES, PAE, LME | LMA, 1)
REAL_AGAIN = ("real", 0, ET, TABLES, 0, 0, 0)
EXPECTED = {
    "stage1": REAL, "stage2": REAL, "CPU check": REAL,
    "protected mode": ("protected 32", CODE32, PE | ET, 0, 0, 0, 0),
    "long mode": LONG_MODE, "main": LONG_MODE, "door": LONG_MODE,
    "compatibility": ("compatibility 32", CODE32, LONG, TABLES, PAE,
                      LME | LMA, 0),
    "16-bit segments": ("protected 16", CODE16, PE | ET, TABLES, 0, 0, 0),
    "real mode": REAL_AGAIN, "BIOS returned": REAL_AGAIN,
    "up, protected": ("protected 32", CODE32, PE | ET | NE | MP, TABLES, 0,
                      0, 0),
    "up, long": LONG_MODE,
    "hand-off": LONG_MODE,
    "kernel": ("long", CODE64, LONG, KERNELS, PAE | OSFXSR | OSXMMEXCPT,
               SCE | LME | LMA | NXE, 1),
}
BEFORE = ["stage1", "stage2", "CPU check", "protected mode", "long mode",
          "main"]
CROSSING = ["door", "compatibility", "16-bit segments", "real mode",
            "BIOS returned", "up, protected", "up, long"]


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    return {"gdb": debug.trace_gdb(BUILD, KERNEL,
                                   tmp_path_factory.mktemp("gdb")),
            "bochs": debug.trace_bochs(BUILD, KERNEL,
                                       tmp_path_factory.mktemp("bochs"))}


@pytest.mark.parametrize("debugger", ["gdb", "bochs"])
def test_stops_in_the_order_of_a_boot(traces, debugger):
    assert [seen["stop"] for seen in traces[debugger]] == \
        BEFORE + CROSSING * stops.CROSSINGS + ["hand-off", "kernel"]


@pytest.mark.parametrize("debugger", ["gdb", "bochs"])
def test_state_at_each_stop(traces, debugger):
    for seen in traces[debugger]:
        mode, cs, cr0, cr3, cr4, efer, cs_l = EXPECTED[seen["stop"]]
        if mode == "real" or seen["stop"] == "protected mode":
            assert seen["cr0"] & ~BIOS_OWN == cr0, seen
        else:
            assert seen["cr0"] == cr0, seen
        if cr3 is KERNELS:
            assert seen["cr3"] not in (0, TABLES), seen
            assert seen["cr3"] % 4096 == 0, seen
        else:
            assert seen["cr3"] == cr3, seen
        assert (seen["mode"], seen["cs"], seen["cr4"], seen["efer"],
                seen["l"]) == (mode, cs, cr4, efer, cs_l), seen


def test_chapter_has_this_table(traces):
    table = debug.table(traces["gdb"], traces["bochs"])
    chapter = CHAPTER.read_text()
    assert chapter.count(debug.BEGIN) == chapter.count(debug.END) == 1
    inside = chapter.split(debug.BEGIN)[1].split(debug.END)[0]
    assert inside == table, "make docs-trace brings the chapter up to date"


def test_table_shows_where_machines_differ():
    one = [{"stop": stop.name, "mode": "real", "cs": 0, "l": 0, "cr0": ET,
            "cr3": 0, "cr4": 0, "efer": 0} for stop in stops.STOPS]
    other = [{**seen, "cr0": ET | 1 << 6} for seen in one]
    first = debug.table(one, other).splitlines()[2]
    assert first == "| stage1 | real | 0000 | ET / ET 0x40 | 0 | 0 | 0 | 0 |"


@pytest.mark.parametrize("cr0, efer, flags, mode, bits", [
    (0, 0, 0x9b00, "real", 16),
    (PE, 0, 0x9b00, "protected 16", 16),
    (PE, 0, 0xcf9b00, "protected 32", 32),
    (PE | PG, LME | LMA, 0xcf9b00, "compatibility 32", 32),
    (PE | PG, LME | LMA, 0x9b00, "compatibility 16", 16),
    (PE | PG, LME | LMA, 0xaf9b00, "long", 64),
    (PE, LME, 0xaf9b00, "protected 16", 16)])     # L says nothing yet
def test_mode(cr0, efer, flags, mode, bits):
    assert stops.mode(cr0, efer, flags) == mode
    assert stops.code_bits(mode) == bits
