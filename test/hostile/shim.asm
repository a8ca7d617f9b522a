; SPDX-License-Identifier: 0BSD
; shim.asm - a hostile BIOS: a floppy that starts before the disk under test.
;
; It stays below the top of low memory, puts itself before INT 10h, 12h, 13h
; and 15h, and enters sector 0 of drive 80h as a BIOS would. From then on it
; plays the faults that params.inc names, on a disk that it does not change.
;
; in:   0000:7c00, dl = the floppy
; out:  0000:7c00 or 07c0:0000, entered as the parameters say

%include "params.inc"

SECTOR          equ     512
BOOT            equ     0x7c00
BDA_EBDA        equ     0x40e
BDA_LOW_KIB     equ     0x413
DISK            equ     0x80
RESIDENT_KIB    equ     8
RESIDENT_SECTORS equ    RESIDENT_KIB * 1024 / SECTOR
SMAP            equ     0x534d4150
TOKEN           equ     0xbadc0de5
GARBAGE         equ     0xa5c3
FLAGS_BAD       equ     0x47400         ; AC, NT, IOPL, DF; IF clear
FLAGS_GOOD      equ     0x02ff          ; IF and the results
FLAG_CARRY      equ     1
FLAG_INTERRUPT  equ     0x200
PORT_PLAYED     equ     0xe9            ; QEMU's
PRINTER         equ     0x378           ; Bochs'
PRINTER_STROBE  equ     1
PRINTER_READY   equ     0x0c            ; selected, not reset
PORT_CMOS       equ     0x70
PORT_FAST       equ     0x92
MSR_EFER        equ     0xc0000080

; ---- the boot sector: brings the resident part -----------------------------

        section boot start=0 vstart=BOOT
        bits    16

        jmp     0:.flat
.flat:  cli
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, BOOT
        cld
        sti
        mov     ax, [BDA_LOW_KIB]
        sub     ax, RESIDENT_KIB
        mov     [BDA_LOW_KIB], ax
        shl     ax, 6
        mov     es, ax
        xor     bx, bx
        mov     ax, 0x0200 + RESIDENT_SECTORS
        mov     cx, 0x0002
        mov     dh, 0
        int     0x13
        jc      .no_floppy
        push    es
        push    start
        retf
.no_floppy:
        mov     al, '!'
        out     PORT_PLAYED, al
        hlt
        jmp     .no_floppy

        times   SECTOR - 2 - ($ - $$) db 0
        dw      0xaa55

; ---- resident --------------------------------------------------------------

        section resident start=PARAMS_OFFSET vstart=0
        bits    16

p:      istruc  params
        at      params.magic, db "HOSTILE1"
        at      params.enter_drive, db DISK
        iend
%define P(field) p + params. %+ field

; Says that a fault is being played.
%macro played 1
        push    ax
        mov     al, %1
        call    tell
        pop     ax
%endmacro

; What a hook's caller has in its registers, and gets back; bp points to it.
        struc   frame
.edi:   resd    1
.esi:   resd    1
.ebp:   resd    1
.esp:   resd    1
.ebx:   resd    1
.edx:   resd    1
.ecx:   resd    1
.eax:   resd    1
.es:    resw    1
.ds:    resw    1
.ip:    resw    1
.cs:    resw    1
.flags: resw    1
        endstruc

; What a service returns: the low half of a register, or all of it.
KEEP_BX         equ     1 << 4
KEEP_DX         equ     1 << 5
KEEP_CX         equ     1 << 6
KEEP_AX         equ     1 << 7
KEEP_ALL        equ     8               ; shift: the whole register

; Begins a hook: caller's registers to the frame, ds = ours, ax theirs.
; %1: its vector's old owner, %2: what it returns
%macro hook 2
        push    ds
        push    es
        pushad
        mov     bp, sp
        push    cs
        pop     ds
        cld
        mov     word [owner], %1
        mov     word [keep], %2
        mov     ax, [bp + frame.eax]
%endmacro

; Puts al where the test finds it; all registers but ax, and flags are kept.
tell:   pushf
        push    dx
        out     PORT_PLAYED, al
        mov     dx, PRINTER
        out     dx, al
        add     dx, 2
        mov     al, PRINTER_READY | PRINTER_STROBE
        out     dx, al
        mov     al, PRINTER_READY
        out     dx, al
        pop     dx
        popf
        ret

; ---- INT 12h ---------------------------------------------------------------

hook12: hook    old12, KEEP_AX
        call    ask_owner
        mov     ax, [P(low_kib)]
        test    ax, ax
        jz      leave
        played  'k'
        mov     [bp + frame.eax], ax
        jmp     leave

%include "int10.asm"
%include "int13.asm"
%include "int15.asm"
%include "leave.asm"
%include "tables.asm"

; ---- the boot --------------------------------------------------------------

%macro take_vector 2    ; number, our name for it
        mov     eax, [es:%1 * 4]
        mov     [old%2], eax
        mov     word [es:%1 * 4], hook%2
        mov     [es:%1 * 4 + 2], cs
%endmacro

start:  push    cs
        pop     ds
        mov     ah, 0x08                ; to know CHS from LBA
        mov     dl, DISK
        int     0x13
        jc      .sector
        and     cx, 0x3f
        jz      .sector
        mov     [sectors], cx
        movzx   dx, dh
        inc     dx
        mov     [heads], dx
