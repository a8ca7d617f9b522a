#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
# book.py - makes a book of the documents: HTML by pandoc, a page a chapter,
# each with the table of contents beside it.
#
# usage: book.py OUTPUT
#
# docs/contents.txt has the chapters' order. Links between chapters become
# links between pages; files of the source tree that a chapter links to are
# copied into the book; figures are drawn from the headers.

import json
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from string import Template

import figures

ROOT = Path(__file__).resolve().parents[1]
CONTENTS = ROOT / "docs/contents.txt"
FIGURE = re.compile(r"<!-- figure: ([\w-]+) -->\s*")


class BookError(Exception):
    """A document that no book can be made of; says which, and why."""


# ---- the table of contents -------------------------------------------------

def read_contents(text, root=ROOT):
    """The parts of the book, each a title and the paths of its chapters."""
    parts = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("part "):
            parts.append((line[len("part "):], []))
            continue
        paths = sorted(path for path in root.glob(line) if path.is_file())
        if not parts or (not paths and not re.search(r"[*?\[]", line)):
            raise BookError(f"contents.txt:{number}: {line}: no such document"
                            if parts else f"contents.txt:{number}: no part")
        parts[-1][1].extend(paths)
    return [part for part in parts if part[1]]


def page_name(path):
    """The page of a chapter; no two have the same."""
    relative = path.relative_to(ROOT)
    if relative.parts[0] == "examples":
        return f"example-{relative.parts[1]}.html"
    if relative.parts[0] == "docs":
        return f"{relative.stem if path.suffix == '.md' else path.name}.html"
    return f"{relative.stem.lower()}.html"


# ---- pandoc's tree of a document -------------------------------------------

def pandoc(text, *options):
    done = subprocess.run(["pandoc", *options], input=text, check=True,
                          stdout=subprocess.PIPE, universal_newlines=True)
    return done.stdout


def walk(node, visit):
    """Calls visit for every element with a type, outer ones first."""
    if isinstance(node, dict):
        if "t" in node:
            visit(node)
        node = node.get("c", node.get("blocks"))
    if isinstance(node, list):
        for child in node:
            walk(child, visit)


def plain(inlines):
    """The words of some inline elements."""
    words = []
    for inline in inlines:
        kind, content = inline["t"], inline.get("c")
        if kind in ("Str", "Math"):
            words.append(content if kind == "Str" else content[1])
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            words.append(" ")
        elif kind == "Code":
            words.append(content[1])
        elif kind in ("Emph", "Strong"):
            words.append(plain(content))
        elif kind in ("Link", "Span"):
            words.append(plain(content[-2 if kind == "Link" else -1]))
    return "".join(words)


class Chapter:
    def __init__(self, path):
        self.path, self.page = path, page_name(path)
        if path.suffix == ".md":
            self.tree = json.loads(pandoc(path.read_text(), "-f", "gfm",
                                          "-t", "json"))
        else:
            self.tree = json.loads(pandoc(
                path.read_text(), "-f", "man", "-t", "json",
                "--shift-heading-level-by=1"))
            title = f"{path.stem}({path.suffix[1:]})"
            self.tree["blocks"].insert(0, {"t": "Header", "c": [
                1, [path.stem, [], []], [{"t": "Str", "c": title}]]})
        headers = [block["c"] for block in self.tree["blocks"]
                   if block["t"] == "Header"]
        for _, attributes, words in headers:    # none in a man page
            attributes[0] = attributes[0] or \
                plain(words).lower().replace(" ", "-")
        if not headers or headers[0][0] != 1:
            raise BookError(f"{path}: does not begin with a title")
        self.title = plain(headers[0][2])
        self.sections = [(header[1][0], plain(header[2]))
                         for header in headers if header[0] == 2]

    def draw_figures(self, numbers):
        """Drawings in place of the text blocks that a comment names."""
        blocks, name = [], None
        for block in self.tree["blocks"]:
            if name and block["t"] == "CodeBlock":
                picture = f"<figure>{figures.svg(name, numbers)}</figure>"
                block = {"t": "RawBlock", "c": ["html", picture]}
            comment = block["t"] == "RawBlock" and \
                FIGURE.fullmatch(block["c"][1])
            name = comment[1] if comment else None
            blocks.append(block)
        self.tree["blocks"] = blocks

    def turn_links(self, turn):
        def visit(node):
            if node["t"] in ("Link", "Image"):
                node["c"][2][0] = turn(self.path, node["c"][2][0])

        walk(self.tree, visit)

    def body(self):
        return pandoc(json.dumps(self.tree), "-f", "json", "-t", "html5",
                      "--wrap=preserve", "--no-highlight")


