# SPDX-License-Identifier: 0BSD
# stagecoach.py - commands for GDB: stops of a boot, CPU state, code as the mode
# decodes it, page tables, memory map, boot_info. Loaded by `make gdb`, or with
# gdb -x tools/debug/stagecoach.py.

import bisect
import json
import os
import re
import subprocess
import sys
import tempfile

import gdb

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import stops            # noqa: E402 (its folder had to be named first)

OBJDUMP = os.environ.get("OBJDUMP", "objdump")

PTE_P, PTE_W, PTE_U, PTE_LARGE, PTE_NX = 1, 2, 4, 1 << 7, 1 << 63
PTE_ADDRESS = 0x000FFFFFFFFFF000
CR4_LA57 = 1 << 12
LEVELS = {5: "PML5", 4: "PML4", 3: "PDPT", 2: "PD", 1: "PT"}

TEXT_SCREEN, COLUMNS, ROWS = 0xB8000, 80, 25


# ---- the machine, through QEMU's monitor: it sees more than GDB does ------

def monitor(command):
    try:
        return gdb.execute(f"monitor {command}", to_string=True)
    except gdb.error as error:
        raise gdb.GdbError(f"no QEMU here to ask: {error}") from error


def cpu():
    """The CPU's state, as stops.state() has it, and CS's base."""
    text = monitor("info registers")
    value = {name: int(number, 16) for name, number in
             re.findall(r"\b(CR[034]|EFER) *=([0-9a-f]+)", text)}
    cs, base, flags = (int(field, 16) for field in re.search(
        r"^CS *=([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+)", text,
        re.MULTILINE).groups())
    return stops.state(value["CR0"], value["CR3"], value["CR4"],
                       value["EFER"], cs, flags), base


def physical(address, count=1):
    """Quadwords of physical memory."""
    text = monitor(f"xp /{count}gx {address:#x}")
    return [int(word, 16) for line in text.splitlines() if ":" in line
            for word in line.split(":")[1].split()]


def number(text):
    """The value of an expression, as an address."""
    value = gdb.parse_and_eval(text)
    if value.type.code == gdb.TYPE_CODE_FUNC:
        value = value.address
    return int(value.cast(gdb.lookup_type("unsigned long"))) & stops.MASK


class Command(gdb.Command):
    """A command whose help is its class's docstring."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        try:
            self.run(gdb.string_to_argv(argument))
        except (stops.Failure, gdb.error) as error:
            raise gdb.GdbError(str(error)) from error


# ---- state, code, pagetable, screen -------------------------------------

class State(Command):
    """state - the CPU's mode and the registers that make it."""

    def run(self, _arguments):
        now, base = cpu()
        print(f"mode {now['mode']}, CS {now['cs']:04x} base {base:#x}, "
              f"CS.L {now['l']}, CR3 {now['cr3']:#x}")
        for name in stops.FLAGS:
            print(f"{name.upper():4} {now[name]:08x}  "
                  f"{stops.flag_names(name, now[name])}")


class Code(Command):
    """code [COUNT [ADDRESS]] - instructions, decoded as the mode does it.

    GDB alone decodes everything as 64-bit code. Without ADDRESS: at CS:IP."""

    def run(self, arguments):
        count = number(arguments[0]) if arguments else 8
        now, base = cpu()
        bits = stops.code_bits(now["mode"])
        pc = number("$pc")
        address = base + (pc if bits > 16 else pc & 0xFFFF)
        if len(arguments) > 1:
            address = number(arguments[1])
        for where, text in disassemble(address, count, bits):
            print(f"{'=>' if where == base + pc else '  '} {where:#x} "
                  f"{place(where):24} {text}")


def disassemble(address, count, bits):
    """[(address, instruction)] by objdump, which knows every mode."""
    machine = {16: "i8086", 32: "i386", 64: "i386:x86-64"}[bits]
    data = readable(address, 15 * count)
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        done = subprocess.run(
            [OBJDUMP, "-D", "-z", "-b", "binary", "-m", machine, "-M", "intel",
             "--no-show-raw-insn", f"--adjust-vma={address:#x}", file.name],
            stdout=subprocess.PIPE, universal_newlines=True, check=True)
    lines = re.findall(r"^ *([0-9a-f]+):\t(.*?) *$", done.stdout,
                       re.MULTILINE)
    return [(int(where, 16), text) for where, text in lines[:count]]


def readable(address, size):
    """Memory from address on: size bytes, or to the page's end."""
    memory = gdb.selected_inferior()
    try:
        return bytes(memory.read_memory(address, size))
    except gdb.MemoryError:
        try:
            return bytes(memory.read_memory(address, -address % 4096 or 4096))
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"{address:#x} is not mapped") from error


LABELS = []             # sorted (address, name) of all code but
BOOT_LABELS = []        # that of stage1 where the BIOS has put it: once it has
                        # moved, in real mode, stage2 lies there


