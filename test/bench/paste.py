#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""paste.py - puts a report of bench.py into a document, for the one there.

usage: paste.py REPORT DOCUMENT"""

import sys
from pathlib import Path

BEGIN = "<!-- bench: from here on, build/bench/report.md -->\n"
END = "<!-- bench: to here -->\n"


def paste(document, report):
    """The document's text with the report between its two marks."""
    if document.count(BEGIN) != 1 or document.count(END) != 1 or \
            document.index(END) < document.index(BEGIN):
        raise ValueError("its two marks are not there")
    front, rest = document.split(BEGIN)
    return f"{front}{BEGIN}\n{report.strip()}\n\n{END}{rest.split(END)[1]}"


def main(report, document):
    path = Path(document)
    try:
        path.write_text(paste(path.read_text(), Path(report).read_text()))
    except (OSError, ValueError) as e:
        sys.exit(f"paste.py: {document}: {e}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
