# SPDX-License-Identifier: 0BSD
# test_book.py - the book: it can be made, all of its links lead somewhere, and
# its figures are what the headers say.

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

sys.dont_write_bytecode = True          # tools/ stays as it is
sys.path.insert(0, str(ROOT / "tools"))

import book             # noqa: E402
import figures          # noqa: E402

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md",
        *sorted(ROOT.glob("docs/*.md")),
        *sorted(ROOT.glob("docs/man/*.1")),
        *sorted(ROOT.glob("examples/*/README.md"))]


# ---- the table of contents -------------------------------------------------

def test_every_document_is_a_chapter():
    parts = book.read_contents(book.CONTENTS.read_text())
    chapters = [path for _, paths in parts for path in paths]
    assert len(chapters) == len(set(chapters)), "a chapter twice"
    for path in DOCS:
        assert path in chapters, \
            f"{path.relative_to(ROOT)} is not in docs/contents.txt"
    pages = [book.page_name(path) for path in chapters]
    assert len(pages) == len(set(pages)), "two chapters with one page"


@pytest.mark.parametrize("text, reason", [
    ("part A\ndocs/nowhere.md\n", "contents.txt:2: docs/nowhere.md"),
    ("README.md\n", "contents.txt:1: no part"),
])
def test_bad_contents(text, reason):
    with pytest.raises(book.BookError, match=re.escape(reason)):
        book.read_contents(text)


def test_a_pattern_may_have_no_match():
    assert book.read_contents("part A\nREADME.md\npart B\ndocs/x*.y\n") == \
        [("A", [ROOT / "README.md"])]


# ---- pages -----------------------------------------------------------------

