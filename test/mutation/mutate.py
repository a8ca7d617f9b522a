#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# mutate.py - do the unit tests notice when lib/ is wrong?

"""Changes one operator or number of lib/ at a time and runs the unit tests on
the result. A change that no test notices has to stand in equivalent.txt, with
the reason why nothing could notice it. Exit status 1 if one does not.

A change is tried with the tests of its own file first, compiled without
sanitizers, which is quick and finds most; if it lives, with ASan and UBSan, as
`make unit` has them; then with the tests of all files that make use of it."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).resolve().parent / "equivalent.txt"

CPU_SECONDS = 5         # of one test; what takes longer hangs
MEMORY = 1 << 32

PLAIN = ["-std=c11", "-O0", "-w", "-Iinclude", "-Ilib", "-Itest/unit"]
CHECKED = ["-std=c11", "-O1", "-g1", "-w", "-Iinclude", "-Ilib",
           "-Itest/unit", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all"]

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
    def is_alone(self):
        """Nothing else has to be compiled anew."""
        return self.file.endswith(".c") and self.file != "lib/string.c"

    @property
    def key(self):
        return f"{self.file}: {self.was} => {self.now}"


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
    return found


class Bench:
    """Objects of everything, and folders in which one file is another."""

    def __init__(self, build, compiler):
        self.build, self.compiler = build, compiler
        self.tests = sorted(path.stem for path in
                            ROOT.glob("test/unit/test_*.c"))
        self.sources = [f"lib/{path.name}" for path in
                        sorted(ROOT.glob("lib/*.c"))
                        if path.name != "string.c"]
        self.needs = {}
        build.mkdir(parents=True, exist_ok=True)

    def object(self, source, flavour):
        return self.build / flavour / (source.replace("/", "-") + ".o")

    def compile(self, tree, source, options, output):
        return subprocess.run(
            [self.compiler, *options, "-c", "-o", output, source], cwd=tree,
            stderr=subprocess.DEVNULL).returncode == 0

    def prepare(self, jobs):
        work = []
        for flavour, options in (("plain", PLAIN), ("checked", CHECKED)):
            (self.build / flavour).mkdir(exist_ok=True)
            for source in self.sources + [f"test/unit/{t}.c"
                                          for t in self.tests]:
                work.append((ROOT, source, options,
                             self.object(source, flavour)))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            if not all(pool.map(lambda w: self.compile(*w), work)):
                sys.exit("mutate.py: lib/ or its tests do not compile")
        self.find_needs()
        for flavour, options in (("plain", PLAIN), ("checked", CHECKED)):
            for test in self.tests:
                if not self.passes(self.build, test, flavour, options, {}):
                    sys.exit(f"mutate.py: {test} ({flavour}) fails as it is")

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

    def passes(self, folder, test, flavour, options, replaced):
        """Links a test with the replaced objects, runs it."""
        names = [f"test/unit/{test}.c", *self.needs[test]]
        binary = folder / f"{test}-{flavour}"
        linked = subprocess.run(
            [self.compiler, *options, "-o", binary,
             *[replaced.get(name, self.object(name, flavour))
               for name in names], "-lcmocka", "-llz4"], cwd=ROOT,
            stderr=subprocess.DEVNULL)
        if linked.returncode:
            return False
        status = self.run(binary, flavour)
        binary.unlink()
        return status == 0

    @staticmethod
    def run(binary, flavour):
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if flavour == "plain":
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        # The clock is for what waits for ever; a busy machine is slow.
        try:
            return subprocess.run([binary], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=120,
                                  preexec_fn=limit).returncode
        except subprocess.TimeoutExpired:
            return -1

    def own_tests(self, file):
        """Tests of the file's noun, by the names."""
        stem = Path(file).stem
        noun = stem.split("_")[0]
        return [t for t in self.tests if t[5:] == stem] + \
               [t for t in self.tests if t[5:] != stem and
                t[5:].startswith(noun)]

    def reaches(self, test, file):
        """A header may be anywhere; another file is linked or is not."""
        return file.endswith(".h") or file in self.needs[test]

    def tree(self, folder, mutant):
        """The sources with one file changed."""
        for part in ("include", "lib", "test/unit"):
            (folder / part).mkdir(parents=True)
            for path in (ROOT / part).iterdir():
                (folder / part / path.name).symlink_to(path)
        changed = folder / mutant.file
        changed.unlink()
        changed.write_text(mutant.text)

    def compile_text(self, mutant, options, output):
        """A source of lib/ needs no folder: its headers are found by -I."""
        return subprocess.run(
            [self.compiler, *options, "-c", "-o", output, "-x", "c", "-"],
            cwd=ROOT, input=mutant.text.encode(),
            stderr=subprocess.DEVNULL).returncode == 0

    def affected(self, file):
        """What has to be compiled anew."""
        if file.endswith(".h"):
            return self.sources + [f"test/unit/{t}.c" for t in self.tests]
        if file == "lib/string.c":
            return ["test/unit/test_string.c"]
        return [file]

    def rebuild(self, folder, mutant, flavour, options, wanted):
        replaced = {}
        if mutant.is_alone:
            replaced[mutant.file] = folder / f"{flavour}.o"
            return replaced if self.compile_text(
                mutant, options, replaced[mutant.file]) else None
        for source in self.affected(mutant.file):
            if source.startswith("test/") and \
                    Path(source).stem not in wanted:
                continue
            replaced[source] = folder / f"{flavour}-{Path(source).name}.o"
            if not self.compile(folder, source, options, replaced[source]):
                return None
        return replaced

    def judge(self, mutant):
        """How a mutant ends: "build", the test that fails, or "lives"."""
        name = hashlib.sha1(mutant.key.encode() +
                            str(mutant.start).encode()).hexdigest()[:16]
        folder = self.build / "mutants" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if not mutant.is_alone:
            self.tree(folder, mutant)
        try:
            own = self.own_tests(mutant.file)
            others = [test for test in self.tests if test not in own and
                      self.reaches(test, mutant.file)]
            for flavour, options, tests in (("plain", PLAIN, own),
                                            ("checked", CHECKED, own),
                                            ("plain", PLAIN, others)):
                replaced = self.rebuild(folder, mutant, flavour, options,
                                        tests)
                if replaced is None:
                    return "build"
                for test in tests:
                    if not self.passes(folder, test, flavour, options,
                                       replaced):
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
    bench = Bench(options.build.resolve(), options.cc)
    bench.prepare(options.jobs)
    allowed = equivalents()
    count = {"killed": 0, "equivalent": 0, "build": 0, "lives": 0}
    used = set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, verdict in zip(mutants, pool.map(bench.judge, mutants)):
            verdicts[mutant.key] = verdict
            save(state, verdicts)
            if verdict == "lives" and mutant.key in allowed:
                used.add(mutant.key)
                count["equivalent"] += 1
            elif verdict in ("lives", "build"):
                count[verdict] += 1
            else:
                count["killed"] += 1
            if verdict == "lives" and mutant.key not in allowed:
                print(f"LIVES {mutant.file}:{mutant.line}\n"
                      f"{mutant.key}", flush=True)
    print(f"mutation: {count['killed']} killed, {count['equivalent']} "
          f"equivalent, {count['lives']} live, {count['build']} do not build")
    return 1 if count["lives"] else 0


if __name__ == "__main__":
    sys.exit(main())
