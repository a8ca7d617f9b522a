# SPDX-License-Identifier: 0BSD
"""report.py - tables in Markdown and plots in SVG of what bench.py found.

The Markdown is a part of docs/performance.md: paste.py puts it there."""

import datetime
import os
import platform
import re
import subprocess
import textwrap

import goals
import instructions
import quick
import tables
import wall

# The columns of the tables and lines of the plots, in order.
SHOWN = ["stagecoach", "floor", "syslinux-mboot", "syslinux-linux",
         "grub-multiboot2", "grub-linux"]
SIZES = [0, 1, 4, 16, 64]
FEW = 200                       # instructions: such functions have no name here


def first_line(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True,
                             check=False)
    except OSError:
        return "not there"
    return ((run.stdout or run.stderr).splitlines() or [""])[0]


def package(name):
    return first_line("dpkg-query", "-W", "-f", "${Version}", name)


def machine():
    """What the figures depend on, one line each."""
    try:
        with open("/proc/cpuinfo", encoding="ascii") as f:
            cpu = re.search(r"model name\s*: (.*)", f.read())[1]
    except (OSError, TypeError):
        cpu = platform.machine()
    return [f"date: {datetime.date.today().isoformat()}",
            f"host: {os.cpu_count()} CPUs ({cpu}), load "
            f"{os.getloadavg()[1]:.1f} at the end",
            f"Bochs {instructions.version()}: CPU {instructions.CPU}, "
            f"{instructions.IPS:,} ips, 512 MiB where no other size is named, "
            "BIOS-bochs-latest",
            f"{first_line(wall.QEMU, '--version')}: TCG, 512 MiB, SeaBIOS",
            f"syslinux {package('syslinux')}, GRUB {package('grub-pc-bin')}, "
            f"liblz4 {package('liblz4-dev')}, "
            f"{first_line('gcc', '--version')}"]


def loader(build, state, mkimage):
    """What was measured; and which steps measured something else."""
    here = os.path.dirname(os.path.abspath(__file__))
    commit = first_line("git", "-C", here, "describe", "--always", "--dirty")
    lines = [f"Stagecoach {commit}, mkimage {mkimage}; stage1 and stage2 have "
             f"{quick.loader_size(build):,} bytes"]
    others = dict.fromkeys(f"{row['step']} ({row['mkimage']})"
                           for row in state.records()
                           if row["mkimage"] != mkimage)
    if others:
        lines.append("**not of this mkimage**: " + ", ".join(others))
    return lines


def wrapped(text, mark=""):
    """Lines as the documents have them; mark begins an item of a list."""
    return textwrap.fill(text, 79, initial_indent=mark,
                         subsequent_indent=" " * len(mark),
                         break_long_words=False, break_on_hyphens=False) + "\n"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + "\n"


def number(text):
    return f"{int(text):,}" if text.isdigit() else text


def bochs_part(t):
    found = {(row["kernel"], row["loader"]): row["instructions"]
             for row in t.records()}
    names = dict.fromkeys(kernel for kernel, _ in found)
    return table(["kernel", *SHOWN],
                 [[name] + [number(found.get((name, loader), ""))
                            for loader in SHOWN] for name in names])


def qemu_part(t):
    return table(["kernel", "machine", "CPU", "loader", "runs", "median ms",
                  "least", "most", "of the floor", "instructions"],
                 [[*row[:-1], number(row[-1])] for row in t.rows.values()])


def cpu_part(t):
    """Less QEMU's start, and beside the floor and syslinux."""
    rows = []
    for row in t.records():
        place = row["kernel"], row["machine"], row["cpu"]

        def least(loader, place=place):
            return goals.minus(t.number("least_ms", *place, loader),
                               t.number("least_ms", *place, tables.NOTHING))

        got = least(row["loader"])
        if row["loader"] == tables.NOTHING or got is None:
            continue
        floor = goals.over(got, least("floor"))
        syslinux = goals.over(least("syslinux-mboot"), got)
        rows.append([*place, row["loader"], row["runs"], f"{got:.0f}",
                     *("-" if x is None else f"{x:.2f}"
                       for x in (floor, syslinux))])
    return table(["kernel", "machine", "CPU", "loader", "runs", "least ms",
                  "of the floor", "syslinux takes, times as long"], rows)


def steps_part(t):
    rows = t.records()
    names = list(dict.fromkeys(row["kernel"] for row in rows))
    found = {(row["kernel"], row["step"]): row["instructions"] for row in rows}
    return table(["step", *names],
                 [[step] + [number(found[name, step]) for name in names]
                  for step in dict.fromkeys(row["step"] for row in rows)])


