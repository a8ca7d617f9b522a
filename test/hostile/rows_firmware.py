# SPDX-License-Identifier: 0BSD
"""rows_firmware.py - what a card's BIOS may do, and what the tables in low
memory may look like, and what a kernel that wished for graphics finds then.

A row ends in the mode that was wished for, in the next best one, in text, or,
where the kernel wants graphics or nothing, in the one message; without a wish
for graphics or for the card's list nothing of VBE is called. The mode that
the faults are about is the first choice of both cards, QEMU's and Bochs'.
{smbios} is a string that the machine's tables have.

`make test` plays them in QEMU, but for those in LONG: these are near others,
and what they are about has unit tests. `make hostile-bochs` plays all."""

from hostile import (EDID, IN_EBDA, INFO, MODE, patch, rsdp, summed, tables)
from rows import ENTER, LEAVE, MIB, STATE, Row

FIRST = 0x144                   # 1024 by 768, 32 bits; the next has 24
WISH = ("--video=1024x768",)
STRICT = (*WISH, "--graphics-only")
BEST = ("--video=best", "--edid")
ONE = {"vbe_of": FIRST}
NO_MODE = "^stagecoach: no video mode of 1024x768 for the kernel$"
NO_VBE, NO_MODES, FAILED = "video:_no_VBE", ",_0_modes", "video:_failed"
LOG_FAILED = "log=" + FAILED
# Whatever a loader calls of VBE, that is played.
WHATEVER = {"vbe_info": 1, "vbe_mode": 1, "vbe_set": 1, "vbe_edid": 1}
WORSE = {**ENTER, **LEAVE, **STATE, "bios_a20": 2}
WORSE_PLAYED = "(2?[VPMT]*bsacf)+"


def first(faults, played, words="", options=WISH):
    return Row(faults, played, words="display=1024x768x32 " + words,
               options=options)


def second(faults, played, words=""):
    """The first choice is none, so it is the next."""
    return Row({**ONE, **faults}, played, options=WISH,
               words="display=1024x768x24 " + words)


def text(faults, played, why):
    """Words of the log, of which the last is always the same."""
    return Row(faults, played, words=f"display=text log={why}+video:_text",
               options=WISH)


def strict(faults, played):
    return Row(faults, played, NO_MODE, options=STRICT)


# ---- AX=4F00h: the info block and its list ---------------------------------

SIGNED = ((INFO, 0, 4, int.from_bytes(b"VESA", "little")),
          (INFO, 4, 2, 0x300))
CARD = {
    "honest": first({}, ""),
    "fails": text({"vbe_info": 1}, "V", NO_VBE),
    "not-there": text({"vbe_info": 1, "vbe_status": 0x4F00}, "V", NO_VBE),
    "fails-with-0": text({"vbe_info": 1, "vbe_status": 0xFF00}, "V", NO_VBE),
    "silent": text({"vbe_info": 2}, "V", NO_VBE),
    "noise": text({"vbe_info": 3}, "V", NO_VBE),
    "noise-signed": text({"vbe_info": 3, "vbe_noise": 2, **patch(*SIGNED)},
                         "VPP", "video:_VBE_300"),
    "no-signature": text(patch((INFO, 0, 1, 0)), "P", NO_VBE),
    "version-1.2": text(patch((INFO, 4, 2, 0x102)), "P", NO_VBE),
    "memory-unknown": first(patch((INFO, 18, 2, 0)), "P"),
    "memory-64k": text(patch((INFO, 18, 2, 1)), "P", NO_MODES),
    "strict-fails": strict({"vbe_info": 1}, "V"),
    "list-inside": first({"vbe_list": 1}, "M"),
    "list-endless": first({"vbe_list": 2}, "M"),
    "list-nowhere": text({"vbe_list": 3}, "M", NO_VBE),
    "list-at-the-end": text({"vbe_list": 4}, "M", NO_MODES),
    "list-empty": text({"vbe_list": 5}, "M", NO_MODES),
    "list-thrice": first({"vbe_list": 6}, "M", "modes=1",
                         (*WISH, "--video-modes")),
    # A kernel that has no wish, or others, pays nothing and meets no bug.
    "not-asked": Row(WHATEVER, "", words="display=text"),
    "not-asked-text": Row(WHATEVER, "", words="display=text stack=131072",
                          options=("--video=text", "--stack-size=128K")),
}

# ---- AX=4F01h: modes ---------------------------------------------------------

