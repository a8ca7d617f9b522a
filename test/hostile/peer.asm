; SPDX-License-Identifier: 0BSD
; peer.asm - a kernel for other loaders: sums its payload and says on QEMU's
; isa-debug-exit whether it is what was written. Multiboot 1, a flat file
; whose header has the addresses.
;
; peers.py appends the payload and puts size and sum into the two words.

MAGIC           equ     0x1badb002
FLAGS           equ     0x10000         ; the addresses below count
BASE            equ     0x200000
EXIT_PORT       equ     0xf4
EXIT_PASS       equ     0x10

        bits    32
        org     BASE

header: dd      MAGIC, FLAGS, -(MAGIC + FLAGS)
        dd      header, BASE, 0, 0, start       ; 0: to the file's end

size:   dd      0                       ; dwords
sum:    dd      0

start:  cld
        mov     esi, payload
        mov     ecx, [size]
        xor     ebx, ebx
.dword: lodsd
        rol     ebx, 1
        add     ebx, eax
        loop    .dword
        cmp     ebx, [sum]
        mov     al, EXIT_PASS
        je      .end
        inc     eax
.end:   mov     dx, EXIT_PORT
        out     dx, al
        cli
        hlt

        align   512, db 0
payload:
