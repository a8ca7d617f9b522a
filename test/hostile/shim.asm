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
BDA_LOW_KIB     equ     0x413
DISK            equ     0x80
RESIDENT_KIB    equ     6
RESIDENT_SECTORS equ    RESIDENT_KIB * 1024 / SECTOR
SMAP            equ     0x534d4150
TOKEN           equ     0xbadc0de5
GARBAGE         equ     0xa5c3
FLAGS_BAD       equ     0x47400         ; AC, NT, IOPL, DF; IF clear
FLAGS_GOOD      equ     0x02ff          ; IF and the results
FLAG_CARRY      equ     1
FLAG_INTERRUPT  equ     0x200
PORT_PLAYED     equ     0xe9
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
        jc      .flat_end
        push    es
        push    start
        retf
.flat_end:
        mov     al, '!'
        out     PORT_PLAYED, al
        hlt
        jmp     .flat_end

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

; Says on a port of its own that a fault is being played.
%macro played 1
        push    ax
        mov     al, %1
        out     PORT_PLAYED, al
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

; Begins a hook: caller's registers to the frame, ds = es = ours.
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

; ---- INT 10h, 12h ----------------------------------------------------------

hook10: cmp     ah, 0x0e                ; all that a boot sector needs
        je      .teletype
        jmp     far [cs:old10]
.teletype:
        hook    old10, 0
        call    ask_owner
        jmp     leave

hook12: hook    old12, KEEP_AX
        call    ask_owner
        mov     ax, [P(low_kib)]
        test    ax, ax
        jz      leave
        played  'k'
        mov     [bp + frame.eax], ax
        jmp     leave

; ---- INT 13h ---------------------------------------------------------------

hook13: hook    old13, KEEP_AX
        mov     [function], ah
        cmp     dl, DISK
        jne     .owner
        cmp     ah, 0x00
        je      .reset
        cmp     ah, 0x02
        je      read_chs
        cmp     ah, 0x08
        je      geometry
        cmp     ah, 0x41
        jb      .owner
        cmp     ah, 0x48
        ja      .owner
        cmp     byte [P(no_edd)], 0
        jne     .no_edd
        cmp     ah, 0x41
        je      check_edd
        cmp     ah, 0x42
        je      read_lba
        cmp     ah, 0x48
        je      edd_parameters
        jmp     .owner
.reset: mov     byte [stuck], 0
.owner: call    ask_owner
        jmp     leave
.no_edd:
        played  'e'
        mov     al, 0x01
        jmp     refuse

check_edd:
        mov     word [keep], KEEP_AX | KEEP_BX | KEEP_CX
        cmp     byte [P(no_41)], 0
        je      .there
        played  'q'
        mov     al, 0x01
        jmp     refuse
.there: call    ask_owner
        cmp     byte [P(trash_dl)], 0
        je      leave
        played  'd'
        mov     byte [bp + frame.edx], 0
        jmp     leave

geometry:
        mov     word [keep], KEEP_AX | KEEP_BX | KEEP_CX | KEEP_DX
        call    ask_owner
        cmp     byte [P(geometry)], 1
        jb      leave
        played  'g'
        mov     al, 0x01
        je      refuse
        and     byte [bp + frame.ecx], 0xc0
        jmp     leave

edd_parameters:
        cmp     byte [P(edd48)], 2
        jb      .fails
        played  'p'
        je      succeed
        push    es
        mov     es, [bp + frame.ds]
        mov     di, [bp + frame.esi]
        mov     al, 0xff
        mov     cx, [es:di]             ; its size: the first word
        rep     stosb
        pop     es
        jmp     succeed
.fails: cmp     byte [P(edd48)], 1
        jne     hook13.owner
        played  'p'
        mov     al, 0x01
        jmp     refuse

; Both kinds of reads, told in the same words: lba, count, buffer.
read_lba:
        cmp     byte [P(no_42)], 0
        je      .works
        played  'l'
        mov     al, 0x01
        jmp     refuse
.works: mov     es, [bp + frame.ds]
        mov     si, [bp + frame.esi]
        mov     eax, [es:si + 8]
        mov     [lba], eax
        movzx   eax, word [es:si + 2]
        mov     [count], eax
        movzx   eax, word [es:si + 6]
        shl     eax, 4
        movzx   ecx, word [es:si + 4]
        add     eax, ecx
        mov     [buffer], eax
        lea     bx, [si + 2]
        jmp     read                    ; es:bx: where the count is

