# SPDX-License-Identifier: 0BSD
"""facts.py - what the example kernel prints in its test mode (kernel/facts.c),
and what has to hold of it wherever it runs."""

import re
import struct

from image import SECTOR, Layout, elf_sum, mkimage
from machine import BUILD

KERNEL = BUILD / "kernel.elf"
MODULES = {"noise": bytes(i * i * 7 >> 3 & 0xFF for i in range(70001)),
           "empty": b"", "zeros": bytes(5000)}
PAGE, MIB = 0x1000, 1 << 20
USABLE, RESERVED, ACPI, KERNEL_TYPE, LOADER = 1, 2, 3, 6, 7
LOW_MOST = 640 << 10
LOADER_MEMORY = PAGE, 0x80000, LOADER   # in the map as the loader begins
# Of the memory that a machine has, BIOSes keep no more for themselves.
KEPT = MIB
READ_MOST = 128                 # sectors a call
NX, PAGES_1G = 1 << 20, 1 << 26         # CPUID 80000001h, EDX


def make(folder, options=()):
    """An image of the example kernel with modules, in its test mode."""
    modules = []
    for name, data in MODULES.items():
        (folder / name).write_bytes(data)
        modules.append((folder / name, name))
    return mkimage(KERNEL, folder / "disk.img", "facts", modules, options)


def is_told(text):
    """All facts are there: the kernel has gone on."""
    return "Type:\n" in text


def told(monitor, folder):
    """The same for qemu()."""
    return is_told((folder / "serial").read_text("cp437").replace("\r", ""))


def facts_of(end):
    """name: the facts that have it, each a dict."""
    assert end.how == "done", str(end)
    facts = {}
    for name, rest in re.findall(r"^fact: (\w+) (.*)$", end.serial, re.M):
        facts.setdefault(name, []).append(dict(
            re.findall(r"(\w+)=(.*?)(?= \w+=|$)", rest)) or rest)
    return facts


def one(facts, name):
    fact, = facts[name]
    return fact


def stamps_of(facts):
    assert [int(s["number"]) for s in facts["stamp"]] == list(range(8))
    return [int(s["at"]) for s in facts["stamp"]]