# ---- pages -----------------------------------------------------------------

def entry(chapter, here):
    inside = ""
    if chapter is here or here is None:
        inside = "".join(
            f'<li><a href="{chapter.page}#{ident}">{escape(title)}</a></li>\n'
            for ident, title in chapter.sections)
    mark = ' class="here"' if chapter is here else ""
    return (f'<li{mark}><a href="{chapter.page}">{escape(chapter.title)}</a>'
            + (f"<ul>\n{inside}</ul>" if inside else "") + "</li>\n")


def table_of_contents(parts, here):
    """All chapters, with the sections of this one; of all if here is None."""
    return "".join(f'<p class="part">{escape(title)}</p>\n<ul>\n'
                   + "".join(entry(chapter, here) for chapter in chapters)
                   + "</ul>\n" for title, chapters in parts)


def turn_of(chapters, i):
    """Links to the page before, the contents and the page after."""
    before = f'<a rel="prev" href="{chapters[i - 1].page}">' \
        f"&larr; {escape(chapters[i - 1].title)}</a>" if i > 0 else ""
    after = f'<a rel="next" href="{chapters[i + 1].page}">' \
        f"{escape(chapters[i + 1].title)} &rarr;</a>" \
        if i + 1 < len(chapters) else ""
    contents = '<a href="index.html">Contents</a>'
    return f"<span>{before}</span>\n{contents}\n<span>{after}</span>"


class Book:
    def __init__(self, output):
        self.output = output
        self.parts = [(title, [Chapter(path) for path in paths])
                      for title, paths in read_contents(CONTENTS.read_text())]
        self.chapters = [c for _, chapters in self.parts for c in chapters]
        self.pages = {c.path: c.page for c in self.chapters}
        self.template = Template((ROOT / "docs/book/page.html").read_text())

    def turn(self, document, target):
        """Where a link of a document leads to in the book."""
        path, mark, fragment = target.partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return target
        path = (document.parent / path).resolve()
        if (path / "README.md").is_file():
            path /= "README.md"         # as a folder is shown on the web
        if path in self.pages:
            return self.pages[path] + mark + fragment
        if not path.is_file() or ROOT not in path.parents:
            raise BookError(f"{document}: {target} leads to no file")
        return self.copy(path)

    def copy(self, path):
        """A file of the tree, in the book; text is called .txt, as browsers
        save what they do not know."""
        name = Path("files") / path.relative_to(ROOT)
        if path.suffix not in (".png", ".svg"):
            name = name.with_name(name.name + ".txt")
        (self.output / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.output / name)
        return name.as_posix()

    def write(self, page, **texts):
        (self.output / page).write_text(self.template.substitute(texts))

    def make(self):
        numbers = figures.constants()
        shutil.rmtree(self.output, ignore_errors=True)
        self.output.mkdir(parents=True)
        shutil.copyfile(ROOT / "docs/book/book.css", self.output / "book.css")
        for i, chapter in enumerate(self.chapters):
            chapter.draw_figures(numbers)
            chapter.turn_links(self.turn)
            title = chapter.title if i == 0 else \
                f"{chapter.title} - Stagecoach"
            self.write(chapter.page, title=escape(title),
                       contents=table_of_contents(self.parts, chapter),
                       body=chapter.body(), turn=turn_of(self.chapters, i))
        # Last: make takes this page for the sign that the book is there.
        self.write("index.html", title="Stagecoach: the book", contents="",
                   turn="", body="<h1>Stagecoach: the book</h1>\n" +
                   table_of_contents(self.parts, None))


def main(arguments):
    if len(arguments) != 1:
        print("usage: book.py OUTPUT", file=sys.stderr)
        return 2
    if not shutil.which("pandoc"):
        print("book: pandoc: not found (make deps book installs it)",
              file=sys.stderr)
        return 1
    try:
        Book(Path(arguments[0])).make()
    except (BookError, ValueError) as error:
        print(f"book: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