read_chs:
        movzx   eax, byte [bp + frame.ecx + 1]
        movzx   ecx, byte [bp + frame.ecx]
        mov     dl, cl
        shr     dl, 6
        mov     ah, dl                  ; ax = cylinder
        movzx   edx, word [heads]
        imul    eax, edx
        movzx   edx, byte [bp + frame.edx + 1]
        add     eax, edx
        movzx   edx, word [sectors]
        imul    eax, edx
        and     ecx, 0x3f
        lea     eax, [eax + ecx - 1]
        mov     [lba], eax
        movzx   eax, byte [bp + frame.eax]
        mov     [count], eax
        movzx   eax, word [bp + frame.es]
        shl     eax, 4
        movzx   ecx, word [bp + frame.ebx]
        add     eax, ecx
        mov     [buffer], eax
        push    ss
        pop     es
        lea     bx, [bp + frame.eax]    ; the count is AL
        ; falls through

; A read of [lba, lba + count) to buffer; es:bx is where the caller's count is,
; a byte of it: nobody asks for more than 255.
read:   mov     al, [count]
        mov     [asked], al
        call    must_fail
        jc      .fail
        call    is_bad
        jc      .fail
        mov     eax, [count]
        shl     eax, 9
        movzx   ecx, word [buffer]
        add     ecx, eax
        cmp     ecx, 0x10000
        jbe     .limit
        cmp     byte [P(cross_64k)], 0
        je      .limit
        played  'x'
        mov     al, 0x09
        jmp     .fail

.limit: mov     cx, [P(limit)]
        jcxz    .go
        cmp     [count], cx
        jbe     .go
        played  'm'
        mov     al, 0x01
        cmp     byte [P(limit_how)], 0
        je      .fail
        mov     [count], cx
        mov     [es:bx], cl
.go:    push    es
        push    bx
        call    ask_owner
        pop     bx
        pop     es
        test    byte [bp + frame.flags], FLAG_CARRY
        jnz     leave
        cmp     byte [P(limit_how)], 2
        jne     .honest
        mov     al, [asked]
        mov     [es:bx], al
.honest:
        call    flip
        cmp     byte [P(wrong_al)], 0
        je      .al
        cmp     byte [function], 0x02
        jne     .al
        played  'A'
        mov     byte [bp + frame.eax], 0
.al:    cmp     byte [P(corrected)], 0
        je      leave
        played  'C'
        mov     al, 0x11
        jmp     refuse
.fail:  cmp     byte [function], 0x42
        jne     refuse
        mov     word [es:bx], 0         ; a packet says that nothing came
        jmp     refuse

; Carry, and al = status, if this read is one of those that fail.
must_fail:
        cmp     byte [P(fail_if_off)], 0
        je      .stuck
        test    byte [bp + frame.flags + 1], FLAG_INTERRUPT >> 8
        jnz     .stuck
        played  'I'
        jmp     .fail
.stuck:
        cmp     byte [stuck], 0
        je      .touches
        played  'S'
        jmp     .fail
.touches:
        mov     ecx, [lba]
        add     ecx, [count]
        cmp     ecx, [P(fail_from)]
        jbe     .passes
        cmp     word [P(fail_count)], 1
        jb      .works
        dec     word [P(fail_count)]
        played  'F'
        mov     al, [P(fail_sticky)]
        mov     [stuck], al
.fail:  mov     al, [P(fail_status)]
        test    al, al
        jnz     .status
        mov     al, 0x80
.status:
        stc
        ret
.works: mov     cx, [P(fail_again)]
        mov     [P(fail_count)], cx
.passes:
        clc
        ret

; Carry, and al = status, if this read touches a bad sector.
is_bad: mov     ecx, [P(bad_lba)]
        mov     edx, ecx
        add     edx, [P(bad_count)]
        cmp     edx, [lba]              ; below its start?
        jbe     .good
        mov     edx, [lba]
        add     edx, [count]
        cmp     ecx, edx                ; at or behind its end?
        jae     .good
        cmp     dword [P(bad_count)], 0
        je      .good
        played  'B'
        mov     al, 0x10
        stc
        ret
.good:  clc
        ret

; Turns a bit around, if its sector was among those read.
flip:   cmp     word [P(flip_count)], 0
        je      .done
        mov     eax, [P(flip_lba)]
        sub     eax, [lba]
        cmp     eax, [count]
        jae     .done
        dec     word [P(flip_count)]
        played  '^'
        shl     eax, 9
        add     eax, [buffer]
        add     eax, 100                ; any byte will do
        mov     bx, ax
        and     bx, 15
        shr     eax, 4
        mov     es, ax
        xor     byte [es:bx], 0x10
