; SPDX-License-Identifier: 0BSD
; int10.asm - the card's VBE, and what can be wrong with it. Part of shim.asm.

VBE_DONE        equ     0x004f
VBE_FAILED      equ     0x014f
INFO_SIZE       equ     512
MODE_SIZE       equ     256
EDID_SIZE       equ     128
INFO_LIST       equ     14              ; of the info block: a far pointer
LIST_INSIDE     equ     0x100           ; of the info block, behind what it has
LIST_MODES      equ     120             ; that are taken over from the real one
LIST_ENDLESS    equ     384

; The functions, as a patch names them.
BLOCK_INFO      equ     1
BLOCK_MODE      equ     2
BLOCK_EDID      equ     3

; What a BIOS asks itself is not spoilt: Bochs' sets a text mode that way.
hook10: cmp     byte [cs:inside], 0
        jne     .nested
        cmp     ah, 0x4f
        je      vbe
        cmp     ah, 0x0e
        je      .teletype
        hook    old10, KEEP_AX | KEEP_BX | KEEP_CX | KEEP_DX
        jmp     .owner
.teletype:
        hook    old10, 0
.owner: call    ask_owner
        jmp     leave
.nested:
        jmp     far [cs:old10]

vbe:    hook    old10, KEEP_AX | KEEP_BX
        cmp     al, 0x02
        je      vbe_set
        mov     dl, [P(vbe_info)]
        mov     dh, BLOCK_INFO
        mov     cx, INFO_SIZE
        cmp     al, 0x00
        je      .block
        mov     dl, [P(vbe_mode)]
        mov     dh, BLOCK_MODE
        mov     cx, MODE_SIZE
        cmp     al, 0x01
        je      .mode
        mov     dl, [P(vbe_edid)]
        mov     dh, BLOCK_EDID
        mov     cx, EDID_SIZE
        cmp     al, 0x15
        jne     hook10.owner
        cmp     byte [bp + frame.ebx], 1
        je      .block
        jmp     hook10.owner
.mode:  mov     ax, [bp + frame.ecx]
        call    is_chosen
        jne     hook10.owner

.block: mov     [block], dh
        mov     [block_size], cx
        mov     [block_how], dl
        cmp     dl, 1
        jb      .honest
        cmp     dl, 4
        je      .honest
        played  'V'
        cmp     dl, 2
        jb      vbe_fails
        je      .done
        call    noise
        jmp     .spoil
.honest:
        call    ask_owner
        cmp     byte [block], BLOCK_INFO
        jne     .spoil
        call    spoil_list
.spoil: call    patch
.done:  mov     al, [block_how]
        test    al, 3                   ; the owner was not asked
        jz      leave
        mov     word [bp + frame.eax], VBE_DONE
        jmp     leave

; A mode is set, or only said to be none that can be set.
vbe_set:
        mov     ax, [bp + frame.ebx]
        call    is_chosen
        jne     hook10.owner
        mov     al, [P(vbe_set)]
        cmp     al, 1
        jb      hook10.owner
        played  'T'
        je      vbe_fails
        call    ask_owner
        ; falls through

vbe_fails:
        mov     ax, [P(vbe_status)]
        test    ax, ax
        jnz     .told
        mov     ax, VBE_FAILED
.told:  mov     [bp + frame.eax], ax
        jmp     leave

; ZF if the faults are this mode's; ax = its number
is_chosen:
        and     ax, 0x3fff
        cmp     word [P(vbe_of)], 0
        je      .done
        cmp     ax, [P(vbe_of)]
.done:  ret

; Fills the block with what nobody has written there; it differs each time.
noise:  mov     es, [bp + frame.es]
        mov     di, [bp + frame.edi]
        mov     cx, [block_size]
        mov     eax, [P(vbe_noise)]
.byte:  imul    eax, eax, 1103515245
        add     eax, 12345
        mov     edx, eax
        shr     edx, 16
        mov     [es:di], dl
        inc     di
        loop    .byte
        mov     [P(vbe_noise)], eax
        ret

; Overwrites a few bytes of the block; an EDID's sum may have to be right then.
patch:  mov     es, [bp + frame.es]
        mov     si, P(vbe_patch)
        mov     cx, VBE_PATCHES
.next:  mov     al, [si]
        cmp     al, [block]
        jne     .other
        played  'P'
        push    cx
        push    si
        movzx   cx, byte [si + 1]       ; bytes, at most 4
        mov     di, [si + 2]
        add     di, [bp + frame.edi]
        add     si, 4
        rep     movsb
        pop     si
        pop     cx
.other: add     si, VBE_PATCH_SIZE
        loop    .next
        cmp     byte [block], BLOCK_EDID
        jne     .done
        cmp     byte [block_how], 4
        jne     .done
        mov     di, [bp + frame.edi]
        mov     cx, EDID_SIZE - 1
        xor     al, al
.sum:   sub     al, [es:di]
        inc     di
        loop    .sum
        mov     [es:di], al
.done:  ret

; The info block's list of modes: elsewhere, longer, or none.
spoil_list:
        mov     ah, [P(vbe_list)]
        test    ah, ah
        jz      .done
        played  'M'
        mov     es, [bp + frame.es]
        mov     di, [bp + frame.edi]
        lea     bx, [di + INFO_LIST]
        mov     ecx, -1                 ; FFFF:FFFF: above 1 MiB
        cmp     ah, 3
        je      .there
        mov     ecx, 0xf000fff0         ; no end below 1 MiB
        cmp     ah, 4
        je      .there
        lds     si, [es:bx]             ; the real one
        mov     cx, 1                   ; each of it once
        cmp     ah, 1
        jne     .ours
        add     di, LIST_INSIDE
        mov     [es:bx], di
        mov     [es:bx + 2], es
        jmp     .copy
.ours:  mov     word [es:bx], modes
        mov     [es:bx + 2], cs
        push    cs
        pop     es
        mov     di, modes
        cmp     ah, 5
        je      .end
        mov     cl, 3
        cmp     ah, 6
        je      .copy
        mov     ax, 0x100               ; and that is not its end, either
        mov     cx, LIST_ENDLESS
.endless:
        stosw
        inc     ax
        loop    .endless
        jmp     .done
.copy:  mov     dx, LIST_MODES
.mode:  lodsw
        cmp     ax, -1
        je      .end
        push    cx
        rep     stosw
        pop     cx
        dec     dx
        jnz     .mode
.end:   mov     ax, -1
        stosw
        jmp     .done
.there: mov     [es:bx], ecx
.done:  push    cs
        pop     ds
        ret

block:          db 0
block_how:      db 0
block_size:     dw 0
modes:          times LIST_ENDLESS dw 0
