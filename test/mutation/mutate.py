#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# mutate.py - do the unit tests notice when lib/ is wrong?

"""Changes one operator or number of lib/ at a time and runs the unit tests on
the result. A change that no test notices has to stand in equivalent.txt, with
the reason why nothing could notice it. Exit status 1 if one does not.

A change is tried with the tests of its own file first, compiled without
sanitizers, which is quick and finds most; if it lives, with ASan and UBSan, as
`make unit` has them; then with the tests of all files that make use of it. A
test ends with its first failure. What is not changed is compiled once, and
again only when it is no longer what it was. Before all that comes, if there is
one, a compiler that is quick, for those tests that pass with it as they are:
what it finds need not be tried with the other."""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import math
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).resolve().parent / "equivalent.txt"

CPU_FACTOR = 4          # as long as this a test may take longer, and a second
MEMORY = 1 << 32

PLAIN = ["-std=c11", "-O0", "-w", "-Iinclude", "-Ilib", "-Itest/unit"]
CHECKED = ["-std=c11", "-O1", "-g1", "-w", "-Iinclude", "-Ilib",
           "-Itest/unit", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all"]
FLAVOURS = {"quick": PLAIN, "plain": PLAIN, "checked": CHECKED}

SWAPS = {
    "<": ["<=", ">"], "<=": ["<", ">"], ">": [">=", "<"], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"],
    "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="],
    "*=": ["/="], "/=": ["*="], "|=": ["&="], "&=": ["|="],
    "<<": [">>"], ">>": ["<<"], "<<=": [">>="], ">>=": ["<<="],
    "&": ["|"], "|": ["&"], "^": ["&"], "~": [""], "!": [""],
}

TOKEN = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<string>  u?"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
  | (?P<number>  0[xX][0-9a-fA-F]+[uUlL]* | \d+[uUlL]* )
  | (?P<word>    [A-Za-z_]\w* )
  | (?P<op>      <<= | >>= | \.\.\. | -> | \+\+ | -- | && | \|\| | << | >>
               | [<>=!+\-*/%&|^]= | [-+*/%&|^<>!~=] )
  | (?P<other>   \s+ | . )