.done:  ret

; ---- INT 15h ---------------------------------------------------------------

hook15: cmp     ah, 0x24
        je      a20
        cmp     ah, 0x88
        je      memory_88
        cmp     ax, 0xe801
        je      memory_e801
        cmp     ax, 0xe820
        je      memory_e820
        jmp     far [cs:old15]

a20:    hook    old15, KEEP_AX
        cmp     byte [P(bios_a20)], 1
        jb      .owner
        played  '2'
        ja      succeed
        mov     al, 0x86
        jmp     refuse
.owner: call    ask_owner
        jmp     leave

memory_88:
        hook    old15, KEEP_AX
        mov     al, 0x86
        cmp     byte [P(no_88)], 0
        je      a20.owner
        played  'h'
        jmp     refuse

memory_e801:
        hook    old15, KEEP_AX | KEEP_BX | KEEP_CX | KEEP_DX
        call    ask_owner
        mov     al, [P(no_e801)]
        test    al, al
        jz      leave
        played  '1'
        mov     word [bp + frame.ecx], 0
        mov     word [bp + frame.edx], 0
        cmp     al, 2
        mov     al, 0x86
        jb      refuse
        je      leave
        mov     word [bp + frame.eax], 0
        mov     word [bp + frame.ebx], 0
        jmp     leave

memory_e820:
        hook    old15, (KEEP_AX | KEEP_BX | KEEP_CX) << KEEP_ALL
        mov     al, 0x86
        cmp     byte [P(no_e820)], 0
        je      .there
        played  '8'
        jmp     refuse
.there: movzx   edx, byte [P(e820_count)]
        test    dx, dx
        jz      a20.owner
        cmp     dword [bp + frame.edx], SMAP
        jne     refuse
        cmp     dword [bp + frame.ecx], 20
        jb      refuse

; EBX says which entry: its number, or something that only we understand.
        mov     ecx, [bp + frame.ebx]
        jecxz   .entry
        cmp     byte [P(e820_opaque)], 0
        je      .entry
        xor     ecx, TOKEN
        rol     ecx, 7
.entry: cmp     ecx, edx
        jb      .copy
        played  '3'                     ; behind the end: ends by carry
        jmp     refuse
.copy:  imul    si, cx, E820_SIZE
        add     si, P(e820)
        mov     es, [bp + frame.es]
        mov     di, [bp + frame.edi]
        movzx   eax, byte [P(e820_bytes)]
        test    ax, ax
        jnz     .bytes
        mov     al, 20
.bytes: cmp     [bp + frame.ecx], eax
        jae     .size
        mov     eax, [bp + frame.ecx]
.size:  mov     [bp + frame.ecx], eax
        push    cx
        mov     cx, ax
        rep     movsb
        pop     cx

        inc     ecx
        mov     eax, SMAP
        cmp     [P(e820_lost)], cl
        jne     .smap
        played  'L'
        xor     eax, eax
.smap:  mov     [bp + frame.eax], eax
        and     byte [bp + frame.flags], ~FLAG_CARRY
        cmp     ecx, edx
        jb      .more
        cmp     byte [P(e820_how)], 1
        je      .more
        mov     ecx, 0
        jb      .next
        played  '3'
        inc     cx                      ; over and over again
.more:  cmp     byte [P(e820_opaque)], 0
        je      .next
        played  'o'
        ror     ecx, 7
        xor     ecx, TOKEN
.next:  mov     [bp + frame.ebx], ecx
        jmp     leave

; ---- how every call ends ---------------------------------------------------

