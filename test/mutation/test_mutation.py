# SPDX-License-Identifier: 0BSD
# test_mutation.py - what `make mutation` changes, and what it need not try
# again; the changes themselves take hours.

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import mutate                   # noqa: E402
import places                   # noqa: E402

CODE = """\
#define SIZE 4 /* bytes */
/*@ requires n < 3; */
int f(int n) { return n < SIZE ? n + 1 : 0; } // 5 > 4
"""
OTHER_COMMENTS = """\
#define SIZE    4               /* 9 of them */

int f(int n) { return n < SIZE ? n + 1 : 0; }
//@ assert 1 + 1 == 2;
"""


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """A function: text of a file to the keys of its changes."""
    monkeypatch.setattr(places, "ROOT", tmp_path)

    def of(text):
        (tmp_path / "f.c").write_text(text)
        return [mutant.key for mutant in places.mutants_of("f.c")]
    return of


def test_changes(keys):
    line = "int f(int n) { return n < SIZE ? n + 1 : 0; }"
    assert keys(CODE) == [
        "f.c: #define SIZE 4 => #define SIZE 5",
        "f.c: #define SIZE 4 => #define SIZE 3",
        *(f"f.c: {line} => {line.replace(*change)}" for change in (
            ("<", "<="), ("<", ">"), ("+", "-"), ("1", "2"), ("1", "0"),
            (" 0", " 1")))]


def test_comments_change_nothing(keys):
    assert keys(CODE) == keys(OTHER_COMMENTS)
    assert places.fingerprint(CODE) == places.fingerprint(OTHER_COMMENTS)


def test_macros_of_contracts_are_no_code(keys):
    contract = """\
#define LEAST(n) \\
        (n - 1)
#define MOST(n) (LEAST(n) + 9)
//@ requires n <= MOST(n);
"""
    assert keys(contract + CODE) == keys(CODE)
    assert keys(contract + CODE.replace("n + 1", "MOST(n)")) != keys(
        CODE.replace("n + 1", "MOST(n)"))


@pytest.mark.parametrize("was, now", [
    ("4 /*", "5 /*"), ("n + 1", "n - 1"), ("int f", "intf"),
    (CODE[14:CODE.index("int")], " "), ("0;", '"/* */";')])
def test_code_does(was, now):
    assert places.fingerprint(CODE) != \
        places.fingerprint(CODE.replace(was, now))


def test_spaces_of_a_string_are_code():
    assert places.fingerprint('a = "b c";') != places.fingerprint('a = "b  c";')


class Bench:
    """Stands for the unit tests: test_f is made of one piece of code."""
    tests = ["test_f"]

    def __init__(self, code, others="same"):
        self.code, self.others = code, others

    def tests_of(self, _file):
        return ["test_f", "test_g"]

    def fingerprint(self, tests, *_files):
        return self.code + (self.others if "test_g" in tests else "")


@pytest.mark.parametrize("verdict, bench, known", [
    ("test_f", Bench("code"), True),
    ("test_f", Bench("code", "other"), True),   # it fails whatever they do
    ("test_f", Bench("other code"), False),
    ("lives", Bench("code"), True),
    ("lives", Bench("code", "other"), False),
    ("build", Bench("code", "other"), False),
])
def test_verdicts_last(tmp_path, verdict, bench, known):
    mutant = places.Mutant("f.c", CODE, CODE.index("4"), CODE.index("4") + 1,
                           "5")
    path = tmp_path / "verdicts.json"
    verdicts = mutate.Verdicts(path, Bench("code"), False)
    assert verdicts.known(mutant) is None
    verdicts.add(mutant, verdict)
    verdicts.save()
    kept = mutate.Verdicts(path, bench, False)
    assert kept.known(mutant) == (verdict if known else None)
    assert mutate.Verdicts(path, bench, True).known(mutant) is None


def test_list_fits_the_code():
    """Each entry of it is a change that there is, and has a reason."""
    files = sorted(f"lib/{path.name}" for path in
                   places.ROOT.glob("lib/*.[ch]"))
    keys = {mutant.key for file in files for mutant in
            places.mutants_of(file)}
    for key, reason in mutate.equivalents().items():
        assert key in keys
        assert reason, key
