#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# run.py - runs fuzz targets for a time, and keeps what they found.

"""Fuzzes targets one after the other; one line each. What libFuzzer finds
stays in BUILD/corpus/TARGET, inputs that break a target in
BUILD/crash-TARGET-*: exit status 1, the message and the command to repeat it
on standard error."""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"

# Bytes of the longest input; a target that is not here: 512.
MAX_LEN = {"elf64": 1024, "image_read": 128, "mkimage": 2048, "memmap": 256,
           "stage2": 512, "bytes": 2300, "symbols": 700, "paging": 128}

# One input must not take longer than this.
SECONDS_AN_INPUT = 10


class Target:
    def __init__(self, build, name):
        self.build, self.name = build, name
        self.binary, self.replay = build / name, build / "replay" / name
        self.folder = build / "corpus" / name

    def unpack(self):
        """Seeds and kept inputs, as the files that libFuzzer wants."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = CORPUS / f"{self.name}.hex"
        subprocess.run([self.replay, "--unpack", self.folder,
                        kept if kept.exists() else "/dev/null"], check=True,
                       stdout=subprocess.DEVNULL)

    def fuzzer(self, *options):
        command = [self.binary, f"-max_len={MAX_LEN.get(self.name, 512)}",
                   f"-timeout={SECONDS_AN_INPUT}", "-detect_leaks=0",
                   f"-artifact_prefix={self.build}/crash-{self.name}-",
                   *options]
        # Files that a target makes lie in memory, and go.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            return subprocess.run(command, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT,
                                  universal_newlines=True, errors="replace",
                                  env={**os.environ, "TMPDIR": folder})

    def fuzz(self, limit):
        """Runs libFuzzer; its numbers, or None when a property broke."""
        self.unpack()
        start = time.monotonic()
        done = self.fuzzer(*limit, "-print_final_stats=1", self.folder)
        seconds = time.monotonic() - start
        executions = re.search(r"number_of_executed_units: (\d+)", done.stdout)
        edges = re.findall(r" cov: (\d+)", done.stdout)
        if done.returncode or not executions or not edges:
            print(done.stdout[-6000:], file=sys.stderr)
            print(f"{self.name}: FAILED; to repeat it: {self.replay} --run "
                  f"{self.build}/crash-{self.name}-...", file=sys.stderr)
            return None
        return {"target": self.name, "executions": int(executions[1]),
                "seconds": round(seconds), "edges": int(edges[-1]),
                "inputs": len(list(self.folder.iterdir()))}

    def keep(self):
        """The fewest inputs that reach all edges, into the sources."""
        self.unpack()
        small = self.build / "small" / self.name
        shutil.rmtree(small, ignore_errors=True)
        small.mkdir(parents=True)
        done = self.fuzzer("-set_cover_merge=1", "-use_counters=0", small,
                           self.folder)
        if done.returncode:
            print(done.stdout[-3000:], file=sys.stderr)
            return False
        packed = subprocess.run([self.replay, "--pack",
                                 *sorted(small.iterdir())], check=True,
                                stdout=subprocess.PIPE,
                                universal_newlines=True).stdout
        lines = sorted(packed.splitlines(), key=lambda line: (len(line), line))
        CORPUS.mkdir(exist_ok=True)
        (CORPUS / f"{self.name}.hex").write_text(
            f"# Inputs of fuzz_{self.name}.c, kept by `make fuzz-keep`.\n" +
            "".join(line + "\n" for line in lines))
        print(f"  KEEP    {self.name}: {len(lines)} inputs, "
              f"{len(packed) // 2} bytes")
        return True


def record(path, row):
    """Adds a run to the sums of earlier ones; edges are the most seen."""
    rows = {}
    if path.exists():
        with path.open(newline="") as file:
            rows = {old["target"]: old for old in csv.DictReader(file)}
    old = rows.get(row["target"], {})
    new = {"target": row["target"]}
    for column in ("executions", "seconds"):
        new[column] = row[column] + int(old.get(column, 0))
    new["edges"] = max(row["edges"], int(old.get("edges", 0)))
    rows[row["target"]] = new
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(new), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in sorted(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, help="as many executions, or "
                        "--seconds, whichever comes first")
    parser.add_argument("--record", type=Path, help="a table of sums")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("target", nargs="+")
    options = parser.parse_args()
    limit = [f"-max_total_time={options.seconds}"]
    if options.runs:
        # For numbers: entropic scheduling takes a third of the time.
        limit += [f"-runs={options.runs}", "-entropic=0"]
    good = True
    for name in options.target:
        target = Target(options.build, name)
        if options.keep:
            good = target.keep() and good
            continue
        row = target.fuzz(limit)
        good = good and row is not None
        if row is None:
            continue
        print(f"  FUZZ    {name}: {row['executions']} executions in "
              f"{row['seconds']} s, {row['edges']} edges, {row['inputs']} "
              f"inputs", flush=True)
        if options.record:
            record(options.record, row)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