""", re.X | re.S)

# What stands before an operator that has two operands.
VALUE_ENDS = re.compile(r"[\w)\]]$")
# "(type)": a cast, so that what follows has one operand only.
CAST = re.compile(r"\((?:const |struct |unsigned |volatile )*"
                  r"(?:u?int\d+_t|size_t|uintptr_t|char|int|long|word|unsigned"
                  r"|struct \w+|rela|void)"
                  r"(?: long| int)?\s*\**\)$")
DECLARATION = re.compile(r"^\s*(?:(?:static|const|inline|extern|volatile|"
                         r"struct|unsigned|enum|typedef)\s+)*[a-z]\w*\s+\*+"
                         r"\s*(?:const\s+)?\w+\s*(?:[=;,()\[]|$)")


def numbers(text):
    digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", text)[0]
    suffix = text[len(digits):]
    value = int(digits, 0)
    style = hex if digits[:2].lower() == "0x" else str
    return [style(other) + suffix for other in (value + 1, value - 1)
            if other >= 0]


def is_binary(before):
    before = before.rstrip()
    return bool(VALUE_ENDS.search(before)) and not CAST.search(before) and \
        not re.search(r"\b(?:return|case|sizeof)$", before)


class Mutant:
    twin = 1        # which of those that have the same line

    def __init__(self, file, text, start, end, new):
        self.file, self.start, self.end, self.new = file, start, end, new
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end)
        self.line = text.count("\n", 0, start) + 1
        self.was = " ".join(text[first:last].split())
        self.now = " ".join((text[first:start] + new +
                             text[end:last]).split())
        self.text = text[:start] + new + text[end:]

    @property
    def key(self):
        twin = f" ({self.twin})" if self.twin > 1 else ""
        return f"{self.file}: {self.was} => {self.now}{twin}"


def skip_line(line):
    """Lines that say nothing which could be wrong while it still builds."""
    return re.match(r"\s*#\s*(include|if|ifdef|ifndef|elif|else|endif|error|"
                    r"undef)|\s*_Static_assert|\s*__attribute__|\s*__asm__|"
                    r"\s*#define (?:IN_ORDER|STAGECOACH)", line)


def mutants_of(file):
    text = (ROOT / file).read_text()
    found = []
    statement = ""          # since the last ; { or }
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        start, end = match.span()
        line = text[text.rfind("\n", 0, start) + 1:text.find("\n", end)]
        if kind in ("number", "op") and not skip_line(line) and \
                "_Static_assert" not in statement and \
                "__attribute__" not in statement:
            if kind == "number":
                new = numbers(token)
            elif token in "*&-+" and len(token) == 1 and (
                    not is_binary(statement) or
                    (token == "*" and DECLARATION.match(line))):
                new = []
            elif token == "*" and re.search(r"\b(?:struct \w+|u?int\d+_t|"
                                            r"char|void|word|size_t|rela)\s*$",
                                            statement):
                new = []
            else:
                new = SWAPS.get(token, [])
            found += [Mutant(file, text, start, end, other) for other in new]
        if kind == "comment":
            continue
        statement = "" if token in ";{}" else statement + token
    tell_twins_apart(found)
    return found


def tell_twins_apart(mutants):
    """A line may stand in a file twice: each has a verdict of its own."""
    seen = collections.Counter()
    for mutant in mutants:
        seen[mutant.key] += 1
        mutant.twin = seen[mutant.key]


def processor_seconds():
    """That all processes have taken which were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bench:
    """Objects of everything, and folders in which one file is another."""

    def __init__(self, build, compiler, quick):
        self.build = build
        self.compiler = {"plain": [compiler], "checked": [compiler]}
        if quick:
            self.compiler["quick"] = shlex.split(quick)
        self.seconds = {}       # that a test takes, by its name and flavour
        self.tests = sorted(path.stem for path in
                            ROOT.glob("test/unit/test_*.c"))
        self.sources = [f"lib/{path.name}" for path in
                        sorted(ROOT.glob("lib/*.c"))
                        if path.name != "string.c"]
        self.needs = {}
        build.mkdir(parents=True, exist_ok=True)

    def object(self, source, flavour):
        how = hashlib.sha1(" ".join(self.command(flavour)).encode())
        return self.build / f"{flavour}-{how.hexdigest()[:8]}" / \
            (source.replace("/", "-") + ".o")

    def command(self, flavour):
        return [*self.compiler[flavour], *FLAVOURS[flavour]]

    def compile(self, tree, source, flavour, output):
        return subprocess.run(
            [*self.command(flavour), "-c", "-o", output, source,
             *(["-MMD"] if flavour == "plain" else [])],
            cwd=tree, stderr=subprocess.DEVNULL).returncode == 0

    def read_files(self, source):
        """What an object was made of, by its compiler."""
        rule = self.object(source, "plain").with_suffix(".d").read_text()
        return [os.path.normpath(name) for name in
                rule.replace("\\\n", " ").split(":", 1)[1].split()]

    def bring_up_to_date(self, source, flavour):
        output = self.object(source, flavour)
        if output.exists() and all(
                file.exists() and
                file.stat().st_mtime < output.stat().st_mtime
                for file in [ROOT / name for name in self.read_files(source)]):
            return True
        output.parent.mkdir(exist_ok=True)
        output.unlink(missing_ok=True)
        return self.compile(ROOT, source, flavour, output) or \
            flavour == "quick"

    def prepare(self, jobs, files):
        everything = self.sources + [f"test/unit/{t}.c" for t in self.tests]
        work = [(item, flavour) for flavour in self.compiler
                for item in everything]
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            if not all(pool.map(lambda w: self.bring_up_to_date(*w), work)):
                sys.exit("mutate.py: lib/ or its tests do not compile")
            self.find_needs()
            wanted = [(test, flavour) for flavour in self.compiler
                      for test in self.tests
                      if any(self.reaches(test, file) or
                             test in self.own_tests(file) for file in files)]
        for test, flavour in wanted:
            if not self.measure(test, flavour) and flavour != "quick":
                sys.exit(f"mutate.py: {test} ({flavour}) fails as it is")

    def measure(self, test, flavour):
        """Does it pass as it is, and how long does that take? In seconds of
        the processor, whatever else the machine does; one at a time."""
        start = processor_seconds()
        passes = self.passes(self.build, test, flavour, {})
        if passes:
            self.seconds[test, flavour] = processor_seconds() - start
        return passes

    def symbols(self, source):
        """What an object defines, and what it has not."""
        lines = subprocess.run(["nm", "-P", self.object(source, "plain")],
                               stdout=subprocess.PIPE, check=True,
                               universal_newlines=True).stdout.splitlines()
        pairs = [line.split()[:2] for line in lines]
        return ({name for name, kind in pairs if kind in "TDRBC"},
                {name for name, kind in pairs if kind == "U"})

    def find_needs(self):
        """Which of lib/ each test is linked with."""
        table = {source: self.symbols(source) for source in self.sources}
        for test in self.tests:
            missing = self.symbols(f"test/unit/{test}.c")[1]
            needs = set()
            while missing:
                more = {source for source, (has, _) in table.items()
                        if has & missing} - needs
                needs |= more
                missing = set().union(*(table[m][1] for m in more))
            self.needs[test] = sorted(needs)

    def passes(self, folder, test, flavour, replaced):
        """Links a test with the replaced objects, runs it."""
        binary = folder / f"{test}-{flavour}"
        linked = subprocess.run(
            [*self.command(flavour), "-o", binary,
             *[replaced.get(name, self.object(name, flavour))
               for name in self.linked(test)], "-lcmocka", "-llz4"], cwd=ROOT,
            stderr=subprocess.DEVNULL)
        if linked.returncode:
            return False
        seconds = self.seconds.get((test, flavour), 30)
        status = self.run(binary, flavour, 1 + math.ceil(CPU_FACTOR * seconds))
        binary.unlink()
        return status == 0

    @staticmethod
    def run(binary, flavour, seconds):
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (seconds,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if flavour != "checked":
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        # The clock is for what waits for ever: on a busy machine a second of
        # the processor may take minutes.
        try:
            return subprocess.run([binary], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=3600,
                                  env={**os.environ, "CMOCKA_TEST_ABORT": "1"},
                                  preexec_fn=limit).returncode
        except subprocess.TimeoutExpired:
            return -1

    def own_tests(self, file):
        """Tests of the file's noun, by the names; before them, for a header,
        the test of what headers give."""
        stem = Path(file).stem
        noun = stem.split("_")[0]
        first = ["numbers", stem] if file.endswith(".h") else [stem]
        return [f"test_{name}" for name in first
                if f"test_{name}" in self.tests] + \
               [t for t in self.tests if t[5:] not in first and
                t[5:].startswith(noun)]

    def linked(self, test):
        return [f"test/unit/{test}.c", *self.needs[test]]

    def reaches(self, test, file):
        return not set(self.linked(test)).isdisjoint(self.affected(file))

    def tree(self, folder, mutant):
        """The sources with one file changed."""
        for part in ("include", "lib", "test/unit"):
            (folder / part).mkdir(parents=True)
            for path in (ROOT / part).iterdir():
                (folder / part / path.name).symlink_to(path)
        changed = folder / mutant.file
        changed.unlink()
        changed.write_text(mutant.text)

    def compile_text(self, mutant, flavour, output):
        """A source of lib/ needs no folder: its headers are found by -I."""
        return subprocess.run(
            [*self.command(flavour), "-c", "-o", output, "-x", "c", "-"],
            cwd=ROOT, input=mutant.text.encode(),
            stderr=subprocess.DEVNULL).returncode == 0

    def affected(self, file):
        """What has to be compiled anew when it changes."""
        everything = self.sources + [f"test/unit/{t}.c" for t in self.tests]
        return [source for source in everything
                if file in self.read_files(source)]

    def is_alone(self, file):
        """Nothing else has to be compiled anew: no test includes it."""
        return self.affected(file) == [file]

    def rebuild(self, folder, mutant, flavour, wanted):
        replaced = {}
        if self.is_alone(mutant.file):
            replaced[mutant.file] = folder / f"{flavour}.o"
            return replaced if self.compile_text(
                mutant, flavour, replaced[mutant.file]) else None
        linked = set().union(*map(self.linked, wanted))
        for source in linked.intersection(self.affected(mutant.file)):
            replaced[source] = folder / f"{flavour}-{Path(source).name}.o"
            if not self.compile(folder, source, flavour, replaced[source]):
                return None
        return replaced

    def judge(self, mutant):
        """How a mutant ends: "build", the test that fails, or "lives"."""
        name = hashlib.sha1(mutant.key.encode() +
                            str(mutant.start).encode()).hexdigest()[:16]
        folder = self.build / "mutants" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if not self.is_alone(mutant.file):
            self.tree(folder, mutant)
        try:
            own = self.own_tests(mutant.file)
            others = [test for test in self.tests if test not in own and
                      self.reaches(test, mutant.file)]
            quick = [test for test in own if (test, "quick") in self.seconds]
            for flavour, tests in (("quick", quick), ("plain", own),
                                   ("checked", own), ("plain", others)):
                if not tests:
                    continue
                replaced = self.rebuild(folder, mutant, flavour, tests)
                if replaced is None and flavour == "quick":
                    continue
                if replaced is None:
                    return "build"
                for test in tests:
                    if not self.passes(folder, test, flavour, replaced):
                        return test
            return "lives"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def equivalents():
    """Keys and reasons of equivalent.txt."""
    found = {}
    key = None
    for line in LIST.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if line[0].isspace():
            found[key] = (found[key] + " " + line.strip()).strip()
        else:
            key = line
            found[key] = ""
    return found


def save(path, verdicts):
    """So that a run which is cut short is not lost."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(verdicts, indent=0, sort_keys=True))
    part.replace(path)


def select(files):
    return [mutant for file in files for mutant in mutants_of(file)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--quick", default=shutil.which("tcc"),
                        help="a compiler to be tried first (tcc)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--again", action="store_true", help="try only what "
                        "lived the last time")
    parser.add_argument("--resume", action="store_true", help="try only what "
                        "has not been tried")
    parser.add_argument("file", nargs="*", help="lib/NAME.c; all of them")
    options = parser.parse_args()
    files = options.file or [f"lib/{path.name}" for path in
                             sorted(ROOT.glob("lib/*.[ch]"))]
    mutants = select(files)
    state = options.build / "state.json"
    verdicts = json.loads(state.read_text()) if state.exists() else {}
    if options.list:
        for mutant in mutants:
            print(f"{mutant.file}:{mutant.line}: {mutant.now}")
        print(f"{len(mutants)} mutants")
        return 0
    if options.again:
        mutants = [m for m in mutants if verdicts.get(m.key) == "lives"]
    if options.resume:
        mutants = [m for m in mutants if m.key not in verdicts]
    bench = Bench(options.build.resolve(), options.cc, options.quick)
    bench.prepare(options.jobs, sorted({m.file for m in mutants}))
    allowed = equivalents()
    count = {"killed": 0, "equivalent": 0, "build": 0, "lives": 0}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, verdict in zip(mutants, pool.map(bench.judge, mutants)):
            verdicts[mutant.key] = verdict
            save(state, verdicts)
            if verdict == "lives" and mutant.key in allowed:
                count["equivalent"] += 1
            elif verdict in ("lives", "build"):
                count[verdict] += 1
            else:
                count["killed"] += 1
            if verdict == "lives" and mutant.key not in allowed:
                print(f"LIVES {mutant.file}:{mutant.line}\n"
                      f"{mutant.key}", flush=True)
    keys = {mutant.key for mutant in select(files)}
    stale = [key for key in allowed
             if key.split(":")[0] in files and key not in keys]
    for key in stale:
        print(f"STALE: there is no such change, the list need not have it\n"
              f"{key}")
    print(f"mutation: {count['killed']} killed, {count['equivalent']} "
          f"equivalent, {count['lives']} live, {count['build']} do not build")
    return 1 if count["lives"] or stale else 0


if __name__ == "__main__":
    sys.exit(main())
