# SPDX-License-Identifier: 0BSD
# test_harness.py - the harness itself: it tells the ways to end apart.

import subprocess

import pytest

from bochs import bochs
from judge import judge_pass, judge_refused
from machine import disk, qemu

# A boot sector that can print on the serial port; BODY is what it does.
SECTOR = """
        bits 16
        org 0x7c00
        xor ax, ax
        mov ds, ax
        mov es, ax
{body}
hang:   hlt
        jmp hang
print:  mov dx, 0x3fb
        mov al, 3
        out dx, al              ; 8 bits: Bochs minds
.next:  mov dx, 0x3fd
        in al, dx
        test al, 0x20
        jz .next
        lodsb
        test al, al
        jz .done
        mov dx, 0x3f8
        out dx, al
        jmp .next
.done:  ret
text:   db "{text}", 0
        times 510 - ($ - $$) db 0
        dw 0xaa55
        times 516096 - ($ - $$) db 0
"""
PRINT = "mov si, text\ncall print\n"
EXIT = PRINT + "mov al, {}\nmov dx, 0xf4\nout dx, al"
TRIPLE_FAULT = PRINT + "lidt [none]\nint3\nnone: dw 0, 0, 0"
VERDICT = 'contract: 600 checks, 0 failed", 10, "'


def sector(folder, body, text):
    source, image = folder / "sector.asm", folder / "sector.img"
    source.write_text(SECTOR.format(body=body, text=text))
    subprocess.run(["nasm", "-f", "bin", "-o", image, source], check=True)
    return image


def boot(folder, body, text="hello", timeout=10, until=None):
    image = sector(folder, body, text)
    return qemu(["-M", "pc", "-m", "16M", *disk(image)], timeout, until)


@pytest.mark.parametrize("body, how", [
    (EXIT.format("0x10"), "pass"),
    (EXIT.format("0x11"), "fail"),
    (EXIT.format("0x12"), "died"),
    (TRIPLE_FAULT, "reset"),
    (PRINT + "jmp 0xffff:0", "reset"),
    (PRINT + "mov ax, 0x2000\nmov dx, 0x604\nout dx, ax", "poweroff"),
    (PRINT, "hang"),
    (PRINT + "cli", "hang"),
])
def test_ends(tmp_path, body, how):
    end = boot(tmp_path, body, timeout=4 if how == "hang" else 10)
    assert end.how == how, str(end)
    assert "hello" in str(end)


@pytest.mark.parametrize("text", [
    "stagecoach: disk 0C",
    'noise", 10, "stagecoach: a whole line", 10, "',
])
def test_refused(tmp_path, text):
    end = boot(tmp_path, PRINT, text)
    assert end.how == "refused", str(end)
    assert end.message in ("stagecoach: disk 0C", "stagecoach: a whole line")
    # These sectors write nothing on the screen.
    with pytest.raises(AssertionError, match="screen says otherwise"):
        judge_refused(end, "stagecoach")


def test_screen(tmp_path):
    body = """
        mov ax, 0xb800
        mov es, ax
        mov word [es:0], 0x0b41
    """
    end = boot(tmp_path, body, until=lambda monitor, folder:
               monitor.memory(0xb8000, 2, folder) == b"A\x0b")
    assert end.how == "done", str(end)
    assert end.rows[0][0] == "A"


def test_verdict(tmp_path):
    judge_pass(boot(tmp_path, EXIT.format("0x10"), VERDICT))


@pytest.mark.parametrize("body, text", [
    (EXIT.format("0x10"), ""),                  # no verdict
    (EXIT.format("0x11"), VERDICT),             # the exit status says fail
    (TRIPLE_FAULT, VERDICT),
    (EXIT.format("0x10"), VERDICT.replace("0 failed", "2 failed")),
    (EXIT.format("0x10"), VERDICT.replace("600", "3")),
    (EXIT.format("0x10"), VERDICT + 'and more", 10, "'),
])
def test_no_verdict(tmp_path, body, text):
    with pytest.raises(AssertionError):
        judge_pass(boot(tmp_path, body, text))


SHUTDOWN = PRINT + """
        mov si, word_
        mov dx, 0x8900
        mov cx, 8
        rep outsb
        jmp hang
word_:  db "Shutdown"
"""


@pytest.mark.parametrize("body, text, how", [
    (SHUTDOWN, VERDICT, "pass"),
    (SHUTDOWN, VERDICT.replace("0 failed", "3 failed"), "fail"),
    (SHUTDOWN, "hello", "fail"),
    (PRINT + "cli", "hello", "hang"),
    (PRINT + "mov ax, 0xb800\nmov es, ax\nmov word [es:0], 0x0b41",
     "stagecoach: disk 0C", "refused"),
])
def test_bochs(tmp_path, body, text, how):
    end = bochs(sector(tmp_path, body, text), timeout=6)
    assert end.how == how, str(end)
    if how == "refused":
        assert end.message == "stagecoach: disk 0C"
        assert end.rows[0][0] == "A", str(end)


def test_bochs_triple_fault(tmp_path):
    end = bochs(sector(tmp_path, TRIPLE_FAULT, "hello"), timeout=6)
    assert end.how == "reset", str(end)
