# SPDX-License-Identifier: 0BSD
"""report.py - a table in Markdown and plots in SVG of what bench.py found."""

import datetime
import os
import platform
import re
import subprocess

import instructions
import wall

# The columns of the tables and lines of the plots, in order.
SHOWN = ["stagecoach", "floor", "syslinux-mboot", "syslinux-linux",
         "grub-multiboot2", "grub-linux"]
SIZES = [0, 1, 4, 16, 64]


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
            f"{instructions.IPS:,} ips, 512 MiB, BIOS-bochs-latest",
            f"{first_line(wall.QEMU, '--version')}: TCG, 512 MiB, SeaBIOS",
            f"syslinux {package('syslinux')}, GRUB {package('grub-pc-bin')}, "
            f"liblz4 {package('liblz4-dev')}, "
            f"{first_line('gcc', '--version')}"]


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + "\n"


def number(text):
    return f"{int(text):,}" if text.isdigit() else text


def bochs_part(rows):
    found = {(kernel, loader): n for kernel, loader, n in rows}
    names = dict.fromkeys(kernel for kernel, _ in found)
    body = [[name] + [number(found.get((name, loader), ""))
                      for loader in SHOWN] for name in names]
    text = table(["kernel", *SHOWN], body)
    extra = [(k, n) for (k, loader), n in found.items()
             if loader == "stagecoach-never"]
    for kernel, n in extra:
        text += f"\n{kernel} with `--compress=never`: {number(n)}\n"
    return text


def qemu_part(rows):
    return table(["kernel", "machine", "CPU", "loader", "runs", "median ms",
                  "min", "max", "of the floor", "instructions"],
                 [[*row[:-1], number(row[-1])] for row in rows])


def steps_part(rows):
    names = list(dict.fromkeys(kernel for kernel, _, _ in rows))
    found = {(kernel, step): n for kernel, step, n in rows}
    return table(["step", *names],
                 [[step] + [number(found[name, step]) for name in names]
                  for step in dict.fromkeys(step for _, step, _ in rows)])


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


def plot_steps(path, rows):
    """One bar for each kernel, in parts."""
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


def write(out, bochs, qemu, steps):
    bochs, qemu, steps = list(bochs), list(qemu), list(steps)
    parts = ["\n".join("* " + line for line in machine()) + "\n"]
    if bochs:
        parts.append("Instructions from 0x7c00 to the kernel's first, Bochs:\n"
                     "\n" + bochs_part(bochs))
        plot_sizes(out / "bochs.svg", "Boot in Bochs", "instructions",
                   size_series({(r[0], r[1]): r[2] for r in bochs}))
    if qemu:
        parts.append("Wall time from 0x7c00 to the kernel's first "
                     "instruction, QEMU without KVM:\n\n" + qemu_part(qemu))
        plot_sizes(out / "qemu.svg", "Boot in QEMU (TCG, AHCI, -cpu max)",
                   "milliseconds, median",
                   size_series({(r[0], r[3]): r[5] for r in qemu
                                if r[1:3] == ["ahci", "max"]}))
    if steps:
        parts.append("Where our boot's instructions go, Bochs:\n\n" +
                     steps_part(steps))
        plot_steps(out / "steps.svg", steps)
    (out / "report.md").write_text("\n".join(parts))
