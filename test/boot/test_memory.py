# SPDX-License-Identifier: 0BSD
# test_memory.py - memory of every size and shape.

import pytest

from judge import judge_pass, judge_refused
from machine import disk, qemu

MIB, GIB = 1 << 20, 1 << 30


def sparse(size, *machine):
    """A machine with memory that the host does not have."""
    return ["-object", f"memory-backend-ram,id=ram,size={size},reserve=off",
            *machine, "-m", size]


MACHINES = {
    # name: QEMU's arguments, bytes that must be usable at least
    "2M": (["-M", "pc", "-m", "2M"], MIB),
    "3M": (["-M", "pc", "-m", "3M"], 2 * MIB),
    "4M": (["-M", "pc", "-m", "4M"], 3 * MIB),
    "8M": (["-M", "pc", "-m", "8M"], 7 * MIB),
    "16M": (["-M", "pc", "-m", "16M"], 15 * MIB),
    "128M": (["-M", "pc", "-m", "128M"], 127 * MIB),
    "3584M": (["-M", "pc", "-m", "3584M"], 3582 * MIB),
    "q35-8G": (["-M", "q35", "-m", "8G"], 8 * GIB - 2 * MIB),
    "8G-1G-pages": (["-M", "pc", "-m", "8G", "-cpu", "max"],
                    8 * GIB - 2 * MIB),
    "64M-below-4G": (["-M", "pc,max-ram-below-4g=64M", "-m", "256M"],
                     254 * MIB),
    "512G": (sparse("512G", "-M", "pc,memory-backend=ram"), 511 * GIB),
    "512G-1G-pages": (sparse("512G", "-M", "pc,memory-backend=ram",
                             "-cpu", "max"), 511 * GIB),
    "1536G": (sparse("1536G", "-M", "q35,memory-backend=ram",
                     "-cpu", "max,phys-bits=46"), 1535 * GIB),
}


@pytest.mark.parametrize("name", MACHINES)
def test_size(run_contract, name):
    machine, usable = MACHINES[name]
    run_contract(machine=machine, words=f"usable={usable}", timeout=40)


@pytest.mark.parametrize("name", ["2M", "16M", "64M-below-4G"])
def test_every_page(run_contract, name):
    """Writes and reads back all that is usable."""
    machine, _ = MACHINES[name]
    run_contract(machine=machine, words="ram", module_sizes=[5000, 20000],
                 timeout=40)


def test_every_page_pie(run_contract):
    run_contract("pie", words="ram", timeout=40)


def test_one_mib(contract):
    path, cmdline = contract("high")
    end = qemu(["-M", "pc", "-m", "1M", *disk(path)])
    if end.how == "refused":
        judge_refused(end, r"^stagecoach: .*\d+ KiB.*\d+ KiB")
    else:
        judge_pass(end, cmdline)


def test_slot256_large(run_contract):
    """A kernel where physical memory is mapped by default, and 1.5 TiB."""
    run_contract("slot256", machine=MACHINES["1536G"][0], timeout=40)


# The sentence has what is needed and what there is.
@pytest.mark.parametrize("name, sizes", [
    ("bss", []), ("high", [0, 0, 24 * MIB])], ids=["kernel", "module"])
def test_too_large(contract, name, sizes):
    path, _ = contract(name, module_sizes=sizes)
    end = qemu(["-M", "pc", "-m", "16M", *disk(path)], 30)
    judge_refused(end, r"^stagecoach: .*\d+ KiB.*\d+ KiB")


@pytest.fixture
def dirty(tmp_path):
    """A machine whose memory holds what another system left there."""
    low, high = tmp_path / "low", tmp_path / "high"
    low.write_bytes(b"\xa5" * (0x9F000 - 0x8000))
    high.write_bytes(b"\xa5" * (63 * MIB))
    loader = "loader,force-raw=on,file={},addr={:#x}"
    return ["-M", "pc", "-m", "64M",
            "-device", loader.format(low, 0x8000),
            "-device", loader.format(high, MIB)]


@pytest.mark.parametrize("name", ["high", "pie", "relr", "bss"])
def test_dirty(run_contract, dirty, name):
    """.bss, the tails of pages and the page tables are zero all the same."""
    run_contract(name, machine=dirty, module_sizes=[5000, 1, 70000])


def test_just_fits(run_contract):
    run_contract("bss", machine=["-M", "pc", "-m", "43M"])
