; SPDX-License-Identifier: 0BSD
; first.asm - the first sector of stage2: brings the rest of it.
;
; stage1 has read and checked this one sector. What it lacks of the loader's
; sectors (stage2, and behind it the superblock and what else mkimage found
; room for) is read here: in large pieces, after five failures sector by
; sector, after five more by CHS. Then it sums the part of stage2 that runs
; before there is 64-bit code to do that, and enters it.
;
; in:   0000:STAGE2_ADDR, dl = drive, di = sectors at STAGE2_ADDR,
;       ds = es = ss = 0, sp = STAGE2_ADDR
; out:  jump to early_start; first_drive, first_present say what was done
; fail: "stagecoach: disk 0C" or "stagecoach: bad loader", then halt

%include "layout.inc"
%include "say.inc"

TRIES           equ     5
PARAGRAPHS      equ     SECTOR_SIZE / 16
MOST_SECTORS    equ     64              ; in one call: what stage1 got may have
                                        ; been too much for this BIOS
STATUS_FIXED    equ     0x11            ; "data corrected": an error, but good
CHS_SECTORS     equ     0x3f            ; in cl: the rest is cylinder bits

METHOD_LARGE    equ     0
METHOD_SINGLE   equ     1
METHOD_CHS      equ     2

EARLY_ADDR      equ     STAGE2_ADDR + SECTOR_SIZE

        global  first_drive, first_present, first_method, real_fail, text_bad
        extern  early_start, early_sectors, plain_sectors

        section .first progbits alloc exec write
        bits    16

stage2: jmp     near start
        nop
        dd      STAGE2_MAGIC
        times   HDR_EARLY_SECTORS - ($ - $$) db 0
        dw      early_sectors
        dw      plain_sectors
        times   HDR_SIZE - ($ - $$) db 0        ; mkimage's, see image.h

start:  mov     [first_drive], dl
        mov     [first_present], di

next:   mov     ax, [STAGE2_ADDR + HDR_LOADER_SECTORS]
        sub     ax, [first_present]
        jbe     loaded
        mov     [left], ax
        mov     byte [tries], TRIES

; One try. The size and the packet are worked out anew each time, as nothing
; in a register outlives a BIOS call.
try:    mov     sp, STAGE2_ADDR
        mov     ax, [first_present]
        imul    bx, ax, PARAGRAPHS
        add     bx, STAGE2_ADDR / 16    ; bx:0 is where it goes
        cmp     byte [first_method], METHOD_CHS
        je      read_chs

        mov     cx, bx                  ; no read crosses 64 KiB
        not     cx
        shr     cx, 5                   ; PARAGRAPHS
        and     cx, 64 * 1024 / SECTOR_SIZE - 1
        inc     cx
        cmp     cx, [most]
        jbe     .most
        mov     cx, [most]
.most:  cmp     cx, [left]
        jbe     .left
        mov     cx, [left]
.left:  mov     [asked], cx
        inc     ax                      ; STAGE2_LBA is 1
        push    dword 0                 ; LBA, 64 bits
        push    0
        push    ax
        push    bx
        push    0
        push    cx
        push    16                      ; the packet's size
        mov     si, sp
        mov     ah, 0x42                ; EDD: extended read
        call    int13
        pop     cx
        pop     cx                      ; the count is an output, too
        jc      failed
        cmp     cx, [asked]
        jne     failed
        add     [first_present], cx
        jmp     next

read_chs:
        inc     ax                      ; STAGE2_LBA is 1
        xor     dx, dx
        div     word [sectors]
        inc     dx
        mov     cx, dx                  ; sector, from 1
        xor     dx, dx
        div     word [heads]
        mov     dh, dl                  ; head
        mov     ch, al                  ; cylinder: well below 256 here
        mov     es, bx
        xor     bx, bx
        mov     ax, 0x0201              ; read one sector
        call    int13
        jc      failed
        inc     word [first_present]
        jmp     next

failed: mov     [status], ah
        mov     ah, 0                   ; reset the disk system
        call    int13
        dec     byte [tries]
        jnz     again

; Something simpler: single sectors, then CHS.
        mov     byte [tries], TRIES
        mov     byte [most], 1
        inc     byte [first_method]
        cmp     byte [first_method], METHOD_CHS
        jb      again
        ja      give_up
        mov     ah, 0x08                ; drive parameters
        xor     di, di                  ; es:di = 0 helps some BIOSes
        call    int13
        jc      give_up
        and     cx, CHS_SECTORS
        jz      give_up                 ; USB and SCSI disks: no geometry
        mov     [sectors], cx
        movzx   dx, dh
        inc     dx
        mov     [heads], dx
again:  jmp     try

; The sectors behind stage2 come early to save time; what cannot be read now
; is asked for again, and then named, by stage2 itself.
give_up:
        mov     ax, [STAGE2_ADDR + HDR_STAGE2_SECTORS]
        cmp     ax, [first_present]
        jbe     loaded
        mov     al, [status]
        aam     16                      ; ah, al = high, low digit
        call    digit
        xchg    al, ah
        call    digit
        mov     [text_status], ax
        mov     si, text_disk
        jmp     real_fail

digit:  cmp     al, 10
        sbb     al, 0x69
        das
        ret

; Two 32-bit sums over the early sectors (image_early_sum() in lib/).
loaded: mov     cx, [STAGE2_ADDR + HDR_EARLY_SECTORS]
        shl     cx, 5                   ; 16 bytes a round
        mov     si, EARLY_ADDR
        xor     ebx, ebx
        xor     edx, edx
.sum:
%assign i 0
%rep 4
        add     ebx, [si + i]
        add     edx, ebx
%assign i i + 4
%endrep
        add     si, 16
        loop    .sum
        cmp     ebx, [STAGE2_ADDR + HDR_EARLY_SUM]
        jne     .bad
        cmp     edx, [STAGE2_ADDR + HDR_EARLY_SUM + 4]
        je      early_start
.bad:   mov     si, text_bad
        ; falls through

; Prints "stagecoach: " and the text at ds:si on the screen and COM1; halts.
real_fail:
        push    si
        serial_open
        mov     si, text_name
        call    puts
        pop     si
        call    puts
halt:   cli
        hlt
        jmp     halt

        define_puts

; Calls INT 13h for our drive and mends what a BIOS may leave behind it.
;
; in:   ax, bx, cx, dh, si, di, es as the function wants them
; out:  carry if it failed, ax, cx, dh as the BIOS says; ds = es = 0, DF clear
int13:  mov     dl, [first_drive]
        stc                             ; for a BIOS that sets no carry
        sti
        int     0x13
        push    ss
        pop     ds
        push    ss
        pop     es
        cld
        jnc     .done
        cmp     ah, STATUS_FIXED
        je      .done                   ; equal: no carry
        stc
.done:  ret

text_name:      db "stagecoach: ", 0
text_bad:       db "bad loader", 0
text_disk:      db "disk "
text_status:    db "00", 0

first_present:  dw 0                    ; sectors in place from STAGE2_ADDR on
most:           dw MOST_SECTORS         ; in one call
first_method:   db METHOD_LARGE
first_drive:    db 0

%if ($ - $$) > SECTOR_SIZE
%error "first.asm outgrew its sector"
%endif
        times   SECTOR_SIZE - ($ - $$) db 0

; Nothing of stage1 is needed any more.
        absolute STAGE1_ADDR

left:           resw 1
asked:          resw 1
sectors:        resw 1                  ; in a track
heads:          resw 1
tries:          resb 1
status:         resb 1

        section .note.GNU-stack noalloc noexec nowrite progbits