def functions_part(t, boot, each=1, few=FEW):
    """By file, the dearest first, with those of its functions that matter.
    each: what one share is, e.g. of a sector."""
    files = {}
    for row in t.records():
        if row["boot"] == boot:
            files.setdefault(row["file"], {})[row["function"]] = \
                int(row["instructions"])
    order = sorted(files, key=lambda file: -sum(files[file].values()))
    total = sum(sum(file.values()) for file in files.values())
    head = ["where", "instructions"] + (["a sector"] if each > 1 else [])

    def line(name, count, functions):
        return [name, f"{count:,}"] + \
            ([f"{count / each:.1f}"] if each > 1 else []) + [functions]

    rows, rest = [], []
    for file in order:
        count = sum(files[file].values())
        if count < few:
            rest.append((file, count))
            continue
        named = [f"`{name}` {n:,}" if file != "BIOS" else f"{name} {n:,}"
                 for name, n in files[file].items() if n >= few]
        left = len(files[file]) - len(named)
        if left:
            named.append(f"{left} more")
        rows.append(line(f"`{file}`" if file != "BIOS" else "the BIOS", count,
                         ", ".join(named)))
    if rest:
        rows.append(line(f"{len(rest)} more files",
                         sum(count for _, count in rest), ""))
    rows.append(line("**all**", total, ""))
    return table([*head, "functions"], rows)


def spans_part(t):
    boots = t["bochs"]
    rows = []
    for row in t["spans"].records():
        boot = boots.number("instructions", row["kernel"], "stagecoach")
        count = int(row["instructions"])
        share = f"{100 * count / boot:.2f} %" if boot else "-"
        rows.append([row["kernel"], f"`{row['function']}`",
                     number(row["calls"]), f"{count:,}", share])
    return table(["kernel", "function", "calls", "instructions", "of the boot"],
                 rows)


def decode_part(t):
    rows = [[row["kernel"], row["compressed"] + " of " + row["blocks"],
             number(row["kib"]), number(row["stored_kib"]),
             number(row["sequences"]), row["least_ms"], row["ns_a_sequence"],
             row["ns_a_kib"], row["auto_ms"]] for row in t.records()]
    return table(["kernel", "blocks compressed", "KiB of them", "stored KiB",
                  "sequences", "decoding, ms", "ns a sequence",
                  "and ns a KiB", "auto reckons with, ms"], rows)


def mkimage_part(t):
    return table(["kernel", "--compress", "runs", "median s", "least", "most",
                  "image, bytes"],
                 [[row["kernel"], row["compress"], row["runs"],
                   row["median_s"], row["least_s"], row["max_s"],
                   number(row["image_bytes"])] for row in t.records()])


# Bytes a second, where LZ4 costs what `auto` reckons with.
DISKS = [("USB stick, 20 MB/s", 20e6), ("SATA, 100 MB/s, which `auto` assumes",
                                        100e6),
         ("a disk that reads 1.1 GB/s", 1.1e9)]


def trade_part(t):
    """What compressing the real kernel saves and costs, by machine."""
    rows = []

    def put(what, saved, cost):
        if None not in (saved, cost):
            rows.append([what, f"{saved:.3f} s", f"{cost:.3f} s",
                         f"{saved - cost:+.3f} s"])

    saved = goals.minus(t["mkimage"].number("image_bytes", "real", "never"),
                        t["mkimage"].number("image_bytes", "real", "auto"))
    cost = goals.over(t["decode"].number("auto_ms", "real"), 1000)
    for name, speed in DISKS:
        put(f"{name}; CPU of 2 GHz", goals.over(saved, speed), cost)
    cost = goals.over(t["spans"].number("instructions", "real",
                                        "decompress_lz4_part"),
                      instructions.IPS)
    auto, never = (goals.over(t["bochs"].number("instructions", "real", name),
                              instructions.IPS)
                   for name in ("stagecoach", "stagecoach-never"))
    lost = goals.minus(auto, never)
    put("Bochs", goals.minus(cost, lost), cost)
    auto, never = (t["qemu"].number("median_ms", "real", "ahci", "max", name)
                   for name in ("stagecoach", "stagecoach-never"))
    if None not in (auto, never):
        rows.append(["QEMU without KVM, by the wall times below", "", "",
                     f"{(never - auto) / 1000:+.3f} s"])
    return table(["machine", "reading less saves", "decoding costs",
                  "gained"], rows)


def goals_part(build, t):
    return table(["goal", "wanted", "is", "met", "why not"],
                 [goal.row() for goal in goals.against(build, t)])


# ---- plots -----------------------------------------------------------------

SET = """set terminal svg size 800,500 font "sans,12" background "white"
set output "{path}"
set title "{title}"
set grid
"""


