# SPDX-License-Identifier: 0BSD
# test_figures.py - figures of docs/assurance*.md that can be counted: they are
# those of the tests as they are now.

import csv
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test/hostile"), str(ROOT / "test/boot")]

import matrix                                           # noqa: E402
from long_bochs import LACKING                          # noqa: E402
from rows import ROWS                                   # noqa: E402
from rows_firmware import LONG, ROWS as FIRMWARE_ROWS   # noqa: E402

FUZZ = (ROOT / "docs/assurance-fuzz.md").read_text()
FIGURES = (ROOT / "docs/assurance.md").read_text()

EACH, MKIMAGE = 10_000_000, 1_000_000


def number(cell):
    return int(re.sub("[ ,]", "", cell))


def table(text, head):
    """The rows of the table that begins with this heading, as cells."""
    lines = text[text.index(f"| {head} |"):].splitlines()
    for line in lines[2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def figure(start):
    """The figure of the first row that begins so."""
    return re.search(rf"^\| {re.escape(start)}[^|]*\| ([^|]*) \|", FIGURES,
                     re.M)[1]


def recorded():
    with (ROOT / "test/fuzz/executions.csv").open(newline="") as file:
        return {row["target"]: (int(row["executions"]), int(row["edges"]))
                for row in csv.DictReader(file)}


def test_every_target_has_its_executions():
    targets = {path.stem[len("fuzz_"):]
               for path in ROOT.glob("test/fuzz/fuzz_*.c")}
    assert targets == recorded().keys()
    assert number(figure("fuzz targets")) == len(targets)


def test_executions_are_those_that_were_counted():
    said = {name: (number(executions), number(edges)) for name, executions,
            edges in table(FUZZ, "Target | Executions | Edges reached")}
    assert said == recorded()
    assert {name: executions >= (MKIMAGE if name == "mkimage" else EACH)
            for name, (executions, _) in said.items()} == dict.fromkeys(
                said, True)
    assert number(figure("the same of mkimage")) == said["mkimage"][0]


def test_mutants_add_up():
    rows = {name: (int(killed), int(equivalent)) for name, killed, equivalent
            in table(FUZZ, "File | Killed | Equivalent")}
    together = rows.pop("together")
    assert together == tuple(map(sum, zip(*rows.values())))
    killed, equivalent = together
    assert figure("changed operators") == (
        f"{killed:,} of {killed + equivalent:,}; {equivalent} change nothing, "
        "each with its reason")
    assert {path.name for path in (ROOT / "lib").glob("*.c")} <= rows.keys()


def test_rows_of_the_hostile_bios():
    plain = len(ROWS)
    firmware = len(FIRMWARE_ROWS.keys() - set(LONG))
    assert figure("rows of a hostile").startswith(f"{plain} of {plain} ")
    assert figure("the same rows, Bochs").startswith(
        "{0} of {0} ".format(len(ROWS.keys() - set(LACKING))))
    assert figure("rows of VBE").startswith(f"{firmware} of {firmware} ")
    assert figure("the same and").startswith(
        "{0} of {0} ".format(len(FIRMWARE_ROWS.keys() - set(LACKING))))


def test_rows_of_the_matrix():
    assert figure("machines of QEMU").startswith(f"{len(matrix.chosen())} ")
