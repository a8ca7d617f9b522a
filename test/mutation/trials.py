# SPDX-License-Identifier: 0BSD
# trials.py - tries a change of lib/: which unit test notices it?

"""A change is tried with the tests of its own file first, compiled without
sanitizers, which is quick and finds most, and if there is one by a compiler
that is quick; what that does not understand, or what does not pass by it as it
is, is left to the other. If the change lives, with ASan and UBSan, as `make
unit` has them; then with the tests of all files that make use of it. A test
ends with its first failure. What is not changed is compiled once, and again
only when it is no longer what it was."""

import concurrent.futures
import functools
import hashlib
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from places import ROOT, fingerprint

CPU_FACTOR = 3          # as long as this a test may take longer,
CPU_MORE = 0.5          # and by so many seconds
MEASURE_SECONDS = 120   # more than any of them takes
MEMORY = 1 << 32

PLAIN = ["-std=c11", "-O0", "-w", "-Iinclude", "-Ilib", "-Itest/unit"]
CHECKED = ["-std=c11", "-O1", "-g1", "-w", "-Iinclude", "-Ilib",
           "-Itest/unit", "-fsanitize=address,undefined",
           "-fno-sanitize-recover=all"]
FLAVOURS = {"quick": PLAIN, "plain": PLAIN, "checked": CHECKED}


class NoBasis(Exception):
    """A test that fails on what has not been changed."""