; Runs the vector's old owner with the registers of the frame, and puts there
; what it returns.
ask_owner:
        mov     bx, [owner]
        mov     eax, [bx]
        mov     [target], eax
        push    bp
        mov     ax, [bp + frame.flags]
        and     ax, FLAGS_GOOD          ; others would confuse it
        push    ax
        mov     eax, [bp + frame.eax]
        mov     ebx, [bp + frame.ebx]
        mov     ecx, [bp + frame.ecx]
        mov     edx, [bp + frame.edx]
        mov     esi, [bp + frame.esi]
        mov     edi, [bp + frame.edi]
        mov     es, [bp + frame.es]
        mov     ds, [bp + frame.ds]
        mov     ebp, [bp + frame.ebp]
        popf
        pushf
        call    far [cs:target]
        mov     [cs:their_ebp], ebp
        pop     bp
        mov     [bp + frame.eax], eax
        mov     [bp + frame.ebx], ebx
        mov     [bp + frame.ecx], ecx
        mov     [bp + frame.edx], edx
        mov     [bp + frame.esi], esi
        mov     [bp + frame.edi], edi
        mov     [bp + frame.es], es
        mov     [bp + frame.ds], ds
        pushf
        pop     ax
        mov     [bp + frame.flags], al  ; carry and its like
        cli
        cld
        push    cs
        pop     ds
        mov     eax, [their_ebp]
        mov     [bp + frame.ebp], eax
        ret

; al = status
refuse: mov     [bp + frame.eax + 1], al
        or      byte [bp + frame.flags], FLAG_CARRY
        jmp     leave

succeed:
        mov     byte [bp + frame.eax + 1], 0
        and     byte [bp + frame.flags], ~FLAG_CARRY
        ; falls through

leave:  mov     sp, bp
        call    burn
        cmp     byte [P(leave_state)], 0
        je      .a20
        played  's'
        call    set_state
.a20:   cmp     byte [P(leave_a20_off)], 0
        je      .clobber
        played  'a'
        call    a20_off
.clobber:
        cmp     byte [P(leave_clobber)], 0
        je      .flags
        played  'c'
        call    clobber
.flags: cmp     byte [P(leave_flags)], 0
        je      .honest
        played  'f'
        movzx   eax, byte [bp + frame.flags]
        or      eax, FLAGS_BAD
        push    eax
        popfd
        popad
        pop     es
        pop     ds
        retf    2
.honest:
        popad
        pop     es
        pop     ds
        iret

; Overwrites the stack below, as deep calls of functions would.
burn:   mov     cx, [P(leave_burn)]
        jcxz    .done
        played  'b'
        push    es
        push    ss
        pop     es
        lea     di, [bp - 16]           ; what is in use here
        sub     di, cx
        mov     al, 0xcc
        rep     stosb
        pop     es
.done:  ret

; Fills the frame's registers, but for what the service returns.
clobber:
        mov     dx, [keep]
        lea     di, [bp + frame.edi]
        mov     cx, 8
.next:  test    dx, 1 << KEEP_ALL
        jnz     .kept
        mov     word [ss:di + 2], GARBAGE
        test    dx, 1
        jnz     .kept
        mov     word [ss:di], GARBAGE
.kept:  add     di, 4
        shr     dx, 1
        loop    .next
        mov     ax, GARBAGE
        mov     [bp + frame.ds], ax
        mov     [bp + frame.es], ax
        mov     fs, ax
        mov     gs, ax
        ret

; What the firmware of some machines does to the state of the processor.
set_state:
        mov     eax, [P(state_cr0)]
        test    eax, eax
        jz      .cr4
        mov     ecx, cr0
        or      eax, ecx
        mov     cr0, eax
.cr4:   mov     eax, [P(state_cr4)]
        test    eax, eax
        jz      .efer
        mov     ecx, cr4
        or      eax, ecx
        mov     cr4, eax
.efer:  cmp     dword [P(state_efer)], 0
        je      .gdt
        mov     ecx, MSR_EFER
        rdmsr
        or      eax, [P(state_efer)]
        wrmsr
.gdt:   cmp     byte [P(state_gdt)], 0
        je      .idt
        lgdt    [no_gdt]
.idt:   cmp     byte [P(state_idt)], 0
        je      .nmi
        lidt    [other_idt]
.nmi:   cmp     byte [P(state_nmi)], 0
        je      .done
        mov     al, 0x0f
        out     PORT_CMOS, al
.done:  ret

a20_off:
        in      al, PORT_FAST
        and     al, 0xfc
        out     PORT_FAST, al
        ret

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
        je      .a20
        in      al, 0x21                ; or the BIOS would take it
        or      al, 2
        out     0x21, al
        mov     al, 0xd2                ; write to the output buffer
        out     0x64, al
        mov     al, 0x1e
        out     0x60, al
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
.enter: mov     al, [P(enter_drive)]
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
        out     PORT_PLAYED, al
        test    al, al
        jnz     give_up
        cli
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
sectors:        dw 63
heads:          dw 16
asked:          db 0
function:       db 0
stuck:          db 0

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
