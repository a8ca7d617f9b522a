# SPDX-License-Identifier: 0BSD
# test_deps.py - `make deps` on machines that exist only here: their PATH has
# the few commands of a bare system and a package manager that plays its part.

import shutil
import subprocess

import pytest

from house import ROOT, copy_tree

# A Debian with make and gcc has these, and none of what deps.sh installs.
BARE = """sh make cc gcc as ld objcopy nm ar awk sed grep od sort cut tr cat cp
mv rm mkdir rmdir touch chmod dirname basename printf echo test env id true
uname install head tail cmp ln sleep""".split()

PACKAGE_TOOLS = {"nasm": "nasm", "qemu-system-x86": "qemu-system-x86_64"}

DPKG_QUERY = """#!/bin/sh
for package; do :; done
[ -e "$STATE/$package" ] && printf installed
"""

# Logs what it is asked for; "installs" by marking the package and linking the
# real tool. The first FAILURES installations fail.
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$STATE/log"
case " $* " in
*" install "*)
        if [ "$(grep -c ' install ' "$STATE/log")" -le "$FAILURES" ]; then
                exit 100
        fi
        [ "$DEBIAN_FRONTEND" = noninteractive ] || exit 1
        sleep "$SECONDS_TAKEN"
        for word; do
                case $word in
                -*|*=*|install) ;;
                nasm) touch "$STATE/nasm"; ln -sf "$NASM" "$BIN/nasm" ;;
                *) touch "$STATE/$word" ;;
                esac
        done ;;
esac
"""


class Machine:
    """A PATH, and what was installed there."""

    def __init__(self, folder):
        self.bin, self.state = folder / "bin", folder / "state"
        self.bin.mkdir()
        self.state.mkdir()
        for command in BARE:
            (self.bin / command).symlink_to(shutil.which(command))
        self.script("dpkg", "#!/bin/sh\necho amd64\n")
        self.script("dpkg-query", DPKG_QUERY)
        self.script("apt-get", APT_GET)
        self.environment = {
            "PATH": str(self.bin), "BIN": str(self.bin), "LC_ALL": "C",
            "STATE": str(self.state), "FAILURES": "0",
            "SECONDS_TAKEN": "0",
            "NASM": shutil.which("nasm")}
        self.status = None

    def script(self, name, text):
        path = self.bin / name
        if path.is_symlink():
            path.unlink()
        path.write_text(text)
        path.chmod(0o755)

    def user(self, uid):
        self.script("id", f"#!/bin/sh\necho {uid}\n")

    def run(self, *command, cwd=ROOT):
        done = subprocess.run(command, cwd=cwd, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              universal_newlines=True)
        self.status = done.returncode
        return done.stdout

    def deps(self, *sets):
        return self.run("sh", "tools/deps.sh", *sets)

    @property
    def log(self):
        """What apt-get was asked for, by its verb and packages."""
        path = self.state / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [[word for word in line.split()[1:]
                 if not word.startswith("-") and "=" not in word and
                 word != "-o"] for line in lines]


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.user(0)
    return made


def test_installs_what_is_missing_and_says_so(machine):
    for package in ("make", "gcc", "libc6-dev", "binutils"):
        (machine.state / package).touch()
    said = machine.deps("build")
    assert machine.status == 0, said
    assert "installing nasm liblz4-dev\n" in said
    assert machine.log == [["update"], ["install", "nasm", "liblz4-dev"]]


def test_second_run_does_nothing(machine):
    machine.deps("build", "run", "test")
    assert machine.status == 0
    (machine.state / "log").unlink()
    said = machine.deps("build", "run", "test")
    assert machine.status == 0 and machine.log == [], said


def test_failure_is_tried_once_more(machine):
    machine.environment["FAILURES"] = "1"
    said = machine.deps("run")
    assert machine.status == 0, said
    assert [line[0] for line in machine.log] == ["update", "install"] * 2


def test_lasting_failure_is_an_error(machine):
    machine.environment["FAILURES"] = "9"
    said = machine.deps("run")
    assert machine.status == 1
    assert "could not install: qemu-system-x86" in said
    assert len(machine.log) == 4


def test_user_goes_through_sudo(machine):
    machine.user(1000)
    machine.script("sudo", '#!/bin/sh\necho sudo >>"$STATE/sudo"\n"$@"\n')
    said = machine.deps("run")
    assert machine.status == 0, said
    assert (machine.state / "sudo").read_text() == "sudo\n" * 2
    assert machine.log[1][0] == "install"


def test_user_without_sudo_is_told_what_to_run(machine):
    machine.user(1000)
    said = machine.deps("run")
    assert machine.status == 1 and machine.log == []
    assert "apt-get install --no-install-recommends qemu-system-x86" in said


def test_elsewhere_missing_commands_are_listed(machine):
    (machine.bin / "apt-get").unlink()
    said = machine.deps("build", "run")
    assert machine.status == 1
    assert "not found: nasm qemu-system-x86_64 python3\n" in said
    for command in ("nasm", "qemu-system-x86_64", "python3"):
        machine.script(command, "#!/bin/sh\n")
    said = machine.deps("build", "run")
    assert machine.status == 0, said
    assert "not found: none" in said


def test_cross_compiler_where_the_machine_is_no_pc(machine):
    machine.script("dpkg", "#!/bin/sh\necho arm64\n")
    machine.deps("build")
    assert "gcc-x86-64-linux-gnu" in machine.log[1]


@pytest.mark.parametrize("goals, wanted, unwanted", [
    (["deps", "all"], "nasm", "qemu-system-x86"),
    (["deps", "run"], "qemu-system-x86", "clang"),
    (["deps", "test"], "clang", "frama-c-base"),
    (["deps", "test"], "pandoc", "frama-c-base"),
    (["deps", "book"], "pandoc", "clang"),
    (["deps", "run"], "qemu-system-x86", "pandoc"),
    (["deps"], "clang", "frama-c-base"),
    (["deps-long"], "frama-c-base", "nothing"),
])
def test_goals_decide_what_is_installed(machine, goals, wanted, unwanted):
    # Only deps itself: what follows it is another test's business.
    make = machine.run("make", "-n", *goals)
    command = next(line for line in make.splitlines() if "deps.sh" in line)
    machine.run("sh", "-c", command)
    assert machine.status == 0
    assert wanted in machine.log[1] and unwanted not in machine.log[1]


def test_everything_else_waits_for_deps(machine, tmp_path):
    machine.environment["SECONDS_TAKEN"] = "1"
    tree = copy_tree(tmp_path / "tree")
    said = machine.run("make", "-j2", "build/stage1.bin", "all", "deps",
                       cwd=tree)
    assert machine.status == 0, said
    assert (tree / "build/stagecoach.img").exists()
    assert said.index("deps: ") < said.index("NASM")
