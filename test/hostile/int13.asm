; SPDX-License-Identifier: 0BSD
; int13.asm - disk services, and what can be wrong with them. Part of shim.asm.

hook13: hook    old13, KEEP_AX
        mov     [function], ah
        cmp     dl, DISK
        jne     .owner
        call    storm
        mov     ax, [bp + frame.eax]
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
        cmp     byte [P(no_41)], 2
        mov     al, 0x01
        jb      refuse
        pushf
        call    ask_owner
        popf
        je      .unsigned
        and     byte [bp + frame.ecx], ~1
        jmp     leave
.unsigned:
        mov     word [bp + frame.ebx], 0x55aa
        jmp     leave
.there: call    ask_owner
        cmp     byte [P(trash_dl)], 0
        je      leave
        played  'd'
        mov     byte [bp + frame.edx], 0
        jmp     leave

geometry:
        mov     word [keep], KEEP_AX | KEEP_BX | KEEP_CX | KEEP_DX
        call    ask_owner
        cmp     byte [P(geo_sectors)], 0
        je      .answer
        played  'G'
        mov     ax, 0xffc0              ; 1024 cylinders
        or      al, [P(geo_sectors)]
        mov     [bp + frame.ecx], ax
        mov     al, [P(geo_heads)]
        dec     al
        mov     [bp + frame.edx + 1], al
.answer:
        cmp     byte [P(geometry)], 1
        jb      leave
        played  'g'
        mov     al, 0x01
        je      refuse
        cmp     byte [P(geometry)], 3
        je      .odd
        and     byte [bp + frame.ecx], 0xc0
        jmp     leave
.odd:   mov     [bp + frame.eax + 1], al
        jmp     leave

edd_parameters:
        cmp     byte [P(edd48)], 2
        jb      .fails
        played  'p'
        je      succeed
        mov     es, [bp + frame.ds]
        mov     di, [bp + frame.esi]
        cmp     byte [P(edd48)], 5
        je      .sectors
        mov     al, 0xff
        mov     cx, [es:di]             ; its size: the first word
        cmp     byte [P(edd48)], 4
        jne     .ones
        add     cx, 1024
.ones:  rep     stosb
        jmp     succeed
.sectors:
        call    ask_owner
        mov     es, [bp + frame.ds]
        mov     di, [bp + frame.esi]
        mov     word [es:di + 0x18], 2048
        jmp     leave
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
        movzx   edx, word [claimed_heads]
        imul    eax, edx
        movzx   edx, byte [bp + frame.edx + 1]
        add     eax, edx
        movzx   edx, word [claimed_sectors]
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
        cmp     byte [function], 0x02
        jne     .ask
        call    real_chs
.ask:   call    ask_owner
        pop     bx
        pop     es
        test    byte [bp + frame.flags], FLAG_CARRY
        jnz     leave
        cmp     byte [P(limit_how)], 2
        jne     .honest
        mov     al, [asked]
        mov     [es:bx], al
.honest:
        cmp     byte [function], 0x02
        jne     .data
        mov     ax, [their_cx]
        mov     [bp + frame.ecx], ax
        mov     ax, [their_dx]
        mov     [bp + frame.edx], ax
.data:  call    flip
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
        jne     .refuse
        mov     word [es:bx], 0         ; a packet says that nothing came
        jmp     .refuse

.refuse:
        cmp     byte [P(fail_silent)], 0
        je      refuse
        mov     [bp + frame.eax + 1], al
        and     byte [bp + frame.flags], ~FLAG_CARRY
        jmp     leave

; The sector to read, in the terms of the geometry that the disk has.
real_chs:
        mov     ax, [bp + frame.ecx]
        mov     [their_cx], ax
        mov     ax, [bp + frame.edx]
        mov     [their_dx], ax
        mov     ax, [lba]
        mov     dx, [lba + 2]
        div     word [sectors]
        inc     dx
        mov     cl, dl
        xor     dx, dx
        div     word [heads]
        mov     [bp + frame.edx + 1], dl
        mov     ch, al
        shl     ah, 6
        or      cl, ah
        mov     [bp + frame.ecx], cx
        ret

; Every interrupt line's interrupt, several times, with interrupts on: as a
; BIOS that does not disable them has it.
storm:  movzx   cx, byte [P(storm)]
        jcxz    .done
        played  'z'
        xor     ax, ax
        mov     es, ax
.again: mov     bx, 0x08 * 4
.first: pushf
        call    far [es:bx]
        add     bx, 4
        cmp     bx, 0x10 * 4
        jb      .first
        mov     bx, 0x70 * 4
.second:
        pushf
        call    far [es:bx]
        add     bx, 4
        cmp     bx, 0x78 * 4
        jb      .second
        loop    .again
.done:  ret

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
        cmp     al, 0xff
        jne     .told
        mov     al, 0
.told:  stc
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