LIES = {
    "no-pitch": ((16, 2, 0), (50, 2, 0)),
    "pitch-short": ((16, 2, 4095), (50, 2, 4095)),
    "pitch-large": ((16, 2, 0xFFFF), (50, 2, 0xFFFF)),
    "not-supported": ((0, 2, 0x9A),),
    "a-text-mode": ((0, 2, 0x8B),),
    "not-linear": ((0, 2, 0x1B),),
    "framebuffer-0": ((40, 4, 0),),
    "framebuffer-low": ((40, 4, 0xA0000),),
    "framebuffer-in-ram": ((40, 4, 16 * MIB),),
    "framebuffer-half-in-ram": ((40, 4, 31 * MIB),),
    "framebuffer-top": ((40, 4, 0xFFFF0000),),
    "no-width": ((18, 2, 0),),
    "no-height": ((20, 2, 0),),
    "wide": ((18, 2, 0xFFFF),),
    "no-depth": ((25, 1, 0),),
    "4-bits": ((25, 1, 4),),
    "64-bits": ((25, 1, 64),),
    "planes": ((24, 1, 4),),
    "palette": ((27, 1, 4),),
    "channels-empty": ((31, 1, 0), (54, 1, 0)),
    "channels-overlap": ((32, 1, 8), (55, 1, 8)),
    "channels-outside": ((32, 1, 31), (55, 1, 31)),
}
MODES = {
    **{name: second(patch(*((MODE, *lie) for lie in lies)),
                    f"P{{{len(lies)}}}") for name, lies in LIES.items()},
    # Whether a pitch is true nobody can tell.
    "pitch-odd": first({**ONE, **patch((MODE, 16, 2, 4097),
                                       (MODE, 50, 2, 4097))}, "PP"),
    "fails": second({"vbe_mode": 1}, "V"),
    "silent": second({"vbe_mode": 2}, "V"),
    "noise": second({"vbe_mode": 3}, "V"),
    "all-fail": text({"vbe_mode": 1}, "V+", NO_MODES),
    "all-silent": text({"vbe_mode": 2}, "V+", NO_MODES),
    "all-noise": text({"vbe_mode": 3}, "V+", NO_MODES),
    "all-not-linear": text(patch((MODE, 0, 2, 0x1B)), "P+", NO_MODES),
    "all-framebuffer-0": text(patch((MODE, 40, 4, 0)), "P+", NO_MODES),
    "strict-not-linear": strict(patch((MODE, 0, 2, 0x1B)), "P+"),
}

# ---- AX=4F02h: a mode is set -------------------------------------------------

SET = {
    "fails": second({"vbe_set": 1}, "T", LOG_FAILED),
    "unknown": second({"vbe_set": 1, "vbe_status": 0x4F02}, "T",
                      LOG_FAILED),
    "set-and-fails": second({"vbe_set": 2}, "T", LOG_FAILED),
    "all-fail": text({"vbe_set": 1}, "T{4}", FAILED),
    "all-set-and-fail": text({"vbe_set": 2}, "T{4}", FAILED),
    "strict-all-fail": strict({"vbe_set": 1}, "T{4}"),
    "strict-all-set-and-fail": strict({"vbe_set": 2}, "T{4}"),
    # What a call leaves behind, as with all others.
    "worse": first(WORSE, WORSE_PLAYED),
    "worse-fails": second({**WORSE, "vbe_set": 1}, WORSE_PLAYED,
                          LOG_FAILED),
    "worse-strict": strict({**WORSE, "vbe_set": 2}, WORSE_PLAYED),
}

# ---- AX=4F15h: the monitor ---------------------------------------------------

