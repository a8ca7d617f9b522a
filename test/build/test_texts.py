# SPDX-License-Identifier: 0BSD
# test_texts.py - stage2's texts keep to what its small format() knows.

import re

from house import ROOT

# lib/format.h, "Built with FORMAT_FULL as 0".
KNOWN = re.compile(r"%(0?\d*(\.\d+)?[cs]|0?\d*(ll)?[dux]|%)")
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
ASM = re.compile(r"__asm__.*?\);", re.S)


def conversions(text):
    """What format() would take for a conversion, up to its letter."""
    return re.findall(r"%[-+ #0-9.*hlzjt]*[A-Za-z%]?", text)


def unknown(source):
    # One text may be written as several that follow each other.
    source = re.sub(r'"\s*"', "", ASM.sub("", source))
    text = "".join(LITERAL.findall(source))
    return [c for c in conversions(text) if not KNOWN.fullmatch(c)]


def test_stage2_formats_with_what_its_format_knows():
    sources = sorted((ROOT / "stage2").glob("*.[ch]"))
    texts = {path.name: path.read_text() for path in sources}
    assert sum(len(conversions(text)) for text in texts.values()) > 20
    assert {name: found for name, text in texts.items()
            if (found := unknown(text))} == {}


def test_others_would_be_found():
    for bad in ("%-4u", "%p", "%X", "%*u", "%zu", "%lu", "%i", "%hhx", "%"):
        assert unknown(f'die("a {bad}\\n");') == [bad]
    assert unknown('die("%u of %016llx: " "%.11s, %c 100%%", a);') == []
