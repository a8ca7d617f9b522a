; SPDX-License-Identifier: 0BSD
; tables.asm - the tables that firmware leaves in low memory, made wrong, and
; others put beside them. Part of shim.asm.
;
; What they are in is ROM's shadow, which these chipsets allow to write to.

PCI_ADDRESS     equ     0xcf8
PCI_DATA        equ     0xcfc
PAM_LOW         equ     0x80000058      ; of the host bridge, the i440FX
PAM_HIGH        equ     0x8000005c
PAM_F0000       equ     0x00003000      ; read and write RAM, in PAM0
PAM_E0000       equ     0x33330000      ; in PAM5 and PAM6
ROM_SEGMENT     equ     0xe000
LAST_SEGMENT    equ     0xffc0
IN_EBDA         equ     0x20            ; paragraphs, behind what SeaBIOS has
FREE            equ     64              ; zeros, where there is nothing

; clobbers: all but ds, es
spoil_tables:
        push    es
        cmp     byte [P(spoil)], 0
        jne     .open
        cmp     byte [P(table) + TABLE_BYTES], 0
        je      .done
.open:  mov     ecx, PAM_F0000
        mov     eax, PAM_LOW
        call    pam
        mov     ecx, PAM_E0000
        mov     eax, PAM_HIGH
        call    pam
        mov     bx, ROM_SEGMENT
.look:  mov     es, bx
        xor     di, di
        mov     dl, 1                   ; in `spoil`
        mov     si, 8                   ; where the sum is
        cmp     dword [es:di], "RSD "
        je      .found
        mov     dl, 2
        mov     si, 4
        cmp     dword [es:di], "_SM_"
        je      .found
        inc     si
        cmp     dword [es:di], "_SM3"
        jne     .next
.found: test    [P(spoil)], dl
        jz      .next
        mov     al, [es:si]
        inc     byte [es:si]
        cmp     al, [es:si]
        je      .next
        played  'r'
.next:  inc     bx
        jnz     .look

        mov     bx, P(table)
        mov     cx, TABLES
.put:   call    put_table
        add     bx, TABLE_SIZE
        loop    .put
.done:  pop     es
        ret

; Sets bits of the chipset's register eax: ecx.
pam:    mov     dx, PCI_ADDRESS
        out     dx, eax
        mov     dx, PCI_DATA
        in      eax, dx
        or      eax, ecx
        out     dx, eax
        ret

; bx points to where it goes, its bytes, and the table itself.
put_table:
        push    cx
        movzx   cx, byte [bx + TABLE_BYTES]
        jcxz    .done
        xor     ax, ax
        mov     es, ax
        mov     dx, [es:BDA_EBDA]
        add     dx, IN_EBDA
        mov     ax, [bx]
        test    ax, ax
        jz      .here
        mov     dx, ax
.look:  mov     es, dx
        push    cx
        xor     di, di
        mov     cx, FREE
        xor     al, al
        repe    scasb
        pop     cx
        je      .here
        inc     dx
        cmp     dx, LAST_SEGMENT
        jb      .look
        jmp     .done
.here:  mov     es, dx
        xor     di, di
        lea     si, [bx + TABLE_DATA]
        push    cx
        rep     movsb
        pop     cx
        xor     di, di
        lea     si, [bx + TABLE_DATA]
        repe    cmpsb
        jne     .done
        played  'R'
.done:  pop     cx
        ret