def place(address):
    """<label+offset> of an address, or nothing. GDB's own `info symbol`
    takes NASM's local labels for mangled names."""
    labels = LABELS
    if cpu()[0]["mode"] == "real" and address >= BOOT_LABELS[0][0]:
        labels = BOOT_LABELS
    i = bisect.bisect_right(labels, (address + 1, ""))
    if i == 0 or address - labels[i - 1][0] > 0x10000:
        return ""
    start, name = labels[i - 1]
    return f"<{name}+{address - start}>" if address > start else f"<{name}>"


class PageTable(Command):
    """pagetable ADDRESS - the entries that translate an address, by level."""

    def run(self, arguments):
        if len(arguments) != 1:
            raise gdb.GdbError("usage: pagetable ADDRESS")
        address = number(arguments[0])
        now, _ = cpu()
        if not now["efer"] & stops.EFER_LMA:
            print(f"{address:#x} is physical: no paging in {now['mode']} "
                  "mode")
            return
        table, rights = now["cr3"] & PTE_ADDRESS, PTE_W | PTE_U
        for level in range(5 if now["cr4"] & CR4_LA57 else 4, 0, -1):
            shift = 12 + 9 * (level - 1)
            index = address >> shift & 511
            entry, = physical(table + 8 * index)
            print(f"{LEVELS[level]:4} {table:#x}[{index}] = {entry:016x} "
                  f"{entry_flags(entry)}")
            if not entry & PTE_P:
                print(f"{address:#x} is not mapped")
                return
            # W and U need every level's leave, NX takes only one.
            rights = rights & (entry | PTE_NX) | entry & PTE_NX
            table = entry & PTE_ADDRESS
            if level == 1 or entry & PTE_LARGE:
                print_page(address, table, shift, rights)
                return


def entry_flags(entry):
    names = {0: "P", 1: "W", 2: "U", 3: "PWT", 4: "PCD", 5: "A", 6: "D",
             7: "PS", 8: "G", 63: "NX"}
    return " ".join(name for bit, name in names.items() if entry >> bit & 1)


def print_page(address, frame, shift, rights):
    inside = (1 << shift) - 1
    size = {12: "4 KiB", 21: "2 MiB", 30: "1 GiB"}[shift]
    print(f"{address:#x} -> physical {frame & ~inside | address & inside:#x}, "
          f"a page of {size}, r{'w' if rights & PTE_W else '-'}"
          f"{'-' if rights & PTE_NX else 'x'}"
          f"{' user' if rights & PTE_U else ''}")