CLOCK, WIDTH, HEIGHT = (54, 2), (56, 1), (59, 1)
SIDE_HIGH = 58, 61
EDIDS = {
    "fails": first({"vbe_edid": 1}, "V", "log=video:_no_EDID", BEST),
    "silent": first({"vbe_edid": 2}, "V", "log=video:_no_EDID", BEST),
    "noise": first({"vbe_edid": 3}, "V", "log=video:_no_EDID", BEST),
    "noise-headed": first({"vbe_edid": 3, **patch(
        (EDID, 0, 4, 0xFFFFFF00), (EDID, 4, 4, 0x00FFFFFF))}, "VPP",
        "log=video:_no_EDID", BEST),
    "sum": first(patch((EDID, 30, 1, 0xA5)), "P", "log=video:_no_EDID", BEST),
    "header": first({"vbe_edid": 4, **patch((EDID, 7, 1, 1))}, "P",
                    "log=video:_no_EDID", BEST),
    "no-timing": first({"vbe_edid": 4, **patch((EDID, *CLOCK, 0))}, "P",
                       "edid=1", BEST),
    "no-width": first({"vbe_edid": 4, **patch(
        (EDID, *WIDTH, 0), (EDID, SIDE_HIGH[0], 1, 0))}, "PP", "edid=1",
        BEST),
    "small": Row({"vbe_edid": 4, **patch(
        (EDID, *WIDTH, 0x50), (EDID, SIDE_HIGH[0], 1, 0x30),
        (EDID, *HEIGHT, 0x70), (EDID, SIDE_HIGH[1], 1, 0x20))}, "P{4}",
        words="display=800x600x32 edid=1", options=BEST),
}

# ---- tables in low memory ----------------------------------------------------

LOW, HIGH = 0xE000, 0xF000
BOTH = {"spoil": 3}
ALL = "rsdp=1 smbios={smbios}"


def there(word, *entries):
    return Row({"spoil": 1, **tables(*entries)}, f"r+R{{{len(entries)}}}",
               words=word + " smbios={smbios}")


WRONG = bytearray(rsdp())
WRONG[8] += 1
WRONG = bytes(WRONG)
CUT = rsdp()[:19] + b"\xff"
# Entry points of SMBIOS that lack one thing each.
SMBIOS = summed(summed(b"_SM_\0\x1f\x02\x08" + bytes(8) + b"_DMI_\0" +
                       bytes(9), (21, 31)), (4, 31))
SMBIOS3 = summed(b"_SM3_\0\x18\x03" + bytes(16), (5, 24))
TABLES = {
    "rsdp-sum": Row({"spoil": 1}, "r+", words="rsdp=0 smbios={smbios}"),
    "smbios-sum": Row({"spoil": 2}, "r+", words="rsdp=1 smbios=0"),
    "both": Row(BOTH, "r+", words="rsdp=0 smbios=0"),
    "rsdp-in-ebda": there("rsdp=1", (IN_EBDA, rsdp())),
    "rsdp-in-ebda-sum": there("rsdp=0", (IN_EBDA, WRONG)),
    "rsdp-high": there("rsdp=1", (HIGH, rsdp())),
    "rsdp-low": there("rsdp=1", (LOW, rsdp())),
    "rsdp-2": there("rsdp=1", (HIGH, rsdp(2))),
    "rsdp-2-sum": there("rsdp=0", (HIGH, rsdp(2, last=1))),
    **{f"rsdp-2-length-{length:x}": there("rsdp=0", (HIGH, rsdp(2, length)))
       for length in (0, 20, 35, 0x7FFFFFFF, 0xFFFFFFFF)},
    "decoys": there("rsdp=1", (HIGH, WRONG), (HIGH, rsdp(2, 35)),
                    (HIGH, CUT), (HIGH, rsdp())),
    "decoys-in-ebda": there("rsdp=1", (IN_EBDA, WRONG), (LOW, rsdp())),
    "decoys-before": Row(tables((HIGH, WRONG), (HIGH, SMBIOS),
                                (HIGH, SMBIOS3), (IN_EBDA, WRONG)), "R{4}",
                         words=ALL),
    "smbios-no-table": Row({"spoil": 2, **tables(
        (HIGH, SMBIOS), (HIGH, SMBIOS3))}, "r+R{2}", words="rsdp=1 smbios=0"),
}

LONG = {
    "card:not-there", "card:fails-with-0", "card:memory-unknown",
    "set:unknown", "set:strict-all-set-and-fail", "edid:silent", "edid:header",
    *(f"mode:{name}" for name in LIES if name not in (
        "no-pitch", "not-linear", "framebuffer-0", "framebuffer-in-ram",
        "framebuffer-top", "no-width")),
    "mode:all-silent", "mode:all-framebuffer-0",
    "tables:rsdp-2-length-0", "tables:rsdp-2-length-14",
    "tables:rsdp-2-length-ffffffff",
}
GROUPS = {"card": CARD, "mode": MODES, "set": SET, "edid": EDIDS,
          "tables": TABLES}
ROWS = {f"{group}:{name}": row for group, table in GROUPS.items()
        for name, row in table.items()}
