; SPDX-License-Identifier: 0BSD
; leave.asm - how every call ends: the old handler is asked, its answer spoilt.
; Part of shim.asm.

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
        inc     byte [cs:inside]
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
        dec     byte [inside]
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