class Screen(Command):
    """screen - what is on the VGA text screen."""

    def run(self, _arguments):
        words = physical(TEXT_SCREEN, 2 * COLUMNS * ROWS // 8)
        data = b"".join(word.to_bytes(8, "little") for word in words)
        text = data[::2].decode("cp437").replace("\0", " ")
        rows = [text[i:i + COLUMNS].rstrip()
                for i in range(0, len(text), COLUMNS)]
        print("\n".join(rows).rstrip())


# ---- boot-info, memmap --------------------------------------------------

def boot_info(arguments):
    """The struct, from an argument or from when the kernel was entered."""
    address = number(arguments[0] if arguments else "$boot_info")
    if address == 0:
        raise gdb.GdbError("the kernel has not been entered yet")
    kind = gdb.lookup_type("struct boot_info").pointer()
    return gdb.Value(address).cast(kind).dereference()


class BootInfo(Command):
    """boot-info [ADDRESS] - all that the kernel was told.

    Without ADDRESS: what RDI had at the kernel's entry."""

    def run(self, arguments):
        info = boot_info(arguments)
        if int(info["magic"]).to_bytes(8, "little") != b"STAGECOA":
            raise gdb.GdbError(f"no struct boot_info at {info.address}")
        for name, text in fields(info):
            print(f"{name:24} {text}")


def fields(value, prefix=""):
    """(name, text) of each member of a struct, those within it included."""
    for field in value.type.fields():
        member, name = value[field.name], prefix + field.name
        kind = member.type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_STRUCT:
            yield from fields(member, name + ".")
        elif kind.code == gdb.TYPE_CODE_INT:
            yield name, integer(int(member))
        elif kind.code == gdb.TYPE_CODE_ARRAY:
            _, last = kind.range()
            yield name, " ".join(integer(int(member[i]))
                                 for i in range(last + 1))
        elif is_text(kind.target()) and int(member) != 0:
            yield name, f"{int(member):#x} {member.string()!r}"
        else:
            yield name, integer(int(member))


def is_text(kind):
    kind = kind.strip_typedefs()
    return kind.code == gdb.TYPE_CODE_INT and kind.sizeof == 1


def integer(value):
    """In hex, and in decimal where that is what people count in."""
    if value < 10:
        return str(value)
    return f"{value:#x} ({value})" if value < 100000 else f"{value:#x}"


def memory_map(arguments):
    """First entry and count: the kernel's map, before it the loader's."""
    if arguments or number("$boot_info") != 0:
        info = boot_info(arguments)
        return info["memory"], int(info["memory_count"])
    loader = gdb.parse_and_eval("'stage2/main.c'::main::boot.memory.map")
    return loader["range"], int(loader["count"])


class MemMap(Command):
    """memmap [ADDRESS] - the memory map, from a struct boot_info.

    Without ADDRESS: the kernel's; before it was entered, the loader's own."""

    def run(self, arguments):
        entry, count = memory_map(arguments)
        if int(entry) == 0 or count > 4096:
            raise gdb.GdbError("there is no memory map yet")
        names = {field.enumval: field.name for field in
                 gdb.lookup_type("enum boot_memory_type").fields()}
        for i in range(count):
            base, end = int(entry[i]["base"]), int(entry[i]["end"])
            kind = int(entry[i]["type"])
            name = names.get(kind, str(kind)).replace("BOOT_MEMORY_", "")
            print(f"[{base:012x}, {end:012x}) {(end - base) >> 10:>12} KiB  "
                  f"{name.lower()}")


# ---- stops --------------------------------------------------------------

BREAKPOINTS = {}        # breakpoint number: its stop


def on_stop(event):
    """Tells of the stop, and disables what has been seen often enough."""
    for breakpoint in getattr(event, "breakpoints", []):
        stop = BREAKPOINTS.get(breakpoint.number)
        if not stop:
            continue
        if stop.program == "kernel":
            gdb.set_convenience_variable("boot_info", number("$rdi"))
        print(stops.describe(stop, stop.gdb))
        if stop.door and breakpoint.hit_count == stops.CROSSINGS:
            breakpoint.enabled = False
            print(f"   (not again; `enable {breakpoint.number}` brings it "
                  "back)")


class Attach(Command):
    """stagecoach-attach BUILD KERNEL TARGET - debug a boot from its start.

    BUILD has stage1.elf and stage2.elf, KERNEL is an ELF file, TARGET what
    `target remote` takes. The machine is to be halted at reset."""

    def run(self, arguments):
        if len(arguments) != 3:
            raise gdb.GdbError("usage: stagecoach-attach BUILD KERNEL TARGET")
        build, kernel, target = arguments
        places = stops.addresses(build, kernel)
        _, slide = stops.kernel_entry(kernel)
        for command in ("set architecture i386:x86-64", "set confirm off",
                        "set pagination off",
                        "set disassembly-flavor intel",
                        f"add-symbol-file {build}/stage1.elf",
                        f"add-symbol-file {build}/stage2.elf",
                        f"add-symbol-file {kernel} -o {slide:#x}",
                        f"target remote {target}"):
            gdb.execute(command, to_string=True)
        for path, up in ((f"{build}/stage1.elf", 0),
                         (f"{build}/stage2.elf", 0), (kernel, slide)):
            LABELS.extend(((address + up) & stops.MASK, name) for
                          address, kind, name in stops.symbols(path)
                          if kind in "tTwW")
        LABELS.sort()
        for name in ("stage1", "start"):
            path = f"{build}/stage1.elf"
            BOOT_LABELS.append((stops.symbol_address(path, name), name))
            LABELS.remove(BOOT_LABELS[-1])
        gdb.set_convenience_variable("boot_info", 0)
        for stop, address in places:
            made = gdb.Breakpoint(f"*{address:#x}")
            BREAKPOINTS[made.number] = stop
        gdb.events.stop.connect(on_stop)


class Trace(Command):
    """stagecoach-trace FILE - go from stop to stop, into the kernel, and
    write the CPU's state at each to FILE, as JSON."""

    def run(self, arguments):
        if len(arguments) != 1:
            raise gdb.GdbError("usage: stagecoach-trace FILE")
        trace = []
        gdb.events.stop.connect(
            lambda event: trace.extend(self.seen(event)))
        while not trace or trace[-1]["stop"] != "kernel":
            gdb.execute("continue")
        with open(arguments[0], "w") as file:
            json.dump(trace, file)

    @staticmethod
    def seen(event):
        names = [BREAKPOINTS[b.number].name
                 for b in getattr(event, "breakpoints", [])
                 if b.number in BREAKPOINTS]
        return [{"stop": name, **cpu()[0]} for name in names]


for made_command in ((State, "state"), (Code, "code"),
                     (PageTable, "pagetable"), (Screen, "screen"),
                     (BootInfo, "boot-info"), (MemMap, "memmap"),
                     (Attach, "stagecoach-attach"),
                     (Trace, "stagecoach-trace")):
    made_command[0](made_command[1])
