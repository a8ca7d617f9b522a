# SPDX-License-Identifier: 0BSD
"""tables.py - what the steps of bench.py found: a CSV file a table."""

import csv

OURS = ("stagecoach", "stagecoach-never")
NOTHING = "nothing"             # a "loader" that reads nothing: QEMU's start
TINY, BLOCK = "tiny", "block"   # what functions.csv has of a boot

# Name: columns, and how many of the first are the key.
COLUMNS = {
    "state": (["step", "loader", "mkimage"], 2),
    "bochs": (["kernel", "loader", "instructions"], 2),
    "steps": (["kernel", "step", "instructions"], 2),
    "functions": (["boot", "file", "function", "instructions"], 3),
    "spans": (["kernel", "function", "calls", "instructions"], 2),
    "qemu": (["kernel", "machine", "cpu", "loader", "runs", "median_ms",
              "min_ms", "max_ms", "ratio_to_floor", "instructions"], 4),
    "cpu": (["kernel", "machine", "cpu", "loader", "runs", "least_ms",
             "median_ms", "max_ms"], 4),
    "decode": (["kernel", "blocks", "compressed", "kib", "stored_kib",
                "sequences", "least_ms", "ns_a_sequence", "ns_a_kib",
                "auto_ms"], 1),
    "mkimage": (["kernel", "compress", "runs", "least_s", "median_s", "max_s",
                 "image_bytes"], 2),
}


class Table:
    """A CSV file of rows, by the key that their first columns are. A figure
    replaces the one that is there."""

    def __init__(self, out, name):
        self.path = out / f"{name}.csv"
        self.columns, self.keys = COLUMNS[name]
        self.rows = {}
        if self.path.is_file():
            with open(self.path, newline="", encoding="ascii") as f:
                head, *rows = csv.reader(f)
                # Columns of another version: its figures are no use.
                if head == self.columns:
                    self.rows = {tuple(row[:self.keys]): row for row in rows}

    def clear(self):
        self.rows = {}

    def put(self, *row):
        row = [str(x) for x in row]
        self.rows[tuple(row[:self.keys])] = row
        with open(self.path, "w", newline="", encoding="ascii") as f:
            csv.writer(f).writerows([self.columns, *self.rows.values()])
        print(" ".join(row), flush=True)

    def records(self):
        """The rows, each {column: text}."""
        return [dict(zip(self.columns, row)) for row in self.rows.values()]

    def number(self, column, *key):
        """One figure; None where there is none."""
        row = self.rows.get(key)
        text = dict(zip(self.columns, row))[column] if row else "-"
        return None if text == "-" else float(text)


def everything(out):
    return {name: Table(out, name) for name in COLUMNS}