class Page(HTMLParser):
    """What a page links to, what can be linked to in it, and its words."""

    def __init__(self, path):
        super().__init__()
        self.links, self.idents, self.words = [], [], []
        self.drawings = 0
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(value)
            elif name == "id":
                self.idents.append(value)
        self.drawings += tag == "svg"

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The book, made anew: where it is, and its pages by name."""
    assert shutil.which("pandoc"), "make deps test installs pandoc"
    folder = tmp_path_factory.mktemp("book") / "book"
    book.Book(folder).make()
    return folder, {path.name: Page(path) for path in folder.glob("*.html")}


@pytest.mark.xdist_group("book")
def test_links_of_the_book(pages):
    folder, by_name = pages
    assert len(by_name) == len(DOCS) + 1        # and index.html
    for name, page in by_name.items():
        assert len(page.links) > len(DOCS), f"{name}: links are missing"
        assert len(page.idents) == len(set(page.idents)), name
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            path, mark, fragment = link.partition("#")
            path = path or name
            assert (folder / path).is_file(), f"{name}: {link}"
            assert not path.endswith(".md"), f"{name}: {link}"
            if mark:
                assert fragment in by_name[path].idents, f"{name}: {link}"


@pytest.mark.xdist_group("book")
def test_chapters_follow_each_other(pages):
    """From the first page by "next" to the last, past every one."""
    folder, by_name = pages
    name, seen = "readme.html", []
    while name:
        seen.append(name)
        found = re.search(r'<a rel="next" href="([^"]+)"',
                          (folder / name).read_text())
        name = found and found[1]
    assert len(seen) == len(set(seen))
    assert set(seen) | {"index.html"} == set(by_name)


@pytest.mark.xdist_group("book")
def test_drawings_are_in_the_book(pages):
    _, by_name = pages
    for name, figure in [("boot-path.html", "memory"),
                         ("paging.html", "address-space")]:
        _, rows = figures.rows_of(figure, figures.constants())
        assert by_name[name].drawings == 1
        for address, _ in rows:
            assert any(re.fullmatch(f"0*{address:x}", words)
                       for words in by_name[name].words), hex(address)


def test_a_link_to_nothing_is_an_error(tmp_path, monkeypatch):
    made = book.Book(tmp_path / "book")
    with pytest.raises(book.BookError, match="nowhere.h leads to no file"):
        made.turn(ROOT / "README.md", "include/nowhere.h")
    with pytest.raises(book.BookError, match="leads to no file"):
        made.turn(ROOT / "README.md", "../secret")


def make_book(folder):
    done = subprocess.run(
        ["make", f"BUILD={folder}", "book"], cwd=ROOT, stdout=subprocess.PIPE,
        universal_newlines=True, check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    return done.stdout


@pytest.mark.xdist_group("book")
def test_make_makes_it_once(tmp_path):
    assert "BOOK" in make_book(tmp_path / "build")
    assert (tmp_path / "build/book/index.html").is_file()
    assert "BOOK" not in make_book(tmp_path / "build")


def test_without_pandoc_it_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-B", ROOT / "tools/book.py", tmp_path / "book"],
        env={"PATH": str(tmp_path)}, stderr=subprocess.PIPE,
        universal_newlines=True)
    assert done.returncode == 1
    assert done.stderr == \
        "book: pandoc: not found (make deps book installs it)\n"


# ---- figures ---------------------------------------------------------------

def test_figures_are_as_the_headers_have_it():
    numbers, seen = figures.constants(), set()
    for path in ROOT.glob("docs/*.md"):
        text = path.read_text()
        seen.update(match[1] for match in figures.BLOCK.finditer(text))
        assert text == figures.put_in(text, numbers), \
            f"{path.name}: tools/figures.py --write mends its figure"
        assert text.count("<!-- figure: ") == \
            len(figures.BLOCK.findall(text)), f"{path.name}: a lone comment"
    assert seen == set(figures.FIGURES)


def test_the_table_in_layout_h():
    """Its comment and the figure begin and end things at the same places."""
    text = (ROOT / "include/layout.h").read_text().split("*/")[1]
    starts = {int(start, 16) for start in
              re.findall(r"^ \*   0x(\w+) - ", text, re.MULTILINE)}
    numbers = figures.constants()
    _, rows = figures.rows_of("memory", numbers)
    drawn = {address for address, _ in rows
             if address <= numbers["LOW_FREE"]}
    drawn.remove(numbers["STAGE2_ADDR"] +       # where a read stops
                 numbers["FIRST_READ_SECTORS"] * numbers["SECTOR_SIZE"])
    assert starts == drawn


def test_the_table_in_the_boot_protocol():
    text = (ROOT / "docs/boot-protocol.md").read_text()
    text = text.split("## The address space")[1].split("\n## ")[0]
    numbers = figures.constants()
    for base, end in [("RESIDENT_TEXT", "RESIDENT_DATA"),
                      ("RESIDENT_DATA", "RESIDENT_END"),
                      ("VGA_WINDOW", "VGA_WINDOW_END")]:
        row = f"| 0x{numbers[base]:x} to 0x{numbers[end] - 1:x} |"
        assert row in text, row
    assert f"| 0 to 0x{numbers['RESIDENT_TEXT'] - 1:x} | nothing" in text
    assert f"0x{numbers['VSPACE_DEFAULT_PHYS_OFFSET']:x} unless" in text
    assert f"0x{numbers['VSPACE_PIE_HIGH']:x}, plus" in text


@pytest.mark.parametrize("draw", [figures.text, figures.svg])
def test_a_moved_constant_moves_the_figure(draw):
    numbers = figures.constants()
    before = draw("memory", numbers)
    numbers["DISK_BUF"] += 0x1000
    after = draw("memory", numbers)
    assert "031000" in after and "031000" not in before


def test_a_figure_out_of_order_is_an_error():
    numbers = figures.constants()
    numbers["DISK_BUF"] = numbers["JOIN_BUF"]
    with pytest.raises(ValueError, match="no longer holds"):
        figures.text("memory", numbers)


def test_stale_figures_are_found_and_mended(tmp_path):
    old = (ROOT / "docs/boot-path.md").read_text().replace("020000", "020010")
    document = tmp_path / "old.md"
    document.write_text(old)
    command = [sys.executable, "-B", ROOT / "tools/figures.py"]
    done = subprocess.run([*command, document], stderr=subprocess.PIPE,
                          universal_newlines=True)
    assert done.returncode == 1 and "old.md: a figure" in done.stderr
    subprocess.run([*command, "--write", document], check=True)
    subprocess.run([*command, document], check=True)
    assert "020000" in document.read_text()
