; SPDX-License-Identifier: 0BSD
; int15.asm - memory sizes and A20, truthful or not. Part of shim.asm.

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
        cmp     byte [P(no_88)], 2
        jb      refuse
        mov     word [bp + frame.eax], 0
        jmp     succeed

memory_e801:
        hook    old15, KEEP_AX | KEEP_BX | KEEP_CX | KEEP_DX
        call    ask_owner
        mov     al, [P(no_e801)]
        test    al, al
        jz      leave
        played  '1'
        mov     word [bp + frame.ecx], 0
        mov     word [bp + frame.edx], 0
        cmp     al, 4
        je      .ones
        cmp     al, 2
        mov     al, 0x86
        jb      refuse
        je      leave
        mov     word [bp + frame.eax], 0
        mov     word [bp + frame.ebx], 0
        jmp     leave
.ones:  dec     word [bp + frame.ecx]
        dec     word [bp + frame.edx]
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
        mov     eax, [P(e820_says)]
        test    eax, eax
        jz      .told
        mov     [bp + frame.ecx], eax
.told:
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