def round_up(size):
    return -(-size // PAGE) * PAGE


# ---- the image, and the kernel in it ---------------------------------------

def judge_image(facts, path):
    """What the image itself says."""
    layout = Layout(path)
    drive = one(facts, "disk")
    mbr, = struct.unpack_from("<I", layout.data, 0x1B8)
    assert int(drive["mbr"], 16) == mbr
    assert int(drive["image"], 16) & 0xFFFFFFFF == mbr
    assert drive["partition"] == f"1+{layout.disk_sectors - 1}"
    assert one(facts, "loader") == {
        "name": "Stagecoach", "kernel": "kernel.elf", "cmdline": "5",
        "version": one(facts, "loader")["version"]}
    assert [(m["name"], int(m["size"]), int(m["sum"], 16))
            for m in facts["module"]] == [
        (name, len(data), elf_sum(data)) for name, data in MODULES.items()]


def segments_of(elf):
    """Where each PT_LOAD lies, in whole pages, with its rights (ELF's bits are
    those of boot_info)."""
    phoff, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for at in range(phoff, phoff + size * count, size):
        kind, flags, _, vaddr, _, _, memory = struct.unpack_from("<IIQQQQQ",
                                                                 elf, at)
        if kind == 1:
            start = vaddr // PAGE * PAGE
            yield start, round_up(vaddr + memory) - start, flags


def judge_kernel(facts):
    """Where it lies: as linked, and no memory more than that."""
    elf = KERNEL.read_bytes()
    wanted = sorted(segments_of(elf))
    end = wanted[-1][0] + wanted[-1][1]
    kernel = one(facts, "kernel")
    assert kernel == {
        "base": f"{wanted[0][0]:x}", "size": str(end - wanted[0][0]),
        "slide": "0", "physical": "ffff800000000000", "stack": "65536",
        "elf": "0"}
    assert sorted((int(s["at"], 16), int(s["size"]), int(s["rights"]))
                  for s in facts["segment"]) == wanted
    places = sorted((int(s["physical"], 16), int(s["size"]))
                    for s in facts["segment"])
    for (at, size), (after, _) in zip(places, places[1:]):
        assert at % PAGE == 0 and at + size <= after
    assert int(one(facts, "memory")["type6"]) == sum(
        size for _, size in places) + sum(
        round_up(len(data)) for data in MODULES.values())


# ---- memory ------------------------------------------------------------------

def judge_memory(facts, size):
    """RAM: usable, ACPI's, kernel, reclaimable."""
    memory = {int(name[4:]): int(value) for name, value
              in one(facts, "memory").items()}
    ram = sum(memory[kind] for kind in (1, 3, 4, 6, 7))
    assert size - KEPT <= ram <= size
    assert memory[USABLE] > ram - 4 * MIB and memory[KERNEL_TYPE] > 70000


def cleaned(raw):
    """The map that these (base, end, type) make: in whole pages, usable where
    all of a page is, else what the worst of its entries is."""
    bounds = sorted({edge for base, end, _ in raw for at in (base, end)
                     for edge in (at // PAGE * PAGE, round_up(at))} |
                    {0, *LOADER_MEMORY[:2]})
    ranges = []
    for start, stop in zip(bounds, bounds[1:]):
        kinds = {kind for base, end, kind in raw if base < stop and start < end}
        whole = any(base <= start and stop <= end
                    for base, end, kind in raw if kind == USABLE)
        kind = None if kinds <= {USABLE} and not whole else \
            ACPI if kinds - {USABLE} == {ACPI} else \
            RESERVED if kinds - {USABLE} else USABLE
        if start == 0:
            kind = RESERVED             # the interrupt vectors
        elif start < LOADER_MEMORY[1]:
            kind = LOADER
        if ranges and kind and ranges[-1][1:] == (start, kind):
            ranges[-1] = ranges[-1][0], stop, kind
        elif kind:
            ranges.append((start, stop, kind))
    return ranges


# ---- the boot log ------------------------------------------------------------

class Log:
    """Its lines, each of which has a place."""

    def __init__(self, facts):
        lines = iter([line["text"] for line in facts["log"]])

        def match(pattern):
            line = next(lines)
            found = re.fullmatch(pattern, line)
            assert found, f"the log has {line!r} instead of {pattern!r}"
            return found.groups()

        self.cpu = [int(x, 16) for x in match(
            r"CPU: memory below (\w+), features (\w+) (\w+)")]
        self.memory_call, count = match(
            r"memory: INT 15h (\w+), (\d+) entries")
        self.raw = []
        for _ in range(int(count)):
            base, size, kind, attributes = match(r"(\w+)\+(\w+) (\w+)/(\w+)")
            base = int(base, 16)
            self.raw.append((base, base + int(size, 16), int(kind)))
            assert attributes == "1"
        self.clean = []
        for line in lines:
            found = re.fullmatch(r"(\w+)-(\w+) (\d+)", line)
            if not found:
                break
            self.clean.append((int(found[1], 16), int(found[2], 16),
                               int(found[3])))
        self.disk = dict(zip(
            ("drive", "edd", "sectors", "chs", "loader", "method"),
            re.fullmatch(r"disk: drive (\w+), EDD (\w+), (\d+) sectors, CHS "
                         r"(\S+); loader: (\d+) sectors, method (\d)",
                         line).groups()))
        self.kernel = match(r"kernel: at (\w+), moved by (\w+), entry (\w+), "
                            r"(\d+) pieces")
        self.calls, self.failed, self.most, self.by_chs = map(int, match(
            r"disk: (\d+) calls, (\d+) failed, most sectors (\d+), "
            r"CHS (\d)"))
        self.video = list(lines)


def sectors_left(path):
    """Those of the files that do not come with stage2."""
    layout = Layout(path)
    loader, = struct.unpack_from("<H", layout.data, SECTOR + 8)
    return loader, max(file["lba"] + file["sectors"]
                       for file in layout.files) - (1 + loader)


def judge_log(facts, path, low_end=LOW_MOST):
    """What it says is so; what the machine is like is not judged here. low_end
    is what INT 12h says: the rest up to LOW_MOST is the BIOS's."""
    log = Log(facts)
    cpu, drive = one(facts, "cpu"), one(facts, "disk")
    extended = int(cpu["extended"], 16)
    assert log.cpu == [1 << int(cpu["address_bits"]),
                       int(cpu["features"], 16),
                       bool(extended & NX) + 2 * bool(extended & PAGES_1G)]
    assert log.memory_call == "e820"
    assert log.clean == cleaned([*log.raw, (low_end, LOW_MOST, RESERVED)])
    loader, left = sectors_left(path)
    assert {**log.disk, "method": 0} == {
        "drive": drive["drive"], "edd": drive["edd"],
        "sectors": drive["sectors"], "chs": drive["chs"],
        "loader": str(loader), "method": 0}
    entry, = struct.unpack_from("<Q", KERNEL.read_bytes(), 24)
    kernel = one(facts, "kernel")
    assert log.kernel == (kernel["base"], kernel["slide"], f"{entry:x}",
                          str(len(facts["segment"])))
    assert left > 0 and log.calls - log.failed >= -(-left // log.most)
    assert log.by_chs == 1 - int(drive["lba"])
    return log


def judge_good_disk(log, path):
    """No call has failed, and none was needless."""
    _, left = sectors_left(path)
    assert (log.failed, log.most, log.by_chs) == (0, READ_MOST, 0)
    assert log.calls <= -(-left // READ_MOST) + len(MODULES)
    assert log.disk["method"] == "0"


# ---- time --------------------------------------------------------------------

TABLE = re.compile(
    r"^Boot: +long mode +memory map +loading +hand-over +in all\n"
    r"  (us|counts) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)\n"
    r"  % +(\d+) +(\d+) +(\d+) +(\d+) +100$", re.M)


def judge_times(facts, end):
    """The table of where the time went is made of the stamps."""
    stamps = stamps_of(facts)
    hz = int(one(facts, "clock")["hz"])
    found = TABLE.search(end.serial)
    assert found, str(end)
    steps = [b - a for a, b in zip(stamps[:5], stamps[1:5])]
    assert min(steps) > 0 and stamps[5:] == [0, 0, 0]
    whole = sum(steps)
    times = [step * 1000 // (hz // 1000) if hz else step
             for step in (*steps, whole)]
    assert found[1] == ("us" if hz else "counts")
    assert [int(x) for x in found.groups()[1:6]] == times
    assert [int(x) for x in found.groups()[6:]] == [
        step * 100 // whole for step in steps]


def judge_no_times(facts, end):
    """There is no counter, so no stamp, no rate and no table."""
    assert not any(stamps_of(facts))
    assert one(facts, "clock") == {"hz": "0", "error": "0"}
    assert "Boot:" not in end.serial