.sector:
        push    cs
        pop     ds
        mov     ax, [sectors]
        mov     dx, [heads]
        cmp     byte [P(geo_sectors)], 0
        je      .claim
        movzx   ax, byte [P(geo_sectors)]
        mov     dx, [P(geo_heads)]
.claim: mov     [claimed_sectors], ax
        mov     [claimed_heads], dx
        xor     bx, bx
        mov     es, bx
        mov     bx, BOOT
        mov     ax, 0x0201
        mov     cx, 0x0001
        mov     dx, DISK
        int     0x13
        mov     si, text_no_disk
        jc      give_up

        cli
        call    spoil_tables
        take_vector 0x10, 10
        take_vector 0x12, 12
        take_vector 0x13, 13
        take_vector 0x15, 15

; The vectors elsewhere: a copy of them.
        push    ds
        push    es
        pop     ds
        push    cs
        pop     es
        xor     si, si
        mov     di, vectors
        mov     cx, 1024 / 2
        rep     movsw
        pop     ds
        xor     eax, eax
        mov     ax, cs
        shl     eax, 4
        add     eax, vectors
        mov     [other_idt + 2], eax

        cmp     byte [P(enter_bpb)], 0
        je      .pic
        xor     ax, ax
        mov     es, ax
        mov     di, BOOT + 3
        mov     cx, 0x5a - 3
        mov     al, 0xf6
        rep     stosb
.pic:   cmp     byte [P(enter_pic)], 0
        je      .key
        xor     al, al
        out     0x21, al
        out     0xa1, al
.key:   cmp     byte [P(enter_key)], 0
        je      .pit
        in      al, 0x21                ; or the BIOS would take it
        or      al, 2
        out     0x21, al
        mov     al, 0xd2                ; write to the output buffer
        out     0x64, al
        mov     al, 0x1e
        out     0x60, al
.pit:   mov     bx, [P(enter_pit)]
        test    bx, bx
        jz      .ebda
        mov     al, 0x34                ; counter 0, low and high byte, mode 2
        out     0x43, al
        mov     al, bl
        out     0x40, al
        mov     al, bh
        out     0x40, al
.ebda:  mov     ax, [P(enter_ebda)]
        test    ax, ax
        jz      .a20
        xor     bx, bx
        mov     es, bx
        mov     [es:BDA_EBDA], ax
.a20:   cmp     byte [P(enter_a20_off)], 1
        jb      .state
        je      .fast
        mov     al, 0xd1                ; write the output port
        out     0x64, al
        mov     al, 0xdd
        out     0x60, al
        jmp     .state
.fast:  call    a20_off
.state: cmp     byte [P(enter_state)], 0
        je      .flags
        call    set_state
.flags: cmp     byte [P(enter_flags)], 0
        je      .address
        mov     dword [enter_eflags], FLAGS_BAD | 0xd7
.address:
        cmp     byte [P(enter_07c0)], 0
        je      .garbage
        mov     dword [enter_address], BOOT >> 4 << 16
.garbage:
        cmp     byte [P(enter_garbage)], 0
        je      .enter
        push    cs
        pop     es
        mov     di, enter_regs
        mov     cx, 16
        mov     ax, GARBAGE
        rep     stosw
        mov     [enter_segment], ax
        mov     dword [enter_stack], 0xdead7770
        mov     word [enter_stack + 4], 0x5a5a
.enter: mov     eax, [P(enter_stack)]
        test    eax, eax
        jz      .drive
        movzx   ecx, ax
        mov     [enter_stack], ecx
        shr     eax, 16
        mov     [enter_stack + 4], ax
.drive: mov     al, [P(enter_drive)]
        mov     [enter_regs + frame.edx], al
        push    cs
        pop     ss
        mov     sp, enter_regs
        popad
        mov     es, [enter_segment]
        mov     fs, [enter_segment]
        mov     gs, [enter_segment]
        mov     ds, [cs:enter_segment]
        lss     esp, [cs:enter_stack]
        push    dword [cs:enter_eflags]
        popfd
        jmp     far [cs:enter_address]

give_up:
        lodsb
        test    al, al
        jz      .end
        call    tell
        jmp     give_up
.end:   cli
        hlt

text_no_disk:   db "!disk", 0

        align   4
old10:          dd 0
old12:          dd 0
old13:          dd 0
old15:          dd 0
target:         dd 0
their_ebp:      dd 0
owner:          dw 0
keep:           dw 0
lba:            dd 0
count:          dd 0
buffer:         dd 0
their_cx:       dw 0
their_dx:       dw 0
sectors:        dw 63
heads:          dw 16
claimed_sectors: dw 0
claimed_heads:  dw 0
asked:          db 0
function:       db 0
stuck:          db 0
inside:         db 0

        align   4
enter_regs:     times 8 dd 0
enter_eflags:   dd 0x202
enter_stack:    dd 0x6f00
                dw 0
enter_segment:  dw 0
enter_address:  dw BOOT, 0

no_gdt:         dw 0
                dd 0xfffff000
other_idt:      dw 1023
                dd 0

        times   RESIDENT_KIB * 1024 - 1024 - ($ - $$) db 0
vectors:        times 1024 db 0
