# SPDX-License-Identifier: 0BSD
# elf_verdict.py - what is to be said of an ELF file as a kernel, by what readelf
# prints of it and the table in docs/boot-protocol.md: a second opinion, with
# no line of lib/elf64*.c in it.

import re
import subprocess

LIMIT = 64 << 30                # of memory
HOLE = (1 << 47, (1 << 64) - (1 << 47))
RESERVED = ((0, 0x20000), (0xa0000, 0xc0000))
PIE_LOW = 0x100000
LAST_2_GIB = 2 << 30


def readelf(option, path):
    done = subprocess.run(["readelf", option, "-W", path],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          universal_newlines=True, errors="replace")
    return done.stdout


def header(path):
    found = dict(re.findall(r"^  ([A-Z][^:]*): +(.*)$", readelf("-h", path),
                            re.M))
    return found


def number(text):
    return int(re.match(r"0x[0-9a-f]+|\d+", text)[0], 0)


def program_headers(path):
    rows = re.findall(r"^  ([A-Z_0-9+]+|<unknown>[^ ]*|LOOS\S*|LOPROC\S*) +"
                      r"0x(\w+) 0x(\w+) 0x(\w+) 0x(\w+) 0x(\w+) ([RWE ]{3}) "
                      r"(\w+)$", readelf("-l", path), re.M)
    return [{"type": kind, "offset": int(offset, 16), "vaddr": int(vaddr, 16),
             "filesz": int(filesz, 16), "memsz": int(memsz, 16),
             "flags": flags.replace(" ", ""), "align": int(align, 0)}
            for kind, offset, vaddr, _, filesz, memsz, flags, align in rows]


def meet(a, b):
    return a[0] < b[1] and b[0] < a[1]


def memory(p):
    return (p["vaddr"], p["vaddr"] + p["memsz"])


def judge_segment(p, size, pie):
    """A PT_LOAD that is not empty; the reason to refuse it, or None."""
    if p["filesz"] > p["memsz"]:
        return "more in the file than in memory"
    if p["filesz"] and p["offset"] + p["filesz"] > size:
        return "outside the file"
    if p["filesz"] and p["align"] > 1:
        if p["align"] & (p["align"] - 1):
            return "alignment"
        if (p["vaddr"] - p["offset"]) % p["align"]:
            return "congruence"
    if memory(p)[1] > 1 << 64 or meet(memory(p), HOLE):
        return "address"
    if not p["flags"]:
        return "no rights"
    if not pie and any(meet(memory(p), r) for r in RESERVED):
        return "reserved"
    return None


def is_headers_only(p, head, headers, size):
    """All its bytes are those of ELF headers and notes."""
    if "W" in p["flags"] or "E" in p["flags"] or p["filesz"] != p["memsz"]:
        return False
    start = number(head["Start of program headers"])
    covered = [(0, 64), (start, start + 56 * len(headers))]
    covered += [(q["offset"], q["offset"] + q["filesz"]) for q in headers
                if q["type"] in ("NOTE", "GNU_PROPERTY")]
    at, end = p["offset"], p["offset"] + p["filesz"]
    while at < end:
        reach = max((r[1] for r in covered if r[0] <= at < r[1]), default=at)
        if reach == at:
            return False
        at = reach
    return True


def judge_relocations(path):
    if re.search(r"\(NEEDED\)", readelf("-d", path)):
        return "needed"
    types = set(re.findall(r"^[0-9a-f]{16}  [0-9a-f]{16} (R_\w+)",
                           readelf("-r", path), re.M))
    if types - {"R_X86_64_RELATIVE", "R_X86_64_NONE"}:
        return "relocation"
    return None


def judge_header(head, size):
    if not head:
        return "not ELF"
    for name, right in (("Class", "ELF64"), ("Machine",
                        "Advanced Micro Devices X86-64")):
        if head[name] != right:
            return name
    if "little endian" not in head["Data"]:
        return "Data"
    if not head["Type"].startswith(("EXEC", "DYN")):
        return "type"
    if number(head["Number of program headers"]) == 0:
        return "no program headers"
    if number(head["Number of program headers"]) > 64:
        return "many program headers"
    start = number(head["Start of program headers"])
    if start < 64 or start % 8 or start + 56 * number(
            head["Number of program headers"]) > size:
        return "program headers"
    return None


def judge_whole(loads, head, headers, pie):
    entry = number(head["Entry point address"])
    if not loads:
        return "nothing to load"
    spans = sorted(memory(p) for p in loads)
    if any(a[1] > b[0] for a, b in zip(spans, spans[1:])):
        return "overlap"
    if sum(p["memsz"] for p in loads) > LIMIT:
        return "memory"
    if not any("E" in p["flags"] and
               p["vaddr"] <= entry < p["vaddr"] + p["filesz"] for p in loads):
        return "entry"
    dynamic = [p for p in headers if p["type"] == "DYNAMIC" and p["memsz"]]
    for p in dynamic + [q for q in headers if q["type"] == "TLS"]:
        size = p["memsz"] if p["type"] == "DYNAMIC" else p["filesz"]
        if size and not any(
                q["vaddr"] <= p["vaddr"] and p["vaddr"] + size <=
                q["vaddr"] + q["filesz"] for q in loads):
            return "table outside"
    if pie and not dynamic:
        return "no dynamic"
    if pie and spans[0][0] < PIE_LOW and spans[-1][1] - spans[0][0] > \
            LAST_2_GIB:
        return "large"
    return None


def judge(path):
    """Why the file is no kernel; None if it is one."""
    size = path.stat().st_size
    if size < 64:
        return "too small"
    head = header(path)
    reason = judge_header(head, size)
    if reason:
        return reason
    pie = head["Type"].startswith("DYN")
    headers = program_headers(path)
    loads = []
    for p in headers:
        if p["type"] != "LOAD" or p["memsz"] == 0:
            continue
        reason = judge_segment(p, size, pie)
        if reason == "reserved" and is_headers_only(p, head, headers, size):
            continue
        if reason:
            return reason
        loads.append(p)
    return judge_whole(loads, head, headers, pie) or judge_relocations(path)
