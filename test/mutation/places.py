# SPDX-License-Identifier: 0BSD
# places.py - the places of a C file that may be changed, and the changes.

"""Operators and numbers, one at a time. Comments are no part of the code: with
other ones a change stays the same."""

import collections
import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

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

MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:.*\\\n)*.*", re.M)


def code(text):
    """The same with blanks for the comments, so that all stays in its place."""
    def blank(match):
        if match.lastgroup != "comment":
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])
    return TOKEN.sub(blank, text)


def without_contract_macros(text):
    """The same with blanks for macros that only comments name: contracts."""
    while True:
        for match in MACRO.finditer(text):
            rest = text[:match.start()] + text[match.end():]
            if not re.search(rf"\b{match[1]}\b", rest):
                break
        else:
            return text
        blank = re.sub(r"[^\n]", " ", match[0])
        text = text[:match.start()] + blank + text[match.end():]


def fingerprint(text):
    """Two files with the same one differ in comments and spaces only."""
    def narrow(match):
        if not match[0].isspace():
            return match[0]
        return "\n" if "\n" in match[0] else " "
    narrowed = TOKEN.sub(narrow, code(text)).strip()
    return hashlib.sha1(narrowed.encode()).hexdigest()


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
        self.before = text

    @property
    def text(self):
        return self.before[:self.start] + self.new + self.before[self.end:]

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
    text = code((ROOT / file).read_text())
    if file.endswith(".c"):     # a header's macros are for others
        text = without_contract_macros(text)
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
        statement = "" if token in ";{}" else statement + token
    tell_twins_apart(found)
    return found


def tell_twins_apart(mutants):
    """A line may stand in a file twice: each has a verdict of its own."""
    seen = collections.Counter()
    for mutant in mutants:
        seen[mutant.key] += 1
        mutant.twin = seen[mutant.key]
