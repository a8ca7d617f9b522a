# SPDX-License-Identifier: 0BSD
# test_docs.py - what the documents say is so: commands run, links lead
# somewhere, tables name all that the sources have.

"""A comment on the line before a block of a document is for this file:

<!-- not run: REASON -->   a command that no test can run
<!-- needs: PROGRAM -->    a command that is run only where PROGRAM is there
<!-- screen: TEXT -->      what QEMU's screen has to show ("Hello World!")
<!-- shows: TEXT -->       what the output has to have; the exit status does not
                           count, as Bochs sometimes crashes when told to quit
<!-- ends: TEXT -->       what goes on for ever, until Ctrl-C; it has to show this
<!-- file: PATH -->        not a command, but a file that the commands use
<!-- stick: PATH -->       writes to /dev/sdX what lies at PATH afterwards
<!-- figure: NAME -->      drawn by tools/figures.py, see test_book.py

"long" or "root" before that, or alone, as in <!-- root ends: TEXT -->, is what
only `make test-docs-long` runs: long_docs.py.

A ```text block right behind one of commands is what these print.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
DOCS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")),
        ROOT / "examples/README.md",
        *sorted(ROOT.glob("examples/*/README.md"))]
TIMEOUT = 60            # seconds for one block of commands
LONG_TIMEOUT = 3600     # the same for what is marked
KINDS = ("", "not run", "needs", "screen", "shows", "ends", "file", "stick",
         "figure")


def name(path):
    return str(path.relative_to(ROOT))


# ---- commands --------------------------------------------------------------

class Block:
    def __init__(self, document, line, language, before):
        comment = re.fullmatch(
            r"<!-- (?:(long|root) )?(?:([a-z ]+): (.+) )?-->", before)
        mark, kind, value = comment.groups() if comment else (None,) * 3
        self.place = f"{name(document)}:{line}"
        self.language = language
        self.is_long = mark is not None
        self.kind, self.value = kind or "", value or ""
        self.text = ""
        assert self.kind in KINDS, f"{self.place}: what does {before} mean?"

    def is_run(self, long):
        return self.language == "sh" and (long or not self.is_long) and \
            self.kind not in ("not run", "file") and \
            not (self.kind == "needs" and shutil.which(self.value) is None)


def blocks(document):
    """The fenced blocks of a document, each with the comment before it."""
    found, open_block, before = [], None, ""
    for number, line in enumerate(document.read_text().splitlines(), 1):
        fence = re.fullmatch(r"```(\w*)", line)
        if fence and open_block is None:
            open_block = Block(document, number, fence.group(1), before)
        elif fence:
            found.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.text += line + "\n"
        before = line
    assert open_block is None, f"{name(document)}: a block has no end"
    return found


def copy_of_the_tree(folder):
    """What a fresh clone would have, and what has not been committed yet."""
    build = Path(os.environ.get("BUILD", ROOT / "build")).name

    def skip(path, names):
        top = {".git", "build", build} if Path(path) == ROOT else set()
        return top | ({"__pycache__"} & set(names))

    shutil.copytree(ROOT, folder, ignore=skip)
    return folder


def programs(folder):
    """A folder for PATH: a QEMU that looks at its screen, and the
    distribution's Rust, not one that a user has put before it."""
    folder.mkdir()
    qemu = shutil.which("qemu-system-x86_64")
    assert qemu, "qemu-system-x86_64 is missing: make deps test installs it"
    script = folder / "qemu-system-x86_64"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} "
                      f"{HERE}/watch_screen.py {qemu} \"$SCREEN\" \"$@\"\n")
    script.chmod(0o755)
    if os.geteuid() == 0:       # sudo(8) would clear the environment
        (folder / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
        (folder / "sudo").chmod(0o755)
    for tool in ("rustc", "cargo"):
        if Path("/usr/bin", tool).exists():
            (folder / tool).symlink_to(Path("/usr/bin", tool))
    return folder


def end(process):
    """Ctrl-C, and whatever is left of it after that."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(block, tree, path, stick=None):
    """Runs a block of commands; returns what they print."""
    environment = {
        "PATH": f"{path}:{os.environ['PATH']}", "LC_ALL": "C",
        "HOME": os.environ.get("HOME", "/"), "TERM": "dumb",
        "SCREEN": block.value if block.kind == "screen" else "Hello World!"}
    text, answer = block.text, ""
    if block.kind == "stick":
        environment.update(stick.environment)
        text = text.replace("/dev/sdX", stick.device)
        answer = Path(stick.device).name + "\n"
    timeout = LONG_TIMEOUT if block.is_long else TIMEOUT
    log, typed = tree.parent / "log", tree.parent / "typed"
    typed.write_text(answer)
    with open(log, "wb") as output, open(typed) as keys:
        process = subprocess.Popen(
            ["sh", "-e", "-u", "-c", text], cwd=tree, env=environment,
            stdin=keys, stdout=output, stderr=output, start_new_session=True)
    deadline = time.monotonic() + timeout
    said, ended = "", False
    while not ended:
        ended = process.poll() is not None
        time.sleep(0 if ended else 0.05)
        said = log.read_text(errors="replace").replace("\r", "")
        if not ended and block.kind == "ends" and block.value in said:
            break
        if not ended and time.monotonic() > deadline:
            break
    end(process)
    if block.kind in ("shows", "ends"):
        assert block.value in said, f"{block.place}:\n{said}"
        return said
    assert ended, f"{block.place}: not done in {timeout} s\n{text}\n{said}"
    assert process.returncode == 0, f"{block.place}: " \
        f"exit status {process.returncode}\n{text}\n{said}"
    if block.kind == "stick":
        assert stick.holds(tree / block.value), f"{block.place}\n{said}"
    return said


def run_documents(folder, long=False, stick=None):
    """All commands, document after document, in one copy of the tree."""
    tree = copy_of_the_tree(folder / "tree")
    path = programs(folder / "programs")
    count = 0
    for document in DOCS:
        said = None
        for block in blocks(document):
            if block.kind == "file":
                (tree / block.value).write_text(block.text)
            elif block.is_run(long):
                if long:
                    print(f"{block.place}:\n{block.text}", flush=True)
                said = run(block, tree, path, stick)
                count += 1
                continue
            elif block.language == "text" and said is not None:
                assert block.text in said, f"{block.place}:\n{said}"
            said = None
    return count


def test_commands(tmp_path):
    assert run_documents(tmp_path) >= 5, "there were more commands than that"


COMMANDS = ("addr2line", "bochs", "cargo", "cmake", "dd", "gcc", "gdb",
            "ld", "make", "mkimage", "nasm", "nm", "objdump", "objcopy", "rustc",
            "stagecoach-run", "sudo")


@pytest.mark.parametrize("document", DOCS, ids=name)
def test_commands_are_marked_as_such(document):
    """Only blocks of the language sh are run."""
    for block in blocks(document):
        for line in block.text.splitlines():
            word = (line.split() or [""])[0]
            assert block.language != "" or not (
                word in COMMANDS or
                word.startswith(("build/", "qemu-"))), f"{block.place}: {line}"


# ---- links -----------------------------------------------------------------

def anchor(heading):
    """As the usual renderers make it of a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def prose(document):
    return re.sub(r"^```.*?^```$", "", document.read_text(),
                  flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", [*DOCS, ROOT / "CONTRIBUTING.md"],
                         ids=name)
def test_links(document):
    text = prose(document)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + \
        re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        path = document.parent / path if path else document
        assert path.exists(), f"{name(document)}: {target} leads nowhere"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
            assert fragment in map(anchor, headings), \
                f"{name(document)}: {target}: no such heading"


@pytest.mark.parametrize("document", DOCS, ids=name)
def test_lines_are_short(document):
    for number, line in enumerate(document.read_text().splitlines(), 1):
        assert len(line) <= 100 or line.startswith("|"), \
            f"{name(document)}:{number}: {len(line)} columns"


# ---- messages --------------------------------------------------------------

def strings(text):
    """C's adjoining string literals as one."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def number_words(form):
    """printf's numbers as the documents write them."""
    return re.sub(r"%0?\d*(ll|z)?[dux]", "N", form.replace("\\n", ""))


def literals(path, function):
    """The format strings that a file gives to a function."""
    return [number_words(strings(found)) for found in re.findall(
        rf"\b{function}\(" + r'((?:"(?:[^"\\]|\\.)*"\s*)+)',
        path.read_text())]


def fatal_lines():
    """Every fatal line of the loader, as printf has it; the asm's, too."""
    for path in sorted(ROOT.glob("stage2/*.c")):
        for line in literals(path, "die"):
            yield name(path), line
    for path in [ROOT / "stage1/mbr.asm", *sorted(ROOT.glob("stage2/*.asm"))]:
        for label, text in re.findall(r'^text_(\w+):\s+db\s+"([^"]*)"',
                                      path.read_text(), re.MULTILINE):
            if label == "disk":
                yield name(path), text + "NN"
            elif label not in ("name", "status"):
                yield name(path), text


def parts_of_reports():
    """What the fault reporter puts its line together from; how it begins."""
    found = literals(ROOT / "stage2/report.c", "add")
    starts = [line for line in found
              if re.match("(exception|vector|interrupt|the kernel) ", line)
              and "while reporting" not in line]
    return starts, [line for line in found if line.startswith((", ", " ("))]


def meanings():
    """What a report's second line may say, in pieces that do not vary."""
    for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"(?:\n\s+"([^"]*)")?',
                           (ROOT / "lib/fault.c").read_text()
                           .split("static bool in(")[1]):
        for piece in re.split(r"%\w+|0x", "".join(text)):
            if len(piece.strip()) > 3:
                yield piece.strip(" :,")


def no_numbers(text):
    return re.sub(r"\b\d+\b", "N", text)


def pattern(line):
    """A regular expression for what printf makes of a line."""
    texts = re.split(r"%(?:\.\d+)?s", no_numbers(line))
    return "[A-Za-z ]*".join(map(re.escape, texts))


def documented_lines():
    text = (ROOT / "docs/what-went-wrong.md").read_text()
    table = text.split("## Every last line")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    return [no_numbers(row) for row in rows]


def test_fatal_lines():
    sources = list(fatal_lines())
    documented = documented_lines()
    assert len({where for where, _ in sources}) > 8, "too few were found"
    said = set()
    for where, line in sources:
        rows = [row for row in documented if re.fullmatch(pattern(line), row)]
        assert rows, f"{where}: {line!r} is not in docs/what-went-wrong.md"
        said.update(rows)
    starts, parts = parts_of_reports()
    reports = [row for row in documented
               if any(re.match(pattern(start), row) for start in starts)]
    assert starts and len(parts) >= 3
    for part in parts:
        assert any(re.search(pattern(part), row) for row in reports), part
    assert said.union(reports) == set(documented), "who says the others?"


def test_meanings_of_faults():
    document = " ".join((ROOT / "docs/faults.md").read_text().split())
    pieces = list(meanings())
    assert len(pieces) > 20
    for piece in pieces:
        assert piece in document, piece


def test_reasons_of_bad_images():
    """The phrases that a fatal line has for REASON."""
    text = (ROOT / "lib/image_file.c").read_text()
    text = text.split("image_strerror(int err)")[1].split("\n}")[0]
    phrases = [phrase for literal in re.findall(r'"([^"]*)"', text)
               for phrase in literal.split("\\0") if phrase]
    assert len(phrases) > 5
    document = " ".join(
        (ROOT / "docs/what-went-wrong.md").read_text().split())
    for phrase in phrases:
        if phrase not in ("no error", "unknown error", "cannot be read"):
            assert phrase in document, phrase


def test_refused_kernels():
    """Every verdict on an ELF file, with its sentence."""
    text = re.sub(r"\\\n", "", (ROOT / "lib/elf64.h").read_text())
    want = [(verdict, number_words(strings(sentence)))
            for verdict, sentence in re.findall(
                r'\bX\((\w+),\s+((?:"[^"]*"\s*)+)\)', text)]
    document = (ROOT / "docs/boot-protocol.md").read_text()
    have = re.findall(r"^\| ([A-Z_]+) \| `([^`]+)` \| \S", document,
                      re.MULTILINE)
    assert len(want) > 40
    assert have == want


# ---- structures ------------------------------------------------------------

def structures(header):
    """Name and fields of each structure of a header."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
    for struct, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text,
                                   re.MULTILINE | re.DOTALL):
        fields = []
        for line in body.split(";"):
            fields += re.findall(r"\b(\w+)(?:\[\w+\])?(?=\s*(?:,|$))",
                                 line.strip())
        yield struct, fields


def section(document, struct):
    """The document's rows about a structure."""
    found = re.search(rf"^##+ [^\n]*struct {struct}\n(.*?)(?=^##|\Z)",
                      (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{document} has no heading for struct {struct}"
    return found.group(1)


def test_boot_info():
    seen = dict(structures(ROOT / "include/boot_info.h"))
    assert "loader_name" in seen["boot_info"] and len(seen) > 7
    for struct, fields in seen.items():
        rows = section("docs/boot-protocol.md", struct)
        named = [field for row in re.findall(r"^\| (`[^|]*) \|", rows,
                                             re.MULTILINE)
                 for field in re.findall(r"`(\w+)`", row)]
        assert named == fields, f"struct {struct}"


def test_memory_types():
    header = (ROOT / "include/boot_info.h").read_text()
    types = re.findall(r"^\t(BOOT_(?:MEMORY|STAMP)_\w+) = (\d+)", header,
                       re.MULTILINE)
    document = (ROOT / "docs/boot-protocol.md").read_text()
    assert len(types) == 8 + 6
    for kind, value in types:
        assert kind == "BOOT_STAMP_COUNT" or re.search(
            rf"^\| {kind}(, | \| ){value} \|", document, re.MULTILINE), kind


def test_image_structures(tmp_path):
    """Offset and size of every field, as the compiler has them."""
    source = ["#include <stddef.h>", "#include <stdio.h>",
              '#include "image.h"', "int main(void) {"]
    seen = dict(structures(ROOT / "include/image.h"))
    assert set(seen) == {"stage2_header", "image_super", "image_file",
                         "image_block", "image_table"}
    for struct, fields in seen.items():
        for field in fields:
            source.append(
                f'printf("{struct} %zu %zu {field}\\n", offsetof(struct '
                f"{struct}, {field}), sizeof(((struct {struct} *)0)->"
                f"{field}));")
    (tmp_path / "offsets.c").write_text("\n".join([*source, "}\n"]))
    subprocess.run(["cc", f"-I{ROOT}/include", f"-I{ROOT}/lib", "-o",
                    tmp_path / "offsets", tmp_path / "offsets.c"], check=True)
    want = subprocess.run([tmp_path / "offsets"], check=True,
                          stdout=subprocess.PIPE, universal_newlines=True)
    have = []
    for struct in seen:
        rows = section("docs/image-format.md", struct)
        have += [f"{struct} {' '.join(row)}" for row in re.findall(
            r"^\| (\d+) \| (\d+) \| `(\w+)` \|", rows, re.MULTILINE)]
    assert have == want.stdout.splitlines()