class Bench:
    """Objects of everything, and folders in which one file is another."""

    def __init__(self, build, compiler, quick):
        self.build = build
        self.compiler = {"plain": [compiler], "checked": [compiler]}
        if quick:
            self.compiler["quick"] = shlex.split(quick)
        self.seconds = {}       # that a test takes, by its name and flavour;
                                # None: it does not pass
        self.lock = threading.Lock()
        self.tests = sorted(path.stem for path in
                            ROOT.glob("test/unit/test_*.c"))
        self.sources = [f"lib/{path.name}" for path in
                        sorted(ROOT.glob("lib/*.c"))
                        if path.name != "string.c"]
        self.everything = self.sources + [f"test/unit/{test}.c"
                                          for test in self.tests]
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

    def made_of(self, source):
        """The files that an object was made of, by its compiler."""
        rule = self.object(source, "plain").with_suffix(".d").read_text()
        return [os.path.normpath(name) for name in
                rule.replace("\\\n", " ").split(":", 1)[1].split()]

    @functools.lru_cache(maxsize=None)
    def read_files(self, source):
        """The same, once they are all up to date."""
        return frozenset(self.made_of(source))

    def bring_up_to_date(self, source, flavour):
        output = self.object(source, flavour)
        if output.exists() and all(
                file.exists() and
                file.stat().st_mtime < output.stat().st_mtime
                for file in [ROOT / name for name in self.made_of(source)]):
            return True
        output.parent.mkdir(exist_ok=True)
        output.unlink(missing_ok=True)
        if self.compile(ROOT, source, flavour, output):
            return True
        if flavour == "quick":
            shutil.copy(self.object(source, "plain"), output)
        return flavour == "quick"

    def bring_all_up_to_date(self, jobs):
        """Not for tests with sanitizers: most changes take none."""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            if not all(pool.map(
                    lambda source: self.bring_up_to_date(source, "plain"),
                    self.everything)):
                sys.exit("mutate.py: lib/ or its tests do not compile")
        self.find_needs()

    def is_usable(self, test, flavour):
        """Does it pass as it is? And how long does that take?"""
        with self.lock:
            if (test, flavour) not in self.seconds:
                for source in self.linked(test):
                    self.bring_up_to_date(source, flavour)
                self.seconds[test, flavour] = self.measure(test, flavour)
        if self.seconds[test, flavour] is None and flavour != "quick":
            raise NoBasis(f"{test} ({flavour}) fails as it is")
        return self.seconds[test, flavour] is not None

    def measure(self, test, flavour):
        """In seconds of the processor, whatever else the machine does."""
        binary = self.link(self.build, test, flavour, {})
        if not binary:
            return None
        passes, seconds = self.run(binary, flavour, MEASURE_SECONDS)
        binary.unlink()
        return seconds if passes else None

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

    def link(self, folder, test, flavour, replaced):
        """A test with the replaced objects; None if that does not work."""
        binary = folder / f"{test}-{flavour}"
        linked = subprocess.run(
            [*self.command(flavour), "-o", binary,
             *[replaced.get(name, self.object(name, flavour))
               for name in self.linked(test)], "-lcmocka", "-llz4"], cwd=ROOT,
            stderr=subprocess.DEVNULL)
        return None if linked.returncode else binary

    def passes(self, binary, test, flavour):
        passes, _ = self.run(binary, flavour, CPU_MORE + CPU_FACTOR *
                             self.seconds[test, flavour])
        binary.unlink()
        return passes

    @staticmethod
    def run(binary, flavour, seconds):
        """Whether it passes within these, and how many it has taken."""
        def limit():
            signal.setitimer(signal.ITIMER_PROF, seconds)
            # For what waits for ever: on a busy machine a second of the
            # processor may take minutes.
            signal.setitimer(signal.ITIMER_REAL, 3600)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if flavour != "checked":
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        process = subprocess.Popen([binary], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL,
                                   env={**os.environ,
                                        "CMOCKA_TEST_ABORT": "1"},
                                   preexec_fn=limit)
        _, process.returncode, used = os.wait4(process.pid, 0)
        return process.returncode == 0, used.ru_utime + used.ru_stime

    def own_tests(self, file):
        """Tests of the file's noun, by the names; before them, for a header,
        the test of what headers give."""
        stem = Path(file).stem
        noun = stem.split("_")[0]
        first = ["numbers", stem] if file.endswith(".h") else [stem]
        named = [f"test_{name}" for name in first] + \
                [t for t in self.tests if t[5:] not in first and
                 t[5:].startswith(noun)]
        return [test for test in named if test in self.tests and
                self.reaches(test, file)]

    def other_tests(self, file):
        own = self.own_tests(file)
        return [test for test in self.tests if test not in own and
                self.reaches(test, file)]

    def tests_of(self, file):
        return self.own_tests(file) + self.other_tests(file)

    @functools.lru_cache(maxsize=None)
    def fingerprint(self, tests, *files):
        """Of files, and of all that these tests are made of."""
        files = set(files).union(*(self.read_files(source) for test in tests
                                   for source in self.linked(test)))
        parts = [*self.command("checked"),
                 *(f"{file} {fingerprint((ROOT / file).read_text())}"
                   for file in sorted(files))]
        return hashlib.sha1("\n".join(parts).encode()).hexdigest()[:16]

    def linked(self, test):
        return [f"test/unit/{test}.c", *self.needs[test]]

    @functools.lru_cache(maxsize=None)
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

    @functools.lru_cache(maxsize=None)
    def affected(self, file):
        """What has to be compiled anew when it changes."""
        return [source for source in self.everything
                if file in self.read_files(source)]

    def is_alone(self, file):
        """Nothing else has to be compiled anew: no test includes it."""
        return self.affected(file) == [file]

    def rebuild(self, folder, mutant, flavour, test, replaced):
        """A test of what is changed; adds to the replaced objects those that
        it takes. None if there is something that does not compile."""
        for source in set(self.linked(test)).intersection(
                self.affected(mutant.file)).difference(replaced):
            output = folder / f"{flavour}-{Path(source).name}.o"
            if not (self.compile_text(mutant, flavour, output)
                    if source == mutant.file else
                    self.compile(folder, source, flavour, output)):
                return None
            replaced[source] = output
        return self.link(folder, test, flavour, replaced)

    def try_test(self, folder, mutant, test, replaced):
        """By the first of the flavours that can. None if it passes."""
        for flavour, objects in replaced.items():
            if flavour not in self.compiler or \
                    not self.is_usable(test, flavour):
                continue
            binary = self.rebuild(folder, mutant, flavour, test, objects)
            if binary:
                return None if self.passes(binary, test, flavour) else test
        return "build"

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
            others = self.other_tests(mutant.file)
            for flavours, tests in ((("quick", "plain"), own),
                                    (("checked",), own),
                                    (("plain",), others)):
                replaced = {flavour: {} for flavour in flavours}
                for test in tests:
                    verdict = self.try_test(folder, mutant, test, replaced)
                    if verdict:
                        return verdict
            return "lives"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
