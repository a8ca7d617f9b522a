#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# mutate.py - do the unit tests notice when lib/ is wrong?

"""Changes one operator or number of lib/ at a time and runs the unit tests on
the result. A change that no test notices has to stand in equivalent.txt, with
the reason why nothing could notice it. Exit status 1 if one does not.

A verdict is kept, and stands for as long as all that it rests on is the same
but for comments: the code of the test that failed and of what that is made of,
or of all tests that might have. --anew tries everything once more."""

import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import sys
import time
from pathlib import Path

from places import ROOT, mutants_of
from trials import Bench, NoBasis

LIST = Path(__file__).resolve().parent / "equivalent.txt"
SAVE_SECONDS = 5


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


class Verdicts:
    """How changes ended, by their keys, so that a run which is cut short is
    not lost: "build" (it does not), the test that fails, or "lives"."""

    def __init__(self, path, bench, anew):
        self.path, self.bench = path, bench
        self.table = json.loads(path.read_text()) \
            if path.exists() and not anew else {}
        self.saved = time.monotonic()

    def rests_on(self, mutant, verdict):
        if verdict in self.bench.tests:
            return self.bench.fingerprint((verdict,))
        return self.bench.fingerprint(
            tuple(self.bench.tests_of(mutant.file)), mutant.file)

    def known(self, mutant):
        verdict, basis = self.table.get(mutant.key, (None, None))
        return verdict if basis == self.rests_on(mutant, verdict) else None

    def add(self, mutant, verdict):
        self.table[mutant.key] = verdict, self.rests_on(mutant, verdict)
        if time.monotonic() - self.saved > SAVE_SECONDS:
            self.save()

    def save(self):
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.table, indent=0, sort_keys=True))
        part.replace(self.path)
        self.saved = time.monotonic()


class Result:
    """Counts of a file, or of all; what is wrong is said at once."""

    def __init__(self, allowed):
        self.allowed = allowed
        self.count = collections.defaultdict(collections.Counter)
        self.wrong = 0

    def add(self, mutant, verdict):
        kind = verdict if verdict in ("lives", "build") else "killed"
        if mutant.key in self.allowed:
            if kind == "lives":
                kind = "equivalent"
            else:
                self.say("NOT EQUIVALENT", mutant, f" ({verdict})")
        elif kind == "lives":
            self.say("LIVES", mutant)
        for name in (mutant.file, "together"):
            self.count[name][kind] += 1

    def say(self, what, mutant, more=""):
        self.wrong += 1
        print(f"{what} {mutant.file}:{mutant.line}{more}\n{mutant.key}",
              flush=True)

    def find_stale(self, mutants):
        """What the list has and the code has not."""
        keys = {mutant.key for mutant in mutants}
        files = {mutant.file for mutant in mutants}
        for key in self.allowed:
            if key not in keys and key.split(":")[0] in files:
                self.wrong += 1
                print("STALE: there is no such change, the list need not have "
                      f"it\n{key}")

    def print(self):
        """The table of docs/assurance-fuzz.md, and the rest of the counts."""
        print("| File | Killed | Equivalent |\n|---|---|---|")
        for name, count in sorted(
                self.count.items(), key=lambda item:
                (item[0] == "together", item[0].endswith(".h"), item[0])):
            print(f"| {name.replace('lib/', '')} | {count['killed']} | "
                  f"{count['equivalent']} |")
        count = self.count["together"]
        print(f"mutation: {count['killed']} killed, {count['equivalent']} "
              f"equivalent, {count['lives']} live, {count['build']} do not "
              "build")


def try_all(mutants, verdicts, bench, jobs):
    """Pairs of each of them and its verdict, in this order."""
    known = {mutant.key: verdicts.known(mutant) for mutant in mutants}
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        for mutant, verdict in zip(mutants, pool.map(
                lambda m: known[m.key] or bench.judge(m), mutants)):
            verdicts.add(mutant, verdict)
            yield mutant, verdict
    finally:
        pool.shutdown(cancel_futures=True)
        verdicts.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--quick", default=shutil.which("tcc"),
                        help="a compiler to be tried first (tcc)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--anew", action="store_true",
                        help="try also what has been tried")
    parser.add_argument("file", nargs="*", help="lib/NAME.c; all of them")
    options = parser.parse_args()
    files = options.file or [f"lib/{path.name}" for path in
                             sorted(ROOT.glob("lib/*.[ch]"))]
    allowed = equivalents()
    # First what is found quickly.
    mutants = sorted((mutant for file in files for mutant in mutants_of(file)),
                     key=lambda mutant: mutant.key in allowed)
    if options.list:
        for mutant in mutants:
            print(f"{mutant.file}:{mutant.line}: {mutant.now}")
        print(f"{len(mutants)} mutants")
        return 0
    bench = Bench(options.build.resolve(), options.cc, options.quick)
    bench.bring_all_up_to_date(options.jobs)
    verdicts = Verdicts(options.build / "verdicts.json", bench, options.anew)
    result = Result(allowed)
    try:
        for mutant, verdict in try_all(mutants, verdicts, bench, options.jobs):
            result.add(mutant, verdict)
    except NoBasis as reason:
        sys.exit(f"mutate.py: {reason}")
    result.find_stale(mutants)
    result.print()
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
