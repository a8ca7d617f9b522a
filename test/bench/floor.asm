; SPDX-License-Identifier: 0BSD
; floor.asm - the floor: what no loader that goes through the BIOS can beat.
;
; A boot sector that brings SECTORS sectors from LBA 1 on to LOAD_ADDR and does
; nothing else: reads of the largest legal size into one low buffer, each
; copied up once by 64-bit `rep movsq`. It knows its disk and its machine, asks
; nothing, checks nothing, and would stop at the first error. Its mode switches
; are as short as emulators allow.
;
; nasm -f bin -DSECTORS=n

CHUNK           equ     128             ; 64 KiB: the most SeaBIOS takes
BUFFER          equ     0x30000
LOAD_ADDR       equ     0x400000
TABLES          equ     0x10000         ; PML4, PDPT, one page directory
; Stack and variables have a page without code: QEMU takes a write to a page with
; code for a change of that code, and the floor would pay for it.
STACK           equ     0x6800
VARIABLES       equ     0x6800
DEBUG_PORT      equ     0x402           ; as in payloads.py
EXIT_PORT       equ     0xf4

        bits    16
        org     0x7c00

start:  jmp     0:.flat
.flat:  xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, STACK

; The first GiB, mapped to itself by 2 MiB pages.
        cld
        mov     es, ax
        mov     si, initial
        mov     di, VARIABLES
        mov     cx, initial_end - initial
        rep     movsb
        mov     [drive], dl
        mov     ax, TABLES >> 4
        mov     es, ax
        xor     di, di
        xor     eax, eax
        mov     cx, 0x2000 / 4
        rep     stosd
        mov     dword [es:0], TABLES + 0x1000 + 3
        mov     dword [es:0x1000], TABLES + 0x2000 + 3
        mov     eax, 0x83
        mov     cx, 512
.page:  stosd
        mov     dword [es:di], 0
        add     di, 4
        add     eax, 0x200000
        loop    .page
        lgdt    [gdt_pointer]
        mov     eax, 0x20               ; CR4.PAE
        mov     cr4, eax
        mov     eax, TABLES
        mov     cr3, eax

next:   mov     eax, [left]
        test    eax, eax
        jz      done
        cmp     eax, CHUNK
        jbe     .size
        mov     eax, CHUNK
.size:  mov     [packet + 2], ax
        mov     [now], eax
        mov     dl, [drive]
        mov     si, packet
        mov     ah, 0x42
        int     0x13
        jc      $
        cli
        mov     ecx, 0xc0000080         ; EFER: LME
        mov     eax, 0x100
        xor     edx, edx
        wrmsr
        mov     eax, cr0
        or      eax, 0x80000001
        mov     cr0, eax
        jmp     8:up

        bits    64

up:     mov     eax, 24
        mov     ds, eax
        mov     es, eax
        mov     ecx, [now]
        add     [packet + 8], ecx
        sub     [left], ecx
        shl     ecx, 6                  ; quadwords
        mov     esi, BUFFER
        mov     edi, [target]
        rep     movsq
        mov     [target], edi
        jmp     far dword [abs to_compat]

        bits    16

compat: mov     eax, cr0
        and     eax, 0x7fffffff
        mov     cr0, eax
        and     al, 0xfe
        mov     cr0, eax
        jmp     0:.real
.real:  xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     ecx, 0xc0000080
        xor     eax, eax
        xor     edx, edx
        wrmsr
        sti
        jmp     next

        times   0x140 - ($ - $$) db 0
done:   mov     dx, DEBUG_PORT          ; at FLOOR_DONE in peers.py
        mov     al, 'K'
        out     dx, al
        mov     dx, EXIT_PORT
        mov     al, 0x10
        out     dx, al
        hlt
        jmp     $ - 1

initial:
        dw      16, 0, 0, BUFFER >> 4
        dq      1
        dd      SECTORS, LOAD_ADDR
initial_end:

        align   8
to_compat:
        dd      compat
        dw      16
        align   8
gdt:    dq      0
        dq      0x00209a0000000000      ; 64-bit code
        dq      0x00009a000000ffff      ; 16-bit code
        dq      0x00cf92000000ffff      ; data
gdt_pointer:
        dw      31
        dd      gdt

        times   510 - ($ - $$) db 0
        dw      0xaa55

        absolute VARIABLES

packet: resb    16                      ; as they begin: at `initial`
left:   resd    1
target: resd    1
now:    resd    1
drive:  resb    1