def gnuplot(script):
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def plot_sizes(path, title, unit, series):
    """series: {loader: [(MiB, value), ...]}"""
    script = SET.format(path=path, title=title)
    script += (f'set xlabel "random data, MiB"\nset ylabel "{unit}"\n'
               "set logscale y\nset key outside right\n")
    for i, points in enumerate(series.values()):
        script += f"$s{i} << END\n"
        script += "".join(f"{x} {y}\n" for x, y in points) + "END\n"
    script += "plot " + ", ".join(
        f'$s{i} using 1:2 with linespoints lw 2 title "{name}"'
        for i, name in enumerate(series)) + "\n"
    gnuplot(script)


def plot_steps(path, t):
    """One bar for each kernel, in parts."""
    rows = list(t.rows.values())
    names = list(dict.fromkeys(kernel for kernel, _, _ in rows))
    found = {(kernel, step): n for kernel, step, n in rows}
    stages = list(dict.fromkeys(step for _, step, _ in rows))
    script = SET.format(path=path, title="Where a boot's instructions go "
                        "(Bochs), in percent")
    script += ("set style data histograms\nset style histogram rowstacked\n"
               "set style fill solid border -1\nset boxwidth 0.7\n"
               "set key outside right invert\nset yrange [0:100]\n"
               "set key noenhanced\n$d << END\n")
    for name in names:
        total = sum(int(found[name, s]) for s in stages)
        script += name + " " + " ".join(
            f"{100 * int(found[name, s]) / total:.3f}" for s in stages) + "\n"
    script += "END\nplot " + ", ".join(
        f'$d using {i + 2}{":xtic(1)" if i == 0 else ""} '
        f'title "{stage}"' for i, stage in enumerate(stages)) + "\n"
    gnuplot(script)


def size_series(values):
    """{loader: points} of {(kernel, loader): value}."""
    series = {}
    for loader in SHOWN:
        points = [(mib, values[name, loader]) for mib in SIZES
                  for name in [f"random-{mib}" if mib else "tiny"]
                  if values.get((name, loader), "-") not in ("-", "")]
        if points:
            series[loader] = points
    return series


# ---- the report ------------------------------------------------------------

# Table: what stands above it, and what draws it of all tables.
PARTS = [
    ("bochs", "Instructions from 0x7c00 to the kernel's first, Bochs "
     "(tiny-32M: with 32 MiB of RAM, tiny: with 512):",
     lambda t: bochs_part(t["bochs"])),
    ("steps", "Where our boot's instructions go, by step, Bochs, 32 MiB:",
     lambda t: steps_part(t["steps"])),
    ("functions", "Where those of a tiny kernel go, by file and function; "
     "32 MiB:", lambda t: functions_part(t["functions"], tables.TINY)),
    ("functions", "Where those of 64 KiB of random data go, once loading is "
     "under way:",
     lambda t: functions_part(t["functions"], tables.BLOCK, 128, 1)),
    ("spans", "What progress and decoding take, all that they call included, "
     "Bochs:", spans_part),
    ("decode", "The loader's decoder on the host, on the real kernel; least "
     "of 9 runs of each block; what `auto` reckons with is a CPU of 2 GHz:",
     lambda t: decode_part(t["decode"])),
    ("decode", "So compression saves and costs, with the real kernel:",
     trade_part),
    ("mkimage", "mkimage, the image written to a file:",
     lambda t: mkimage_part(t["mkimage"])),
    ("qemu", "Wall time from 0x7c00 to the kernel's first instruction, QEMU "
     "without KVM: median, least and most of so many runs, all loaders in "
     "turns; instructions as QEMU's TCG counts them:",
     lambda t: qemu_part(t["qemu"])),
    ("cpu", "CPU time of QEMU, least of so many runs in turns, less that of "
     "its start and of SeaBIOS:", lambda t: cpu_part(t["cpu"])),
]


def plots(out, t):
    if t["bochs"].rows:
        plot_sizes(out / "bochs.svg", "Boot in Bochs", "instructions",
                   size_series({(r["kernel"], r["loader"]): r["instructions"]
                                for r in t["bochs"].records()}))
    if t["qemu"].rows:
        plot_sizes(out / "qemu.svg", "Boot in QEMU (TCG, AHCI, -cpu max)",
                   "milliseconds, median",
                   size_series({(r["kernel"], r["loader"]): r["median_ms"]
                                for r in t["qemu"].records()
                                if (r["machine"], r["cpu"]) ==
                                ("ahci", "max")}))
    if t["steps"].rows:
        plot_steps(out / "steps.svg", t["steps"])


def write(build, t, mkimage):
    """t: all tables; mkimage: the digest of the one that is now."""
    out = build / "bench"
    parts = ["".join(wrapped(line, "* ") for line in
                     machine() + loader(build, t["state"], mkimage)),
             "Against the goals:\n\n" + goals_part(build, t)]
    parts += [f"{wrapped(title)}\n{draw(t)}" for name, title, draw in PARTS
              if t[name].rows]
    (out / "report.md").write_text("\n".join(parts))
    plots(out, t)
